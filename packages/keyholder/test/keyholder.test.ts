import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyBundle } from '@candor/ledger/bundle.ts'
import { Denied } from '../src/denied.ts'
import { defaultPolicy } from '../src/effects.ts'
import { openTestKeyholder, type KeyholderUnderTest } from './keyholder-under-test.ts'

let t: KeyholderUnderTest
before(async () => void (t = await openTestKeyholder()))
after(() => t.close())

const denied = (code: string) => (caught: unknown) => caught instanceof Denied && caught.code === code

const administrator = { kind: 'agent' as const, id: randomUUID(), name: 'Mateo', role: 'administrator' }

test('a key comes back for what was wrapped, and an entry stands before it', async () => {
  const conversation = randomUUID()
  const { key, wrapped } = await t.sealFor(conversation)
  const opened = await t.keyholder.handle('open', t.opening({ conversation, keys: [wrapped] }))
  assert.equal(opened.keys[0], key.export().toString('base64'))
  const { items } = await t.keyholder.handle('entries', {
    tenant: t.tenant,
    filter: { conversation },
    limit: 10,
  })
  assert.deepEqual(
    items.map(({ index, type, purpose, detail }) => [
      index,
      type,
      purpose,
      detail?.actor?.name,
      detail?.segments,
    ]),
    [[opened.index, 'open', 'api', 'integration', [wrapped.segment]]],
  )
})

test('a person opens with a fresh signature of their own session only', async () => {
  const ada = await t.person('Ada')
  const noor = await t.person('Noor', 'supervisor')
  const conversation = randomUUID()
  const { wrapped } = await t.sealFor(conversation)
  const opening = t.opening({
    conversation,
    keys: [wrapped],
    actor: ada.actor,
    session: ada.session,
    purpose: 'desk',
  })
  const ask = (more: object): Promise<unknown> => t.keyholder.handle('open', { ...opening, ...more })

  await assert.rejects(ask({}), denied('unsigned'))
  await assert.rejects(ask({ proof: noor.proof(conversation) }), denied('unsigned'), 'somebody else’s key')
  await assert.rejects(ask({ proof: ada.proof(conversation), session: noor.session }), denied('unsigned'))
  await assert.rejects(
    ask({ proof: ada.proof(randomUUID()) }),
    denied('bad-signature'),
    'another conversation',
  )
  await assert.rejects(
    ask({ proof: ada.proof(conversation, { tenant: randomUUID() }) }),
    denied('bad-signature'),
  )
  const old = new Date(Date.now() - 16 * 60_000).toISOString()
  await assert.rejects(ask({ proof: ada.proof(conversation, { at: old }) }), denied('stale'))
  await assert.rejects(
    ask({ proof: { ...ada.proof(conversation), signature: 'A'.repeat(86) } }),
    denied('bad-signature'),
  )
  await assert.rejects(ask({ proof: ada.proof(conversation), purpose: 'card-guard' }), denied('purpose'))
  await ask({ proof: ada.proof(conversation) })

  await t.keyholder.handle('session-ended', { session: ada.session })
  await assert.rejects(ask({ proof: ada.proof(conversation) }), denied('unsigned'), 'after the sign-out')

  const { items } = await t.keyholder.handle('entries', {
    tenant: t.tenant,
    filter: { conversation },
    limit: 20,
  })
  assert.deepEqual(items.map(({ type, outcome }) => `${type} ${outcome}`).reverse(), [
    ...[
      'unsigned',
      'unsigned',
      'unsigned',
      'bad-signature',
      'bad-signature',
      'stale',
      'bad-signature',
      'purpose',
    ].map((code) => `denial ${code}`),
    'open granted',
    'denial unsigned',
  ])
})

test('what is not of its form is refused and leaves nothing', async () => {
  const before = (await t.keyholder.handle('status', {})).entries
  for (const [op, ask] of [
    ['open', { ...t.opening(), keys: 'all' }],
    ['open', { ...t.opening(), purpose: undefined }],
    ['open', { ...t.opening(), actor: { kind: 'root', id: randomUUID(), name: '' } }],
    ['epoch-key', { tenant: '../../etc' }],
    [
      'set-policy',
      {
        tenant: t.tenant,
        by: administrator,
        policy: { ...defaultPolicy, hours: { timeZone: 'Moon', days: [], from: '1', to: '2' } },
      },
    ],
    ['entries', { tenant: t.tenant, filter: { conversation: "' or 1=1" }, limit: 1 }],
    ['open', null],
  ] as const)
    await assert.rejects(t.keyholder.handle(op, ask), denied('malformed'))
  for (const op of ['unwrap', '__proto__', 'constructor', 'toString'])
    await assert.rejects(t.keyholder.handle(op as never, {}), denied('unknown'))
  assert.equal((await t.keyholder.handle('status', {})).entries, before)
})

test('a bulk reader is alarmed at half the budget and suspended at its end, and the list of what was read is exact', async () => {
  const mallory = await t.person('Mallory')
  const told: string[] = []
  t.keyholder.onAlarm((alarm) => void (alarm.actor?.id === mallory.actor.id && told.push(alarm.kind)))
  const read: string[] = []
  const open = (conversation: string): Promise<unknown> =>
    t.keyholder.handle(
      'open',
      t.opening({
        conversation,
        actor: mallory.actor,
        session: mallory.session,
        purpose: 'desk',
        proof: mallory.proof(conversation),
      }),
    )
  const budget = defaultPolicy.budgets.agent.conversationsPerHour!
  for (let i = 0; i < budget; i++) {
    const conversation = randomUUID()
    await open(conversation)
    read.push(conversation)
    await open(conversation) // again is no other conversation
    assert.equal(told.includes('bulk-reading'), i + 1 > budget / 2, `after ${i + 1}`)
  }
  await assert.rejects(open(randomUUID()), denied('budget'))
  await assert.rejects(open(read[0]!), denied('suspended'))
  await t.keyholder.publish()
  assert.deepEqual(told, ['bulk-reading', 'suspended'])

  const listed = new Set<string>()
  for (let before: number | undefined; ;) {
    const page = await t.keyholder.handle('entries', {
      tenant: t.tenant,
      filter: {
        actor: { kind: 'agent', id: mallory.actor.id },
        types: ['open', 'join'],
        ...(before === undefined ? {} : { before }),
      },
      limit: 100,
    })
    for (const { detail } of page.items) listed.add(detail!.conversation!)
    if (!page.more) break
    before = page.items.at(-1)!.index
  }
  assert.deepEqual([...listed].sort(), [...read].sort())

  await t.restart()
  await assert.rejects(open(randomUUID()), denied('suspended'), 'also after a restart')
  const themselves = { kind: 'agent' as const, id: mallory.actor.id }
  await assert.rejects(
    t.keyholder.handle('reinstate', { tenant: t.tenant, by: mallory.actor, actor: themselves }),
    denied('suspended'),
    'nobody reinstates themselves',
  )
  await t.keyholder.handle('reinstate', {
    tenant: t.tenant,
    by: administrator,
    actor: { kind: 'agent', id: mallory.actor.id },
  })
  await open(randomUUID())
})

test('the budget counts over a restart, and what is an hour old counts no more', async () => {
  const ada = await t.person('Ada')
  const policy = structuredClone(defaultPolicy)
  policy.budgets.agent.conversationsPerHour = 4
  await t.keyholder.handle('set-policy', { tenant: t.tenant, by: administrator, policy })
  const open = (): Promise<unknown> => {
    const conversation = randomUUID()
    return t.keyholder.handle(
      'open',
      t.opening({
        conversation,
        actor: ada.actor,
        session: ada.session,
        purpose: 'desk',
        proof: ada.proof(conversation),
      }),
    )
  }
  for (let i = 0; i < 4; i++) await open()
  await t.restart()
  t.pass(61 * 60_000)
  for (let i = 0; i < 4; i++) await open()
  await assert.rejects(open(), denied('budget'))
  await t.keyholder.handle('set-policy', { tenant: t.tenant, by: administrator, policy: defaultPolicy })
})

test('who reads what others handle stands in the review list, slowly or not', async () => {
  const slow = await t.person('Sly')
  for (let i = 0; i < 3; i++) {
    const conversation = randomUUID()
    await t.keyholder.handle(
      'open',
      t.opening({
        conversation,
        actor: slow.actor,
        session: slow.session,
        purpose: 'desk',
        proof: slow.proof(conversation),
        offAssignment: i < 2,
      }),
    )
    t.pass(2 * 3_600_000)
  }
  const { items } = await t.keyholder.handle('review', { tenant: t.tenant, days: 7 })
  const row = items.find(({ actor }) => actor.id === slow.actor.id)
  assert.deepEqual([row?.offAssignment, row?.opened, row?.actor.name], [2, 3, 'Sly'])
})

test('erased is erased: refused for ever, also with the wrapped key of an old backup and after a restart', async () => {
  const [conversation, other] = [randomUUID(), randomUUID()]
  const { wrapped } = await t.sealFor(conversation)
  const kept = await t.sealFor(other)
  const opening = t.opening({ conversation, keys: [wrapped] })
  await t.keyholder.handle('open', opening)
  const erased = await t.keyholder.handle('erase', {
    tenant: t.tenant,
    by: administrator,
    what: 'conversations',
    conversations: [conversation],
    customers: [],
  })
  await assert.rejects(t.keyholder.handle('open', opening), denied('erased'))
  await t.restart()
  await assert.rejects(t.keyholder.handle('open', opening), denied('erased'))
  const open = await t.keyholder.handle('open', t.opening({ conversation: other, keys: [kept.wrapped] }))
  assert.equal(open.keys[0], kept.key.export().toString('base64'), 'another conversation is not touched')

  const { items } = await t.keyholder.handle('entries', {
    tenant: t.tenant,
    filter: { conversation },
    limit: 20,
  })
  assert.ok(items.some(({ type, index }) => type === 'erasure' && index === erased.index - 1))
  assert.equal(items.find(({ type }) => type === 'open')!.detail, null, 'what was known of it is gone')
  assert.equal(bytesOf(t.folder).includes(wrapped.segment), false, 'from the disk as well')
})

test('a legal hold stops erasure until it is lifted', async () => {
  const conversation = randomUUID()
  const hold = (on: boolean): Promise<unknown> =>
    t.keyholder.handle('hold', {
      tenant: t.tenant,
      by: administrator,
      scope: 'conversation',
      subject: conversation,
      on,
      reason: 'Case 7',
    })
  const erase = (): Promise<unknown> =>
    t.keyholder.handle('erase', {
      tenant: t.tenant,
      by: administrator,
      what: 'retention',
      conversations: [conversation],
      customers: [],
    })
  await hold(true)
  await assert.rejects(erase(), denied('held'))
  await hold(false)
  await erase()
})

test('epoch keys rotate monthly, and a destroyed one opens nothing', async () => {
  const conversation = randomUUID()
  const old = await t.sealFor(conversation)
  t.pass(31 * 24 * 3_600_000)
  const fresh = await t.sealFor(conversation)
  assert.notEqual(old.wrapped.epochKey, fresh.wrapped.epochKey)
  const opening = t.opening({ conversation, keys: [old.wrapped, fresh.wrapped] })
  assert.deepEqual(
    (await t.keyholder.handle('open', opening)).keys,
    [old, fresh].map(({ key }) => key.export().toString('base64')),
  )
  const destroyed = await t.keyholder.handle('destroy-epochs', {
    tenant: t.tenant,
    by: administrator,
    keys: [old.wrapped.epochKey, fresh.wrapped.epochKey],
  })
  assert.equal(destroyed.destroyed, 1, 'the newest is in use')
  await t.restart()
  assert.deepEqual((await t.keyholder.handle('open', opening)).keys, [
    null,
    fresh.key.export().toString('base64'),
  ])
  assert.equal(bytesOf(t.folder).includes(`"id":"${old.wrapped.epochKey}"`), false)
})

test('a tenant that was erased has no keys, no names, and its entries still verify', async () => {
  const tenant = randomUUID()
  const conversation = randomUUID()
  const { wrapped } = await t.sealFor(conversation, tenant)
  const opening = t.opening({ tenant, conversation, keys: [wrapped] })
  await t.keyholder.handle('open', opening)
  const { bundle } = await t.keyholder.handle('bundle', { tenant, filter: { conversation } })
  await t.keyholder.handle('erase', {
    tenant,
    by: administrator,
    what: 'tenant',
    conversations: [],
    customers: [],
  })
  await assert.rejects(t.keyholder.handle('open', opening), denied('erased'))
  await assert.rejects(t.keyholder.handle('epoch-key', { tenant }), denied('erased'))
  await t.restart()
  await assert.rejects(t.keyholder.handle('open', opening), denied('erased'))
  const checked = verifyBundle(nodeCrypto, bundle)
  assert.ok(checked.kind === 'checked' && checked.entries.every(({ kind }) => kind === 'valid'))
  assert.equal(bytesOf(t.folder).includes(conversation), false)
})

test('a proof bundle checks out offline, and one flipped character does not', async () => {
  const conversation = randomUUID()
  await t.keyholder.handle('open', t.opening({ conversation }))
  const { bundle } = await t.keyholder.handle('bundle', { tenant: t.tenant, filter: { conversation } })
  const checked = verifyBundle(nodeCrypto, bundle)
  assert.equal(checked.kind, 'checked')
  assert.deepEqual(checked.kind === 'checked' && checked.entries.map(({ kind }) => kind), ['valid'])
  assert.match(bundle, /integration/, 'the detail is in it')
  const flipped = verifyBundle(nodeCrypto, bundle.replace('integration', 'integratiom'))
  assert.deepEqual(flipped.kind === 'checked' && flipped.entries.map(({ kind }) => kind), ['invalid'])
})

test('the keyholder’s files are its own, and no key lies in them in the clear', async () => {
  assert.equal(statSync(path.join(t.folder, 'root-key.json')).mode & 0o077, 0)
  const conversation = randomUUID()
  const { key, wrapped } = await t.sealFor(conversation)
  await t.keyholder.handle('open', t.opening({ conversation, keys: [wrapped] }))
  const bytes = bytesOf(t.folder)
  assert.equal(bytes.includes(key.export().toString('base64')), false)
  assert.equal(bytes.includes(key.export().toString('latin1')), false)
})

function bytesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

test('the kill switch leaves an entry when it is used and one when it is undone', async () => {
  const ask = { tenant: t.tenant, by: administrator }
  const begun = await t.keyholder.handle('contain', { ...ask, what: 'Everything: skimmer', begun: true })
  const undone = await t.keyholder.handle('contain', { ...ask, what: 'Everything: gone', begun: false })
  assert.ok(undone.index > begun.index)
  const { items } = await t.keyholder.handle('entries', {
    tenant: t.tenant,
    filter: { types: ['containment'] },
    limit: 10,
  })
  assert.deepEqual(
    items.map(({ index, outcome, detail }) => [index, outcome, detail?.actor?.name, detail?.what]),
    [
      [undone.index, 'undone', 'Mateo', 'Everything: gone'],
      [begun.index, 'begun', 'Mateo', 'Everything: skimmer'],
    ],
  )
  for (const wrong of [{ what: '' }, { begun: 'yes' }, { by: undefined }, { tenant: 'x' }])
    await assert.rejects(
      t.keyholder.handle('contain', { ...ask, what: 'Everything', begun: true, ...wrong }),
      denied('malformed'),
    )
})
