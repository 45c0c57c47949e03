import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { addCosignatures, signCheckpoint } from '@candor/ledger/checkpoint.ts'
import { encodeEntry, type Entry } from '@candor/ledger/entry.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { cosignatureType, noteSignatureType, parseNote, signerOf } from '@candor/ledger/signed-note.ts'
import { openTileLog } from '@candor/ledger/tile-log.ts'
import { memoryStorage } from '@candor/ledger/tile-storage.ts'
import { checkpointPath, entriesPath } from '@candor/ledger/tiles.ts'
import { releaseIdOf, spellManifest, type ReleaseManifest } from '../src/manifest.ts'
import { openMonitor, type MonitorAlarm, type ReleaseMonitor } from '../src/monitor.ts'
import { NotServed } from '../src/served-release.ts'
import { releaseWorld } from './release-world.ts'

const secondMs = 1_000
const dayMs = 86_400_000

interface Watched {
  monitor: ReleaseMonitor
  storage: ReturnType<typeof memoryStorage>
  /** Appends them, and a checkpoint over all that was cosigned. */
  log(...entries: Partial<Entry>[]): Promise<void>
  /** Puts a manifest where the server shows it. @returns its id */
  serve(more?: Partial<ReleaseManifest>): string
  served: Map<string, string>
  pass(ms: number): void
  look(): Promise<string[]>
  raised: MonitorAlarm[]
}

async function watched(): Promise<Watched> {
  const world = releaseWorld()
  const storage = memoryStorage()
  const tiles = await openTileLog({ crypto: nodeCrypto, reader: storage, writer: storage })
  // The keys of the world's root.
  const seed = (name: string): Uint8Array => createHash('sha256').update(name).digest()
  const log = signerOf(nodeCrypto, 'release.example/log', noteSignatureType, seed('log'))
  const witness = signerOf(nodeCrypto, 'witness.example', cosignatureType, seed('witness'))
  assert.deepEqual([log.vkey, witness.vkey], [world.root.log, world.root.witnesses[0]])
  let nowMs = world.nowMs
  const served = new Map<string, string>()
  const raised: MonitorAlarm[] = []
  const monitor = openMonitor({
    reader: storage,
    root: world.root,
    manifestOf(id) {
      const text = served.get(id)
      return text === undefined ? Promise.reject(new NotServed('/w/… answered 404')) : Promise.resolve(text)
    },
    now: () => nowMs,
  })
  return {
    monitor,
    storage,
    served,
    raised,
    async log(...entries) {
      const at = new Date(nowMs).toISOString()
      await tiles.appendAt(
        tiles.size,
        entries.map((entry) => encodeEntry({ v: 1, at, type: 'release', ...entry })),
      )
      const { size, root } = await tiles.flush()
      const checkpoint = signCheckpoint('release.example/log', size, root, log)
      const line = witness.sign(parseNote(checkpoint)!.text, Math.floor(nowMs / 1_000))
      await storage.write([{ path: checkpointPath, bytes: Buffer.from(addCosignatures(checkpoint, [line])) }])
    },
    serve(more = {}) {
      const text = spellManifest(world.manifest(more))
      served.set(releaseIdOf(text), text)
      return releaseIdOf(text)
    },
    pass: (ms) => void (nowMs += ms),
    async look() {
      const alarms = await monitor.look()
      raised.push(...alarms)
      return alarms.map(({ alarm }) => alarm)
    },
  }
}

test('a release that two builders built is no alarm, in a log that holds', async () => {
  const { log, look, serve, monitor } = await watched()
  const id = serve()
  await log({ type: 'start' }, { outcome: 'published', request: id }, { outcome: 'in-force', request: id })
  assert.deepEqual(await look(), [])
  assert.equal(monitor.size, 3)
  await log({ outcome: 'in-force', request: id })
  assert.deepEqual(await look(), [])
})

test('a release without matching builds is an alarm at the first look, once', async () => {
  const { log, look, serve, raised } = await watched()
  const none = serve({ built: [] })
  await log({ outcome: 'published', request: none })
  assert.deepEqual(await look(), ['release-unattested'])
  assert.deepEqual([raised[0]!.release, raised[0]!.entry, raised[0]!.detail], [none, 0, '0 of 2 builders'])
  assert.deepEqual(await look(), [])
  // Attestations of other bytes than these, as somebody has them who stole the keys of a release alone.
  const swapped = serve({
    files: { 'en.html': `sha384-${'A'.repeat(64)}` },
    csp: `default-src 'none'; script-src`,
  })
  await log({ outcome: 'published', request: swapped })
  assert.ok((await look()).includes('release-unattested'))
})

test('a release of which nobody can say what it is is an alarm within a minute, however it is hidden', async () => {
  for (const hide of ['nothing', 'another text']) {
    const { log, look, served, pass } = await watched()
    const id = 'A'.repeat(43)
    if (hide === 'another text') served.set(id, '{"v":1}')
    await log({ outcome: 'published', request: id })
    assert.deepEqual(await look(), [])
    pass(10 * secondMs)
    assert.deepEqual(await look(), [])
    pass(20 * secondMs)
    assert.deepEqual(await look(), ['release-unseen'])
  }
})

test('what comes late is read late: a manifest that was not there at first is judged when it is', async () => {
  const { log, look, serve, served, pass, monitor } = await watched()
  const id = serve({ built: [] })
  const text = served.get(id)!
  served.delete(id)
  await log({ outcome: 'published', request: id })
  assert.deepEqual(await look(), [])
  assert.equal(monitor.isWaiting, true)
  served.set(id, text)
  pass(10 * secondMs)
  assert.deepEqual(await look(), ['release-unattested'])
  assert.equal(monitor.isWaiting, false)
})

test('a frame that may run more than its own scripts is an alarm though two attest it', async () => {
  const { log, look, serve } = await watched()
  const id = serve({ csp: `default-src 'none'; script-src https://cdn.example; connect-src <o> <w>` })
  await log({ outcome: 'published', request: id })
  assert.ok((await look()).includes('release-open-policy'))
})

test('a keyholder that says in force of what expired, was revoked or was never published is found out', async () => {
  const { log, look, serve, pass } = await watched()
  const expiring = serve()
  const revoked = serve({ expires: Date.parse('2026-11-27T12:00:00Z') })
  await log(
    { outcome: 'published', request: expiring },
    { outcome: 'published', request: revoked },
    { outcome: 'revoked', request: revoked },
  )
  assert.deepEqual(await look(), [])
  await log({ outcome: 'in-force', request: revoked })
  assert.deepEqual(await look(), ['release-revived'])
  await log({ outcome: 'in-force', request: 'A'.repeat(43) })
  assert.deepEqual(await look(), ['release-from-nowhere'])
  pass(4 * dayMs)
  await log({ outcome: 'in-force', request: expiring })
  assert.deepEqual(await look(), ['release-past-its-time'])
})

test('releases of long ago, which nobody serves any more, are no alarm', async () => {
  const { log, look, pass } = await watched()
  await log({ outcome: 'published', request: 'A'.repeat(43) })
  pass(9 * dayMs)
  assert.deepEqual(await look(), [])
  pass(60 * secondMs)
  assert.deepEqual(await look(), [])
})

test('a log that was shortened, rewritten or not cosigned is an alarm, and what it says of releases counts nothing', async () => {
  const cut = await watched()
  await cut.log({ type: 'start' }, { type: 'start' })
  const former = cut.storage.files.get(checkpointPath)!
  await cut.log({ type: 'start' })
  assert.deepEqual(await cut.look(), [])
  cut.storage.files.set(checkpointPath, former)
  assert.deepEqual(await cut.look(), ['log-broken'])
  assert.deepEqual(await cut.look(), [], 'once')

  const rewritten = await watched()
  const id = rewritten.serve({ built: [] })
  await rewritten.log({ outcome: 'published', request: id })
  const path = entriesPath(0, 1)
  const bytes = Buffer.from(rewritten.storage.files.get(path)!)
  bytes[bytes.length - 10]! ^= 1
  rewritten.storage.files.set(path, bytes)
  assert.deepEqual(await rewritten.look(), ['log-broken'])

  const alone = await watched()
  await alone.log({ type: 'start' })
  const text = Buffer.from(alone.storage.files.get(checkpointPath)!).toString()
  alone.storage.files.set(checkpointPath, Buffer.from(text.split('\n').slice(0, -2).join('\n') + '\n'))
  assert.deepEqual(await alone.look(), ['log-broken'])
})

test('a log that cannot be read for half a minute is an alarm, and one that comes back is read on', async () => {
  const { log, look, storage, pass, serve, monitor } = await watched()
  await log({ type: 'start' })
  assert.deepEqual(await look(), [])
  const checkpoint = storage.files.get(checkpointPath)!
  storage.files.delete(checkpointPath)
  assert.deepEqual(await look(), [])
  pass(31 * secondMs)
  assert.deepEqual(await look(), ['log-silent'])
  pass(31 * secondMs)
  assert.deepEqual(await look(), [])
  storage.files.set(checkpointPath, checkpoint)
  await log({ outcome: 'published', request: serve({ built: [] }) })
  assert.deepEqual(await look(), ['release-unattested'])
  assert.equal(monitor.size, 2)
})

test('more entries than fit into one bundle are all read, over several looks', async () => {
  const { log, look, serve, monitor } = await watched()
  const starts = (count: number): Partial<Entry>[] => Array.from({ length: count }, () => ({ type: 'start' }))
  await log(...starts(200))
  assert.deepEqual(await look(), [])
  await log(...starts(400), { outcome: 'published', request: serve({ built: [] }) }, ...starts(100))
  assert.deepEqual(await look(), ['release-unattested'])
  assert.equal(monitor.size, 701)
})
