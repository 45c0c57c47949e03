import { screen, type ScreenedText } from '@candor/card-guard'
import type { ConversationPage, InboxView } from '@candor/protocol/api.ts'
import type {
  ConversationEvent,
  ConversationRow,
  ConversationState,
  EventData,
  EventType,
  FormField,
  Handler,
} from '@candor/protocol/events.ts'
import { replayEventsMax, snapshotEventsMax, type IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Access, AccessReceipt, ConversationAbout } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Outbox } from '../store/outbox.ts'
import { tenantsSetting, type Query, type Store } from '../store/store.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import {
  conversationColumns,
  eventColumns,
  eventOf,
  stateOf,
  type Committed,
  type ConversationFacts,
  type ConversationRecord,
  type EventRecord,
} from './conversation.ts'
import { screenRecord, type RecordScreening, type ScreenedRecord } from './screen-record.ts'
import { openScreening, type Screening } from './screening.ts'
import { openWriteLane, type Append, type AppendOutcome, type ChangeWriter } from './write-lane.ts'

/** What was stored, or would have been stored again. */
export interface Stored {
  id: string
  conversation: string
  seq: number
  at: string
  replayed: boolean
  /** Present when the card guard changed the text. */
  text?: string
}

export type SendOutcome = ({ kind: 'stored' } & Stored) | Exclude<AppendOutcome, { kind: 'stored' }>

export interface Conversations {
  /** Begins a conversation under an id of the visitor's making. */
  start(
    actor: Actor,
    start: {
      id: string
      conversation: string
      site: string | null
      page: { url: string; title: string } | null
      handler: 'virtual-agent' | 'queue'
      queue: string | null
    },
  ): Promise<Stored>
  /** A message by anyone. What keeps it from being stored is answered, not thrown. */
  send(
    actor: Actor,
    message: {
      id: string
      conversation: string
      text: string
      handlerEpoch?: number
      options?: string[]
      form?: { id: string; fields: FormField[] }
    },
  ): Promise<SendOutcome>
  note(actor: Actor, note: { id: string; conversation: string; text: string }): Promise<Stored>
  /** What may be kept of a virtual agent's record. */
  screenRecord(tenant: string, record: Readonly<Record<string, unknown>>): Promise<RecordScreening>
  /** A virtual agent's decision, stored under the epoch of the conversation before it acts. */
  decided(actor: Actor, turn: Decided): Promise<SendOutcome>
  /**
   * What is kept of decisions after this event is destroyed, down to their frames: they may hold words that were
   * masked or deleted after they were read.
   */
  voidDecisions(tenant: string, conversation: string, after: number): Promise<void>
  answerForm(
    actor: Actor,
    form: { id: string; conversation: string; form: string; answers: Record<string, string> },
  ): Promise<SendOutcome>
  /** Answers null when the mark does not move. */
  read(actor: Actor, read: { id: string; conversation: string; upTo: number }): Promise<Stored | null>
  edit(
    actor: Actor,
    edit: { id: string; conversation: string; target: number; text: string },
  ): Promise<Stored>
  delete(actor: Actor, deletion: { id: string; conversation: string; target: number }): Promise<Stored>
  setStatus(
    actor: Actor,
    change: { id: string; conversation: string; status: 'open' | 'closed' },
  ): Promise<Stored>
  tag(
    actor: Actor,
    change: { id: string; conversation: string; add: string[]; remove: string[] },
  ): Promise<Stored>
  /**
   * For the rooms that change who handles a conversation: decides under the row lock, writes the conversation's
   * columns and one event. The same id again answers what is stored.
   */
  changeHandler(
    actor: Actor,
    change: { id: string; conversation: string; type: EventType },
    decide: (now: ConversationState) => HandlerChange,
  ): Promise<Stored>

  state(actor: Actor, conversation: string): Promise<ConversationState>
  row(actor: Actor, conversation: string): Promise<ConversationRow>
  rows(tenant: string, conversations: readonly string[]): Promise<ConversationRow[]>
  page(
    actor: Actor,
    query: { view: InboxView; status: 'open' | 'closed'; cursor: string | null; limit: number },
  ): Promise<ConversationPage>
  /**
   * Ids of open conversations, ascending from `after`: those that this agent handles, or those in this queue that wait
   * or are in an agent's hands.
   */
  openIn(
    tenant: string,
    whose: { agent: string } | { queue: string },
    after: string | null,
  ): Promise<string[]>
  ofVisitor(actor: Actor): Promise<ConversationState[]>
  /** All conversations of one visitor become another's: who signs in keeps what was said before. */
  repoint(tenant: string, from: string, to: string): Promise<void>
  visitorOf(tenant: string, conversation: string): Promise<string>
  /** What an entry of the access log says of a conversation. */
  about(tenant: string, conversation: string): Promise<ConversationAbout>
  /** Conversations of these visitors, erased ones left out. */
  idsOfVisitors(tenant: string, visitors: readonly string[]): Promise<string[]>
  /** Conversations closed before that time and not erased, oldest first. */
  closedBefore(tenant: string, beforeMs: number, limit: number): Promise<{ id: string; visitor: string }[]>
  notErased(tenant: string, limit: number): Promise<string[]>
  /** Epoch keys under which something is still kept. */
  epochKeysInUse(tenant: string): Promise<string[]>
  /** Their keys and contents are deleted; what is left are events without content, so that no number is missing. */
  erase(tenant: string, conversations: readonly string[]): Promise<void>
  /** The keyholder is back: what was screened without the past is screened again. */
  catchUpScreening(): Promise<void>

  /** Events after `after`, or null when they are more than a replay holds. */
  since(receipt: AccessReceipt, after: number): Promise<{ events: ConversationEvent[]; top: number } | null>
  /** State and newest events of one moment. */
  snapshot(receipt: AccessReceipt): Promise<{ state: ConversationState; events: ConversationEvent[] }>
  earlier(
    receipt: AccessReceipt,
    before: number,
    limit: number,
  ): Promise<{ events: ConversationEvent[]; more: boolean }>

  /** Ascending from `after`. */
  later(
    receipt: AccessReceipt,
    after: number,
    limit: number,
  ): Promise<{ events: ConversationEvent[]; more: boolean }>

  markDelivered(
    marks: readonly { tenant: string; conversation: string; visitor: number; staff: number }[],
  ): Promise<void>
  /** Events that were committed before a crash and not handled by every reader. */
  recover(tenants: readonly string[]): Promise<void>
  /** The keyholder is back: what `recover` could not open is announced now. */
  announceRest(): Promise<void>
  settled(): Promise<void>
  close(): Promise<void>
}

/** See the event `turn`. */
export interface Decided extends Omit<EventData['turn'], 'record'> {
  id: string
  conversation: string
  record: ScreenedRecord
}

export interface HandlerChange {
  handler: Handler
  /** Raise the epoch: a virtual agent's answer under way becomes stale. */
  raisesEpoch: boolean
  queue: string | null
  waiting: boolean
  data: (epoch: number) => Record<string, unknown>
  /** A private note stored with it. */
  note?: { id: string; text: string }
}

/** Conversations whose facts are kept in memory, 200 bytes each. */
const factsHeldMax = 100_000
/** How far back an author's texts are screened together after a restart. */
const recentTextsMax = 30
const recentTextsMs = 24 * 3_600_000
/** Handled outbox rows are deleted with the next batch, or after this when nothing is written. */
const idleSweepMs = 2_000
const tagsMax = 20
/** Ids of one answer of `openIn`. */
const openIdsMax = 500

/** Names of visitors; the room `tenants` knows them. */
export interface VisitorNames {
  /** Known by now, or '' while it is being loaded. */
  visitorName(tenant: string, visitor: string): string
  loadVisitors(
    tenant: string,
    visitors: readonly string[],
  ): Promise<Map<string, { name: string; identified: boolean }>>
}

export function openConversations(options: {
  store: Store
  access: Access
  names: VisitorNames
  outbox: Outbox<Committed>
  clock: Clock
  ids: Ids
  /** The tenant's own kinds of numbers, which the card guard may let through. */
  guardFormats: FormatsOf
  /** Whether the visitor has a connection now. */
  visitorOnline(tenant: string, visitor: string): boolean
}): Conversations {
  const { store, access, names, outbox, clock, ids, guardFormats } = options
  const held = new Map<string, ConversationFacts>()
  /** Messages that are a piece of something and may not be stored yet, by event id. */
  const pieces = new Map<string, Promise<unknown>>()
  const lane = openWriteLane({
    store,
    access,
    outbox,
    visitorName: (facts) => names.visitorName(facts.tenant, facts.visitor),
  })
  const screening = openScreening(recentTexts, guardFormats)
  const sweep = setInterval(() => void sweepOutbox(), idleSweepMs)

  async function sweepOutbox(): Promise<void> {
    const done = outbox.takeDone()
    if (done.length === 0) return
    try {
      await store.single({
        name: 'append-events',
        text: 'select * from append_events($1, $2, $3, $4)',
        values: [
          `{${[...new Set(done.map((row) => row.tenant))].join(',')}}`,
          '[]',
          null,
          JSON.stringify(done),
        ],
      })
    } catch {
      // The database is away; the rows wait for the next sweep.
      outbox.keep(done)
    }
  }

  /** Callers that wait for the same facts wait for one promise: what they do next keeps their order. */
  const loading = new Map<string, Promise<ConversationFacts>>()

  function factsOf(tenant: string, conversation: string): Promise<ConversationFacts> {
    const key = `${tenant}/${conversation}`
    const known = held.get(key)
    if (known !== undefined) return Promise.resolve(known)
    let load = loading.get(key)
    if (load === undefined) {
      load = loadFacts(tenant, conversation).finally(() => loading.delete(key))
      loading.set(key, load)
    }
    return load
  }

  async function loadFacts(tenant: string, conversation: string): Promise<ConversationFacts> {
    const [row] = await store.read(tenant, (q) =>
      q<{ visitor_id: string }>('select visitor_id from conversations where tenant_id = $1 and id = $2', [
        tenant,
        conversation,
      ]),
    )
    if (row === undefined) throw noConversation()
    await names.loadVisitors(tenant, [row.visitor_id])
    await access.ready(tenant)
    return hold({ id: conversation, tenant, visitor: row.visitor_id })
  }

  function hold(facts: ConversationFacts): ConversationFacts {
    if (held.size >= factsHeldMax) held.delete(held.keys().next().value!)
    held.set(`${facts.tenant}/${facts.id}`, facts)
    return facts
  }

  /** A visitor sees only what is theirs; to anyone else it does not exist. */
  function factsFor(actor: Actor, conversation: string): ConversationFacts | Promise<ConversationFacts> {
    const known = held.get(`${actor.tenant}/${conversation}`)
    return known === undefined
      ? factsOf(actor.tenant, conversation).then((facts) => theirs(actor, facts))
      : theirs(actor, known)
  }

  async function recentTexts(
    facts: ConversationFacts,
    authorId: string,
  ): Promise<{ id: string; text: string }[]> {
    const rows = await store.read(facts.tenant, (q) =>
      q<{ id: string; segment: string; body: Buffer }>(
        `select id, segment, body from events
         where tenant_id = $1 and conversation_id = $2 and actor_id = $3 and type = 'message' and body is not null
           and at > to_timestamp($4 / 1000.0)
         order by seq desc limit $5`,
        [facts.tenant, facts.id, authorId, clock.now() - recentTextsMs, recentTextsMax],
      ),
    )
    if (rows.length === 0) return []
    const receipt = await access.receipt(systemActor(facts.tenant, 'Card guard'), facts.id, 'card-guard')
    const texts = await access.open(
      receipt,
      rows.map((row) => ({ eventId: row.id, segment: row.segment, bytes: row.body })),
    )
    return rows.flatMap((row, i) => (texts[i] == null ? [] : [{ id: row.id, text: texts[i] }])).reverse()
  }

  /** Masks what became part of a card number before the message that completed it is stored. */
  async function maskEarlier(facts: ConversationFacts, earlier: Screening['earlier']): Promise<void> {
    await Promise.allSettled(earlier.flatMap((piece) => pieces.get(piece.id) ?? []))
    await lane.change(facts, async (w) => {
      for (const piece of earlier) await maskPiece(w, facts, piece)
    })
  }

  async function maskPiece(
    w: ChangeWriter,
    facts: ConversationFacts,
    piece: Screening['earlier'][number],
  ): Promise<void> {
    const [target] = await w.q<{ seq: number; type: EventType; actor_kind: string; segment: string | null }>(
      `select seq, type, actor_kind, segment from events
       where tenant_id = $1 and conversation_id = $2 and id = $3 and body is not null for update`,
      [facts.tenant, facts.id, piece.id],
    )
    if (target === undefined) return
    await rewrite(w, facts, piece.id, target, piece.text)
    if (target.actor_kind === 'visitor') await destroyDecisions(w.q, facts, target.seq)
    const actor = systemActor(facts.tenant, 'Card guard')
    const data = { target: target.seq, ...(target.type === 'note' ? { ofNote: true } : {}) }
    w.event({ id: ids.next(), type: 'masking', actor, data, text: piece.text })
  }

  async function rewrite(
    w: ChangeWriter,
    facts: ConversationFacts,
    eventId: string,
    target: { segment: string | null },
    text: ScreenedText,
  ): Promise<void> {
    // Under a key of its own again: the old key is destroyed, and with it every copy of the old text.
    const sealed = access.seal(facts.tenant, facts.id, eventId, text, true)
    await w.q(
      `insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped) values ($1, $2, $3, $4, $5)`,
      [facts.tenant, facts.id, sealed.segment, sealed.key!.epochKey, sealed.key!.wrapped],
    )
    await w.q(
      `update events set body = $4, segment = $5, data = data || '{"rewritten": true}'
       where tenant_id = $1 and conversation_id = $2 and id = $3`,
      [facts.tenant, facts.id, eventId, sealed.bytes, sealed.segment],
    )
    if (target.segment !== null) await destroyIfUnused(w.q, facts, target.segment)
  }

  /** A virtual agent's record holds what it took from the visitor's words. */
  async function destroyDecisions(q: Query, facts: ConversationFacts, after: number): Promise<void> {
    const gone = await q<{ segment: string | null }>(
      `update events e set body = null, segment = null, data = e.data || '{"rewritten": true}'
       from events old
       where old.tenant_id = e.tenant_id and old.conversation_id = e.conversation_id and old.seq = e.seq
         and e.tenant_id = $1 and e.conversation_id = $2 and e.seq > $3 and e.type = 'turn' and e.body is not null
       returning old.segment`,
      [facts.tenant, facts.id, after],
    )
    for (const { segment } of gone) if (segment !== null) await destroyIfUnused(q, facts, segment)
  }

  /** A key that seals other events too must stay for them. */
  async function destroyIfUnused(q: Query, facts: ConversationFacts, segment: string): Promise<void> {
    const [other] = await q(
      'select 1 from events where tenant_id = $1 and conversation_id = $2 and segment = $3 limit 1',
      [facts.tenant, facts.id, segment],
    )
    if (other === undefined) await access.destroyKey(q, facts.tenant, facts.id, segment)
  }

  async function append(
    facts: ConversationFacts,
    actor: Actor,
    what: Pick<Append, 'id' | 'type' | 'data' | 'handlerEpoch'> & { text: string },
  ): Promise<SendOutcome> {
    const screened = screening.text(facts, actor.id, what.id, what.text)
    const { text, masked, ownKey, earlier } = screened instanceof Promise ? await screened : screened
    if (earlier.length > 0) await maskEarlier(facts, earlier)
    const data = masked > 0 ? { ...what.data, masked } : what.data
    const stored = lane.append({
      ...what,
      facts,
      actor,
      text,
      ownKey,
      ...(data === undefined ? {} : { data }),
    })
    if (ownKey) {
      pieces.set(what.id, stored)
      const forget = (): void => void pieces.delete(what.id)
      stored.then(forget, forget)
    }
    const outcome = await stored
    if (outcome.kind !== 'stored') return outcome
    return { ...storedAs(facts, what.id, outcome), kind: 'stored', ...(text === what.text ? {} : { text }) }
  }

  /** A visitor who writes in a closed conversation opens it again. */
  async function reopenAndAppend(
    facts: ConversationFacts,
    actor: Actor,
    attempt: () => Promise<SendOutcome>,
  ): Promise<SendOutcome> {
    const first = await attempt()
    if (first.kind !== 'closed' || actor.kind !== 'visitor') return first
    await lane.change(facts, async (w) => {
      const now = await lockedState(w.q, facts)
      if (now.status === 'open') return
      await w.q(
        `update conversations set status = 'open', waiting_since = case when handler_kind = 'virtual-agent' then null else now() end,
           handler_kind = case when handler_kind = 'agent' then 'queue' else handler_kind end,
           handler_id = null, handler_name = null, handler_epoch = handler_epoch + 1
         where tenant_id = $1 and id = $2`,
        [facts.tenant, facts.id],
      )
      w.event({ id: ids.next(), type: 'status', actor, data: { status: 'open' } })
    })
    return attempt()
  }

  /** Runs a change once: the same id again answers the stored event, another kind under that id is refused. */
  async function changeOnce(
    actor: Actor,
    change: { id: string; conversation: string; type: EventType },
    act: (w: ChangeWriter, facts: ConversationFacts) => Promise<void>,
  ): Promise<Stored> {
    const facts = await factsFor(actor, change.conversation)
    const { result, events } = await lane.change(facts, async (w) => {
      await lockedState(w.q, facts)
      const [before] = await w.q<{ seq: number; at: Date; type: string; actor_id: string }>(
        'select seq, at, type, actor_id from events where tenant_id = $1 and conversation_id = $2 and id = $3',
        [facts.tenant, facts.id, change.id],
      )
      if (before !== undefined) {
        if (before.type !== change.type || before.actor_id !== actor.id)
          throw new Refusal('idempotency_conflict', undefined, { field: 'id' })
        return { seq: before.seq, at: before.at.toISOString(), replayed: true }
      }
      await act(w, facts)
      return null
    })
    if (result !== null) return storedAs(facts, change.id, result)
    const own = events.find(({ event }) => event.id === change.id)!.event
    return storedAs(facts, change.id, { seq: own.seq, at: own.at, replayed: false })
  }

  async function lockedState(q: Query, facts: ConversationFacts): Promise<ConversationState> {
    const [row] = await q<ConversationRecord>(
      `select ${conversationColumns} from conversations where tenant_id = $1 and id = $2 for no key update`,
      [facts.tenant, facts.id],
    )
    if (row === undefined) throw noConversation()
    return stateOf(row)
  }

  async function ownMessage(
    w: ChangeWriter,
    facts: ConversationFacts,
    actor: Actor,
    target: number,
  ): Promise<EventRecord> {
    const [message] = await w.q<EventRecord>(
      `select ${eventColumns} from events where tenant_id = $1 and conversation_id = $2 and seq = $3 for update`,
      [facts.tenant, facts.id, target],
    )
    if (message === undefined || message.type !== 'message')
      throw new Refusal('not_found', 'There is no message with this number.', { field: 'target' })
    if (message.actor_id !== actor.id)
      throw new Refusal('not_allowed', 'Only the author changes a message.', { field: 'target' })
    if (message.body === null)
      throw new Refusal('state_conflict', 'The message was deleted.', { field: 'target' })
    return message
  }

  async function opened(receipt: AccessReceipt, records: EventRecord[]): Promise<ConversationEvent[]> {
    const sealed = records.filter((record) => record.segment !== null && record.body !== null)
    const texts = await access.open(
      receipt,
      sealed.map((record) => ({ eventId: record.id, segment: record.segment!, bytes: record.body! })),
    )
    const textOf = new Map(sealed.map((record, i) => [record.seq, texts[i]!]))
    const facts = await factsOf(receipt.tenant, receipt.conversation)
    const visitorName = names.visitorName(facts.tenant, facts.visitor)
    return records.map((record) => eventOf(record, textOf.get(record.seq) ?? null, visitorName))
  }

  async function rowsOf(tenant: string, records: ConversationRecord[]): Promise<ConversationRow[]> {
    const visitors = await names.loadVisitors(tenant, [
      ...new Set(records.map((record) => record.visitor_id)),
    ])
    return records.map((record) => {
      const visitor = visitors.get(record.visitor_id)
      return {
        ...stateOf(record),
        visitor: {
          id: record.visitor_id,
          name: visitor?.name ?? '',
          identified: visitor?.identified ?? false,
          online: options.visitorOnline(tenant, record.visitor_id),
        },
        page: record.page,
        site: record.site,
        waitingSince: record.waiting_since?.toISOString() ?? null,
        unread: record.unread,
        lastMessageBy: record.last_message_by,
      }
    })
  }

  /** Rows that a crash left in the outbox; while the keyholder is away they wait here, and chat goes on. */
  const unannounced: (UnannouncedRow & { tenant: string })[] = []
  let announcing: Promise<void> | null = null

  function announceRest(): Promise<void> {
    return (announcing ??= announceAll().finally(() => (announcing = null)))
  }

  async function announceAll(): Promise<void> {
    for (let row = unannounced[0]; row !== undefined; row = unannounced[0]) {
      const announcements: Committed[] = []
      try {
        for (const [i, conversation] of row.conversation_ids.entries()) {
          const last = row.last_seqs[i]!
          const first = last - row.event_counts[i]! + 1
          announcements.push(...(await announcementsOf(row.tenant, conversation, first, last)))
        }
      } catch (caught) {
        if (caught instanceof Refusal && caught.code === 'history_unavailable') return
        throw caught
      }
      unannounced.shift()
      outbox.committed([{ tenant: row.tenant, id: row.id }], announcements)
    }
  }

  async function announcementsOf(
    tenant: string,
    conversation: string,
    first: number,
    last: number,
  ): Promise<Committed[]> {
    const { visitor } = await factsOf(tenant, conversation)
    try {
      const receipt = await access.receipt(systemActor(tenant, 'Recovery'), conversation, 'participant')
      const records = await store.read(tenant, (q) =>
        q<EventRecord>(
          `select ${eventColumns} from events
           where tenant_id = $1 and conversation_id = $2 and seq between $3 and $4 order by seq`,
          [tenant, conversation, first, last],
        ),
      )
      return (await opened(receipt, records)).map((event) => ({ tenant, visitor, event }))
    } catch (caught) {
      // Erased since: the database is older than the erasure, and there is nothing left to tell.
      if (caught instanceof Refusal && caught.code === 'erased') return []
      throw caught
    }
  }

  return {
    async start(actor, start) {
      await access.ready(actor.tenant)
      const facts = { id: start.conversation, tenant: actor.tenant, visitor: actor.id }
      const page = start.page === null ? null : guardedPage(start.page, await guardFormats(actor.tenant))
      const { result, events } = await lane.change(facts, async (w) => {
        const inserted = await w.q(
          `insert into conversations
             (tenant_id, id, visitor_id, site, page, started_at, handler_kind, queue_id, waiting_since, last_event_at)
           values ($1, $2, $3, $4, $5, now(), $6, $7, case when $6 = 'queue' then now() end, now())
           on conflict do nothing returning id`,
          [
            facts.tenant,
            facts.id,
            facts.visitor,
            start.site,
            page === null ? null : JSON.stringify(page),
            start.handler,
            start.queue,
          ],
        )
        if (inserted.length > 0) {
          w.event({ id: start.id, type: 'status', actor, data: { status: 'open' } })
          return null
        }
        const [before] = await w.q<{ visitor_id: string; at: Date }>(
          'select visitor_id, started_at as at from conversations where tenant_id = $1 and id = $2',
          [facts.tenant, facts.id],
        )
        if (before?.visitor_id !== actor.id)
          throw new Refusal('idempotency_conflict', undefined, { field: 'conversation' })
        return { seq: 1, at: before.at.toISOString(), replayed: true }
      })
      hold(facts)
      if (result === null) screening.begun(facts, actor.id)
      return storedAs(facts, start.id, result ?? { seq: 1, at: events[0]!.event.at, replayed: false })
    },

    async send(actor, message) {
      const known = factsFor(actor, message.conversation)
      const facts = known instanceof Promise ? await known : known
      const data = {
        ...(message.options === undefined ? {} : { options: message.options }),
        ...(message.form === undefined ? {} : { form: message.form }),
      }
      return reopenAndAppend(facts, actor, () =>
        append(facts, actor, {
          id: message.id,
          type: 'message',
          text: message.text,
          data,
          ...(message.handlerEpoch === undefined ? {} : { handlerEpoch: message.handlerEpoch }),
        }),
      )
    },

    async note(actor, note) {
      staffOnly(actor)
      const facts = await factsFor(actor, note.conversation)
      const outcome = await append(facts, actor, { id: note.id, type: 'note', text: note.text })
      if (outcome.kind !== 'stored') throw new Error(`a note was answered ${outcome.kind}`)
      return withoutKind(outcome)
    },

    async screenRecord(tenant, record) {
      return screenRecord(record, await guardFormats(tenant))
    },

    async decided(actor, { id, conversation, record, handlerEpoch, ...data }) {
      if (actor.kind !== 'virtual-agent') throw new Refusal('not_allowed')
      const facts = await factsFor(actor, conversation)
      const { json: text, ownKey } = record
      const outcome = await lane.append({ facts, id, type: 'turn', actor, text, ownKey, data, handlerEpoch })
      return outcome.kind === 'stored' ? { ...storedAs(facts, id, outcome), kind: 'stored' } : outcome
    },

    async voidDecisions(tenant, conversation, after) {
      const facts = await factsOf(tenant, conversation)
      await lane.change(facts, async (w) => {
        await lockedState(w.q, facts)
        await destroyDecisions(w.q, facts, after)
      })
    },

    async answerForm(actor, form) {
      const facts = await factsFor(actor, form.conversation)
      const held = guardFormats(facts.tenant)
      // Held as a rule; what need not wait keeps its place before the next frame.
      const identifiers = held instanceof Promise ? await held : held
      const { json, masked } = screening.answers(form.answers, identifiers)
      return reopenAndAppend(facts, actor, async () => {
        const outcome = await lane.append({
          facts,
          id: form.id,
          type: 'form',
          actor,
          text: json,
          data: { form: screen(form.form).text, ...(masked > 0 ? { masked } : {}) },
        })
        return outcome.kind === 'stored' ? { ...storedAs(facts, form.id, outcome), kind: 'stored' } : outcome
      })
    },

    async read(actor, read) {
      const facts = await factsFor(actor, read.conversation)
      const outcome = await lane.append({ facts, id: read.id, type: 'read', actor, upTo: read.upTo })
      return outcome.kind === 'stored' ? storedAs(facts, read.id, outcome) : null
    },

    async edit(actor, edit) {
      const facts = await factsFor(actor, edit.conversation)
      const screened = await screening.text(facts, actor.id, edit.id, edit.text)
      if (screened.earlier.length > 0) await maskEarlier(facts, screened.earlier)
      const stored = await changeOnce(actor, { ...edit, type: 'edit' }, async (w) => {
        await ownMessage(w, facts, actor, edit.target)
        const data = { target: edit.target, ...(screened.masked > 0 ? { masked: screened.masked } : {}) }
        w.event({ id: edit.id, type: 'edit', actor, data, text: screened.text })
      })
      return screened.text === edit.text ? stored : { ...stored, text: screened.text }
    },

    delete(actor, deletion) {
      return changeOnce(actor, { ...deletion, type: 'deletion' }, async (w, facts) => {
        const message = await ownMessage(w, facts, actor, deletion.target)
        // The message's edits hold its text too.
        const gone = await w.q<{ segment: string | null }>(
          `update events e set body = null, segment = null, data = e.data || '{"rewritten": true}'
           from events old
           where old.tenant_id = e.tenant_id and old.conversation_id = e.conversation_id and old.seq = e.seq
             and e.tenant_id = $1 and e.conversation_id = $2
             and (e.seq = $3 or (e.type in ('edit', 'masking') and (e.data ->> 'target')::int = $3))
           returning old.segment`,
          [facts.tenant, facts.id, message.seq],
        )
        for (const { segment } of gone) if (segment !== null) await destroyIfUnused(w.q, facts, segment)
        if (actor.kind === 'visitor') await destroyDecisions(w.q, facts, message.seq)
        w.event({ id: deletion.id, type: 'deletion', actor, data: { target: deletion.target } })
      })
    },

    setStatus(actor, change) {
      staffOnly(actor)
      return changeOnce(actor, { ...change, type: 'status' }, async (w, facts) => {
        const now = await lockedState(w.q, facts)
        if (now.status === change.status)
          throw new Refusal('state_conflict', `The conversation is ${change.status} already.`, {
            field: 'status',
          })
        await w.q(
          `update conversations set status = $3,
             handler_epoch = handler_epoch + 1,
             waiting_since = case when $3 = 'open' and handler_kind = 'queue' then now() end
           where tenant_id = $1 and id = $2`,
          [facts.tenant, facts.id, change.status],
        )
        w.event({ id: change.id, type: 'status', actor, data: { status: change.status } })
      })
    },

    async tag(actor, change) {
      staffOnly(actor)
      const identifiers = await guardFormats(actor.tenant)
      return changeOnce(actor, { ...change, type: 'tag' }, async (w, facts) => {
        const now = await lockedState(w.q, facts)
        const added = change.add.map((tag) => screen(tag, { identifiers }).text)
        const tags = [...new Set([...now.tags, ...added])].filter((tag) => !change.remove.includes(tag))
        if (tags.length > tagsMax)
          throw new Refusal('invalid_field', `A conversation has at most ${tagsMax} tags.`, { field: 'add' })
        await w.q('update conversations set tags = $3 where tenant_id = $1 and id = $2', [
          facts.tenant,
          facts.id,
          tags,
        ])
        w.event({ id: change.id, type: 'tag', actor, data: { added, removed: change.remove } })
      })
    },

    async changeHandler(actor, change, decide) {
      return changeOnce(actor, change, async (w, facts) => {
        const now = await lockedState(w.q, facts)
        const next = decide(now)
        const epoch = now.handlerEpoch + (next.raisesEpoch ? 1 : 0)
        const agent = next.handler.kind === 'agent' ? next.handler : null
        await w.q(
          `update conversations set handler_kind = $3, handler_id = $4, handler_name = $5, handler_epoch = $6, queue_id = $7,
             waiting_since = case when $8 then coalesce(waiting_since, now()) end
           where tenant_id = $1 and id = $2`,
          [
            facts.tenant,
            facts.id,
            next.handler.kind,
            agent?.id ?? null,
            agent?.name ?? null,
            epoch,
            next.queue,
            next.waiting,
          ],
        )
        w.event({ id: change.id, type: change.type, actor, data: next.data(epoch) })
        if (next.note === undefined) return
        const screened = await screening.text(facts, actor.id, next.note.id, next.note.text)
        // The lane is ours already: what the note completes is masked in the same transaction.
        for (const piece of screened.earlier) await maskPiece(w, facts, piece)
        const { ownKey } = screened
        w.event({ id: next.note.id, type: 'note', actor, data: {}, text: screened.text, ownKey })
      })
    },

    async state(actor, conversation) {
      const facts = await factsFor(actor, conversation)
      const [row] = await store.read(facts.tenant, (q) => selectConversations(q, facts.tenant, [facts.id]))
      return stateOf(row!)
    },

    async row(actor, conversation) {
      staffOnly(actor)
      const records = await store.read(actor.tenant, (q) =>
        selectConversations(q, actor.tenant, [conversation]),
      )
      const [row] = await rowsOf(actor.tenant, records)
      if (row === undefined) throw noConversation()
      return row
    },

    async rows(tenant, conversations) {
      return rowsOf(tenant, await store.read(tenant, (q) => selectConversations(q, tenant, conversations)))
    },

    async page(actor, query) {
      staffOnly(actor)
      const after = query.cursor === null ? null : parseCursor(query.cursor)
      const where = {
        waiting: `and handler_kind = 'queue'`,
        mine: `and handler_kind = 'agent' and handler_id = $6`,
        all: '',
      }[query.view]
      const own = query.view === 'mine' ? [actor.id] : []
      const { records, counts } = await store.read(actor.tenant, async (q) => ({
        records: await q<ConversationRecord & { cursor_us: string }>(
          `select ${conversationColumns}, (extract(epoch from started_at) * 1000000)::bigint::text as cursor_us
           from conversations
           where tenant_id = $1 and status = $2 ${where}
             and ($3::bigint is null or (started_at, id) < (to_timestamp($3::bigint / 1000000.0), $4::uuid))
           order by started_at desc, id desc limit $5`,
          [actor.tenant, query.status, after?.us ?? null, after?.id ?? null, query.limit + 1, ...own],
        ),
        counts: await q<{ waiting: number; mine: number; all: number }>(
          `select (count(*) filter (where handler_kind = 'queue'))::int as waiting,
             (count(*) filter (where handler_kind = 'agent' and handler_id = $2))::int as mine, count(*)::int as all
           from conversations where tenant_id = $1 and status = 'open'`,
          [actor.tenant, actor.id],
        ),
      }))
      const shown = records.slice(0, query.limit)
      const last = shown.at(-1)
      return {
        items: await rowsOf(actor.tenant, shown),
        next: records.length > query.limit && last !== undefined ? cursorOf(last.cursor_us, last.id) : null,
        counts: counts[0]!,
      }
    },

    async openIn(tenant, whose, after) {
      const where = 'agent' in whose ? 'handler_id = $2' : `queue_id = $2 and handler_kind <> 'virtual-agent'`
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>(
          `select id from conversations
           where tenant_id = $1 and status = 'open' and ${where} and ($3::uuid is null or id > $3)
           order by id limit $4`,
          [tenant, 'agent' in whose ? whose.agent : whose.queue, after, openIdsMax],
        ),
      )
      return rows.map(({ id }) => id)
    },

    async ofVisitor(actor) {
      const rows = await store.read(actor.tenant, (q) =>
        q<ConversationRecord>(
          `select ${conversationColumns} from conversations
           where tenant_id = $1 and visitor_id = $2 and erased_at is null order by last_event_at desc limit 20`,
          [actor.tenant, actor.id],
        ),
      )
      return rows.map(stateOf)
    },

    async repoint(tenant, from, to) {
      await lane.alone(() =>
        store.write(tenant, (q) =>
          q('update conversations set visitor_id = $3 where tenant_id = $1 and visitor_id = $2', [
            tenant,
            from,
            to,
          ]),
        ),
      )
      for (const [key, facts] of held) if (facts.tenant === tenant && facts.visitor === from) held.delete(key)
    },

    async visitorOf(tenant, conversation) {
      return (await factsOf(tenant, conversation)).visitor
    },

    async about(tenant, conversation) {
      const [row] = await store.read(tenant, (q) =>
        q<{ visitor_id: string; status: string; handler_id: string | null; last_handler: string | null }>(
          `select c.visitor_id, c.status, c.handler_id, (
             select e.actor_id from events e
             where e.tenant_id = c.tenant_id and e.conversation_id = c.id and e.actor_kind = 'agent' and e.type = 'message'
             order by e.seq desc limit 1) as last_handler
           from conversations c where c.tenant_id = $1 and c.id = $2`,
          [tenant, conversation],
        ),
      )
      if (row === undefined) throw noConversation()
      const open = row.status === 'open'
      return { customer: row.visitor_id, open, handler: row.handler_id ?? (open ? null : row.last_handler) }
    },

    async idsOfVisitors(tenant, visitors) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>(
          `select id from conversations where tenant_id = $1 and visitor_id = any($2) and erased_at is null`,
          [tenant, visitors],
        ),
      )
      return rows.map(({ id }) => id)
    },

    async closedBefore(tenant, beforeMs, limit) {
      return store.read(tenant, (q) =>
        q<{ id: string; visitor: string }>(
          `select id, visitor_id as visitor from conversations
           where tenant_id = $1 and status = 'closed' and erased_at is null and last_event_at < to_timestamp($2 / 1000.0)
           order by last_event_at limit $3`,
          [tenant, beforeMs, limit],
        ),
      )
    },

    async notErased(tenant, limit) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>(
          'select id from conversations where tenant_id = $1 and erased_at is null limit $2',
          [tenant, limit],
        ),
      )
      return rows.map(({ id }) => id)
    },

    async epochKeysInUse(tenant) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>('select distinct epoch_key as id from data_keys where tenant_id = $1', [tenant]),
      )
      return rows.map(({ id }) => id)
    },

    async erase(tenant, conversations) {
      await lane.alone(() =>
        store.write(tenant, async (q) => {
          await q('delete from data_keys where tenant_id = $1 and conversation_id = any($2)', [
            tenant,
            conversations,
          ])
          await q(
            `update events set body = null, segment = null, actor_name = null, data = '{"rewritten": true}'
             where tenant_id = $1 and conversation_id = any($2)`,
            [tenant, conversations],
          )
          await q(
            `update conversations set erased_at = now(), status = 'closed', page = null, site = null, tags = '{}',
               unread = 0, waiting_since = null, handler_epoch = handler_epoch + 1
             where tenant_id = $1 and id = any($2)`,
            [tenant, conversations],
          )
        }),
      )
      access.forget(tenant, conversations)
      for (const conversation of conversations) held.delete(`${tenant}/${conversation}`)
    },

    async catchUpScreening() {
      for (const { facts, earlier } of await screening.catchUp()) await maskEarlier(facts, earlier)
    },

    async since(receipt, after) {
      const { top, records } = await store.read(
        receipt.tenant,
        async (q) => {
          const [row] = await q<{ seq: number }>(
            'select seq from conversations where tenant_id = $1 and id = $2',
            [receipt.tenant, receipt.conversation],
          )
          if (row === undefined) throw noConversation()
          if (row.seq - after > replayEventsMax) return { top: row.seq, records: null }
          const records = await q<EventRecord>(
            `select ${eventColumns} from events where tenant_id = $1 and conversation_id = $2 and seq > $3 order by seq`,
            [receipt.tenant, receipt.conversation, after],
          )
          return { top: row.seq, records }
        },
        { snapshot: true },
      )
      return records === null ? null : { events: await opened(receipt, records), top }
    },

    async snapshot(receipt) {
      const { state, records } = await store.read(
        receipt.tenant,
        async (q) => {
          const [row] = await selectConversations(q, receipt.tenant, [receipt.conversation])
          if (row === undefined) throw noConversation()
          const records = await q<EventRecord>(
            `select ${eventColumns} from events where tenant_id = $1 and conversation_id = $2 order by seq desc limit $3`,
            [receipt.tenant, receipt.conversation, snapshotEventsMax],
          )
          return { state: stateOf(row), records: records.reverse() }
        },
        { snapshot: true },
      )
      return { state, events: await opened(receipt, records) }
    },

    async earlier(receipt, before, limit) {
      const records = await store.read(receipt.tenant, (q) =>
        q<EventRecord>(
          `select ${eventColumns} from events where tenant_id = $1 and conversation_id = $2 and seq < $3
           order by seq desc limit $4`,
          [receipt.tenant, receipt.conversation, before, limit],
        ),
      )
      return { events: await opened(receipt, records.reverse()), more: (records[0]?.seq ?? 1) > 1 }
    },

    async later(receipt, after, limit) {
      const records = await store.read(receipt.tenant, (q) =>
        q<EventRecord>(
          `select ${eventColumns} from events where tenant_id = $1 and conversation_id = $2 and seq > $3 order by seq limit $4`,
          [receipt.tenant, receipt.conversation, after, limit + 1],
        ),
      )
      return { events: await opened(receipt, records.slice(0, limit)), more: records.length > limit }
    },

    async markDelivered(marks) {
      const tenants = tenantsSetting([...new Set(marks.map((mark) => mark.tenant))])
      await lane.alone(() =>
        store.single({
          name: 'mark-delivered',
          text: 'select mark_delivered($1, $2)',
          values: [tenants, JSON.stringify(marks)],
        }),
      )
    },

    async recover(tenants) {
      for (const tenant of tenants) {
        const rows = await store.read(tenant, (q) =>
          q<UnannouncedRow>(
            'select id, conversation_ids, last_seqs, event_counts from outbox where tenant_id = $1 order by id',
            [tenant],
          ),
        )
        unannounced.push(...rows.map((row) => ({ ...row, tenant })))
      }
      await announceRest()
    },

    announceRest,

    settled: () => lane.settled(),

    async close() {
      clearInterval(sweep)
      await lane.settled()
      await sweepOutbox()
    },
  }
}

interface UnannouncedRow {
  id: string
  conversation_ids: string[]
  last_seqs: number[]
  event_counts: number[]
}

function selectConversations(
  q: Query,
  tenant: string,
  conversations: readonly string[],
): Promise<ConversationRecord[]> {
  return q<ConversationRecord>(
    `select ${conversationColumns} from conversations where tenant_id = $1 and id = any($2)`,
    [tenant, conversations],
  )
}

function theirs(actor: Actor, facts: ConversationFacts): ConversationFacts {
  if (actor.kind === 'visitor' && facts.visitor !== actor.id) throw noConversation()
  return facts
}

/** An address without what forms and campaigns hang on it; what is left may hold a number all the same. */
function guardedPage(
  page: { url: string; title: string },
  identifiers: readonly IdentifierFormat[],
): { url: string; title: string } {
  const guarded = (text: string): string => screen(text, { identifiers }).text
  return { url: guarded(page.url.replace(/[?#].*$/s, '')), title: guarded(page.title) }
}

function staffOnly(actor: Actor): void {
  if (actor.kind === 'visitor') throw new Refusal('not_allowed')
}

function noConversation(): Refusal {
  return new Refusal('not_found', 'There is no such conversation.', { field: 'conversation' })
}

function storedAs(
  facts: ConversationFacts,
  id: string,
  outcome: { seq: number; at: string; replayed: boolean },
): Stored {
  return { id, conversation: facts.id, seq: outcome.seq, at: outcome.at, replayed: outcome.replayed }
}

function withoutKind({ kind: _kind, ...stored }: { kind: 'stored' } & Stored): Stored {
  return stored
}

function cursorOf(us: string, id: string): string {
  return Buffer.from(`${us} ${id}`).toString('base64url')
}

function parseCursor(cursor: string): { us: string; id: string } {
  const [us, id] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (us === undefined || id === undefined || !/^\d{1,17}$/.test(us) || !/^[0-9a-f-]{36}$/.test(id))
    throw new Refusal('invalid_field', 'The cursor is not one of ours.', { field: 'cursor' })
  return { us, id }
}
