import type { KeyObject } from 'node:crypto'
import type { ScreenedText } from '@candor/card-guard'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import { makeDataKey, openText, sealText, unwrapDataKey, wrapDataKey } from './data-key.ts'
import type { TenantKeys } from './key-file.ts'

declare const sealedBrand: unique symbol
declare const receiptBrand: unique symbol

/** Text as it lies in the database. Only this room makes it and only this room opens it. */
export interface SealedText {
  readonly [sealedBrand]: true
  readonly segment: string
  readonly bytes: Buffer
  /** The segment's wrapped key, while it is not known to be stored. It MUST be stored in the same transaction. */
  readonly key: WrappedKey | null
}

export interface WrappedKey {
  tenant: string
  conversation: string
  segment: string
  epochKey: string
  wrapped: Buffer
}

/** Sealed text read back from the database. */
export interface StoredText {
  eventId: string
  segment: string
  bytes: Buffer
}

/** Proof that a receipt was stored. Without it nothing is opened. */
export interface AccessReceipt {
  readonly [receiptBrand]: true
  readonly id: string
  readonly tenant: string
  readonly conversation: string
}

/** Why somebody opens a conversation's text. */
export type Purpose = 'participant' | 'desk' | 'api' | 'virtual-agent' | 'card-guard' | 'replay-check'

export interface StoredReceipt {
  id: string
  actor: { kind: Actor['kind']; id: string; name: string }
  purpose: string
  at: string
}

export interface Access {
  /**
   * Seals under the conversation's live data key, or under a key of its own when the text may have to be
   * destroyed alone (a piece of a card number that is still incomplete).
   */
  seal(
    tenant: string,
    conversation: string,
    eventId: string,
    text: ScreenedText,
    ownKey?: boolean,
  ): SealedText
  /** The transaction that stored it has committed: its wrapped key need not be sent again. */
  stored(sealed: SealedText): void
  /** Stores a receipt, then answers it. The same actor, session and conversation share one for ten minutes. */
  receipt(actor: Actor, conversation: string, purpose: Purpose): Promise<AccessReceipt>
  /** Opens in order; null where the key was destroyed. */
  open(receipt: AccessReceipt, texts: readonly StoredText[]): Promise<(string | null)[]>
  /** Whether a stored text equals this one, without handing it out. */
  equals(tenant: string, conversation: string, stored: StoredText, text: string): Promise<boolean>
  /** Within the caller's transaction. The key is also forgotten here. */
  destroyKey(q: Query, tenant: string, conversation: string, segment: string): Promise<void>
  receiptsOf(tenant: string, conversation: string): Promise<StoredReceipt[]>
}

/** Data keys held in memory: 200 bytes each; the oldest are forgotten and unwrapped again when needed. */
const heldKeysMax = 100_000
/** A segment ends when nothing was sealed for this long, so that an old key is not kept for ever. */
const segmentIdleMsMax = 30 * 60_000
/** One receipt covers a session's view of one conversation for this long. */
const receiptMs = 10 * 60_000
/** Receipts remembered for that. */
const receiptsHeldMax = 50_000
/** Rows of one list of receipts. */
const receiptsListedMax = 200

interface Segment {
  id: string
  key: KeyObject
  wrapped: WrappedKey | null
  usedAt: number
}

export function openAccess(options: { store: Store; keys: TenantKeys; clock: Clock; ids: Ids }): Access {
  const { store, keys, clock, ids } = options
  /** tenant/conversation → its live segment: visitors choose ids, so two tenants may hold the same one */
  const live = new Map<string, Segment>()
  /** segment → key, for opening */
  const held = new Map<string, KeyObject>()
  const receipts = new Map<string, { receipt: AccessReceipt; until: number }>()

  function newSegment(tenant: string, conversation: string): Segment {
    const epochKey = keys.current(tenant)
    const id = ids.next()
    const key = makeDataKey()
    const wrapped = wrapDataKey(epochKey.publicKey, wrapContext(tenant, conversation, id), key)
    hold(id, key)
    return {
      id,
      key,
      wrapped: { tenant, conversation, segment: id, epochKey: epochKey.id, wrapped },
      usedAt: clock.now(),
    }
  }

  function hold(segment: string, key: KeyObject): void {
    if (held.size >= heldKeysMax) dropOldest(held)
    held.set(segment, key)
  }

  async function keysOf(tenant: string, conversation: string, segments: Iterable<string>): Promise<void> {
    const missing = [...new Set(segments)].filter((segment) => !held.has(segment))
    if (missing.length === 0) return
    const rows = await store.read(tenant, (q) =>
      q<{ segment: string; epoch_key: string; wrapped: Buffer }>(
        `select segment, epoch_key, wrapped from data_keys
         where tenant_id = $1 and conversation_id = $2 and segment = any($3)`,
        [tenant, conversation, missing],
      ),
    )
    for (const row of rows)
      hold(
        row.segment,
        unwrapDataKey(
          keys.privateKey(tenant, row.epoch_key),
          wrapContext(tenant, conversation, row.segment),
          row.wrapped,
        ),
      )
  }

  return {
    seal(tenant, conversation, eventId, text, ownKey = false) {
      let segment = ownKey ? undefined : live.get(`${tenant}/${conversation}`)
      if (segment === undefined || clock.now() - segment.usedAt > segmentIdleMsMax) {
        segment = newSegment(tenant, conversation)
        if (!ownKey) {
          if (live.size >= heldKeysMax) dropOldest(live)
          live.set(`${tenant}/${conversation}`, segment)
        }
      }
      segment.usedAt = clock.now()
      return {
        segment: segment.id,
        bytes: sealText(segment.key, sealContext(conversation, eventId), text),
        key: segment.wrapped,
      } as SealedText
    },

    stored(sealed) {
      if (sealed.key === null) return
      const segment = live.get(`${sealed.key.tenant}/${sealed.key.conversation}`)
      if (segment?.id === sealed.segment) segment.wrapped = null
    },

    async receipt(actor, conversation, purpose) {
      const share = `${actor.tenant} ${actor.kind} ${actor.id} ${actor.session ?? ''} ${conversation} ${purpose}`
      const known = receipts.get(share)
      if (known !== undefined && known.until > clock.now()) return known.receipt
      const id = ids.next()
      await store.write(actor.tenant, (q) =>
        q(
          `insert into access_receipts
             (tenant_id, id, conversation_id, actor_kind, actor_id, actor_name, session_id, purpose, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0))`,
          [
            actor.tenant,
            id,
            conversation,
            actor.kind,
            actor.id,
            actor.name,
            actor.session ?? null,
            purpose,
            clock.now(),
          ],
        ),
      )
      const receipt = { id, tenant: actor.tenant, conversation } as AccessReceipt
      receipts.delete(share)
      if (receipts.size >= receiptsHeldMax) dropOldest(receipts)
      receipts.set(share, { receipt, until: clock.now() + receiptMs })
      return receipt
    },

    async open(receipt, texts) {
      const { tenant, conversation } = receipt
      await keysOf(
        tenant,
        conversation,
        texts.map((text) => text.segment),
      )
      return texts.map((text) => {
        const key = held.get(text.segment)
        return key === undefined ? null : openText(key, sealContext(conversation, text.eventId), text.bytes)
      })
    },

    async equals(tenant, conversation, stored, text) {
      await keysOf(tenant, conversation, [stored.segment])
      const key = held.get(stored.segment)
      return (
        key !== undefined && openText(key, sealContext(conversation, stored.eventId), stored.bytes) === text
      )
    },

    async destroyKey(q, tenant, conversation, segment) {
      await q('delete from data_keys where tenant_id = $1 and conversation_id = $2 and segment = $3', [
        tenant,
        conversation,
        segment,
      ])
      held.delete(segment)
      if (live.get(`${tenant}/${conversation}`)?.id === segment) live.delete(`${tenant}/${conversation}`)
    },

    async receiptsOf(tenant, conversation) {
      const rows = await store.read(tenant, (q) =>
        q<{
          id: string
          actor_kind: Actor['kind']
          actor_id: string
          actor_name: string
          purpose: string
          at: Date
        }>(
          `select id, actor_kind, actor_id, actor_name, purpose, at from access_receipts
           where tenant_id = $1 and conversation_id = $2 order by at desc limit $3`,
          [tenant, conversation, receiptsListedMax],
        ),
      )
      return rows.map((row) => ({
        id: row.id,
        actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
        purpose: row.purpose,
        at: row.at.toISOString(),
      }))
    },
  }
}

function sealContext(conversation: string, eventId: string): string {
  return `${conversation}/${eventId}`
}

function wrapContext(tenant: string, conversation: string, segment: string): string {
  return `${tenant}/${conversation}/${segment}`
}

function dropOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
