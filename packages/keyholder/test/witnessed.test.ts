/** Keyholder and witness together: each notices when the other stops, and a log that was set back is refused. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { verifyCheckpoint } from '@candor/ledger/checkpoint.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { cosignatureType, parseVkey, signerOf, type NoteVerifier } from '@candor/ledger/signed-note.ts'
import { openAlarms } from '@candor/witness/alarms.ts'
import { witnessServer } from '@candor/witness/witness-server.ts'
import { folderState } from '@candor/witness/witness-state.ts'
import { openWitness, type Witness } from '@candor/witness/witness.ts'
import { openKeyholder, type Keyholder } from '../src/keyholder.ts'
import { openLocalRootKey } from '../src/root-key.ts'

const origin = 'test.example/log'
const cosigner = signerOf(nodeCrypto, 'w1.example', cosignatureType, new Uint8Array(32).fill(7))
let folder: string
let ahead = 0
const now = (): number => Date.now() + ahead
const alarms: string[] = []
/** The witness's own server, behind one that can cut it off as a network does. */
let inner: Server | null = null
let reachable = true
const server = createServer((request, response) => {
  if (reachable) inner!.emit('request', request, response)
  else request.socket.destroy()
})
let witness: Witness
let logKey: NoteVerifier
let url: string

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'candor-witnessed-'))
  for (const part of ['keyholder', 'log', 'witness']) mkdirSync(path.join(folder, part), { mode: 0o700 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const unwitnessed = await open(0)
  logKey = parseVkey(nodeCrypto, (await unwitnessed.handle('hello', { protocol: 1 })).vkey)!
  await unwitnessed.close()
  witness = await openWitness({
    crypto: nodeCrypto,
    signer: cosigner,
    logs: [logKey],
    state: folderState(path.join(folder, 'witness')),
    alarms: await openAlarms(
      path.join(folder, 'witness', 'alarms'),
      { now },
      ({ kind, overAt }) => overAt === null && alarms.push(kind),
    ),
    clock: { now },
    stoppedAfterMs: 90_000,
  })
  inner = witnessServer(witness, { now }, (fault) => {
    throw fault
  })
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

function open(quorum = 1): Promise<Keyholder> {
  return openKeyholder({
    folder: path.join(folder, 'keyholder'),
    logFolder: path.join(folder, 'log'),
    rootKey: openLocalRootKey(path.join(folder, 'keyholder'), undefined),
    origin,
    witnesses: quorum === 0 ? [] : [{ vkey: cosigner.vkey, url }],
    quorum,
    now,
    log: () => undefined,
    fatal: (fault) => {
      throw fault
    },
  })
}

const opening = () => ({
  tenant: randomUUID(),
  actor: { kind: 'api', id: randomUUID(), name: 'crm', role: 'agent' },
  conversation: randomUUID(),
  customer: randomUUID(),
  purpose: 'api',
  range: [1, 0],
  live: false,
  offAssignment: false,
  keys: [],
})

function published(): { size: number; kind: string } {
  const checked = verifyCheckpoint(readFileSync(path.join(folder, 'log', 'checkpoint'), 'utf8'), {
    logKey,
    witnessKeys: [parseVkey(nodeCrypto, cosigner.vkey)!],
    quorum: 1,
  })
  return { kind: checked.kind, size: checked.checkpoint!.size }
}

test('what is published is cosigned; a silent witness is an alarm after 90 s, and a silent log is one of the witness', async () => {
  const keyholder = await open()
  const told: string[] = []
  keyholder.onAlarm((alarm) => void told.push(alarm.kind))
  await keyholder.handle('open', opening())
  await keyholder.publish()
  const { entries } = await keyholder.handle('status', {})
  assert.deepEqual(published(), { kind: 'valid', size: entries })

  reachable = false
  ahead += 89_000
  await keyholder.handle('open', opening())
  await keyholder.publish()
  assert.deepEqual(told, [], 'a witness may be slow')
  ahead += 2_000
  await keyholder.publish()
  await keyholder.handle('open', opening())
  assert.deepEqual(told, ['witness-silent'])
  assert.equal(published().size, entries, 'without its quorum nothing is published')
  await witness.checkStopped()
  assert.deepEqual(alarms, ['log-stopped'], 'the witness misses the log as well')

  reachable = true
  await keyholder.publish()
  assert.equal(published().size, (await keyholder.handle('status', {})).entries, 'what was owed is published')
  assert.deepEqual(told, ['witness-silent'])
  await keyholder.close()
})

test('a machine that was set back to a snapshot and goes on is refused by the witness, and both raise an alarm', async () => {
  const snapshot = path.join(folder, 'snapshot')
  for (const part of ['keyholder', 'log'])
    cpSync(path.join(folder, part), path.join(snapshot, part), { recursive: true })
  const keyholder = await open()
  for (let i = 0; i < 5; i++) await keyholder.handle('open', opening())
  await keyholder.close()
  for (const part of ['keyholder', 'log']) {
    rmSync(path.join(folder, part), { recursive: true })
    cpSync(path.join(snapshot, part), path.join(folder, part), { recursive: true })
  }

  const again = await open()
  const told: string[] = []
  again.onAlarm((alarm) => void told.push(alarm.kind))
  const before = alarms.length
  for (let i = 0; i < 9; i++) await again.handle('open', opening())
  await again.publish()
  const [witnessed] = (await again.handle('status', {})).witnesses
  assert.match(witnessed!.fault!, /It knows a log of|It refuses/)
  assert.ok(alarms.length > before, 'the witness has raised one')
  assert.match(alarms.at(-1)!, /^log-(shrank|forked)$/)
  const held = await again.handle('alarms', { tenant: randomUUID() })
  assert.ok(held.items.some(({ kind }) => kind === 'witness-refuses'))
  await again.close()
})
