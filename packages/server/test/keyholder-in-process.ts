import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import * as path from 'node:path'
import { KeyholderAway, KeyholderDenied, type KeyholderClient } from '@candor/keyholder/client.ts'
import { Denied } from '@candor/keyholder/denied.ts'
import { openKeyholder } from '@candor/keyholder/keyholder.ts'
import { openLocalRootKey } from '@candor/keyholder/root-key.ts'
import { openStatement, type OpenProof } from '@candor/protocol/open-statement.ts'
import type { Access } from '../src/access/access.ts'

/** A real keyholder without its process and socket, for rooms that are called directly. */
export interface InProcessKeyholder {
  client: KeyholderClient
  /** As if it had been killed, until `back`. */
  away(): void
  back(): void
  close(): Promise<void>
}

export async function openKeyholderInProcess(
  folder: string,
  options: { now?: () => number; releaseRoot?: () => string | null } = {},
): Promise<InProcessKeyholder> {
  mkdirSync(path.join(folder, 'log'), { recursive: true, mode: 0o700 })
  const keyholder = await openKeyholder({
    folder,
    logFolder: path.join(folder, 'log'),
    rootKey: openLocalRootKey(folder, undefined),
    origin: 'test.example/log',
    witnesses: [],
    quorum: 0,
    ...(options.releaseRoot === undefined ? {} : { releaseRoot: options.releaseRoot }),
    now: options.now ?? ((): number => Date.now()),
    log: () => undefined,
    fatal: (fault) => {
      throw fault
    },
  })
  const { vkey } = await keyholder.handle('hello', { protocol: 1 })
  let connected = true
  const listeners: (() => void)[] = []
  return {
    client: {
      async ask(op, ask) {
        if (!connected) throw new KeyholderAway('The keyholder cannot be reached.')
        try {
          return await keyholder.handle(op, JSON.parse(JSON.stringify(ask)))
        } catch (caught) {
          if (!(caught instanceof Denied)) throw caught
          throw new KeyholderDenied(caught.code, caught.message, caught.index)
        }
      },
      get connected() {
        return connected
      },
      vkey,
      onAlarm: (listener) => keyholder.onAlarm(listener),
      onConnected: (listener) => void listeners.push(listener),
      close: () => undefined,
    },
    away: () => void (connected = false),
    back() {
      connected = true
      for (const listener of listeners) listener()
    },
    close: () => keyholder.close(),
  }
}

/** A person in a test opens as their browser would: with a key that was registered for their session. */
export function signingFor(access: Access, client: KeyholderClient): Access {
  const keys = new Map<string, KeyObject>()

  async function proofOf(actor: Parameters<Access['receipt']>[0], conversation: string): Promise<OpenProof> {
    let privateKey = keys.get(actor.session!)
    if (privateKey === undefined) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      privateKey = pair.privateKey
      keys.set(actor.session!, privateKey)
      await client.ask('session-key', {
        tenant: actor.tenant,
        person: {
          kind: 'agent',
          id: actor.id,
          name: actor.name,
          ...(actor.role ? { role: actor.role } : {}),
        },
        session: actor.session!,
        publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      })
    }
    return signOpening(privateKey, actor.tenant, conversation)
  }

  return {
    ...access,
    async receipt(actor, conversation, purpose, how) {
      if (actor.kind !== 'agent' || actor.session === undefined || how?.proof !== undefined)
        return access.receipt(actor, conversation, purpose, how)
      return access.receipt(actor, conversation, purpose, { proof: await proofOf(actor, conversation) })
    },
  }
}

export function signOpening(privateKey: KeyObject, tenant: string, conversation: string): OpenProof {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = createHash('sha256').update(spki).digest('base64url')
  const at = new Date().toISOString()
  const text = openStatement({ tenant, conversation, key, at })
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { key, at, signature: signature.toString('base64url') }
}
