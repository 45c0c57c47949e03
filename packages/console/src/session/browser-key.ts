/**
 * The key with which this browser signs what its person opens: ECDSA P-256, made here, and not exportable, so that no
 * script, extension or copied profile can sign elsewhere. It lies in IndexedDB, by tenant and person, from sign-in to
 * sign-out.
 */
import type { Me, SessionKeyAnswer } from '@candor/protocol/api.ts'
import { openStatement, type OpenProof } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { api, serverNow } from '../live/api-client.ts'

export interface BrowserKey {
  /** Named in every proof. */
  readonly key: string
  sign(conversation: string): Promise<OpenProof>
}

interface StoredKey {
  key: string
  privateKey: CryptoKey
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** The key that is here, or a new one that the server was told of. @throws Refusal, Unreachable */
export async function browserKey(me: Me): Promise<BrowserKey> {
  return keyOf(me, (await stored(me)) ?? (await make(me)))
}

/** The server does not take `old`. Another tab may have made a newer one. */
export async function renewedKey(me: Me, old: BrowserKey): Promise<BrowserKey> {
  const here = await stored(me)
  return keyOf(me, here && here.key !== old.key ? here : await make(me))
}

/** At sign-out, and at sign-in before the new session makes its own. */
export async function forgetBrowserKey(me: Me): Promise<void> {
  await inStore('readwrite', (store) => store.delete(placeOf(me)))
}

function keyOf(me: Me, { key, privateKey }: StoredKey): BrowserKey {
  return {
    key,
    async sign(conversation) {
      const at = new Date(serverNow()).toISOString()
      const statement = openStatement({ tenant: me.tenant.id, conversation, key, at })
      const signature = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        privateKey,
        new TextEncoder().encode(statement),
      )
      return { key, at, signature: base64url(signature) }
    },
  }
}

async function make(me: Me): Promise<StoredKey> {
  // Browsers make no keys on pages that came over plain http, this computer's own excepted.
  if (!isSecureContext) throw new Refusal('signature_required')
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const spki = await crypto.subtle.exportKey('spki', publicKey)
  const key = base64url(await crypto.subtle.digest('SHA-256', spki))
  await api.post<SessionKeyAnswer>('/session/key', { publicKey: base64(spki) })
  await inStore('readwrite', (store) => store.put({ key, privateKey } satisfies StoredKey, placeOf(me)))
  return { key, privateKey }
}

async function stored(me: Me): Promise<StoredKey | null> {
  return ((await inStore('readonly', (store) => store.get(placeOf(me)))) as StoredKey | undefined) ?? null
}

const placeOf = ({ tenant, person }: Me): string => `${tenant.id} ${person.id}`

/** @returns null where the browser keeps nothing (a private window): then every load makes a key of its own. */
function inStore(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(null)
    const opening = indexedDB.open('candor', 1)
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('browser-keys'))
    opening.addEventListener('error', nothing)
    opening.addEventListener('success', () => {
      const database = opening.result
      const transaction = database.transaction('browser-keys', mode)
      const request = act(transaction.objectStore('browser-keys'))
      transaction.addEventListener('complete', () => {
        database.close()
        resolve(request.result)
      })
      transaction.addEventListener('abort', nothing)
    })
  })
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}

function base64url(bytes: ArrayBuffer): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
