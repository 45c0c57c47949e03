/** Mailings on a real server with a real database, against a mail server that takes, puts off, refuses and dies. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { extractText, getDocumentProxy } from 'unpdf'
import { openMailQueue } from './mail/mail-queue.ts'
import { inclusionRoot } from './test/inclusion-root.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { AffectedPerson, Mailing } from '@candor/protocol/notices-api.ts'
import { Secret } from '../../config.ts'
import { openMailSink, type MailSink } from '../../../../drills/src/mail-sink.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'
import { receiptLine } from './receipts.ts'
import type { MailingOf, MailingRow } from './mailings.ts'
import { exampleFacts } from './test/example-notice.ts'

let platform: TestPlatform
let sink: MailSink
const hookSecret = 'a hook secret for the tests, long enough'
/** Copies by recipient, and the contents. */
const copies = new Map<string, number>()
const contents = new Map<string, string>()
const putOff = new Set<string>()
/** Of a recipient: nothing is reported, though it was taken. */
let silent = false

before(async () => {
  sink = await openMailSink({
    refuse(to) {
      if (to.startsWith('none.')) return '550 5.1.1 no such mailbox'
      if (to.startsWith('blocked.')) return '550 5.7.1 we do not trust you'
      if (to.startsWith('later.') && !putOff.has(to)) {
        putOff.add(to)
        return '450 4.2.0 greylisted'
      }
      return null
    },
    take({ to, content }) {
      copies.set(to, (copies.get(to) ?? 0) + 1)
      contents.set(to, content.toString())
      if (to.startsWith('returned.')) return { kind: 'bounced', detail: '5.1.1 mailbox gone' }
      return silent ? null : { kind: 'delivered', detail: '2.0.0 in the mailbox' }
    },
    hook: { url: () => platform.url, secret: hookSecret },
  })
  platform = await TestPlatform.start({
    config: {
      smtpUrl: new Secret(`smtp://127.0.0.1:${sink.port()}`),
      smtpFrom: 'notices@candor.example',
      smtpHookSecret: new Secret(hookSecret),
    },
  })
})
afterEach(() => platform.check())
after(async () => {
  await sink.close()
  await platform.stop()
  await TestPlatform.end()
})

function persons(
  count: number,
  tag: string,
  of: (i: number) => Partial<AffectedPerson> = () => ({}),
): AffectedPerson[] {
  return Array.from({ length: count }, (_, i) => ({
    id: platform.ids.next(),
    name: `Person ${tag} ${i}`,
    email: `p${i}@${tag}.example`,
    address: [`${i} Elm Street`, 'Springfield, CA 90000'],
    language: i % 5 === 0 ? 'es' : 'en',
    jurisdiction: i % 2 === 0 ? 'US-CA' : 'US-MA',
    categories: ['payment-card'],
    firstAt: '2026-09-27T00:00:00.000Z',
    lastAt: '2026-09-28T00:00:00.000Z',
    ...of(i),
  }))
}

async function approved(
  tenant: TestTenant,
  who: AffectedPerson[],
  company = exampleFacts.company.name,
): Promise<MailingOf> {
  const { mailings } = platform.candor.notices
  const incident = platform.ids.next()
  const { id } = await mailings.create(tenant.people.administrator.actor, platform.ids.next(), incident, {
    title: 'Card data',
    facts: { ...exampleFacts, company: { ...exampleFacts.company, name: company } },
  })
  const mailing = { incident, id }
  for (let at = 0; at < who.length; at += 500)
    await mailings.addPersons(tenant.people.administrator.actor, mailing, who.slice(at, at + 500))
  await mailings.propose(tenant.people['privacy-officer'].actor, mailing, 'ready')
  await mailings.approve(tenant.people.administrator.actor, mailing)
  return mailing
}

async function until(
  tenant: TestTenant,
  mailing: MailingOf,
  done: (mailing: Mailing) => boolean,
): Promise<Mailing> {
  for (let tries = 0; tries < 300; tries++) {
    const now = await platform.candor.notices.mailings.detail(tenant.id, mailing)
    if (done(now)) return now
    await sleep(100)
  }
  return assert.fail(JSON.stringify(await platform.candor.notices.mailings.detail(tenant.id, mailing)))
}

test('everybody is told once: by mail, and by letter who has none or whose mail came back', async () => {
  const tenant = await platform.tenant()
  const kinds = ['', 'none.', 'later.', 'returned.'] as const
  const who = persons(200, 'once', (i) => ({
    email: i % 10 === 9 ? null : `${kinds[i % 4]}p${i}@once.example`,
    address: i === 19 || i === 1 ? null : [`${i} Elm Street`, 'Springfield, CA 90000'],
  }))
  const mailing = await approved(tenant, who)
  await platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailing)
  await until(tenant, mailing, ({ state }) => state === 'done')
  await sink.reported()
  const { progress } = await until(tenant, mailing, ({ progress: { bounced } }) => bounced === 80)
  const mailed = who.filter(({ email }) => email !== null)
  const refused = mailed.filter(({ email }) => email!.startsWith('none.'))
  for (const { email } of mailed)
    assert.equal(copies.get(email!) ?? 0, email!.startsWith('none.') ? 0 : 1, email!)
  assert.equal(refused.length, 40)
  assert.deepEqual(
    { ...progress, mailsPerMinute: 0 },
    {
      ...{ persons: 200, waiting: 0, inFlight: 0, inDoubt: 0, sent: 100, sentAgain: 0, bounced: 80 },
      ...{ letters: 98, lettersPrinted: 0, unreachable: 2, mailsPerMinute: 0, doneAt: null },
    },
  )
})

test('a mail says whose it is, in its own language, under an id that stays', () => {
  const mail = contents.get('p0@once.example')!
  assert.match(mail, /^From: "Aurora Air" <notices@candor\.example>\r$/m)
  assert.match(mail, /^Subject: Aviso de =\?UTF-8\?Q\?filtraci=C3=B3n\?= de datos\r$/m)
  assert.match(mail, /^Message-ID: <[0-9a-f]{32}\.0@candor\.example>\r$/m)
})

test('who proposed a mailing does not approve it, whoever asks: the program, the API, the database', async () => {
  const tenant = await platform.tenant()
  const { mailings } = platform.candor.notices
  const incident = platform.ids.next()
  const officer = tenant.people['privacy-officer'].actor
  const { id } = await mailings.create(officer, platform.ids.next(), incident, {
    title: 'T',
    facts: exampleFacts,
  })
  const mailing = { incident, id }
  await assert.rejects(mailings.propose(officer, mailing, ''), (caught) => is(caught, 'mailing_state'))
  await mailings.addPersons(officer, mailing, persons(1, 'two'))
  await assert.rejects(mailings.start(officer, mailing), (caught) => is(caught, 'mailing_state'))
  await mailings.propose(officer, mailing, '')
  await assert.rejects(mailings.approve(officer, mailing), (caught) => is(caught, 'second_person_needed'))
  const asked = await platform.request(tenant, 'POST', `/v1/incidents/${incident}/notices/${id}/approve`)
  assert.equal(asked.body['code'], 'not_allowed', 'a key is no second person')
  await assert.rejects(
    platform.sql(
      `update notice_mailings set state = 'approved', approved_by = proposed_by, approved_by_name = 'x' where id = $1`,
      [id],
    ),
    /approved_by_another/,
  )
  await assert.rejects(
    platform.sql(`update notice_mailings set state = 'sending' where id = $1`, [id]),
    /sent_with_approval/,
  )
  await assert.rejects(mailings.addPersons(officer, mailing, persons(1, 'three')), (caught) =>
    is(caught, 'mailing_state'),
  )
})

test('a mailing that lacks what a jurisdiction asks for is not proposed, and says what to add where', async () => {
  const tenant = await platform.tenant()
  const { mailings } = platform.candor.notices
  const officer = tenant.people['privacy-officer'].actor
  const incident = platform.ids.next()
  const { id } = await mailings.create(officer, platform.ids.next(), incident, {
    title: 'T',
    facts: exampleFacts,
  })
  await mailings.addPersons(
    officer,
    { incident, id },
    persons(2, 'lint', () => ({ categories: ['government-id'], jurisdiction: 'US-CA' })),
  )
  await assert.rejects(
    mailings.propose(officer, { incident, id }, ''),
    (caught) =>
      is(caught, 'invalid_field') &&
      /facts\.protection.*1798\.82/.test(String((caught as Refusal).faults![0]!.message)),
  )
})

test('the mail server dies with mails in its hands: what it took is not sent again, what it did not take is', async () => {
  const tenant = await platform.tenant()
  const who = persons(1_500, 'dies')
  const mailing = await approved(tenant, who)
  await platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailing)
  await until(tenant, mailing, ({ progress }) => progress.sent > 200)
  await sink.crash()
  await sleep(500)
  await sink.up()
  const { progress } = await until(tenant, mailing, ({ state }) => state === 'done')
  assert.equal(progress.sent, 1_500)
  assert.deepEqual(
    who.filter(({ email }) => copies.get(email!) !== 1),
    [],
  )
})

test('where nothing reports, what was in doubt is sent again under the same Message-ID, and counted', async () => {
  silent = true
  const tenant = await platform.tenant()
  const who = persons(600, 'doubt')
  const mailing = await approved(tenant, who)
  await platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailing)
  await until(tenant, mailing, ({ progress }) => progress.sent > 100)
  await sink.crash()
  await sink.up()
  const { progress } = await until(tenant, mailing, ({ state }) => state === 'done')
  silent = false
  const twice = who.filter(({ email }) => copies.get(email!)! > 1)
  assert.equal(progress.sent, 600)
  assert.ok(who.every(({ email }) => copies.get(email!)! >= 1))
  assert.ok(twice.length <= 4, `${twice.length} twice: one for each connection at most`)
  assert.ok(progress.sentAgain >= twice.length)
})

test('a mailing pauses and goes on where it was; one whose mail server refuses everybody pauses itself', async () => {
  const tenant = await platform.tenant()
  const { mailings } = platform.candor.notices
  const actor = tenant.people.administrator.actor
  const who = persons(800, 'pause')
  const mailing = await approved(tenant, who)
  await mailings.start(actor, mailing)
  await until(tenant, mailing, ({ progress }) => progress.sent > 50)
  await mailings.pause(actor, mailing)
  const paused = await until(tenant, mailing, ({ progress: { inFlight } }) => inFlight === 0)
  await sleep(600)
  assert.equal((await mailings.detail(tenant.id, mailing)).progress.sent, paused.progress.sent)
  assert.ok(paused.progress.sent < 800)
  await mailings.start(actor, mailing)
  await until(tenant, mailing, ({ state }) => state === 'done')
  assert.deepEqual(
    who.filter(({ email }) => copies.get(email!) !== 1),
    [],
  )

  const distrusted = await approved(
    tenant,
    persons(400, 'blocked', (i) => ({ email: `blocked.p${i}@x.example` })),
  )
  await mailings.start(actor, distrusted)
  const { pausedBecause, progress } = await until(tenant, distrusted, ({ state }) => state === 'paused')
  assert.match(pausedBecause!, /refused 100 %/)
  assert.equal(progress.letters, 0, 'nobody gets a letter for a fault of ours')
})

test('two tenants at once, each with customers of the same addresses: each gets the own company’s notice', async () => {
  const tenants = [await platform.tenant(), await platform.tenant()]
  const mailings = await Promise.all(
    tenants.map((tenant, t) => approved(tenant, persons(300, `t${t}`), `Company ${t}`)),
  )
  await Promise.all(
    tenants.map((tenant, t) =>
      platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailings[t]!),
    ),
  )
  for (const [t, tenant] of tenants.entries()) {
    await until(tenant, mailings[t]!, ({ state }) => state === 'done')
    for (let i = 0; i < 300; i++) {
      const mail = contents.get(`p${i}@t${t}.example`)!
      assert.match(mail, new RegExp(`^From: "Company ${t}" `, 'm'))
      assert.doesNotMatch(mail, new RegExp(`Company ${1 - t}`))
    }
    const other = await platform.request(
      tenants[1 - t]!,
      'GET',
      `/v1/incidents/${mailings[t]!.incident}/notices`,
    )
    assert.deepEqual(other.body, { items: [] })
    const path = `/v1/incidents/${mailings[t]!.incident}/notices/${mailings[t]!.id}`
    assert.equal((await platform.request(tenants[1 - t]!, 'GET', path)).status, 404)
  }
})

test('a mailing whose key does not open keeps no other one waiting', async () => {
  const tenant = await platform.tenant()
  const [broken, whole] = [
    await approved(tenant, persons(5, 'broken')),
    await approved(tenant, persons(5, 'whole')),
  ]
  await platform.sql(
    `update notice_mailings set sealed_key = '\\x00112233445566778899aabbccddeeff00112233445566778899' where id = $1`,
    [broken.id],
  )
  const actor = tenant.people.administrator.actor
  await platform.candor.notices.mailings.start(actor, broken)
  await platform.candor.notices.mailings.start(actor, whole)
  await until(tenant, whole, ({ state }) => state === 'done')
  assert.equal((await platform.candor.notices.mailings.detail(tenant.id, broken)).progress.sent, 0)
})

test('a row copied to another place or mailing opens for nobody', async () => {
  const tenant = await platform.tenant()
  const who = persons(2, 'moved')
  const mailing = await approved(tenant, who)
  await platform.sql(
    `update notice_persons p set sealed = o.sealed from notice_persons o
     where p.mailing_id = $1 and o.mailing_id = $1 and p.place = 0 and o.place = 1`,
    [mailing.id],
  )
  await platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailing)
  const { progress } = await until(tenant, mailing, ({ state }) => state === 'done')
  assert.deepEqual([progress.sent, progress.bounced], [1, 1])
  assert.equal(copies.get(who[1]!.email!), 1)
})

test('a receipt proves itself up to a root that is in the access log', async () => {
  const tenant = await platform.tenant()
  const who = persons(37, 'receipt')
  const mailing = await approved(tenant, who)
  await platform.candor.notices.mailings.start(tenant.people.administrator.actor, mailing)
  await until(tenant, mailing, ({ state }) => state === 'done')
  await sleep(300)
  const path = `/v1/incidents/${mailing.incident}/notices/${mailing.id}/receipts/`
  for (const person of [who[0]!, who[17]!, who[36]!]) {
    const { status, body } = await platform.request(tenant, 'GET', path + person.id)
    assert.equal(status, 200, JSON.stringify(body))
    const receipt = body as unknown as Parameters<typeof receiptLine>[0] & {
      proof: { index: number; size: number; path: string[]; root: string; entry: number }
    }
    assert.equal(
      receipt.hash,
      hash('sha256', contents.get(person.email!)!, 'hex'),
      'of the very bytes that the mail server got',
    )
    assert.equal(inclusionRoot(receiptLine(receipt), receipt.proof), receipt.proof.root)
    const changed = { ...receipt, response: '250 read by the person' }
    assert.notEqual(inclusionRoot(receiptLine(changed), receipt.proof), receipt.proof.root)
    const entries = await platform.candor.accessLog.entries(
      tenant.id,
      { type: 'operator' },
      { cursor: null, limit: 50 },
    )
    assert.ok(JSON.stringify(entries).includes(receipt.proof.root), 'the root is in the tenant’s log')
  }
})

test('the hook takes reports with its secret only, and bounces for mails that were sent only', async () => {
  const tenant = await platform.tenant()
  const mailing = await approved(tenant, persons(1, 'hook'))
  const post = (path: string, body: string, type: string, secret: string): Promise<Response> =>
    fetch(`${platform.url}/v1/notices/${path}`, {
      method: 'POST',
      headers: { 'content-type': type, 'x-candor-hook-secret': secret },
      body,
    })
  const events = JSON.stringify({
    events: [{ returnPath: 'b-x@candor.example', kind: 'bounced', detail: 'x' }],
  })
  assert.equal((await post('mail-events', events, 'application/json', 'wrong')).status, 401)
  assert.deepEqual(await (await post('mail-events', events, 'application/json', hookSecret)).json(), {
    taken: 0,
    unknown: 1,
  })
  assert.equal((await post('returned-mail', 'hello', 'message/rfc822', hookSecret)).status, 400)
  assert.equal((await platform.candor.notices.mailings.detail(tenant.id, mailing)).progress.bounced, 0)
})

test('letters are printed with codes of which a hash is kept; each answers once, and only to its tenant', async () => {
  const tenant = await platform.tenant()
  const other = await platform.tenant()
  const { letters, mailings } = platform.candor.notices
  const actor = tenant.people['privacy-officer'].actor
  const who = persons(3, 'letter', (i) => ({ email: null, name: i === 1 ? '山田太郎' : `Letter ${i}` }))
  const mailing = await approved(tenant, who)
  const made = await letters.batch(actor, mailing)
  assert.deepEqual(made, { batch: 1, letters: 3 })
  assert.equal(await letters.batch(actor, mailing), null)
  const bytes = await buffer(await letters.print(actor, mailing, 1, 'a4'))
  const { text, totalPages } = await extractText(await getDocumentProxy(new Uint8Array(bytes)))
  assert.equal(totalPages, 4)
  const codes = text.join(' ').match(/\b([a-z2-7]{4}-){6}[a-z2-7]{4}\b/g)!
  assert.equal(codes.length, 2)
  const stored = JSON.stringify(await platform.sql('select * from notice_codes'))
  for (const code of codes) assert.ok(!stored.includes(code.replaceAll('-', '')))
  assert.equal(await letters.redeem(other.id, codes[0]), null)
  assert.deepEqual(await letters.redeem(tenant.id, codes[0].toUpperCase()), {
    mailing: mailing.id,
    person: who[0]!.id,
  })
  assert.equal(await letters.redeem(tenant.id, codes[0]), null, 'used up')
  const again = await buffer(await letters.print(actor, mailing, 1, 'letter'))
  assert.notDeepEqual(again, bytes)
  assert.equal((await letters.redeem(tenant.id, codes[1]!))?.person, who[2]!.id, 'the first print stays good')
  const { progress } = await mailings.detail(tenant.id, mailing)
  assert.deepEqual([progress.letters, progress.lettersPrinted], [3, 2], 'one is told by hand')
  await assert.rejects(letters.print(other.people['privacy-officer'].actor, mailing, 1, 'a4'), (caught) =>
    is(caught, 'not_found'),
  )
})

test('whatever is done in one tenant’s name with another’s mailing, nothing of it is read or changed', async () => {
  const [victim, thief] = [await platform.tenant(), await platform.tenant()]
  const [theirs, own] = [await approved(victim, persons(40, 'v')), await approved(thief, persons(40, 'w'))]
  const { mailings, letters, receipts } = platform.candor.notices
  const rows = (): Promise<unknown> =>
    platform.sql(
      `select m.*, g.state as mailing_state, (select count(*) from notice_letters l where l.mailing_id = m.mailing_id) as letters
       from notice_mails m join notice_mailings g on g.id = m.mailing_id where m.mailing_id = $1 order by m.place`,
      [theirs.id],
    )
  const before = await rows()
  const run = platform.ids.next()
  const queue = openMailQueue({ store: platform.candor.store, now: Date.now, run })
  const actor = thief.people.administrator.actor
  const [ownRow] = await platform.sql<MailingRow>('select * from notice_mailings where id = $1', [own.id])
  const forged = { ...ownRow!, id: theirs.id }
  const seed = Math.floor(Math.random() * 2 ** 31)
  let state = seed
  const random = (n: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % n
  for (let round = 0; round < 150; round++) {
    const place = random(50) - 5
    const key = { tenant: thief.id, mailing: theirs.id, place }
    const at = new Date(Date.now() + random(2_000) - 1_000)
    const done = (['sent', 'waiting', 'bounced', 'in-doubt'] as const).map((each) => ({
      ...{ ...key, state: each, attempts: random(5), response: 'x', at },
      receipts: each === 'sent' ? 1 : null,
    }))
    const reported = (['delivered', 'bounced'] as const).map((kind) => ({
      ...{ ...key, kind, detail: 'x', at },
      receipts: 1,
    }))
    const marked = await queue.commit(done, [{ ...key, hash: Buffer.alloc(32) }], reported)
    assert.equal(marked.size, 0, `seed ${seed}`)
    assert.deepEqual(await queue.claim(forged, 50, []), [], `seed ${seed}`)
    await queue.release(thief.id, theirs.id, [place], at)
    assert.deepEqual(await queue.sweep(forged, 0), { done: false, doubted: 0, again: 0 })
    const mine = [mailings.start, mailings.pause, mailings.withdraw, mailings.approve, letters.batch][
      random(5)
    ]!
    const crossed = { incident: random(2) === 0 ? own.incident : theirs.incident, id: theirs.id }
    await assert.rejects(mine(actor, crossed), (caught) => is(caught, 'not_found'), `seed ${seed}`)
    await assert.rejects(receipts.receipt(thief.id, crossed, platform.ids.next()), (caught) =>
      is(caught, 'not_found'),
    )
  }
  assert.deepEqual(await rows(), before, `seed ${seed}`)
})

function is(caught: unknown, code: string): boolean {
  return caught instanceof Refusal && caught.code === code
}
