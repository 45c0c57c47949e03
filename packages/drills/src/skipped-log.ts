/**
 * A server that was changed so that it does not log: it speaks to a real keyholder process over the real socket and
 * says whatever it likes. Every key that it gets has an entry in the log; where it leaves out what an entry needs, it
 * gets no key.
 */
import {
  createHash,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKeyholderClient, type KeyholderClient } from '@candor/keyholder/client.ts'
import { defaultPolicy } from '@candor/keyholder/effects.ts'
import { frameBytesMax, type LogActor, type LogStatus, type WrappedKey } from '@candor/keyholder/frames.ts'
import { openWrapper, wrapContext } from '@candor/keyholder/wrapping.ts'
import type { Entry } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import { openStatement, type OpenProof } from '@candor/protocol/open-statement.ts'
import { startKeyholder } from '@candor/server/keyholder/keyholder-process.ts'
import { connectWire, type Answer, type Wire } from './keyholder-wire.ts'
import { printTable } from './table.ts'

/** Opened by the flood, each many times. */
const conversationsMade = 40
const floodRequests = 10_000
const droppedAtOnce = 50
const settleMsMax = 60_000

interface Sealed {
  conversation: string
  key: string
  wrapped: WrappedKey
}

interface Person {
  actor: LogActor
  session: string
  proof(tenant: string, conversation: string, atMs?: number): OpenProof
}

interface Scene {
  socket: string
  client: KeyholderClient
  tenant: string
  otherTenant: string
  sealed: Sealed[]
  ofOther: Sealed
  ada: Person
  noor: Person
}

/** What came of one attempt. */
interface Outcome {
  asked: number
  answers: (Answer | null)[]
  /** Requests whose answers nobody waited for: each may or may not have been answered. */
  cutOff: number
  /** Whether what must happen besides did: connections ended, entries of another type; null where nothing must. */
  besides: boolean | null
}

interface Attempt {
  name: string
  /** Codes that are the only answers allowed; `granted` is one with a key, `no key` one with null. */
  expects: readonly string[]
  run(scene: Scene): Promise<Outcome>
}

/** @returns whether the log has exactly what was released. */
export async function skippedLog(print: (line: string) => void): Promise<boolean> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  // The keyholder may run as a user of its own and has to pass through.
  chmodSync(root, 0o711)
  const folder = path.join(root, 'keyholder')
  const logFolder = path.join(root, 'log')
  const keyholder = await startKeyholder(
    {
      folder,
      logFolder,
      origin: 'drill.candor.example/log',
      witnesses: [],
      quorum: 0,
      passphrase: undefined,
      keyFile: path.join(root, 'none'),
    },
    () => undefined,
  )
  const client = openKeyholderClient({ kind: 'socket', path: keyholder.socket }, () => undefined)
  try {
    const { pid } = keyholder
    const scene = await setScene(keyholder.socket, client)
    print(
      `A real keyholder, ${conversationsMade} conversations sealed for it, and a server that skips the log.\n`,
    )
    const rows: string[][] = []
    const total = { granted: 0, denied: 0, cutOff: 0, keys: 0 }
    let wrong = 0
    for (const attempt of attempts) {
      const before = await settledStatus(client)
      const outcome = await attempt.run(scene)
      const after = await settledStatus(client)
      const said = outcome.answers.map(wordOf)
      const granted = outcome.answers.filter((answer) => answer !== null && 'answer' in answer).length
      const keys = said.filter((word) => word === 'granted').length
      const denied = said.filter(
        (word) => !['granted', 'no key', 'malformed', 'unknown', 'ended'].includes(word),
      )
      const openings = after.openings - before.openings
      const isRight =
        said.every((word) => attempt.expects.includes(word)) &&
        (outcome.besides ?? true) &&
        openings >= granted &&
        openings <= granted + outcome.cutOff &&
        after.openings === after.releases
      if (!isRight) wrong++
      total.granted += granted
      total.denied += denied.length
      total.cutOff += outcome.cutOff
      total.keys += keys
      rows.push([
        attempt.name,
        String(outcome.asked),
        [...new Set(said)].join(', ') || (outcome.besides === null ? 'nobody listened' : 'connection ended'),
        String(keys),
        String(openings),
        isRight ? 'ok' : 'WRONG',
      ])
    }
    printTable(print, ['attempt', 'asked', 'answers', 'keys', 'openings in the log', ''], rows)

    const status = await published(client)
    const entries = await entriesIn(logFolder)
    const inLog = entries.filter(({ type, outcome }) => isOpening(type) && outcome === 'granted').length
    const denials = entries.filter(({ type }) => type === 'denial').length
    const checks: [string, boolean][] = [
      [`the log holds, read offline: ${entries.length} entries`, entries.length === status.entries],
      [
        `openings in the log: ${inLog}; keys released, as the keyholder counts: ${status.releases}`,
        inLog === status.releases && inLog === status.openings,
      ],
      [
        `of these the changed server was answered ${total.granted}; ${inLog - total.granted} more were cut off on their way`,
        inLog >= total.granted && inLog <= total.granted + total.cutOff,
      ],
      [`denials in the log: ${denials}; answered: ${total.denied}`, denials === total.denied],
      ['the keyholder is the same process as before', keyholder.pid === pid],
    ]
    print('')
    for (const [what, holds] of checks) print(`${holds ? 'ok   ' : 'WRONG'} ${what}`)
    const isWhole = wrong === 0 && checks.every(([, holds]) => holds)
    print(
      `\n${total.keys} keys came, each with its entry: ${isWhole ? 'no key was released without one' : 'NOT ALL AS IT MUST BE'}.`,
    )
    return isWhole
  } finally {
    client.close()
    await keyholder.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

const attempts: Attempt[] = [
  {
    name: 'ops that do not exist',
    expects: ['unknown'],
    run: (scene) =>
      onWire(scene, (wire) =>
        ['unwrap', 'keys', 'open-unlogged', '__proto__', 'constructor', 'hasOwnProperty'].map((op) =>
          wire.ask(op, opening(scene, 0)),
        ),
      ),
  },
  {
    name: 'opening without actor, purpose, tenant or conversation',
    expects: ['malformed'],
    run: (scene) =>
      onWire(scene, (wire) =>
        ['actor', 'purpose', 'tenant', 'conversation', 'customer', 'range', 'live', 'offAssignment'].map(
          (field) => wire.ask('open', { ...opening(scene, 0), [field]: undefined }),
        ),
      ),
  },
  {
    name: 'actors, purposes and ranges that are none',
    expects: ['malformed'],
    run: (scene) =>
      onWire(scene, (wire) =>
        [
          { actor: { kind: 'root', id: randomUUID(), name: 'root' } },
          { actor: { ...scene.ada.actor, id: "' or 1=1 --" } },
          { purpose: 'none' },
          { purpose: 'api","outcome":"x' },
          { range: [9, 3] },
          { range: [1, 1e300] },
          { keys: { length: 1, 0: scene.sealed[0]!.wrapped } },
        ].map((more) => wire.ask('open', { ...opening(scene, 0), ...more })),
      ),
  },
  {
    name: 'a person without a signature',
    expects: ['unsigned'],
    run: (scene) => onWire(scene, (wire) => [wire.ask('open', asAda(scene, 0, undefined))]),
  },
  {
    name: 'a person with somebody else’s signature',
    expects: ['unsigned'],
    run: (scene) =>
      onWire(scene, (wire) => [
        wire.ask('open', asAda(scene, 0, scene.noor.proof(scene.tenant, scene.sealed[0]!.conversation))),
      ]),
  },
  {
    name: 'a signature replayed for another conversation',
    expects: ['bad-signature'],
    run: (scene) => {
      const proof = scene.ada.proof(scene.tenant, scene.sealed[0]!.conversation)
      return onWire(scene, (wire) => [1, 2, 3].map((of) => wire.ask('open', asAda(scene, of, proof))))
    },
  },
  {
    name: 'a signature with its time written over',
    expects: ['bad-signature'],
    run: (scene) => {
      const old = scene.ada.proof(scene.tenant, scene.sealed[0]!.conversation, Date.now() - 3_600_000)
      const proof = { ...old, at: new Date().toISOString() }
      return onWire(scene, (wire) => [wire.ask('open', asAda(scene, 0, proof))])
    },
  },
  {
    name: 'a signature that is stale, or from the future',
    expects: ['stale'],
    run: (scene) =>
      onWire(scene, (wire) =>
        [-20, 20].map((minutes) => {
          const at = Date.now() + minutes * 60_000
          return wire.ask(
            'open',
            asAda(scene, 0, scene.ada.proof(scene.tenant, scene.sealed[0]!.conversation, at)),
          )
        }),
      ),
  },
  {
    name: 'kinds of actors with a purpose that is not theirs',
    expects: ['purpose'],
    run: (scene) =>
      onWire(scene, (wire) =>
        [
          ['visitor', 'desk'],
          ['virtual-agent', 'card-guard'],
          ['api', 'supervisor'],
          ['operator', 'export'],
          ['system', 'desk'],
          ['agent', 'card-guard'],
        ].map(([kind, purpose]) =>
          wire.ask('open', {
            ...opening(scene, 0),
            actor: { kind, id: randomUUID(), name: 'nobody' },
            purpose,
          }),
        ),
      ),
  },
  {
    name: 'a wrapped key under the name of another conversation or tenant',
    expects: ['no key'],
    run: (scene) =>
      onWire(scene, (wire) => [
        wire.ask('open', { ...opening(scene, 0), keys: [scene.sealed[1]!.wrapped] }),
        wire.ask('open', { ...opening(scene, 0), keys: [scene.ofOther.wrapped] }),
        wire.ask('open', { ...opening(scene, 0), tenant: scene.otherTenant }),
      ]),
  },
  {
    name: 'wrapped keys that are none',
    expects: ['no key'],
    run: (scene) =>
      onWire(scene, (wire) =>
        [
          Buffer.alloc(81),
          randomBytes(81),
          randomBytes(5),
          Buffer.concat([Buffer.from([1]), Buffer.alloc(80)]),
        ].map((bytes) => {
          const wrapped = { ...scene.sealed[0]!.wrapped, wrapped: bytes.toString('base64') }
          return wire.ask('open', { ...opening(scene, 0), keys: [wrapped] })
        }),
      ),
  },
  {
    name: 'frames that are none: no JSON, no request, too large, cut off',
    expects: [],
    async run(scene) {
      const json = (value: unknown): Buffer => lengthAnd(Buffer.from(JSON.stringify(value)))
      const tooLarge = Buffer.alloc(4)
      tooLarge.writeUInt32BE(frameBytesMax + 1)
      const frames = [
        lengthAnd(Buffer.from('{"id":1,"op":')),
        lengthAnd(Buffer.alloc(0)),
        json(null),
        json([1, 'open']),
        json({ id: 'one', op: 'open', ask: opening(scene, 0) }),
        json({ id: 1, op: { toString: 1 }, ask: opening(scene, 0) }),
        json({ id: 1, answer: {} }),
        tooLarge,
        Buffer.alloc(4, 0xff),
      ]
      let ended = 0
      for (const bytes of frames) {
        const wire = await connectWire(scene.socket)
        if ((await wire.write(bytes, 5_000)) === 'ended') ended++
        wire.drop()
      }
      const half = await connectWire(scene.socket)
      await half.write(Buffer.from([0, 0, 1, 0, 123]), 50)
      half.drop()
      return { asked: frames.length + 1, answers: [], cutOff: 0, besides: ended === frames.length }
    },
  },
  {
    name: 'asked, and the connection dropped at once',
    expects: [],
    async run(scene) {
      for (let i = 0; i < droppedAtOnce; i++) {
        const wire = await connectWire(scene.socket)
        wire.throwIn([{ op: 'open', ask: opening(scene, i % conversationsMade) }])
        wire.drop()
      }
      return { asked: droppedAtOnce, answers: [], cutOff: droppedAtOnce, besides: null }
    },
  },
  {
    name: '10,000 asked in one piece, dropped at the first answer',
    expects: ['granted'],
    async run(scene) {
      const wire = await connectWire(scene.socket)
      wire.throwIn(flood(scene))
      const until = Date.now() + settleMsMax
      while (wire.answers.size === 0 && Date.now() < until) await sleep(1)
      wire.drop()
      const answers = [...wire.answers.values()]
      return { asked: floodRequests, answers, cutOff: floodRequests - answers.length, besides: null }
    },
  },
  {
    name: '10,000 asked, no answer ever read',
    expects: [],
    async run(scene) {
      const wire = await connectWire(scene.socket)
      wire.stopReading()
      wire.throwIn(flood(scene))
      await sleep(500)
      wire.drop()
      return { asked: floodRequests, answers: [], cutOff: floodRequests, besides: null }
    },
  },
  {
    name: 'for comparison, as a server that logs: Ada, signed',
    expects: ['granted'],
    run: (scene) =>
      onWire(scene, (wire) =>
        [0, 1, 2].map((of) =>
          wire.ask('open', asAda(scene, of, scene.ada.proof(scene.tenant, scene.sealed[of]!.conversation))),
        ),
      ),
  },
  {
    name: 'a key of its own registered for Ada: opens, and stands in the log twice',
    expects: ['granted'],
    async run(scene) {
      const own = makePerson(scene.ada.actor)
      const before = await settledStatus(scene.client)
      const outcome = await onWire(scene, async (wire) => {
        await wire.ask('session-key', {
          tenant: scene.tenant,
          person: own.actor,
          session: own.session,
          publicKey: own.publicKey,
        })
        const proof = own.proof(scene.tenant, scene.sealed[3]!.conversation)
        return [wire.ask('open', { ...asAda(scene, 3, proof), session: own.session })]
      })
      const { entries } = await settledStatus(scene.client)
      return { ...outcome, besides: entries - before.entries === 2 }
    },
  },
  {
    name: 'budgets lifted first: opens, and the change stands in the log',
    expects: ['granted'],
    async run(scene) {
      const before = await settledStatus(scene.client)
      const budget = { ...defaultPolicy.budgets['virtual-agent'] }
      const outcome = await onWire(scene, async (wire) => {
        await wire.ask('set-policy', {
          tenant: scene.tenant,
          by: { kind: 'agent', id: randomUUID(), name: 'Mateo', role: 'administrator' },
          policy: { ...defaultPolicy, budgets: { ...defaultPolicy.budgets, api: budget } },
        })
        return [wire.ask('open', opening(scene, 4))]
      })
      const { entries } = await settledStatus(scene.client)
      return { ...outcome, besides: entries - before.entries === 2 }
    },
  },
]

async function setScene(socket: string, client: KeyholderClient): Promise<Scene> {
  const tenant = randomUUID()
  const otherTenant = randomUUID()
  const sealed = await seal(client, tenant, conversationsMade)
  const [ofOther] = await seal(client, otherTenant, 1)
  const register = async (name: string, role: NonNullable<LogActor['role']>): Promise<Person> => {
    const person = makePerson({ kind: 'agent', id: randomUUID(), name, role })
    const { actor, session, publicKey } = person
    await client.ask('session-key', { tenant, person: actor, session, publicKey })
    return person
  }
  const ada = await register('Ada', 'agent')
  const noor = await register('Noor', 'supervisor')
  return { socket, client, tenant, otherTenant, sealed, ofOther: ofOther!, ada, noor }
}

async function seal(client: KeyholderClient, tenant: string, count: number): Promise<Sealed[]> {
  const epoch = await client.ask('epoch-key', { tenant })
  const spki = Buffer.from(epoch.publicKey, 'base64')
  const wrapper = openWrapper(createPublicKey({ key: spki, format: 'der', type: 'spki' }))
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

/** A person whose browser holds the private key; the server sees what it signs. */
function makePerson(actor: LogActor): Person & { publicKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const key = createHash('sha256').update(spki).digest('base64url')
  return {
    actor,
    session: randomUUID(),
    publicKey: spki.toString('base64'),
    proof: (tenant, conversation, atMs = Date.now()) => signed(privateKey, key, tenant, conversation, atMs),
  }
}

function signed(
  privateKey: KeyObject,
  key: string,
  tenant: string,
  conversation: string,
  atMs: number,
): OpenProof {
  const at = new Date(atMs).toISOString()
  const text = Buffer.from(openStatement({ tenant, conversation, key, at }))
  const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { key, at, signature: signature.toString('base64url') }
}

function opening(scene: Scene, of: number): Record<string, unknown> {
  const { conversation, wrapped } = scene.sealed[of]!
  return {
    tenant: scene.tenant,
    actor: { kind: 'api', id: scene.tenant, name: 'integration', role: 'administrator' },
    conversation,
    customer: scene.otherTenant,
    purpose: 'api',
    range: [1, 0],
    live: false,
    offAssignment: false,
    keys: [wrapped],
  }
}

function asAda(scene: Scene, of: number, proof: OpenProof | undefined): Record<string, unknown> {
  const { actor, session } = scene.ada
  return { ...opening(scene, of), actor, session, purpose: 'desk', ...(proof === undefined ? {} : { proof }) }
}

function flood(scene: Scene): { op: string; ask: unknown }[] {
  return Array.from({ length: floodRequests }, (_, i) => ({
    op: 'open',
    ask: opening(scene, i % conversationsMade),
  }))
}

async function onWire(
  scene: Scene,
  act: (wire: Wire) => Promise<Answer | null>[] | Promise<Promise<Answer | null>[]>,
): Promise<Outcome> {
  const wire = await connectWire(scene.socket)
  try {
    const answers = await Promise.all(await act(wire))
    return { asked: answers.length, answers, cutOff: 0, besides: null }
  } finally {
    wire.drop()
  }
}

function lengthAnd(body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function wordOf(answer: Answer | null): string {
  if (answer === null) return 'ended'
  if ('denied' in answer) return answer.denied
  const { keys } = answer.answer as { keys: (string | null)[] }
  return keys.some((key) => key !== null) ? 'granted' : 'no key'
}

const isOpening = (type: Entry['type']): boolean => type === 'open' || type === 'join'

/** Once what was thrown in has been worked off: the count has stood still for a while. */
async function settledStatus(client: KeyholderClient): Promise<LogStatus> {
  const until = Date.now() + settleMsMax
  let status = await client.ask('status', {})
  for (let still = 0; still < 3;) {
    await sleep(40)
    const now = await client.ask('status', {})
    still = now.entries === status.entries && now.openings === now.releases ? still + 1 : 0
    status = now
    if (Date.now() > until) throw new Error('The keyholder does not come to rest.')
  }
  return status
}

async function published(client: KeyholderClient): Promise<LogStatus> {
  const until = Date.now() + settleMsMax
  for (;;) {
    const status = await client.ask('status', {})
    if (status.size === status.entries) return status
    if (Date.now() > until) throw new Error('The log was not published.')
    await sleep(100)
  }
}

async function entriesIn(logFolder: string): Promise<Entry[]> {
  const reader = folderStorage(logFolder)
  const trusted = await readLogKeys(nodeCrypto, reader)
  if (trusted === null) throw new Error('The log has no keys beside it.')
  const entries: Entry[] = []
  const onEntry = (_: number, entry: Entry): void => void entries.push(entry)
  const report = await verifyLog({ crypto: nodeCrypto, reader, trusted, onEntry })
  if (report.kind !== 'holds') throw new Error(`The log does not hold: ${report.firstBad?.why}`)
  return entries
}
