import { createPublicKey } from 'node:crypto'
import { epochKeyStatement, type EpochKey } from '@candor/keyholder/frames.ts'
import { openWrapper, type Wrapper } from '@candor/keyholder/wrapping.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { parseVkey } from '@candor/ledger/signed-note.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Keyholder } from './keyholder-port.ts'

/**
 * The public key that each tenant's text is sealed to. It comes from the keyholder and is kept in the database, so
 * that sealing never waits for the keyholder once it was asked.
 */
export interface EpochKeys {
  /** Null before `load`. */
  current(tenant: string): { id: string; wrapper: Wrapper } | null
  load(tenant: string): Promise<void>
}

/** Tenants whose key is in memory; 500 bytes each. */
const heldMax = 10_000
/** A newer key is asked for this often once the old one has run out and the keyholder is away. */
const renewMs = 60_000

interface Held {
  id: string
  wrapper: Wrapper
  until: number
  askedAt: number
}

export function openEpochKeys(options: {
  store: Store
  keyholder: Keyholder
  clock: Clock
  log: (event: Record<string, unknown>) => void
}): EpochKeys {
  const { store, keyholder, clock, log } = options
  const held = new Map<string, Held>()
  const loading = new Map<string, Promise<void>>()

  function hold(tenant: string, key: EpochKey): void {
    const publicKey = createPublicKey({
      key: Buffer.from(key.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    })
    if (held.size >= heldMax && !held.has(tenant)) held.delete(held.keys().next().value!)
    held.set(tenant, {
      id: key.id,
      wrapper: openWrapper(publicKey),
      until: Date.parse(key.until),
      askedAt: clock.now(),
    })
  }

  /** A key that the log's key did not sign would seal to somebody else. */
  function isGenuine(tenant: string, key: EpochKey): boolean {
    const verifier = keyholder.vkey === null ? null : parseVkey(nodeCrypto, keyholder.vkey)
    return (
      verifier !== null &&
      verifier.verify(epochKeyStatement(tenant, key), Buffer.from(key.signature, 'base64'))
    )
  }

  async function stored(tenant: string): Promise<EpochKey | null> {
    const [row] = await store.read(tenant, (q) =>
      q<{ id: string; public_key: string; until: Date; signature: string }>(
        'select id, public_key, until, signature from epoch_keys where tenant_id = $1 order by until desc limit 1',
        [tenant],
      ),
    )
    if (row === undefined) return null
    const key = {
      id: row.id,
      publicKey: row.public_key,
      until: row.until.toISOString(),
      signature: row.signature,
    }
    if (isGenuine(tenant, key)) return key
    log({ level: 'error', event: 'an epoch key in the database is not the keyholder’s', tenant })
    return null
  }

  async function fetchKey(tenant: string): Promise<void> {
    const key = await keyholder.ask('epoch-key', { tenant })
    if (!isGenuine(tenant, key))
      throw new Error('The keyholder answered an epoch key that its log did not sign.')
    await store.write(tenant, (q) =>
      q(
        `insert into epoch_keys (tenant_id, id, public_key, until, signature) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [tenant, key.id, key.publicKey, key.until, key.signature],
      ),
    )
    hold(tenant, key)
  }

  async function loadNow(tenant: string): Promise<void> {
    const key = await stored(tenant)
    if (key !== null) hold(tenant, key)
    if (key !== null && Date.parse(key.until) > clock.now()) return
    try {
      await fetchKey(tenant)
    } catch (caught) {
      // Sealing under a key that has run out beats not writing down what a visitor says.
      if (key === null || !(caught instanceof Error && caught.name === 'KeyholderAway')) throw caught
    }
  }

  function load(tenant: string): Promise<void> {
    let run = loading.get(tenant)
    if (run === undefined) {
      run = loadNow(tenant).finally(() => loading.delete(tenant))
      loading.set(tenant, run)
    }
    return run
  }

  return {
    current(tenant) {
      const key = held.get(tenant)
      if (key === undefined) return null
      const now = clock.now()
      if (key.until <= now && key.askedAt < now - renewMs) {
        key.askedAt = now
        load(tenant).catch((caught: unknown) =>
          log({ level: 'warn', event: 'no newer epoch key', reason: String(caught) }),
        )
      }
      return key
    },
    load,
  }
}
