import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from '@candor/ledger/checkpoint.ts'
import { emptyRoot } from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto as crypto } from '@candor/ledger/node-crypto.ts'
import { cosignatureType, noteSignatureType, parseVkey, signerOf } from '@candor/ledger/signed-note.ts'
import { openTileLog } from '@candor/ledger/tile-log.ts'
import { tileProofs, type TileProofs } from '@candor/ledger/tile-proofs.ts'
import { memoryStorage } from '@candor/ledger/tile-storage.ts'
import { formatAddCheckpoint } from '@candor/ledger/tlog-witness.ts'
import { openWitnessClient } from '@candor/ledger/witness-client.ts'
import { openAlarms, type Alarm, type Alarms } from '../src/alarms.ts'
import { lockFolder } from '../src/lock-folder.ts'
import { readWitnessConfig } from '../src/witness-config.ts'
import { openWitnessKey } from '../src/witness-key.ts'
import { witnessServer } from '../src/witness-server.ts'
import { folderState, type WitnessState } from '../src/witness-state.ts'
import { openWitness, type Answer, type Witness } from '../src/witness.ts'

const origin = 'candor.example/log'
const logSigner = signerOf(crypto, origin, noteSignatureType, new Uint8Array(32).fill(1))
const logKey = parseVkey(crypto, logSigner.vkey)!
const cosigner = signerOf(crypto, 'w1.example', cosignatureType, new Uint8Array(32).fill(2))
const witnessKey = parseVkey(crypto, cosigner.vkey)!
const sizeMax = 40

/** One history of 40 entries; another that is the same up to entry 20. */
interface History {
  prover: TileProofs
  checkpoint(size: number): Promise<string>
}
async function historyOf(name: string, commonTo: number): Promise<History> {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  for (let index = 0; index < sizeMax; index++)
    log.append([new TextEncoder().encode(index < commonTo ? `entry ${index}` : `${name} ${index}`)])
  await log.flush()
  const prover = tileProofs(crypto, storage, sizeMax)
  return {
    prover,
    checkpoint: async (size) => signCheckpoint(origin, size, await prover.rootAt(size), logSigner),
  }
}
const honest = await historyOf('honest', sizeMax)
const forked = await historyOf('forked', 20)

/** Proofs between sizes below the largest: worked out from the leaves of the one tree that has tiles. */
async function request(history: History, oldSize: number, size: number): Promise<string> {
  return formatAddCheckpoint({
    oldSize,
    proof: await proofOf(history, oldSize, size),
    checkpoint: await history.checkpoint(size),
  })
}
async function proofOf(history: History, oldSize: number, size: number): Promise<Uint8Array[]> {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  // Leaves cannot be appended as hashes: the texts are the same as above.
  const name = history === honest ? 'honest' : 'forked'
  const commonTo = history === honest ? sizeMax : 20
  for (let index = 0; index < size; index++)
    log.append([new TextEncoder().encode(index < commonTo ? `entry ${index}` : `${name} ${index}`)])
  await log.flush()
  return await tileProofs(crypto, storage, size).consistencyFrom(oldSize)
}

let folder: string
let now: number
let told: Alarm[]
const clock = { now: () => now }

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'candor-witness-'))
  now = Date.UTC(2026, 10, 25, 0, 34)
  told = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const alarmsHere = (): Promise<Alarms> =>
  openAlarms(path.join(folder, 'alarms.jsonl'), clock, (alarm) => told.push({ ...alarm }))

async function witness(state: WitnessState = folderState(folder)): Promise<Witness> {
  return await openWitness({
    crypto,
    signer: cosigner,
    logs: [logKey],
    state,
    alarms: await alarmsHere(),
    clock,
    stoppedAfterMs: 90_000,
  })
}

const kinds = (): string[] => told.map(({ kind, overAt }) => (overAt === null ? kind : `${kind} over`))

test('a checkpoint that continues the last one is cosigned, with the time', async () => {
  const w = await witness()
  for (const [oldSize, size] of [
    [0, 7],
    [7, 7],
    [7, 20],
    [20, 40],
  ] as const) {
    now += 2_000
    const answer = await w.addCheckpoint(await request(honest, oldSize, size))
    assert.equal(answer.status, 200)
    const checked = verifyCheckpoint((await honest.checkpoint(size)) + answer.body, {
      logKey,
      witnessKeys: [witnessKey],
      quorum: 1,
    })
    assert.ok(checked.kind === 'valid')
    assert.equal(checked.cosigners[0]!.atSeconds, now / 1_000)
  }
  const [log] = w.status().logs
  assert.equal(log!.size, 40)
  // What it shows is the checkpoint with both signatures.
  assert.equal(
    verifyCheckpoint(log!.checkpoint, { logKey, witnessKeys: [witnessKey], quorum: 1 }).kind,
    'valid',
  )
  assert.deepEqual(told, [])
})

test('every refusal has the status that tlog-witness gives it', async () => {
  const w = await witness()
  const empty = signCheckpoint(origin, 0, emptyRoot(crypto), logSigner)
  const wrongEmpty = signCheckpoint(origin, 0, new Uint8Array(32), logSigner)
  const add = async (oldSize: number, proof: Uint8Array[], checkpoint: string): Promise<[number, string]> => {
    const { status, body } = await w.addCheckpoint(formatAddCheckpoint({ oldSize, proof, checkpoint }))
    return [status, body]
  }
  const some = new Uint8Array(32).fill(9)
  assert.equal((await add(0, [], empty))[0], 200)
  assert.equal((await add(0, [], wrongEmpty))[0], 409)
  assert.equal((await add(0, [some], empty))[0], 422)
  assert.equal((await add(0, [some], await honest.checkpoint(7)))[0], 422)
  assert.equal((await add(0, [], await honest.checkpoint(7)))[0], 200)
  // An old size that is not the witness's: 409 and the size, as text/x.tlog.size.
  assert.deepEqual(await w.addCheckpoint(await request(honest, 3, 20)), {
    status: 409,
    contentType: 'text/x.tlog.size',
    body: '7\n',
  })
  assert.equal((await add(7, [], await forked.checkpoint(7)))[0], 200, 'the same tree up to 20')
  assert.equal((await add(9, [], await honest.checkpoint(7)))[0], 400)
  assert.equal((await add(7, [some], await honest.checkpoint(20)))[0], 422)
  assert.equal((await add(7, [], 'not a checkpoint'))[0], 400)
  assert.equal((await w.addCheckpoint('old 07\n\n')).status, 400)
  assert.equal((await w.addCheckpoint(`old 7\n${'AAAA\n'.repeat(3)}\n`)).status, 400)
  assert.equal((await add(7, new Array<Uint8Array>(64).fill(some), await honest.checkpoint(20)))[0], 400)
  const stranger = signerOf(crypto, 'else.example/log', noteSignatureType, new Uint8Array(32).fill(3))
  assert.equal((await add(0, [], signCheckpoint('else.example/log', 1, some, stranger)))[0], 404)
  const impostor = signerOf(crypto, origin, noteSignatureType, new Uint8Array(32).fill(3))
  assert.equal((await add(7, [], signCheckpoint(origin, 20, some, impostor)))[0], 403)
  const genuine = await honest.checkpoint(20)
  assert.equal((await add(7, [], genuine.replace('\n20\n', '\n21\n')))[0], 403)
  assert.equal(w.status().logs[0]!.size, 7)
})

test('what a witness cosigned it knows after a restart, and what it could not store it has not cosigned', async () => {
  const failing = { ...folderState(folder), save: () => Promise.reject(new Error('no space left')) }
  const first = await witness(failing)
  await assert.rejects(first.addCheckpoint(await request(honest, 0, 7)), /no space left/)
  assert.equal(first.status().logs[0]!.size, 0)

  const second = await witness()
  assert.equal((await second.addCheckpoint(await request(honest, 0, 20))).status, 200)
  const third = await witness()
  assert.equal(third.status().logs[0]!.size, 20)
  assert.equal((await third.addCheckpoint(await request(honest, 0, 40))).body, '20\n')
  assert.equal((await third.addCheckpoint(await request(honest, 20, 40))).status, 200)
})

test('a witness whose state is damaged does not start as if it knew nothing', async () => {
  const w = await witness()
  await w.addCheckpoint(await request(honest, 0, 20))
  const file = path.join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('log-'))!,
  )
  writeFileSync(file, readFileSync(file).subarray(0, 40))
  await assert.rejects(witness(), /is damaged/)
})

test('of two requests at once only one goes on from the size it knew', async () => {
  const saves: (() => void)[] = []
  const state = folderState(folder)
  const slow: WitnessState = {
    ...state,
    save: async (known) => {
      await new Promise<void>((resolve) => saves.push(resolve))
      await state.save(known)
    },
  }
  const w = await witness(slow)
  const long = w.addCheckpoint(await request(honest, 0, 40))
  const short = w.addCheckpoint(await request(honest, 0, 20))
  for (let turns = 0; saves.length === 0 && turns < 100; turns++) await new Promise(setImmediate)
  saves[0]!()
  assert.deepEqual(
    (await Promise.all([long, short])).map(({ status }) => status),
    [200, 409],
  )
  assert.equal(w.status().logs[0]!.size, 40)
})

test('a log that falls silent is an alarm, once, until it is heard again', async () => {
  const w = await witness()
  await w.addCheckpoint(await request(honest, 0, 7))
  now += 90_000
  await w.checkStopped()
  assert.deepEqual(kinds(), [])
  now += 1_000
  await w.checkStopped()
  await w.checkStopped()
  assert.deepEqual(kinds(), ['log-stopped'])
  assert.equal(w.status().logs[0]!.silentSeconds, 91)
  await w.addCheckpoint(await request(honest, 7, 7))
  assert.deepEqual(kinds(), ['log-stopped', 'log-stopped over'])
  // Silence from the start is one too.
  const other = await witness()
  now += 91_000
  await other.checkStopped()
  assert.equal(kinds().at(-1), 'log-stopped')
})

test('a log that shrinks is an alarm', async () => {
  const w = await witness()
  await w.addCheckpoint(await request(honest, 0, 40))
  assert.equal((await w.addCheckpoint(await request(honest, 20, 30))).status, 409)
  assert.deepEqual(kinds(), ['log-shrank'])
  assert.match(told[0]!.why, /30 entries after 40/)
  // The same again is the same alarm.
  await w.addCheckpoint(await request(honest, 20, 30))
  assert.equal(told.length, 1)
})

test('a witness that was set back says so when the log knows better', async () => {
  const w = await witness()
  await w.addCheckpoint(await request(honest, 0, 7))
  assert.equal((await w.addCheckpoint(await request(honest, 20, 40))).body, '7\n')
  assert.deepEqual(kinds(), ['log-shrank'])
  assert.match(told[0]!.why, /20 entries were cosigned, this witness knows of 7/)
})

test('a log that forks is an alarm that keeps both signed checkpoints as evidence', async () => {
  const cases: [name: string, run: (w: Witness) => Promise<Answer>, status: number][] = [
    [
      'another root for the same size',
      async (w) => await w.addCheckpoint(await request(forked, 30, 30)),
      409,
    ],
    ['a tree that does not continue', async (w) => await w.addCheckpoint(await request(forked, 30, 40)), 422],
    [
      'another root for an earlier size',
      async (w) => await w.addCheckpoint(await request(forked, 20, 25)),
      409,
    ],
  ]
  for (const [name, run, status] of cases) {
    rmSync(folder, { recursive: true })
    folder = mkdtempSync(path.join(tmpdir(), 'candor-witness-'))
    told = []
    const w = await witness()
    await w.addCheckpoint(await request(honest, 0, 25))
    await w.addCheckpoint(await request(honest, 25, 30))
    assert.equal((await run(w)).status, status, name)
    assert.deepEqual(kinds(), ['log-forked'], name)
    // Anybody can check the evidence: the same key signed both.
    const [known, offered] = told[0]!.evidence
    const trusted = { logKey, witnessKeys: [], quorum: 0 }
    assert.equal(verifyCheckpoint(known!, trusted).kind, 'valid')
    assert.equal(verifyCheckpoint(offered!, trusted).kind, 'valid')
    assert.notDeepEqual(parseCheckpoint(known!)!.checkpoint, parseCheckpoint(offered!)!.checkpoint)
    // It is still there after a restart, and the log is still known as it was.
    const again = await witness()
    assert.equal(again.status().alarms[0]!.kind, 'log-forked')
    assert.equal(again.status().logs[0]!.size, 30)
  }
})

test('a wrong proof that is followed by the right one for the same tree was no fork', async () => {
  const w = await witness()
  await w.addCheckpoint(await request(honest, 0, 7))
  const wrong = formatAddCheckpoint({
    oldSize: 7,
    proof: [new Uint8Array(32)],
    checkpoint: await honest.checkpoint(20),
  })
  assert.equal((await w.addCheckpoint(wrong)).status, 422)
  assert.equal((await w.addCheckpoint(await request(honest, 7, 20))).status, 200)
  assert.deepEqual(kinds(), ['log-forked', 'log-forked over'])
})

test('whoever floods the witness with old checkpoints does not fill its disk', async () => {
  const alarms = await alarmsHere()
  for (let at = 0; at < 500; at++)
    await alarms.raise({ kind: 'log-shrank', origin, why: `offer ${at}`, evidence: [String(at)] })
  assert.equal(told.length, 60)
  assert.match(told.at(-1)!.why, /More are not told within this hour/)
  now += 3_600_001
  await alarms.raise({ kind: 'log-shrank', origin, why: 'later', evidence: ['later'] })
  assert.equal(told.length, 61)
})

test('log and witness talk over HTTP, and the client finds the size that the witness knows', async () => {
  const w = await witness()
  const server = witnessServer(w, clock, (fault) => assert.fail(String(fault)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const cosign = async (
      client: ReturnType<typeof openWitnessClient>,
      history: History,
      size: number,
      knownTo = size,
    ): Promise<unknown> =>
      await client.cosign(await history.checkpoint(size), size, async (old) =>
        old > knownTo ? null : await proofOf(history, old, size),
      )
    const client = openWitnessClient({ url, verifier: witnessKey })
    const first = (await cosign(client, honest, 20)) as { kind: string; line: string }
    assert.equal(first.kind, 'cosigned')
    assert.match(first.line, /^— w1\.example /)
    assert.equal(((await cosign(client, honest, 20)) as { kind: string }).kind, 'cosigned')
    // A client that knows nothing asks with 0, is told 20, and asks again.
    const restarted = openWitnessClient({ url: `${url}/`, verifier: witnessKey })
    assert.equal(((await cosign(restarted, honest, 40)) as { kind: string }).kind, 'cosigned')
    // A log that was rolled back learns that the witness is ahead.
    const rolledBack = openWitnessClient({ url, verifier: witnessKey })
    assert.deepEqual(await cosign(rolledBack, honest, 30), { kind: 'ahead', size: 40 })
    assert.equal(kinds().at(-1), 'log-shrank')

    const status = (await (await fetch(`${url}/status`)).json()) as {
      logs: { size: number }[]
      alarms: Alarm[]
    }
    assert.equal(status.logs[0]!.size, 40)
    assert.deepEqual(
      status.alarms.map(({ kind }) => kind),
      ['log-shrank'],
    )
    assert.equal((await fetch(`${url}/other`)).status, 404)
    assert.equal((await fetch(`${url}/add-checkpoint`)).status, 405)
    const long = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: 'x'.repeat(200_000) })
    assert.equal(long.status, 413)
    const binary = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: Uint8Array.of(0xff) })
    assert.equal(binary.status, 400)
    // Another key behind the address: its cosignature is none.
    const other = signerOf(crypto, 'w1.example', cosignatureType, new Uint8Array(32).fill(8))
    const deceived = openWitnessClient({ url, verifier: parseVkey(crypto, other.vkey)! })
    assert.deepEqual(await cosign(deceived, honest, 40), {
      kind: 'refused',
      status: 200,
      says: 'the cosignature does not hold',
    })
    // Many requests at once are slowed; the clock of this test stands still, so nothing is earned back.
    const many = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/status`)))
    assert.ok(many.some(({ status: code }) => code === 429))
    now += 10_000
    assert.equal((await fetch(`${url}/status`)).status, 200)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const gone = openWitnessClient({ url, verifier: witnessKey })
  const answer = await gone.cosign(await honest.checkpoint(20), 20, () => Promise.resolve([]))
  assert.equal(answer.kind, 'unreachable')
})

test('a witness that does not answer is left after the time limit', async () => {
  const silent = openWitnessClient({
    url: 'http://127.0.0.1:9',
    verifier: witnessKey,
    timeoutMs: 50,
    fetch: (_, options) =>
      new Promise((_resolve, reject) => {
        options!.signal!.addEventListener('abort', () => reject(options!.signal!.reason as DOMException))
      }),
  })
  const answer = await silent.cosign(await honest.checkpoint(20), 20, () => Promise.resolve([]))
  assert.equal(answer.kind, 'unreachable')
})

test('the key of a witness is made once, and is read by nobody else', async () => {
  const key = await openWitnessKey(crypto, folder, 'w2.example')
  const place = path.join(folder, 'key')
  assert.equal(statSync(place).mode & 0o777, 0o600)
  assert.equal(parseVkey(crypto, key.vkey)!.type, cosignatureType)
  assert.equal((await openWitnessKey(crypto, folder, 'other.example')).vkey, key.vkey)
  chmodSync(place, 0o644)
  await assert.rejects(openWitnessKey(crypto, folder, 'w2.example'), /can be read by others/)
  writeFileSync(place, 'nonsense', { mode: 0o600 })
  chmodSync(place, 0o600)
  await assert.rejects(openWitnessKey(crypto, folder, 'w2.example'), /is not the key of a witness/)
})

test('two witnesses do not share a folder', () => {
  const unlock = lockFolder(folder)
  // Another process that lives: the one that started this one.
  writeFileSync(path.join(folder, 'running'), String(process.ppid))
  assert.throws(() => lockFolder(folder), /is the witness of/)
  // One that is gone left its mark behind.
  writeFileSync(path.join(folder, 'running'), '4194999')
  lockFolder(folder)
  unlock()
  lockFolder(folder)()
})

test('everything wrong with the settings of a witness is said at once', () => {
  const wrong = readWitnessConfig(
    [
      '--log',
      cosigner.vkey,
      '--listen',
      'here',
      '--name',
      'a b',
      '--stopped-after',
      '2',
      '--alarm-url',
      'x:y',
    ],
    {},
  )
  assert.ok(wrong.kind === 'faults')
  assert.equal(wrong.faults.length, 6)
  const right = readWitnessConfig(['here', '--listen', '[::1]:0'], {
    CANDOR_WITNESS_LOGS: `${logSigner.vkey}  ${logSigner.vkey}`,
    CANDOR_WITNESS_LISTEN: '127.0.0.1:9',
  })
  assert.ok(right.kind === 'config')
  assert.equal(right.config.host, '::1')
  assert.equal(right.config.logs.length, 2)
  assert.equal(right.config.stoppedAfterMs, 90_000)
})
