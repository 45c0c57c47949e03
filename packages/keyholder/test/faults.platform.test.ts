/** The keyholder is killed at every step of an opening: no key without its entry, whatever the moment. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createPublicKey, createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import type { Entry } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import { KeyholderAway, openKeyholderClient, type KeyholderClient } from '../src/client.ts'
import type { WrappedKey } from '../src/frames.ts'
import type { Step } from '../src/keyholder.ts'
import { openWrapper, wrapContext } from '../src/wrapping.ts'

const program = path.join(import.meta.dirname, 'faulty-keyholder.ts')
const tenant = randomUUID()
const actor = { kind: 'api' as const, id: randomUUID(), name: 'integration', role: 'administrator' }

const folders: string[] = []
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-faults-'))
  folders.push(folder)
  return folder
}

interface Started {
  client: KeyholderClient
  ended: Promise<unknown>
  kill(): Promise<void>
  stop(): Promise<void>
}

/** @throws Error with what it says when it does not start. */
async function start(folder: string, step: Step | 'never' = 'never', times = 1): Promise<Started> {
  const child = spawn(process.execPath, [program, folder, step, String(times)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const ended = once(child, 'close').then(() => running.delete(child))
  const ready = once(createInterface({ input: child.stdout }), 'line').then(() => true)
  const began = await Promise.race([ready, ended.then(() => false)])
  if (!began) throw new Error(complaint.trim())
  const client = openKeyholderClient({ kind: 'socket', path: path.join(folder, 'socket') }, () => undefined)
  const endBy = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    client.close()
    child.kill(signal)
    await ended
  }
  return { client, ended, kill: () => endBy('SIGKILL'), stop: () => endBy('SIGTERM') }
}

interface Sealed {
  conversation: string
  key: string
  wrapped: WrappedKey
}

async function seal(client: KeyholderClient, count: number): Promise<Sealed[]> {
  const epoch = await client.ask('epoch-key', { tenant })
  const publicKey = createPublicKey({
    key: Buffer.from(epoch.publicKey, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const wrapper = openWrapper(publicKey)
  return Array.from({ length: count }, () => {
    const [conversation, segment] = [randomUUID(), randomUUID()]
    const key = createSecretKey(randomBytes(32))
    const wrapped = wrapper.wrap(wrapContext(tenant, conversation, segment), key, Date.now())
    return {
      conversation,
      key: key.export().toString('base64'),
      wrapped: { segment, epochKey: epoch.id, wrapped: wrapped.toString('base64') },
    }
  })
}

type Released = { index: number; conversation: string }

/** The released key's entry, or null when the keyholder was gone before it answered. */
async function open(client: KeyholderClient, sealed: Sealed): Promise<Released | null> {
  try {
    const answer = await client.ask('open', {
      tenant,
      actor,
      conversation: sealed.conversation,
      customer: randomUUID(),
      purpose: 'api',
      range: [1, 0],
      live: false,
      offAssignment: false,
      keys: [sealed.wrapped],
    })
    assert.equal(answer.keys[0], sealed.key)
    return { index: answer.index, conversation: sealed.conversation }
  } catch (caught) {
    if (!(caught instanceof KeyholderAway)) throw caught
    return null
  }
}

/** Starts it again as always, verifies the whole log offline, and answers its entries and what it lists of openings. */
async function lookAfter(folder: string): Promise<{ entries: Entry[]; openedBy: Map<string, number[]> }> {
  const again = await start(folder)
  const openedBy = new Map<string, number[]>()
  for (let before: number | undefined; ;) {
    const filter = { types: ['open' as const], ...(before === undefined ? {} : { before }) }
    const page = await again.client.ask('entries', { tenant, filter, limit: 500 })
    for (const { index, detail } of page.items)
      openedBy.set(detail!.conversation!, [index, ...(openedBy.get(detail!.conversation!) ?? [])])
    if (!page.more) break
    before = page.items.at(-1)!.index
  }
  await again.stop()
  return { entries: await verified(folder), openedBy }
}

async function verified(folder: string): Promise<Entry[]> {
  const reader = folderStorage(path.join(folder, 'log'))
  const trusted = await readLogKeys(nodeCrypto, reader)
  assert.ok(trusted)
  const entries: Entry[] = []
  const report = await verifyLog({
    crypto: nodeCrypto,
    reader,
    trusted,
    onEntry: (_, entry) => void entries.push(entry),
  })
  assert.equal(report.kind, 'holds', JSON.stringify(report.firstBad))
  return entries
}

function assertReleasesHaveEntries(
  released: readonly Released[],
  { entries, openedBy }: { entries: Entry[]; openedBy: Map<string, number[]> },
): void {
  for (const { index, conversation } of released) {
    assert.deepEqual([entries[index]?.type, entries[index]?.outcome], ['open', 'granted'], `entry ${index}`)
    assert.deepEqual(openedBy.get(conversation), [index])
  }
}

/** One keyholder's folder goes through all these deaths, one after another, and what was sealed to it. */
const folder = makeFolder()
let supply: Sealed[]
before(async () => {
  const first = await start(folder)
  supply = await seal(first.client, 3_000)
  await first.stop()
})

const pairs: { step: Step; written: boolean }[] = [
  { step: 'asked', written: false },
  { step: 'judged', written: false },
  { step: 'writing', written: false },
  { step: 'durable', written: true },
  { step: 'unwrapped', written: true },
]

for (const { step, written } of pairs)
  test(`killed when an opening is ${step}: fails, ${written ? 'but' : 'not'} written`, async () => {
    const sealed = supply.splice(0, 4)
    const doomed = await start(folder, step, 4)
    const released: Released[] = []
    for (const each of sealed.slice(0, 3)) released.push((await open(doomed.client, each))!)
    assert.equal(await open(doomed.client, sealed[3]!), null, 'no key came')
    doomed.client.close()
    await doomed.ended
    const found = await lookAfter(folder)
    assertReleasesHaveEntries(released, found)
    assert.equal(found.openedBy.has(sealed[3]!.conversation), written)
  })

for (const { step } of pairs)
  test(`killed when one of many openings at once is ${step}: every released key has its entry`, async () => {
    let received = 0
    for (const times of step === 'writing' || step === 'durable' ? [1, 3] : [1, 40]) {
      const doomed = await start(folder, step, times)
      const released: Released[] = []
      const queue = supply.splice(0, 64)
      const asked = queue.map(({ conversation }) => conversation)
      const lane = async (): Promise<void> => {
        for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
          const got = await open(doomed.client, each)
          if (got === null) return
          released.push(got)
        }
      }
      await Promise.all(Array.from({ length: 32 }, lane))
      await doomed.kill()
      const found = await lookAfter(folder)
      assertReleasesHaveEntries(released, found)
      const inLog = asked.filter((conversation) => found.openedBy.has(conversation)).length
      assert.ok(inLog >= released.length, `${inLog} entries, ${released.length} keys`)
      received += released.length
    }
    assert.ok(received > 0, 'keys were released in between')
  })

test('a kill from outside at any moment of a loop of openings: every released key has its entry', async () => {
  const released: Released[] = []
  for (const afterMs of [3, 10, 25, 60]) {
    const doomed = await start(folder)
    await doomed.client.ask('status', {})
    const lane = async (): Promise<void> => {
      for (let each = supply.pop(); each !== undefined; each = supply.pop()) {
        const got = await open(doomed.client, each)
        if (got === null) return
        released.push(got)
      }
    }
    const lanes = Array.from({ length: 8 }, lane)
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await doomed.kill()
    await Promise.all(lanes)
  }
  assert.ok(released.length > 0)
  assertReleasesHaveEntries(released, await lookAfter(folder))
})

/** A folder in which something was opened, and the keyholder ended in order or by a kill. */
async function used(how: 'stop' | 'kill'): Promise<{ folder: string; released: Released[] }> {
  const folder = makeFolder()
  const one = await start(folder)
  const released: Released[] = []
  for (const each of await seal(one.client, 5)) released.push((await open(one.client, each))!)
  await one[how]()
  return { folder, released }
}

const copyOf = (folder: string): string => {
  const copy = makeFolder()
  cpSync(folder, copy, { recursive: true, filter: (file) => !file.endsWith('socket') })
  return copy
}

const journalIn = (folder: string): string => {
  const name = readdirSync(path.join(folder, 'journal')).sort().at(-1)!
  return path.join(folder, 'journal', name)
}

const indexFiles = ['index.sqlite', 'index.sqlite-wal', 'index.sqlite-shm']

function takeIndexFrom(from: string, to: string): void {
  for (const name of indexFiles) {
    rmSync(path.join(to, name), { force: true })
    if (existsSync(path.join(from, name))) cpSync(path.join(from, name), path.join(to, name))
  }
}

test('an index that is older than the journal catches up by itself, and its openings are counted and listed', async () => {
  const { folder, released } = await used('kill')
  const former = copyOf(folder)
  const one = await start(folder)
  for (const each of await seal(one.client, 3)) released.push((await open(one.client, each))!)
  await one.kill()
  takeIndexFrom(former, folder)
  const found = await lookAfter(folder)
  assertReleasesHaveEntries(released, found)
  assert.equal(found.openedBy.size, 8)
})

test('a damaged record in the middle of the journal refuses the start', async () => {
  const { folder } = await used('kill')
  const file = journalIn(folder)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  await assert.rejects(start(folder), /JournalDamaged: Record \d+ in .* is damaged/)
})

test('a journal that was rolled back refuses the start', async () => {
  const { folder } = await used('stop')
  const former = copyOf(folder)
  const one = await start(folder)
  for (const each of await seal(one.client, 3)) await open(one.client, each)
  await one.stop()
  cpSync(path.join(former, 'journal'), path.join(folder, 'journal'), { recursive: true, force: true })
  await assert.rejects(start(folder), /JournalDamaged: The journal ends at \d+, the index at \d+/)
})

test('journal and index rolled back together refuse the start beside the newer published log', async () => {
  const { folder } = await used('stop')
  const former = copyOf(folder)
  const one = await start(folder)
  for (const each of await seal(one.client, 3)) await open(one.client, each)
  await one.stop()
  cpSync(path.join(former, 'journal'), path.join(folder, 'journal'), { recursive: true, force: true })
  takeIndexFrom(former, folder)
  await assert.rejects(start(folder), /JournalDamaged: The published log has \d+ entries/)
})

test('an index that was rolled back behind what the journal still has refuses the start', async () => {
  const { folder } = await used('stop')
  const former = copyOf(folder)
  const one = await start(folder)
  const [sealed] = await seal(one.client, 1)
  await open(one.client, sealed!)
  // An erasure empties the journal, or the erased detail would live on in it.
  await one.client.ask('erase', {
    tenant,
    by: { kind: 'agent', id: randomUUID(), name: 'Mateo', role: 'administrator' },
    what: 'conversations',
    conversations: [sealed!.conversation],
    customers: [],
  })
  for (const each of await seal(one.client, 2)) await open(one.client, each)
  await one.stop()
  takeIndexFrom(former, folder)
  await assert.rejects(start(folder), /JournalDamaged: The index ends at \d+, the journal begins at \d+/)
})
