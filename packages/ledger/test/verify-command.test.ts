import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { bundledEntry, formatBundle } from '../src/bundle.ts'
import { encodeEntry } from '../src/entry.ts'
import { folderStorage } from '../src/folder-storage.ts'
import { encodeLogKeys, logKeysPath } from '../src/log-keys.ts'
import { tileProofs } from '../src/tile-proofs.ts'
import { checkpointPath, entriesPath } from '../src/tiles.ts'
import { formatProof } from '../src/tlog-proof.ts'
import { verifyCommand } from '../src/verify-command.ts'
import {
  crypto,
  entriesTo,
  entryAt,
  logOf,
  logSigner,
  origin,
  pseudonym,
  witnessSigner,
  type MemoryLog,
} from './test-log.ts'

const root = mkdtempSync(path.join(tmpdir(), 'candor-verify-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0

async function folderOf(log: MemoryLog, withKeys = true): Promise<string> {
  const folder = path.join(root, String(folders++))
  const storage = folderStorage(folder)
  await storage.write([...log.files].map(([name, bytes]) => ({ path: name, bytes })))
  if (withKeys)
    await storage.write([
      {
        path: logKeysPath,
        bytes: encodeLogKeys({ origin, vkey: logSigner.vkey, witnesses: [witnessSigner.vkey], quorum: 1 }),
      },
    ])
  return folder
}

async function run(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  let out = ''
  let errors = ''
  const code = await verifyCommand(
    args,
    { write: (text) => (out += text) },
    { write: (text) => (errors += text) },
  )
  return { code, out, errors }
}

const entries = entriesTo(600)
const honest = await folderOf(await logOf(entries))
const keys = ['--key', logSigner.vkey, '--witness', witnessSigner.vkey]

test('a whole log is said to hold, and by whose keys', async () => {
  const own = await run(honest, ...keys)
  assert.equal(own.code, 0)
  assert.match(own.out, /whole log holds: 600 entries/)
  assert.match(own.out, /signed {4}by the log, by w1\.example at 2026-11-25T00:34:00\.000Z \(quorum 1\)/)
  assert.match(own.out, /keys {6}yours/)
  const told = await run(honest)
  assert.equal(told.code, 0)
  assert.match(told.out, /told by the log itself: this shows that it is whole, not whose it is/)
})

test('a bad entry is named, with exit code 1', async () => {
  const log = await logOf(entries)
  const folder = await folderOf(log)
  const file = path.join(folder, entriesPath(1))
  const bytes = readFileSync(file)
  bytes[100]! ^= 4
  writeFileSync(file, bytes)
  const { code, out } = await run(folder, ...keys)
  assert.equal(code, 1)
  assert.match(out, /BROKEN {4}the first bad entry is 256: entry 256 does not have the hash in tile\/0\/001/)
  const json = await run(folder, ...keys, '--json')
  assert.equal(json.code, 1)
  assert.equal((JSON.parse(json.out) as { firstBad: { from: number } }).firstBad.from, 256)
})

test('what was kept after one verification finds a rewritten history in the next', async () => {
  const kept = path.join(root, 'kept')
  assert.equal((await run(honest, ...keys, '--keep', kept)).code, 0)
  const longer = await folderOf(await logOf(entriesTo(900)))
  assert.equal((await run(longer, ...keys, '--keep', kept)).code, 0)
  const list = entriesTo(900)
  list.splice(333, 1, encodeEntry(entryAt(5_000)))
  const rewritten = await folderOf(await logOf(list))
  assert.equal((await run(rewritten, ...keys)).code, 0)
  const found = await run(rewritten, ...keys, '--since', kept)
  assert.equal(found.code, 1)
  assert.match(found.out, /the first bad entry is 333/)
  // Nor can it be laid over what was kept.
  const before = readFileSync(path.join(kept, checkpointPath), 'utf8')
  assert.equal((await run(rewritten, ...keys, '--keep', kept)).code, 1)
  assert.equal(readFileSync(path.join(kept, checkpointPath), 'utf8'), before)
  // A checkpoint alone bounds it.
  const checkpoint = path.join(honest, checkpointPath)
  const bounded = await run(rewritten, ...keys, '--since', checkpoint)
  assert.match(bounded.out, /the first bad entry is one of 0 to 599/)
})

test('everything that touched a conversation, a customer, an actor or an hour is listed', async () => {
  const list = entriesTo(600)
  list[500] = encodeEntry(entryAt(500, { customer: pseudonym(77), conversation: pseudonym(88) }))
  const folder = await folderOf(await logOf(list))
  const indexes = async (...args: string[]): Promise<number[]> => {
    const { code, out } = await run(folder, ...keys, ...args, '--json')
    assert.equal(code, 0)
    const { matches, matched } = JSON.parse(out) as { matched: number; matches: { index: number }[] }
    assert.equal(matches.length, matched)
    return matches.map(({ index }) => index)
  }
  const all = list.map((_, index) => index)
  assert.deepEqual(
    await indexes('--conversation', pseudonym(3)),
    all.filter((index) => index % 10 === 3 && index !== 500),
  )
  assert.deepEqual(await indexes('--customer', pseudonym(77)), [500])
  assert.deepEqual(
    await indexes('--actor', pseudonym(101), '--hour', '2026-11-25T01'),
    all.filter((index) => index % 3 === 1 && entryAt(index).at.startsWith('2026-11-25T01')),
  )
  assert.deepEqual(await indexes('--conversation', pseudonym(999)), [])
  const text = await run(folder, ...keys, '--customer', pseudonym(77))
  assert.match(text.out, / 500 2026-11-25T01:57:20\.000Z open events 1 to 501 /)
  assert.match(text.out, /entries {3}1 match/)
})

test('a log is verified over HTTP, as plain static files', async () => {
  const storage = folderStorage(honest)
  const server = createServer((request, response) => {
    void storage.read(request.url!.slice('/log/'.length)).then((bytes) => {
      response.writeHead(bytes === null ? 404 : 200)
      response.end(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`
    assert.match((await run(url, ...keys, '--since', honest)).out, /whole log holds: 600 entries/)
    const kept = path.join(root, 'kept-over-http')
    assert.equal((await run(`${url}/`, ...keys, '--keep', kept)).code, 0)
    assert.equal((await run(honest, ...keys, '--since', kept)).code, 0)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const gone = await run(`http://127.0.0.1:1/log`, ...keys)
  assert.equal(gone.code, 1)
  assert.match(gone.errors, /not verified: .* did not answer/)
})

test('a server that answers without end is not read without end', async () => {
  const server = createServer((_, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536, 10)));
      response.once('drain', more)
    }
    more()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { code, errors } = await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...keys)
    assert.equal(code, 1)
    assert.match(errors, /longer than 65536 bytes/)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a proof bundle is checked from its file alone', async () => {
  const log = await logOf(entries)
  const checkpoint = new TextDecoder().decode(log.files.get(checkpointPath))
  const prover = tileProofs(crypto, log, 600)
  const file = path.join(root, 'bundle.json')
  const text = formatBundle({
    format: 'candor proof bundle 1',
    log: { origin, vkey: logSigner.vkey },
    witnesses: [witnessSigner.vkey],
    quorum: 1,
    entries: [
      bundledEntry(
        123,
        await prover.entryAt(123),
        formatProof({ index: 123, hashes: await prover.inclusion(123), checkpoint }),
      ),
    ],
  })
  writeFileSync(file, text)
  assert.match((await run('--bundle', file, ...keys)).out, /all 1 entries are proven/)
  assert.match((await run('--bundle', file)).out, /told by the log itself/)
  writeFileSync(file, text.replace('index 123', 'index 122'))
  const broken = await run('--bundle', file, ...keys)
  assert.equal(broken.code, 1)
  assert.match(broken.out, /123 NOT PROVEN/)
})

test('wrong usage is said, with exit code 2', async () => {
  const keyless = await folderOf(await logOf(entriesTo(3)), false)
  for (const args of [
    [],
    [path.join(root, 'nowhere')],
    [honest, honest],
    [honest, '--key', 'nobody'],
    [honest, '--conversation', 'Ada'],
    [honest, '--hour', 'noon'],
    [honest, '--quorum', 'all'],
    [honest, '--unknown'],
    [honest, ...keys, '--since', path.join(honest, logKeysPath)],
    [keyless],
  ]) {
    const { code, errors } = await run(...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(errors, /Usage: npx candor verify/)
  }
})
