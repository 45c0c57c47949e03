import { createSecretKey, type KeyObject } from 'node:crypto'
import type { ScreenedText } from '@candor/card-guard'
import { keysPerOpeningMax, type LogActor, type OpenRequest } from '@candor/keyholder/frames.ts'
import { wrapContext } from '@candor/keyholder/wrapping.ts'
import type { OpenProof } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import { makeDataKey, openText, sealText } from './data-key.ts'
import { openEpochKeys } from './epoch-keys.ts'
import type { Keyholder } from './keyholder-port.ts'

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

/** Proof that an entry in the access log was durable first. Without it nothing is opened. */
export interface AccessReceipt {
  readonly [receiptBrand]: true
  readonly tenant: string
  readonly conversation: string
  /** The entry. */
  readonly index: number
  readonly at: string
}

/** Why somebody opens a conversation's text. */
export type Purpose =
  'participant' | 'desk' | 'api' | 'virtual-agent' | 'card-guard' | 'replay-check' | 'export'

/** What an entry says of a conversation; the room `conversations` knows it. */
export interface ConversationAbout {
  customer: string
  open: boolean
  /** The person who handles it, or did last. */
  handler: string | null
}

export interface Access {
  /** Resolves once text of this tenant can be sealed. Void when it can be already. */
  ready(tenant: string): Promise<void> | void
  /**
   * Seals under the conversation's live data key, or under a key of its own when the text may have to be
   * destroyed alone (a piece of a card number that is still incomplete).
   * @throws Refusal `busy` when the tenant's public key is not at hand: see `ready`.
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
  /**
   * Asks the keyholder; answers once the entry is durable. The same actor, name, session, conversation and purpose share
   * one as long as they go on. @throws Refusal `history_unavailable`, `signature_required`, `suspended`, `erased`
   */
  receipt(
    actor: Actor,
    conversation: string,
    purpose: Purpose,
    how?: { proof?: OpenProof | undefined },
  ): Promise<AccessReceipt>
  /** Opens in order; null where the key was destroyed. */
  open(receipt: AccessReceipt, texts: readonly StoredText[]): Promise<(string | null)[]>
  /** Whether a stored text equals this one, without handing it out. */
  equals(actor: Actor, conversation: string, stored: StoredText, text: string): Promise<boolean>
  /** Within the caller's transaction. The key is also forgotten here. */
  destroyKey(q: Query, tenant: string, conversation: string, segment: string): Promise<void>
  /** Every key and receipt of these conversations is forgotten here: their keys were destroyed. */
  forget(tenant: string, conversations: readonly string[]): void
  /** An actor was suspended, or a session ended: what it was let into counts no longer. */
  revoke(who: { tenant: string; actor: string } | { session: string }): void
  /** Epoch keys that this tenant's text was ever sealed to. */
  epochKeys(tenant: string): Promise<string[]>
  close(): void
}

/** Conversations that are live with this server: 500 bytes each; the oldest are forgotten and asked for again. */
const liveMax = 100_000
/** A conversation is live for this long after its last text; then its keys leave the memory. */
const liveMsMax = 30 * 60_000
/** A receipt serves as long as its holder comes back within this, and never longer than a shift. */
const receiptIdleMs = 30 * 60_000
const receiptMsMax = 4 * 3_600_000
/** Receipts remembered for that. */
const receiptsMax = 50_000
const sweepMs = 60_000
/** While the keyholder is away a client asks again after this, with jitter. */
const awayRetryMs = 2_000

interface Segment {
  id: string
  key: KeyObject
  wrapped: WrappedKey | null
}

/** Keys that this server made for a conversation while it is live here. */
interface Live {
  current: Segment | null
  keys: Map<string, KeyObject>
  usedAt: number
}

interface Held {
  receipt: AccessReceipt
  actor: Actor
  purpose: Purpose
  proof: OpenProof | undefined
  keys: Map<string, KeyObject>
  madeAt: number
  usedAt: number
  revoked: boolean
}

export function openAccess(options: {
  store: Store
  keyholder: Keyholder
  about(tenant: string, conversation: string): Promise<ConversationAbout>
  clock: Clock
  ids: Ids
  log: (event: Record<string, unknown>) => void
}): Access {
  const { store, keyholder, clock, ids } = options
  const epochKeys = openEpochKeys(options)
  /** tenant/conversation: visitors choose ids, so two tenants may hold the same one */
  const live = new Map<string, Live>()
  const held = new Map<string, Held>()
  const heldBy = new WeakMap<AccessReceipt, Held>()
  const asking = new Map<string, Promise<AccessReceipt>>()
  const sweeper = setInterval(sweep, sweepMs)
  sweeper.unref()

  function sweep(): void {
    const now = clock.now()
    for (const [key, { usedAt }] of live) if (now - usedAt > liveMsMax) live.delete(key)
    for (const [key, { usedAt, madeAt }] of held)
      if (now - usedAt > receiptIdleMs || now - madeAt > receiptMsMax) held.delete(key)
  }

  function liveOf(tenant: string, conversation: string): Live {
    const key = `${tenant}/${conversation}`
    let found = live.get(key)
    if (found === undefined) {
      found = { current: null, keys: new Map(), usedAt: clock.now() }
      if (live.size >= liveMax) live.delete(live.keys().next().value!)
      live.set(key, found)
    }
    if (clock.now() - found.usedAt > liveMsMax) found.current = null
    found.usedAt = clock.now()
    return found
  }

  function newSegment(tenant: string, conversation: string): Segment {
    const epoch = epochKeys.current(tenant)
    if (epoch === null) {
      void epochKeys.load(tenant)
      throw new Refusal('busy', 'The key that seals this conversation is being fetched.', {
        retryAfterMs: 500,
      })
    }
    const id = ids.next()
    const key = makeDataKey()
    const wrapped = epoch.wrapper.wrap(wrapContext(tenant, conversation, id), key, clock.now())
    return { id, key, wrapped: { tenant, conversation, segment: id, epochKey: epoch.id, wrapped } }
  }

  async function ask(
    actor: Actor,
    conversation: string,
    purpose: Purpose,
    proof: OpenProof | undefined,
    segments: readonly string[] | null,
  ): Promise<{ index: number; at: string; keys: Map<string, KeyObject> }> {
    const { tenant } = actor
    const about = await options.about(tenant, conversation)
    const here = live.get(`${tenant}/${conversation}`)?.keys
    const rows = await store.read(tenant, (q) =>
      q<{ segment: string; epoch_key: string; wrapped: Buffer }>(
        `select segment, epoch_key, wrapped from data_keys
         where tenant_id = $1 and conversation_id = $2 and ($3::uuid[] is null or segment = any($3))
         order by segment desc limit $4`,
        [tenant, conversation, segments, keysPerOpeningMax],
      ),
    )
    const wanted = rows.filter(({ segment }) => !here?.has(segment))
    const request: Omit<OpenRequest, 'op'> = {
      tenant,
      actor: logActor(actor),
      ...(actor.session === undefined ? {} : { session: actor.session }),
      conversation,
      customer: about.customer,
      purpose: purposeOf(actor, purpose, about),
      range: [1, 0],
      live: segments === null && purpose !== 'export' && purpose !== 'api',
      offAssignment: isOffAssignment(actor, about),
      ...(proof === undefined ? {} : { proof }),
      keys: wanted.map((row) => ({
        segment: row.segment,
        epochKey: row.epoch_key,
        wrapped: row.wrapped.toString('base64'),
      })),
    }
    const answer = await keyholder.ask('open', request).catch(refused)
    const keys = new Map<string, KeyObject>()
    for (const [i, key] of answer.keys.entries())
      if (key !== null) keys.set(wanted[i]!.segment, createSecretKey(Buffer.from(key, 'base64')))
    return { index: answer.index, at: answer.at, keys }
  }

  async function newReceipt(
    share: string,
    actor: Actor,
    conversation: string,
    purpose: Purpose,
    proof: OpenProof | undefined,
  ): Promise<AccessReceipt> {
    const { index, at, keys } = await ask(actor, conversation, purpose, proof, null)
    const receipt = { tenant: actor.tenant, conversation, index, at } as AccessReceipt
    const now = clock.now()
    const made: Held = { receipt, actor, purpose, proof, keys, madeAt: now, usedAt: now, revoked: false }
    if (held.size >= receiptsMax) held.delete(held.keys().next().value!)
    held.set(share, made)
    heldBy.set(receipt, made)
    return receipt
  }

  function drop(share: string, of: Held): void {
    of.revoked = true
    of.keys.clear()
    held.delete(share)
  }

  function keyOf(of: Held, segment: string): KeyObject | undefined {
    const { tenant, conversation } = of.receipt
    return of.keys.get(segment) ?? live.get(`${tenant}/${conversation}`)?.keys.get(segment)
  }

  return {
    ready: (tenant) => (epochKeys.current(tenant) === null ? epochKeys.load(tenant) : undefined),

    seal(tenant, conversation, eventId, text, ownKey = false) {
      const here = liveOf(tenant, conversation)
      let segment = ownKey ? null : here.current
      if (segment === null) {
        segment = newSegment(tenant, conversation)
        here.keys.set(segment.id, segment.key)
        if (!ownKey) here.current = segment
      }
      return {
        segment: segment.id,
        bytes: sealText(segment.key, sealContext(conversation, eventId), text),
        key: segment.wrapped,
      } as SealedText
    },

    stored(sealed) {
      if (sealed.key === null) return
      const current = live.get(`${sealed.key.tenant}/${sealed.key.conversation}`)?.current
      if (current?.id === sealed.segment) current.wrapped = null
    },

    async receipt(actor, conversation, purpose, how) {
      // Under another name, such as a virtual agent's next version, it is another reader.
      const who = `${actor.kind} ${actor.id} ${actor.name} ${actor.session ?? ''}`
      const share = `${actor.tenant} ${who} ${conversation} ${purpose}`
      const known = held.get(share)
      const now = clock.now()
      if (known !== undefined && now - known.usedAt <= receiptIdleMs && now - known.madeAt <= receiptMsMax) {
        known.usedAt = now
        if (how?.proof !== undefined) known.proof = how.proof
        return known.receipt
      }
      let made = asking.get(share)
      if (made === undefined) {
        made = newReceipt(share, actor, conversation, purpose, how?.proof).finally(() => asking.delete(share))
        asking.set(share, made)
      }
      return made
    },

    async open(receipt, texts) {
      const of = heldBy.get(receipt)
      // Revoked since: whoever holds it asks for a new one, and hears why there is none.
      if (of === undefined || of.revoked)
        throw new Refusal('history_unavailable', undefined, { retryAfterMs: 0 })
      of.usedAt = clock.now()
      const missing = [...new Set(texts.map(({ segment }) => segment))].filter(
        (segment) => keyOf(of, segment) === undefined,
      )
      for (let at = 0; at < missing.length; at += keysPerOpeningMax) {
        const more = missing.slice(at, at + keysPerOpeningMax)
        const { keys } = await ask(of.actor, receipt.conversation, of.purpose, of.proof, more)
        for (const [segment, key] of keys) of.keys.set(segment, key)
      }
      return texts.map((text) => {
        const key = keyOf(of, text.segment)
        return key === undefined
          ? null
          : openText(key, sealContext(receipt.conversation, text.eventId), text.bytes)
      })
    },

    async equals(actor, conversation, stored, text) {
      let key = live.get(`${actor.tenant}/${conversation}`)?.keys.get(stored.segment)
      if (key === undefined) {
        const { keys } = await ask(actor, conversation, 'replay-check', undefined, [stored.segment])
        key = keys.get(stored.segment)
      }
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
      const here = live.get(`${tenant}/${conversation}`)
      here?.keys.delete(segment)
      if (here?.current?.id === segment) here.current = null
      for (const { receipt, keys } of held.values())
        if (receipt.tenant === tenant && receipt.conversation === conversation) keys.delete(segment)
    },

    forget(tenant, conversations) {
      const gone = new Set(conversations)
      for (const conversation of gone) live.delete(`${tenant}/${conversation}`)
      for (const [share, of] of held)
        if (of.receipt.tenant === tenant && gone.has(of.receipt.conversation)) drop(share, of)
    },

    revoke(who) {
      for (const [share, of] of held) {
        const { actor } = of
        const theirs =
          'session' in who
            ? actor.session === who.session
            : actor.tenant === who.tenant && actor.id === who.actor
        if (theirs) drop(share, of)
      }
    },

    async epochKeys(tenant) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>('select id from epoch_keys where tenant_id = $1', [tenant]),
      )
      return rows.map(({ id }) => id)
    },

    close: () => clearInterval(sweeper),
  }
}

/** What the keyholder's "no" means to whoever asked. */
function refused(caught: unknown): never {
  if (!(caught instanceof Error)) throw caught
  if (caught.name === 'KeyholderAway')
    throw new Refusal('history_unavailable', undefined, {
      retryAfterMs: Math.round(awayRetryMs * (0.5 + Math.random())),
      cause: caught,
    })
  const code = (caught as { code?: string }).code ?? ''
  if (code === 'pending')
    throw new Refusal('history_unavailable', 'The witnesses do not answer: there is no proof yet.', {
      retryAfterMs: awayRetryMs,
      cause: caught,
    })
  const known = refusalOfDenial[code]
  if (caught.name !== 'KeyholderDenied' || known === undefined) throw caught
  throw new Refusal(known, undefined, { cause: caught })
}

const refusalOfDenial: Record<string, 'erased' | 'suspended' | 'signature_required' | 'on_hold'> = {
  erased: 'erased',
  suspended: 'suspended',
  budget: 'suspended',
  unsigned: 'signature_required',
  'bad-signature': 'signature_required',
  stale: 'signature_required',
  held: 'on_hold',
}

export { refused as refuseAsKeyholder }

export function logActor(actor: Actor): LogActor {
  const { kind, id, name, role } = actor
  return { kind, id, name, ...(role === undefined ? {} : { role }) }
}

/** Who looks in without answering is a supervisor, whatever the page. */
function purposeOf(actor: Actor, purpose: Purpose, about: ConversationAbout): OpenRequest['purpose'] {
  const looksIn =
    purpose === 'desk' && actor.kind === 'agent' && actor.role !== 'agent' && about.handler !== actor.id
  return looksIn ? 'supervisor' : purpose
}

/** What is over, or in somebody else's hands, is not one's own; what waits or a virtual agent handles is everybody's. */
function isOffAssignment(actor: Actor, about: ConversationAbout): boolean {
  if (actor.kind !== 'agent' || about.handler === actor.id) return false
  return about.handler !== null || !about.open
}

function sealContext(conversation: string, eventId: string): string {
  return `${conversation}/${eventId}`
}
