/** The kill switch against a real server: whom it stops, whom it does not, and that it comes back as fast. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openConnection, type ConnectionState, type Transport } from '@candor/protocol/connection.ts'
import { eventStreamTransport } from '@candor/protocol/event-stream-transport.ts'
import { protocolVersion, type PageInfo } from '@candor/protocol/frames.ts'
import type { Containment } from '@candor/protocol/integrity-api.ts'
import { webSocketTransport } from '@candor/protocol/websocket-transport.ts'
import { parseKeyText } from '@candor/release/release-keys.ts'
import { revocationStatement } from '@candor/release/verify-release.ts'
import { signIn } from '../../../test/signed-in.ts'
import type { TestClient } from '../../../test/test-client.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'

const site = 'https://shop.example'
const otherSite = 'https://outlet.example'
/** The one that is served, and one of another installation. */
let release: string
const otherRelease = 'b'.repeat(43)

let platform: TestPlatform
let tenant: TestTenant
const halted = new Set<number>()
const closers: (() => void)[] = []
before(async () => {
  platform = await TestPlatform.start()
  tenant = await newTenant()
  await until(() => platform.candor.releases.served() !== null, 'a release is in force')
  release = platform.candor.releases.served()!
})
afterEach(async () => {
  for (const pid of halted) process.kill(pid, 'SIGCONT')
  halted.clear()
  for (const close of closers.splice(0)) close()
  for (const { id, undoneAt } of await list())
    if (undoneAt === null) assert.equal((await undo(id)).status, 200)
  await platform.check()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

async function newTenant(): Promise<TestTenant> {
  const made = await platform.tenant()
  for (const origin of [site, otherSite]) await platform.candor.tenants.addSite(made.id, origin)
  await platform.candor.routing.setVirtualAgent(made.id, false)
  return made
}

async function until(holds: () => boolean | Promise<boolean>, what: string, msMax = 20_000): Promise<void> {
  const end = Date.now() + msMax
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what}: not within ${msMax} ms`)
    await sleep(20)
  }
}

const page = (url: string): PageInfo => ({ url, title: 'Shop', cardFields: false })
const at = (url: string, of: string = release) => ({
  origin: new URL(url).origin,
  page: page(url),
  release: of,
})

type Answer = { status: number; body: Containment & { code?: string; field?: string } }
const contain = (scope: object, reason = 'A skimmer', of = tenant, headers = {}): Promise<Answer> =>
  platform.request(of, 'POST', '/v1/integrity/containments', { scope, reason }, headers) as never
const undo = (id: string, reason = 'It is gone', of = tenant): Promise<Answer> =>
  platform.request(of, 'POST', `/v1/integrity/containments/${id}/undo`, { reason }) as never
const list = async (of = tenant): Promise<Containment[]> =>
  (await platform.request(of, 'GET', '/v1/integrity/containments')).body['items'] as Containment[]
const one = async (id: string): Promise<Containment> => (await list()).find((each) => each.id === id)!

/** A visitor's frame by the protocol's own client, as the widget runs it. */
interface Frame {
  states: ConnectionState[]
  connects(): number
  state(): ConnectionState['kind']
  /** Loses the network. */
  cut(): void
}

function openFrame(
  url: string,
  options: { of?: TestTenant; stream?: boolean; release?: string } = {},
): Frame {
  const states: ConnectionState[] = []
  let connects = 0
  let cut = (): void => undefined
  const inner = (options.stream ? eventStreamTransport : webSocketTransport)(platform.url)
  const transport: Transport = {
    connect(hello, listener) {
      connects++
      const wire = inner.connect(hello, listener)
      cut = () => {
        wire.drop()
        listener.lost()
      }
      return wire
    },
  }
  const connection = openConnection({
    transports: [transport],
    hello: () => ({
      type: 'hello',
      protocol: protocolVersion,
      role: 'visitor',
      tenant: (options.of ?? tenant).slug,
      ...at(url, options.release ?? release),
    }),
    clock: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    random: Math.random,
    onFrame: () => undefined,
    onState: (state) => void states.push(state),
  })
  closers.push(() => connection.close())
  return {
    states,
    connects: () => connects,
    state: () => states.at(-1)!.kind,
    cut: () => cut(),
  }
}

const isContained = (frame: Frame): boolean => {
  const state = frame.states.at(-1)!
  return state.kind === 'refused' && state.refusal.code === 'contained'
}

async function openFrames(frames: Frame[]): Promise<void> {
  await until(() => frames.every((frame) => frame.state() === 'online'), 'the frames are open')
}

/** Which of these load now. */
async function loads(...frames: Frame[]): Promise<boolean[]> {
  await until(
    () => frames.every((frame) => ['online', 'refused'].includes(frame.state())),
    'each is let in or sent away',
  )
  return frames.map((frame) => !isContained(frame))
}

const scopes = {
  tenant: { kind: 'tenant' },
  site: { kind: 'site', origin: site },
  template: { kind: 'template', template: `${site}/pay/:id` },
  release: {
    kind: 'release',
    get release() {
      return release
    },
  },
} as const

/** A page of each kind, and by which scope it is stopped. */
const pages = [
  { url: `${site}/pay/4711`, isServed: true, by: ['tenant', 'site', 'template', 'release'] },
  { url: `${site}/pay/4711`, isServed: false, by: ['tenant', 'site', 'template'] },
  { url: `${site}/`, isServed: true, by: ['tenant', 'site', 'release'] },
  { url: `${otherSite}/pay/4711`, isServed: false, by: ['tenant'] },
] as const
const releaseOf = ({ isServed }: { isServed: boolean }): string => (isServed ? release : otherRelease)

test('what is switched off stays off over a restart, and is undone after it', async () => {
  const { body } = await contain(scopes.template)
  await platform.stopServer()
  await platform.startServer()
  assert.deepEqual(await loads(openFrame(`${site}/pay/1`), openFrame(`${site}/`)), [false, true])
  assert.deepEqual(await one(body.id), { ...body, framesOpen: 0, framesStopped: 0 })
  assert.equal((await undo(body.id)).status, 200)
  await platform.stopServer()
  await platform.startServer()
  assert.deepEqual(await loads(openFrame(`${site}/pay/1`)), [true])
})

for (const [kind, scope] of Object.entries(scopes))
  test(`a contained ${kind} stops who is on it, lets nobody in, and touches nobody else; undone, it loads again`, async () => {
    const neighbour = await newTenant()
    const stranger = openFrame(`${site}/pay/4711`, { of: neighbour })
    const open = pages.map((each, i) =>
      openFrame(each.url, { release: releaseOf(each), stream: i % 2 === 1 }),
    )
    await openFrames([...open, stranger])
    const covered = pages.map(({ by }) => (by as readonly string[]).includes(kind))

    const { status, body } = await contain(scope)
    assert.equal(status, 201, JSON.stringify(body))
    const stopping = covered.filter(Boolean).length
    await until(() => open.filter(isContained).length === stopping, 'the covered frames stop', 5_000)
    assert.deepEqual(open.map(isContained), covered)
    assert.equal(stranger.state(), 'online')
    await until(async () => (await one(body.id)).framesStopped === stopping, 'each has confirmed')
    assert.equal((await one(body.id)).framesOpen, stopping)

    const again = pages.map((each) => openFrame(each.url, { release: releaseOf(each) }))
    assert.deepEqual(
      await loads(...again),
      covered.map((is) => !is),
    )
    assert.equal((await undo(body.id)).status, 200)
    const late = pages.map((each) => openFrame(each.url, { release: releaseOf(each) }))
    assert.ok((await loads(...late)).every(Boolean), 'everything loads again at once')
  })

test('a frame that was stopped does not come back by itself, over either transport, and one that was cut off is refused', async () => {
  const open = Array.from({ length: 20 }, (_, i) => openFrame(`${site}/pay/${i}`, { stream: i % 2 === 1 }))
  await openFrames(open)
  const { body } = await contain(scopes.site)
  open[0]!.cut()
  open[1]!.cut()
  await until(() => open.every(isContained), 'all are stopped')
  await sleep(3_000)
  assert.deepEqual(
    open.map((frame) => frame.connects()).filter((connects) => connects > 2),
    [],
  )
  assert.ok(open.slice(2).every((frame) => frame.connects() === 1))
  assert.ok(open.every(isContained))
  assert.equal((await undo(body.id)).status, 200)
})

test('who goes to a contained page is stopped there, and nothing that they say is taken', async () => {
  const { body } = await contain(scopes.template)
  const visitor = await platform.visitor(tenant, at(`${site}/`))
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  visitor.send({ type: 'page', page: page(`${site}/pay/1`) })
  visitor.send({ type: 'send', id: platform.ids.next(), conversation, text: 'Is this stored?' })
  const goodbye = await visitor.until('goodbye')
  assert.equal(goodbye.code, 'contained')
  visitor.send({ type: 'stopped' })
  assert.equal(await visitor.closed, 1000)
  const { body: events } = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  assert.doesNotMatch(JSON.stringify(events), /Is this stored/)
  assert.equal((await one(body.id)).framesOpen, 0, 'it was not on the page when that was contained')
})

test('a frame that does not say where it is, or which release it is of, is stopped too', async () => {
  for (const scope of [scopes.site, scopes.template, scopes.release]) {
    const silent = await platform.visitor(tenant)
    const { body } = await contain(scope)
    assert.equal((await silent.until('goodbye')).code, 'contained', scope.kind)
    await assert.rejects(platform.visitor(tenant), /contained/)
    await undo(body.id)
  }
})

test('a frame that says nothing is ended all the same, and counts as open', async () => {
  const [quiet, good] = [
    await platform.visitor(tenant, at(`${site}/`)),
    await platform.visitor(tenant, at(`${site}/`)),
  ]
  const { body } = await contain(scopes.tenant)
  assert.deepEqual([body.framesOpen, body.framesStopped], [2, 0])
  await good.until('goodbye')
  good.send({ type: 'stopped' })
  const conversation = platform.ids.next()
  quiet.send({ type: 'start', id: platform.ids.next(), conversation })
  await Promise.all([good.closed, quiet.closed])
  const { framesOpen, framesStopped } = await one(body.id)
  assert.deepEqual([framesOpen, framesStopped], [2, 1])
  const [stored] = await platform.sql<{ n: number }>(
    'select count(*)::int as n from conversations where id = $1',
    [conversation],
  )
  assert.equal(stored!.n, 0)
  await until(async () => {
    const [row] = await platform.sql<{ o: number; s: number }>(
      'select frames_open as o, frames_stopped as s from containments where id = $1',
      [body.id],
    )
    return row!.o === 2 && row!.s === 1
  }, 'the numbers are kept')
})

test('staff go on working, and every desk says what is switched off and when it is on again', async () => {
  const early = await platform.staff(tenant, { inbox: true })
  const stranger = await platform.staff(await newTenant(), { inbox: true })
  const { body } = await contain(scopes.site, 'A skimmer on the payment page')
  const told = await early.until('containments')
  assert.deepEqual(
    told.items.map(({ id, scope, reason, by }) => ({ id, scope, reason, by })),
    [{ id: body.id, scope: scopes.site, reason: 'A skimmer on the payment page', by: 'test' }],
  )
  const late = await platform.staff(tenant, { inbox: true })
  assert.equal((await late.until('containments')).items.length, 1)
  await undo(body.id)
  for (const desk of [early, late]) await desk.until('containments', ({ items }) => items.length === 0)
  const banners = (client: TestClient): number =>
    client.frames.filter(({ type }) => type === 'containments').length
  assert.equal(banners(stranger), 0)
  early.send({ type: 'presence', state: 'away' })
  assert.equal(early.socket.readyState, early.socket.OPEN)
})

test('every step is an entry of the log and a row, with who and why', async () => {
  const begun = (await contain(scopes.template, 'A new script')).body
  const undone = (await undo(begun.id, 'It was ours')).body
  assert.ok(begun.entry > 0)
  assert.ok(undone.undoneEntry! > begun.entry)
  assert.deepEqual(
    [undone.by, undone.reason, undone.undoneBy, undone.undoReason],
    ['test', 'A new script', 'test', 'It was ours'],
  )
  const { items } = await platform.candor.accessLog.entries(
    tenant.id,
    { type: 'containment' },
    { cursor: null, limit: 2 },
  )
  assert.deepEqual(
    items.map(({ index, outcome, actor }) => [index, outcome, actor?.name]),
    [
      [undone.undoneEntry, 'undone', 'test'],
      [begun.entry, 'begun', 'test'],
    ],
  )
  assert.match(items[1]!.what!, new RegExp(`pay/:id.*${begun.id}.*A new script`))
  assert.match(items[0]!.what!, new RegExp(`pay/:id.*${begun.id}.*It was ours`))
})

test('asked twice it is done once, and undone is undone', async () => {
  const key = { 'idempotency-key': platform.ids.next() }
  const [first, second] = await Promise.all([
    contain(scopes.site, 'A skimmer', tenant, key),
    contain(scopes.site, 'A skimmer', tenant, key),
  ])
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.deepEqual([first.body.id, first.body.entry], [second.body.id, second.body.entry])
  assert.equal((await contain(scopes.tenant, 'A skimmer', tenant, key)).body.code, 'idempotency_conflict')
  const undone = await Promise.all([undo(first.body.id), undo(first.body.id)])
  assert.deepEqual(
    undone.map(({ status, body }) => [status, body.undoneEntry]),
    [
      [200, undone[0].body.undoneEntry],
      [200, undone[0].body.undoneEntry],
    ],
  )
  const { items } = await platform.candor.accessLog.entries(
    tenant.id,
    { type: 'containment' },
    { cursor: null, limit: 3 },
  )
  assert.deepEqual(
    items.slice(0, 2).map(({ outcome }) => outcome),
    ['undone', 'begun'],
  )
  assert.notEqual(items[2]?.index, first.body.entry)
})

test('what is switched off already, or is not known, is refused by its field', async () => {
  const { body } = await contain(scopes.site)
  for (const scope of [scopes.site, scopes.template, { kind: 'template', template: `${site}/` }])
    assert.deepEqual(
      await contain(scope).then(({ status, body }) => [status, body.code]),
      [409, 'state_conflict'],
      JSON.stringify(scope),
    )
  const wider = await contain(scopes.tenant, 'It is everywhere')
  assert.equal(wider.status, 201, 'a wider scope may follow a narrower one')
  await undo(wider.body.id)
  await undo(body.id)
  for (const [scope, field] of [
    [{ kind: 'site', origin: 'https://other.example' }, 'scope.origin'],
    [{ kind: 'site', origin: `${site}/` }, 'scope.origin'],
    [{ kind: 'site' }, 'scope.origin'],
    [{ kind: 'template', template: 'https://other.example/pay' }, 'scope.template'],
    [{ kind: 'template', template: `${site}/pay/4711` }, 'scope.template'],
    [{ kind: 'template', template: `${site}/pay?x=1` }, 'scope.template'],
    [{ kind: 'template', template: '/pay' }, 'scope.template'],
    [{ kind: 'release', release: 'short' }, 'scope.release'],
    [{ kind: 'release', release: otherRelease }, 'scope.release'],
    [{ kind: 'tenant', origin: site }, 'scope.origin'],
    [{ kind: 'everything' }, 'scope.kind'],
  ] as const) {
    const answer = await contain(scope)
    assert.deepEqual([answer.status, answer.body.code, answer.body.field], [422, 'invalid_field', field])
  }
  assert.equal((await undo(platform.ids.next())).status, 404)
  assert.equal((await undo(body.id, 'Mine', await newTenant())).status, 404)
  assert.deepEqual(
    (await list()).filter(({ undoneAt }) => undoneAt === null),
    [],
  )
})

test('who is on shift may stop a page; everything else takes an administrator or a privacy officer', async () => {
  const asked = async (role: 'agent' | 'supervisor' | 'administrator' | 'privacy-officer', scope: object) => {
    const person = await signIn(platform, tenant, role)
    const made = await person.send('POST', '/v1/integrity/containments', { scope, reason: 'A skimmer' })
    if (made.status !== 201) return [made.status]
    const id = String(made.body['id'])
    const own = await person.send('POST', `/v1/integrity/containments/${id}/undo`, { reason: 'Gone' })
    await undo(id)
    return [made.status, own.status]
  }
  assert.deepEqual(await asked('agent', scopes.template), [403])
  assert.deepEqual(await asked('supervisor', scopes.template), [201, 403])
  for (const scope of [scopes.tenant, scopes.site, scopes.release])
    assert.deepEqual(await asked('supervisor', scope), [403], scope.kind)
  for (const role of ['administrator', 'privacy-officer'] as const)
    assert.deepEqual(await asked(role, scopes.tenant), [201, 200], role)
  const agent = await signIn(platform, tenant, 'agent')
  assert.equal((await agent.send('GET', '/v1/integrity/containments')).status, 403)
})

test('a key contains its own tenant only', async () => {
  const other = await newTenant()
  const answer = await platform.request(tenant, 'POST', '/v1/integrity/containments', {
    scope: scopes.tenant,
    reason: 'A skimmer',
    tenant: other.slug,
  })
  assert.deepEqual([answer.status, answer.body['field']], [422, 'tenant'])
  assert.deepEqual(await loads(openFrame(`${site}/`)), [true])
})

test('a row that the operator writes by hand counts within seconds, and its entry is written', async () => {
  const frame = openFrame(`${site}/pay/1`)
  await openFrames([frame])
  const id = platform.ids.next()
  await platform.sql(
    `insert into containments (tenant_id, id, scope_kind, scope_value, reason, begun_kind, begun_by, begun_name, started_at)
     values ($1, $2, 'tenant', '', 'By hand', 'system', $1, 'Operator', now())`,
    [tenant.id, id],
  )
  await until(() => isContained(frame), 'the frame stops', 8_000)
  await until(async () => (await one(id)).entry > 0, 'it is in the log')
  await platform.sql(
    `update containments set undone_kind = 'system', undone_by = $1, undone_name = 'Operator', undone_at = now(),
       undo_reason = 'By hand' where id = $2`,
    [tenant.id, id],
  )
  await until(async () => (await loads(openFrame(`${site}/pay/1`)))[0]!, 'it loads again', 8_000)
  await until(async () => (await one(id)).undoneEntry! > 0, 'that is in the log too')
})

test('a loader on a contained page is given no release, and is given one again once that is undone', async () => {
  const ask = async (url: string, of = tenant): Promise<[number, unknown]> => {
    const answer = await fetch(`${platform.url}/w/release.json?t=${of.slug}&u=${encodeURIComponent(url)}`)
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    const body = (await answer.json()) as { code?: string; m?: string }
    return [answer.status, body.code ?? typeof body.m]
  }
  const [given, refused] = [
    [200, 'string'],
    [403, 'contained'],
  ]
  const other = await newTenant()
  assert.deepEqual(await ask(`${site}/pay/1`), given)
  for (const [scope, home] of [
    [scopes.template, given],
    [scopes.site, refused],
    [scopes.release, refused],
    [scopes.tenant, refused],
  ] as const) {
    const { body } = await contain(scope)
    assert.deepEqual(await ask(`${site}/pay/1`), refused, scope.kind)
    assert.deepEqual(await ask(`${site}/`), home, scope.kind)
    assert.deepEqual(await ask(`${site}/pay/1`, other), given, scope.kind)
    await undo(body.id)
    assert.deepEqual(await ask(`${site}/pay/1`), given, scope.kind)
  }
})

for (const how of ['hangs', 'is dead'] as const)
  test(`while the keyholder ${how} the switch works at once, and the entries follow when it is back`, async () => {
    const frame = openFrame(`${site}/pay/1`)
    await openFrames([frame])
    const former = platform.candor.keyholderPid()
    if (how === 'is dead') {
      process.kill(former, 'SIGKILL')
      await until(() => ![0, former].includes(platform.candor.keyholderPid()), 'another one is started')
    }
    const pid = platform.candor.keyholderPid()
    process.kill(pid, 'SIGSTOP')
    halted.add(pid)

    const asked = performance.now()
    const { status, body } = await contain(scopes.site, `The keyholder ${how}`)
    await until(() => isContained(frame), 'the frame stops')
    const ms = performance.now() - asked
    assert.ok(ms < 2_500, `${ms} ms`)
    assert.deepEqual([status, body.entry], [201, 0])
    const undone = (await undo(body.id, 'Gone')).body
    assert.equal(undone.undoneEntry, 0)
    assert.deepEqual(await loads(openFrame(`${site}/pay/1`)), [true])

    process.kill(pid, 'SIGCONT')
    halted.delete(pid)
    await until(async () => {
      const { entry, undoneEntry } = await one(body.id)
      return entry > 0 && undoneEntry! > entry
    }, 'both are in the log, in order')
    const { entry, undoneEntry } = await one(body.id)
    const { items } = await platform.candor.accessLog.entries(
      tenant.id,
      { type: 'containment' },
      { cursor: null, limit: 10 },
    )
    const own = items.filter(({ what }) => what?.includes(body.id))
    assert.ok(own.some(({ index, outcome }) => index === entry && outcome === 'begun'))
    assert.ok(own.some(({ index, outcome }) => index === undoneEntry && outcome === 'undone'))
  })

test('a keyholder that was killed in between leaves both entries once a new one is there', async () => {
  process.kill(platform.candor.keyholderPid(), 'SIGKILL')
  const { body } = await contain(scopes.tenant, 'Nobody is there')
  assert.deepEqual(await loads(openFrame(`${site}/`)), [false])
  await until(async () => (await one(body.id)).entry > 0, 'the entry is there')
})

/** The last: there is no release after it. */
test('a release that is revoked stops in every tenant, for good, and frames of other releases go on', async () => {
  const neighbour = await newTenant()
  const covered = [openFrame(`${site}/`), openFrame(`${site}/`, { of: neighbour, stream: true })]
  const other = openFrame(`${site}/`, { release: otherRelease })
  await openFrames([...covered, other])
  const what = { id: release, reason: 'A hole was found.', at: new Date().toISOString() }
  const sign = (n: number): string =>
    parseKeyText(readFileSync(path.join(platform.folder, `release/keys/release-${n}.key`), 'utf8'))!.sign(
      revocationStatement(what),
    )
  writeFileSync(
    path.join(platform.folder, `release/revocations/${release}.json`),
    JSON.stringify({ ...what, signatures: [sign(1), sign(2), ''] }),
  )
  await until(() => covered.every(isContained), 'its frames stop', 10_000)
  assert.equal(other.state(), 'online')
  assert.deepEqual(await loads(openFrame(`${site}/`), openFrame(`${site}/`, { of: neighbour })), [
    false,
    false,
  ])
  assert.deepEqual(await loads(openFrame(`${site}/`, { release: otherRelease })), [true])
  await platform.stopServer()
  await platform.startServer()
  assert.deepEqual(await loads(openFrame(`${site}/`)), [false], 'after a restart too')
})
