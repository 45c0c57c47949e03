import {
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  createHash,
  type KeyObject,
  createPublicKey,
} from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { openStatement, type OpenProof } from '@candor/protocol/open-statement.ts'
import type { LogActor, OpenRequest, WrappedKey } from '../src/frames.ts'
import { openKeyholder, type Keyholder, type Step } from '../src/keyholder.ts'
import { openLocalRootKey } from '../src/root-key.ts'
import { openWrapper, wrapContext, type Wrapper } from '../src/wrapping.ts'

export interface KeyholderUnderTest {
  keyholder: Keyholder
  folder: string
  tenant: string
  /** Moves the clock on. */
  pass(ms: number): void
  logged: Record<string, unknown>[]
  /** A person with a browser key. */
  person(name: string, role?: LogActor['role']): Promise<Person>
  /** A data key, wrapped as a server does. */
  sealFor(conversation: string, tenant?: string): Promise<{ key: KeyObject; wrapped: WrappedKey }>
  opening(more?: Partial<Omit<OpenRequest, 'op'>>): Omit<OpenRequest, 'op'>
  restart(): Promise<void>
  close(): Promise<void>
}

export interface Person {
  actor: LogActor
  session: string
  proof(conversation: string, more?: { at?: string; tenant?: string }): OpenProof
}

export async function openTestKeyholder(
  options: {
    at?: (step: Step) => void
    witnesses?: { vkey: string; url: string }[]
    quorum?: number
    releaseRoot?: () => string | null
  } = {},
): Promise<KeyholderUnderTest> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-keyholder-'))
  const logged: Record<string, unknown>[] = []
  const tenant = randomUUID()
  let ahead = 0
  const now = (): number => Date.now() + ahead
  mkdirSync(path.join(folder, 'log'))
  const open = (): Promise<Keyholder> =>
    openKeyholder({
      folder,
      logFolder: path.join(folder, 'log'),
      rootKey: openLocalRootKey(folder, undefined),
      origin: 'test.example/log',
      witnesses: options.witnesses ?? [],
      quorum: options.quorum ?? options.witnesses?.length ?? 0,
      ...(options.releaseRoot === undefined ? {} : { releaseRoot: options.releaseRoot }),
      now,
      log: (event) => void logged.push(event),
      fatal: (fault) => {
        throw fault
      },
      ...(options.at === undefined ? {} : { at: options.at }),
    })
  const wrappers = new Map<string, { id: string; wrapper: Wrapper }>()
  const made: KeyholderUnderTest = {
    keyholder: await open(),
    folder,
    tenant,
    logged,
    pass: (ms) => void (ahead += ms),
    async person(name, role = 'agent') {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      const actor: LogActor = { kind: 'agent', id: randomUUID(), name, role }
      const session = randomUUID()
      const spki = publicKey.export({ format: 'der', type: 'spki' })
      await made.keyholder.handle('session-key', {
        tenant,
        person: actor,
        session,
        publicKey: spki.toString('base64'),
      })
      return {
        actor,
        session,
        proof: (conversation, more = {}) =>
          signProof(privateKey, {
            tenant: more.tenant ?? tenant,
            conversation,
            at: more.at ?? new Date(now()).toISOString(),
          }),
      }
    },
    async sealFor(conversation, of = tenant) {
      const epoch = await made.keyholder.handle('epoch-key', { tenant: of })
      let known = wrappers.get(of)
      if (known?.id !== epoch.id) {
        const publicKey = createPublicKey({
          key: Buffer.from(epoch.publicKey, 'base64'),
          format: 'der',
          type: 'spki',
        })
        known = { id: epoch.id, wrapper: openWrapper(publicKey) }
        wrappers.set(of, known)
      }
      const segment = randomUUID()
      const key = createSecretKey(randomBytes(32))
      const wrapped = known.wrapper
        .wrap(wrapContext(of, conversation, segment), key, now())
        .toString('base64')
      return { key, wrapped: { segment, epochKey: epoch.id, wrapped } }
    },
    opening: (more = {}) => ({
      tenant,
      actor: {
        kind: 'api',
        id: '11111111-1111-4111-8111-111111111111',
        name: 'integration',
        role: 'administrator',
      },
      conversation: randomUUID(),
      customer: randomUUID(),
      purpose: 'api',
      range: [1, 0],
      live: false,
      offAssignment: false,
      keys: [],
      ...more,
    }),
    async restart() {
      await made.keyholder.close()
      made.keyholder = await open()
    },
    async close() {
      await made.keyholder.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return made
}

export function signProof(
  privateKey: KeyObject,
  what: { tenant: string; conversation: string; at: string },
): OpenProof {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = createHash('sha256').update(spki).digest('base64url')
  const text = openStatement({ ...what, key })
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { key, at: what.at, signature: signature.toString('base64url') }
}
