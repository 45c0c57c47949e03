/** Logged openings a second: the real keyholder process over its socket, asked by the server's own client. */
import {
  createHash,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import * as path from 'node:path'
import { openKeyholderClient, type KeyholderClient } from '@candor/keyholder/client.ts'
import type { LogActor, OpenRequest, WrappedKey } from '@candor/keyholder/frames.ts'
import { openWrapper, wrapContext } from '@candor/keyholder/wrapping.ts'
import { openStatement, type OpenProof } from '@candor/protocol/open-statement.ts'
import { startKeyholder } from '@candor/server/keyholder/keyholder-process.ts'
import { prepareLocalWitness } from '@candor/server/keyholder/local-witness.ts'
import { percent, whole, type AccessFigure } from './access-figures.ts'
import { startChildProgram } from './child-program.ts'
import { percentile } from './latencies.ts'
import { cpuSecondsOf } from './process-tree.ts'

const openingsPerSecondMin = 10_000
/** Of the 99th percentile, beside the same opening without an entry. */
const addedP99MsMax = 10
const warmMs = 1_500
const checkpointGapMsMax = 2_000
const checkpointLookMs = 20
/** Requests under way at once, as a server with so many people and programs has them. */
const inFlightTried = [32, 64, 256]

interface Sealed {
  conversation: string
  wrapped: WrappedKey
}

const conversationsSealed = 20_000

/** @param options.seconds of each measurement. */
export async function measureOpenings(
  options: { seconds: number },
  folder: string,
  say: (line: string) => void,
): Promise<AccessFigure[]> {
  const witness = await prepareLocalWitness(path.join(folder, 'witness'))
  const keyholder = await startKeyholder(
    {
      folder: path.join(folder, 'keyholder'),
      logFolder: path.join(folder, 'log'),
      origin: 'bench.candor.example/log',
      witnesses: [witness.address],
      quorum: 1,
      passphrase: undefined,
      keyFile: path.join(folder, 'none'),
    },
    () => undefined,
  )
  const client = openKeyholderClient({ kind: 'socket', path: keyholder.socket }, () => undefined)
  const { vkey } = await client.ask('hello', { protocol: 1 })
  const cosigning = await witness.start(vkey, () => undefined)
  try {
    const tenant = randomUUID()
    const sealed = await seal(client, tenant)
    const figures: AccessFigure[] = []
    const program = Array.from({ length: 50 }, (): LogActor => ({
      kind: 'virtual-agent',
      id: randomUUID(),
      name: 'Skye',
    }))
    const unsigned = (i: number): Asked => {
      const each = sealed[i % sealed.length]!
      return opening(tenant, each, program[i % program.length]!, 'virtual-agent', {})
    }
    // Their entries are read once; from then on they are counted in memory.
    await openFor(client, unsigned, 32, warmMs)
    const published: number[][] = []
    for (const inFlight of inFlightTried) {
      const before = await client.ask('status', {})
      const stopWatching = watchCheckpoints(path.join(folder, 'log', 'checkpoint'))
      const measured = await openFor(client, unsigned, inFlight, options.seconds * 1_000, () => keyholder.pid)
      published.push(stopWatching())
      const after = await client.ask('status', {})
      if (after.entries - before.entries < measured.count) throw new Error('An opening has no entry.')
      const limit = fsyncLimit(path.join(folder, `plain-${inFlight}`), inFlight)
      const unlogged = await measureUnlogged(folder, inFlight, options.seconds * 1_000)
      const addedMs = measured.p99Ms - unlogged.p99Ms
      say(`openings with ${inFlight} in flight: ${whole(measured.perSecond)}/s`)
      figures.push({
        what: `logged openings, ${inFlight} in flight`,
        measured: `${whole(measured.perSecond)}/s, p50 ${measured.p50Ms.toFixed(1)} ms, p99 ${measured.p99Ms.toFixed(1)} ms, ${whole(measured.keyholderMicros)} µs CPU of the keyholder each`,
        beside: `without an entry: ${whole(unlogged.perSecond)}/s, p99 ${unlogged.p99Ms.toFixed(1)} ms, so ${addedMs.toFixed(1)} ms are added; fsync of the same bytes, ${inFlight} at a time: ${whole(limit.perSecond)}/s, p99 ${limit.p99Ms.toFixed(1)} ms`,
        ratio: percent(measured.perSecond / unlogged.perSecond),
        isMet: measured.perSecond >= openingsPerSecondMin && addedMs <= addedP99MsMax,
      })
    }
    figures.push(checkpointGaps(published))
    figures.push(await measureSigned(client, tenant, sealed, options, () => keyholder.pid))
    return figures
  } finally {
    client.close()
    await keyholder.stop()
    await cosigning.stop()
  }
}

/** The same wire and the same unwrapping by a program that writes no entry. */
async function measureUnlogged(folder: string, inFlight: number, ms: number): Promise<Opened> {
  const socket = path.join(folder, `unlogged-${inFlight}`)
  const program = startChildProgram<object, string>(import.meta.resolve('./unlogged-keyholder.ts'), {
    args: [socket],
  })
  await program.heard()
  const client = openKeyholderClient({ kind: 'socket', path: socket }, () => undefined)
  try {
    const tenant = randomUUID()
    const sealed = await seal(client, tenant)
    const actor: LogActor = { kind: 'virtual-agent', id: randomUUID(), name: 'Skye' }
    const ask = (i: number): Asked => opening(tenant, sealed[i % sealed.length]!, actor, 'virtual-agent', {})
    await openFor(client, ask, inFlight, warmMs)
    return await openFor(client, ask, inFlight, ms)
  } finally {
    client.close()
    await program.end()
  }
}

/** When each new checkpoint was seen. It is published only with its cosignature, so a witness has seen each. */
function watchCheckpoints(file: string): () => number[] {
  const seenAt: number[] = []
  let last = ''
  const timer = setInterval(() => {
    const checkpoint = readFileSync(file, 'utf8')
    if (checkpoint === last) return
    last = checkpoint
    seenAt.push(performance.now())
  }, checkpointLookMs)
  return () => {
    clearInterval(timer)
    return seenAt
  }
}

function checkpointGaps(runs: readonly number[][]): AccessFigure {
  const gaps = runs.flatMap((seenAt) => seenAt.slice(1).map((at, i) => at - seenAt[i]!))
  const longest = Math.max(...gaps)
  return {
    what: 'cosigned checkpoints under that load',
    measured: `${gaps.length + runs.length}, at most ${(longest / 1_000).toFixed(1)} s apart`,
    beside: 'due every 2 s',
    ratio: percent(longest / checkpointGapMsMax),
    isMet: longest <= checkpointGapMsMax,
  }
}

/** The same by persons, each with an ECDSA signature that the keyholder checks; they are made before. */
async function measureSigned(
  client: KeyholderClient,
  tenant: string,
  sealed: readonly Sealed[],
  options: { seconds: number },
  pid: () => number,
): Promise<AccessFigure> {
  const people = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      const spki = publicKey.export({ format: 'der', type: 'spki' })
      const actor: LogActor = { kind: 'agent', id: randomUUID(), name: `Agent ${i}`, role: 'agent' }
      const session = randomUUID()
      await client.ask('session-key', { tenant, person: actor, session, publicKey: spki.toString('base64') })
      return { actor, session, privateKey, key: createHash('sha256').update(spki).digest('base64url') }
    }),
  )
  // Of a person's own conversations the same are opened again and again: no budget ends the run.
  const prepared = people.flatMap((person, i) =>
    sealed.slice(i * 10, i * 10 + 10).map((each) => {
      const proof = signed(person.privateKey, person.key, tenant, each.conversation)
      return opening(tenant, each, person.actor, 'desk', { session: person.session, proof })
    }),
  )
  const ask = (i: number): Asked => prepared[i % prepared.length]!
  await openFor(client, ask, 32, warmMs)
  const measured = await openFor(client, ask, 32, options.seconds * 1_000, pid)
  const limit = signatureLimit()
  return {
    what: 'logged openings by persons, each signed, 32 in flight',
    measured: `${whole(measured.perSecond)}/s, p50 ${measured.p50Ms.toFixed(1)} ms, p99 ${measured.p99Ms.toFixed(1)} ms, ${whole(measured.keyholderMicros)} µs CPU of the keyholder each`,
    beside: `checking the signature alone: ${whole(limit)}/s`,
    ratio: percent(measured.perSecond / limit),
    isMet: null,
  }
}

type Asked = Omit<OpenRequest, 'op'>

function opening(
  tenant: string,
  { conversation, wrapped }: Sealed,
  actor: LogActor,
  purpose: OpenRequest['purpose'],
  more: Partial<Asked>,
): Asked {
  return {
    tenant,
    actor,
    conversation,
    customer: conversation,
    purpose,
    range: [1, 0],
    live: false,
    offAssignment: false,
    keys: [wrapped],
    ...more,
  }
}

interface Opened {
  count: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  keyholderMicros: number
}

/** Closed loop: `inFlight` lanes, each asks again when it was answered. */
async function openFor(
  client: KeyholderClient,
  ask: (i: number) => Asked,
  inFlight: number,
  ms: number,
  pid?: () => number,
): Promise<Opened> {
  const latencies: number[] = []
  let asked = 0
  const startedAt = performance.now()
  const cpuBefore = pid === undefined ? 0 : cpuSecondsOf([pid()])
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < ms) {
      const from = performance.now()
      const { keys } = await client.ask('open', ask(asked++))
      if (keys[0] === null) throw new Error('No key came.')
      latencies.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const seconds = (performance.now() - startedAt) / 1_000
  const cpu = pid === undefined ? 0 : cpuSecondsOf([pid()]) - cpuBefore
  const sorted = Float64Array.from(latencies).sort()
  return {
    count: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    keyholderMicros: (cpu * 1e6) / latencies.length,
  }
}

/** A record of the journal, as these openings make them. */
const recordBytes = 1_020
const limitMs = 2_000

/** Appending as many bytes to one file and waiting for the disk each time, and nothing else. */
function fsyncLimit(file: string, batch: number): { perSecond: number; p50Ms: number; p99Ms: number } {
  const bytes = randomBytes(recordBytes * batch)
  const opened = openSync(file, 'a')
  const times: number[] = []
  const startedAt = performance.now()
  while (performance.now() - startedAt < limitMs) {
    const from = performance.now()
    writeSync(opened, bytes)
    fdatasyncSync(opened)
    times.push(performance.now() - from)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  closeSync(opened)
  rmSync(file)
  const sorted = Float64Array.from(times).sort()
  return {
    perSecond: (times.length * batch) / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  }
}

function signatureLimit(): number {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const text = randomBytes(150)
  const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const times = 5_000
  const startedAt = performance.now()
  for (let i = 0; i < times; i++)
    if (!verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error('A good signature was not taken.')
  return times / ((performance.now() - startedAt) / 1_000)
}

async function seal(client: KeyholderClient, tenant: string): Promise<Sealed[]> {
  const epoch = await client.ask('epoch-key', { tenant })
  const spki = Buffer.from(epoch.publicKey, 'base64')
  const wrapper = openWrapper(createPublicKey({ key: spki, format: 'der', type: 'spki' }))
  return Array.from({ length: conversationsSealed }, () => {
    const [conversation, segment] = [randomUUID(), randomUUID()]
    const key = createSecretKey(randomBytes(32))
    const wrapped = wrapper.wrap(wrapContext(tenant, conversation, segment), key, Date.now())
    return { conversation, wrapped: { segment, epochKey: epoch.id, wrapped: wrapped.toString('base64') } }
  })
}

function signed(privateKey: KeyObject, key: string, tenant: string, conversation: string): OpenProof {
  const at = new Date().toISOString()
  const text = Buffer.from(openStatement({ tenant, conversation, key, at }))
  const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { key, at, signature: signature.toString('base64url') }
}
