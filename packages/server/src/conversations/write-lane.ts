import type { ScreenedText } from '@candor/card-guard'
import type { ConversationEvent, EventType } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Access, SealedText } from '../access/access.ts'
import type { Outbox, OutboxRow } from '../store/outbox.ts'
import { isConnectionFault, tenantsSetting, type Query, type Store } from '../store/store.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import {
  dataOf,
  keyItem,
  newEventsStatement,
  type NewEventsRow,
  type NewEventsStatement,
} from './append-new-events.ts'
import { openedField, type Committed, type ConversationFacts } from './conversation.ts'

/** An event to be appended to a conversation that exists. */
export interface Append {
  facts: ConversationFacts
  id: string
  type: 'message' | 'note' | 'form' | 'read' | 'turn'
  actor: Actor
  data?: Record<string, unknown>
  text?: ScreenedText
  /** The text may be a piece of a card number: it gets a key of its own, which can be destroyed alone. */
  ownKey?: boolean
  /** The handler epoch under which a virtual agent computed this. */
  handlerEpoch?: number
  /** Read marks. */
  upTo?: number
}

export type AppendOutcome =
  | { kind: 'stored'; seq: number; at: string; replayed: boolean }
  | { kind: 'unchanged' }
  | { kind: 'stale' }
  | { kind: 'unhandled' }
  | { kind: 'closed' }

/** What a change writes; see `WriteLane.change`. */
export interface ChangeWriter {
  q: Query
  /** Queues an event; it gets the next seq when `act` has returned. */
  event<T extends EventType>(event: {
    id: string
    type: T
    actor: Actor
    data: Record<string, unknown>
    text?: ScreenedText
    ownKey?: boolean
  }): void
}

export interface WriteLane {
  /** Durable when it settles. @throws Refusal busy, idempotency_conflict, not_found. */
  append(append: Append): Promise<AppendOutcome>
  /**
   * A transaction that holds the conversation's row lock: `act` decides on what is true now and queues events.
   * Answers what `act` answers, with the committed events. @throws what `act` throws; then nothing is written.
   */
  change<T>(
    facts: ConversationFacts,
    act: (w: ChangeWriter) => Promise<T>,
  ): Promise<{ result: T; events: Committed[] }>
  /** Runs a statement over several conversations between two transactions of the lane: row locks cannot cross. */
  alone<T>(act: () => Promise<T>): Promise<T>
  /** Settles when everything queued so far is written. */
  settled(): Promise<void>
}

/** Appends waiting for the former batch to commit; more and the answer is `busy`. About 100 ms of work. */
const queuedAppendsMax = 8_192
/** Appends of one transaction: above this the statement no longer gets cheaper per row. */
const batchAppendsMax = 512
/**
 * So many appends during one commit say that messages come faster than transactions end. The next batch then
 * waits for company, which makes each message cheaper and, as all of them wait for the processor, none later.
 */
const crowdedBatchMin = 64
/** Until so many have come, or for so long. */
const gatheredAppendsMin = 256
const gatherMsMax = 4
/** After so many appends since the start the planner's statistics are refreshed: tables have grown tenfold. */
const statisticsAfter = [100, 1_000, 10_000, 100_000]
/** A refusal for load comes back spread over this time. */
const busyRetryMs = 500

interface Waiting {
  append: Append
  outcome: Promise<AppendOutcome>
  settle(outcome: AppendOutcome): void
  fail(caught: unknown): void
}

interface AppendRow {
  ord: number | null
  outcome: 'stored' | 'replayed' | 'stale' | 'unhandled' | 'closed' | 'unchanged' | 'missing' | 'outbox'
  event_seq: number
  event_at: Date
  outbox_tenant: string
  outbox_id: string
  old_type: string
  old_actor: string
  old_segment: string | null
  old_body: Buffer | null
  old_data: Record<string, unknown>
}

/** Raised by append_new_events (migration 0032). */
const notAllNew = 'CA001'
const uniqueViolation = '23505'

/**
 * The only writer of conversations. Appends that arrive while a transaction is under way are committed together
 * with the next one, changes one by one, all in one lane: so events are announced in the order of their numbers.
 * A lone message never waits for a timer. What is right under concurrent writers is decided by row locks in the database, not here.
 */
export function openWriteLane(options: {
  store: Store
  access: Access
  outbox: Outbox<Committed>
  visitorName(facts: ConversationFacts): string
}): WriteLane {
  const { store, access, outbox } = options
  let appends: Waiting[] = []
  const inFlight = new Map<string, Waiting>()
  const changes: (() => Promise<void>)[] = []
  let running: Promise<void> | null = null
  let written = 0
  let endGathering: (() => void) | null = null

  function run(): void {
    // In a later turn of the loop, so that everything that came with one read of the sockets goes together.
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain).finally(() => {
      running = null
      if (appends.length > 0 || changes.length > 0) run()
    })
  }

  async function drain(): Promise<void> {
    while (appends.length > 0 || changes.length > 0) {
      const change = changes.shift()
      if (change !== undefined) await change()
      if (appends.length > 0) {
        const batch = appends.slice(0, batchAppendsMax)
        appends = appends.slice(batch.length)
        await writeBatch(batch)
        countWritten(batch.length)
        for (const waiting of batch) inFlight.delete(keyOf(waiting.append))
        if (batch.length >= crowdedBatchMin && changes.length === 0) await gather()
      }
    }
  }

  function gather(): Promise<void> {
    if (appends.length >= gatheredAppendsMin) return Promise.resolve()
    return new Promise((resolve) => {
      const late = setTimeout(end, gatherMsMax)
      endGathering = end
      function end(): void {
        clearTimeout(late)
        endGathering = null
        resolve()
      }
    })
  }

  function countWritten(more: number): void {
    const before = written
    written += more
    if (!statisticsAfter.some((mark) => before < mark && written >= mark)) return
    store.refreshStatistics().catch((caught: unknown) => {
      if (!isConnectionFault(caught)) throw caught
    })
  }

  async function writeBatch(batch: Waiting[]): Promise<void> {
    const done = outbox.takeDone()
    try {
      const sealed = batch.map(({ append }) =>
        append.text === undefined
          ? null
          : access.seal(append.facts.tenant, append.facts.id, append.id, append.text, append.ownKey),
      )
      const appends = batch.map(({ append }) => append)
      const statement = newEventsStatement({ appends, sealed, done })
      const stored = statement === null ? null : await writeAllNew(statement)
      if (stored !== null) settleAllNew(batch, sealed, statement!, stored)
      else
        await settleBatch(
          batch,
          sealed,
          await store.single<AppendRow>(judgedStatement(appends, sealed, done)),
        )
    } catch (caught) {
      outbox.keep(done)
      for (const waiting of batch) waiting.fail(refusalOf(caught))
    }
  }

  /** Null when something in the batch needs a judgement of its own; then nothing was stored. */
  async function writeAllNew(statement: NewEventsStatement): Promise<NewEventsRow | null> {
    try {
      const { name, text, values } = statement
      const [row] = await store.single<NewEventsRow>({ name, text, values })
      return row!
    } catch (caught) {
      const code = (caught as { code?: string }).code
      if (code === notAllNew || code === uniqueViolation) return null
      throw caught
    }
  }

  function settleAllNew(
    batch: Waiting[],
    sealed: (SealedText | null)[],
    statement: NewEventsStatement,
    row: NewEventsRow,
  ): void {
    const at = row.at.toISOString()
    // Events of one conversation stand together: a reader then gets them in one frame.
    const committed: Committed[][] = row.last_seqs.map(() => [])
    for (const [i, waiting] of batch.entries()) {
      const body = sealed[i]
      if (body) access.stored(body)
      const { group, nth } = statement.places[i]!
      const seq = row.last_seqs[group.place]! - group.count + nth
      committed[group.place]!.push(
        committedOf(waiting.append, seq, at, options.visitorName(waiting.append.facts)),
      )
      // Acknowledge before fan-out: the sender's answer is the shorter way.
      waiting.settle({ kind: 'stored', seq, at, replayed: false })
    }
    outbox.committed(
      row.announced.map((id, i) => ({ tenant: statement.tenants[i]!, id })),
      committed.flat(),
    )
  }

  async function settleBatch(
    batch: Waiting[],
    sealed: (SealedText | null)[],
    rows: AppendRow[],
  ): Promise<void> {
    const committed: Committed[] = []
    const outboxRows: OutboxRow[] = []
    const replays: [Waiting, AppendRow][] = []
    rows.sort((a, b) => (a.ord ?? Infinity) - (b.ord ?? Infinity))
    for (const row of rows) {
      if (row.ord === null) {
        outboxRows.push({ tenant: row.outbox_tenant, id: row.outbox_id })
        continue
      }
      const waiting = batch[row.ord - 1]!
      switch (row.outcome) {
        case 'stored': {
          const body = sealed[row.ord - 1]
          if (body) access.stored(body)
          const at = row.event_at.toISOString()
          committed.push(
            committedOf(waiting.append, row.event_seq, at, options.visitorName(waiting.append.facts)),
          )
          break
        }
        case 'replayed':
          replays.push([waiting, row])
          break
        case 'missing':
          waiting.fail(new Refusal('not_found', 'There is no such conversation.', { field: 'conversation' }))
          break
        case 'outbox':
          break
        default:
          waiting.settle({ kind: row.outcome })
      }
    }
    // Acknowledge before fan-out: the sender's answer is the shorter way.
    for (const row of rows)
      if (row.ord !== null && row.outcome === 'stored')
        batch[row.ord - 1]!.settle({
          kind: 'stored',
          seq: row.event_seq,
          at: row.event_at.toISOString(),
          replayed: false,
        })
    if (committed.length > 0 || outboxRows.length > 0) outbox.committed(outboxRows, committed)
    for (const [waiting, row] of replays)
      void sameAsStored(waiting.append, row).then(
        (same) =>
          same
            ? waiting.settle({
                kind: 'stored',
                seq: row.event_seq,
                at: row.event_at.toISOString(),
                replayed: true,
              })
            : waiting.fail(conflict()),
        (caught: unknown) => waiting.fail(refusalOf(caught)),
      )
  }

  async function sameAsStored(append: Append, row: AppendRow): Promise<boolean> {
    if (row.old_type !== append.type || row.old_actor !== append.actor.id) return false
    if (append.type === 'read') return row.old_data['upTo'] === append.upTo
    if (append.text === undefined) return row.old_body === null
    // Deleted, or masked after it was stored: the sender's copy can no longer be compared.
    if (row.old_body === null || row.old_segment === null || row.old_data['rewritten'] === true) return true
    const stored = { eventId: append.id, segment: row.old_segment, bytes: row.old_body }
    return access.equals(
      systemActor(append.facts.tenant, 'Replay check'),
      append.facts.id,
      stored,
      append.text,
    )
  }

  function queue<T>(act: () => Promise<T>): Promise<T> {
    if (changes.length >= queuedAppendsMax) return Promise.reject(busy())
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    endGathering?.()
    changes.push(() => act().then(resolve, (caught: unknown) => reject(refusalOf(caught))))
    run()
    return promise
  }

  return {
    append(append) {
      const known = inFlight.get(keyOf(append))
      if (known !== undefined) {
        if (
          known.append.text !== append.text ||
          known.append.type !== append.type ||
          known.append.actor.id !== append.actor.id
        )
          return Promise.reject(conflict())
        return known.outcome.then((outcome) =>
          outcome.kind === 'stored' ? { ...outcome, replayed: true } : outcome,
        )
      }
      if (appends.length >= queuedAppendsMax) return Promise.reject(busy())
      const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>()
      const waiting: Waiting = { append, outcome: promise, settle: resolve, fail: reject }
      if (appends.push(waiting) >= gatheredAppendsMin) endGathering?.()
      inFlight.set(keyOf(append), waiting)
      run()
      return promise
    },

    change: (facts, act) => queue(() => writeChange(options, facts, act)),

    alone: queue,

    async settled() {
      while (running !== null) await running
    },
  }
}

async function writeChange<T>(
  options: {
    store: Store
    access: Access
    outbox: Outbox<Committed>
    visitorName(facts: ConversationFacts): string
  },
  facts: ConversationFacts,
  act: (w: ChangeWriter) => Promise<T>,
): Promise<{ result: T; events: Committed[] }> {
  const { store, access, outbox } = options
  const written = await store.write(facts.tenant, async (q) => {
    const queued: Parameters<ChangeWriter['event']>[0][] = []
    const result = await act({ q, event: (event) => void queued.push(event) })
    if (queued.length === 0) return { result, events: [], rows: [], sealed: [] }
    const lastBy = queued.findLast((event) => event.type === 'message')?.actor.kind ?? null
    const [counter] = await q<{ seq: number; at: Date }>(
      `update conversations set seq = seq + $3, last_event_at = date_trunc('milliseconds', clock_timestamp()),
         last_message_by = coalesce($4, last_message_by)
       where tenant_id = $1 and id = $2 returning seq, last_event_at as at`,
      [facts.tenant, facts.id, queued.length, lastBy],
    )
    if (counter === undefined) throw new Refusal('not_found', 'There is no such conversation.')
    const events: Committed[] = []
    const sealedTexts: SealedText[] = []
    for (const [i, event] of queued.entries()) {
      const seq = counter.seq - queued.length + 1 + i
      const sealed =
        event.text === undefined
          ? null
          : access.seal(facts.tenant, facts.id, event.id, event.text, event.ownKey)
      if (sealed) sealedTexts.push(sealed)
      if (sealed?.key)
        await q(
          `insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped)
           values ($1, $2, $3, $4, $5) on conflict do nothing`,
          [facts.tenant, facts.id, sealed.segment, sealed.key.epochKey, sealed.key.wrapped],
        )
      await q(
        `insert into events (tenant_id, conversation_id, seq, id, type, actor_kind, actor_id, actor_name, at, data, segment, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          facts.tenant,
          facts.id,
          seq,
          event.id,
          event.type,
          event.actor.kind,
          event.actor.id,
          event.actor.kind === 'visitor' ? null : event.actor.name,
          counter.at,
          JSON.stringify(event.data),
          sealed?.segment ?? null,
          sealed?.bytes ?? null,
        ],
      )
      events.push({
        tenant: facts.tenant,
        visitor: facts.visitor,
        event: openedEvent(facts, event, seq, counter.at.toISOString(), options.visitorName(facts)),
      })
    }
    const rows = await q<{ id: string }>(
      `insert into outbox (tenant_id, conversation_ids, last_seqs, event_counts)
       values ($1, array[$2]::uuid[], array[$3]::int[], array[$4]::int[]) returning id`,
      [facts.tenant, facts.id, counter.seq, events.length],
    )
    return { result, events, rows: rows.map(({ id }) => ({ tenant: facts.tenant, id })), sealed: sealedTexts }
  })
  for (const sealed of written.sealed) access.stored(sealed)
  if (written.events.length > 0) outbox.committed(written.rows, written.events)
  return { result: written.result, events: written.events }
}

/** The same batch for `append_events`, which judges each append by itself. */
function judgedStatement(
  appends: readonly Append[],
  sealed: readonly (SealedText | null)[],
  done: readonly OutboxRow[],
): { name: string; text: string; values: unknown[] } {
  const tenants = new Set(done.map((row) => row.tenant))
  for (const { facts } of appends) tenants.add(facts.tenant)
  const keys = sealed.flatMap((text) => (text?.key ? [keyItem(text.key)] : []))
  const items = appends.map((append, i) => ({
    tenant_id: append.facts.tenant,
    conversation_id: append.facts.id,
    id: append.id,
    type: append.type,
    actor_kind: append.actor.kind,
    actor_id: append.actor.id,
    actor_name: append.actor.kind === 'visitor' ? undefined : append.actor.name,
    data: dataOf(append),
    segment: sealed[i]?.segment,
    body: sealed[i]?.bytes.toString('base64'),
    handler_epoch: append.handlerEpoch,
    up_to: append.upTo,
  }))
  return {
    name: 'append-events',
    text: 'select * from append_events($1, $2, $3, $4)',
    values: [
      tenantsSetting([...tenants]),
      JSON.stringify(items),
      keys.length === 0 ? null : JSON.stringify(keys),
      done.length === 0 ? null : JSON.stringify(done),
    ],
  }
}

function committedOf(append: Append, seq: number, at: string, visitorName: string): Committed {
  return {
    tenant: append.facts.tenant,
    visitor: append.facts.visitor,
    event: openedEvent(
      append.facts,
      {
        id: append.id,
        type: append.type,
        actor: append.actor,
        data: dataOf(append) ?? {},
        text: append.text,
      },
      seq,
      at,
      visitorName,
    ),
  }
}

function openedEvent(
  facts: ConversationFacts,
  event: {
    id: string
    type: EventType
    actor: Actor
    data: Record<string, unknown>
    text?: string | undefined
  },
  seq: number,
  at: string,
  visitorName: string,
): ConversationEvent {
  const { kind, id, name } = event.actor
  return {
    id: event.id,
    conversation: facts.id,
    seq,
    at,
    type: event.type,
    actor: { kind, id, name: kind === 'visitor' ? visitorName : name },
    data: { ...event.data, ...openedField(event.type, event.text ?? null) },
  } as ConversationEvent
}

function keyOf(append: Append): string {
  return `${append.facts.tenant}/${append.facts.id}/${append.id}`
}

function conflict(): Refusal {
  return new Refusal(
    'idempotency_conflict',
    'This id already belongs to something else in the conversation.',
    { field: 'id' },
  )
}

function busy(cause?: unknown): Refusal {
  return new Refusal('busy', undefined, {
    retryAfterMs: Math.round(busyRetryMs * (0.5 + Math.random())),
    cause,
  })
}

/** A lost database connection is answered as `busy`: the same id may be sent again whether it was stored or not. */
function refusalOf(caught: unknown): unknown {
  // What is stored already cannot be compared while the keyholder is away: the same id may be sent again.
  if (caught instanceof Refusal && caught.code === 'history_unavailable') return busy(caught)
  return isConnectionFault(caught) ? busy(caught) : caught
}
