import type { Committed } from '../conversations/conversation.ts'
import type { Outbox } from '../store/outbox.ts'
import { isConnectionFault, type Query, type Store } from '../store/store.ts'
import { endOfTurn, type TurnEvent } from './next-turn.ts'
import { readRecord } from './turn-record.ts'

/**
 * Keeps what came of each turn, without a word of it, as a receiver of what was committed: told twice, kept once. An
 * outbox row is held until what it announced is kept.
 */
export interface TurnRows {
  /** Settles when everything announced so far is kept. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** A decision and its end are a few milliseconds apart: mostly they are written together. */
const gatherMs = 50
/** Rows of one statement. */
const batchMax = 500
/** A database that restarts is back within the sum of the pauses. */
const attemptsMax = 6
const firstPauseMs = 100

type Change =
  | { kind: 'decided'; row: TurnRow }
  /** Something that ends a turn, if it is one's end. */
  | { kind: 'done'; tenant: string; conversation: string; ends: string; at: string }
  | { kind: 'person'; tenant: string; conversation: string; event: string; at: string }

interface TurnRow {
  tenant: string
  conversation: string
  ends: string
  turn: string
  version: number
  at: string
  outcome: string
  intent: string | null
  article: string | null
  flow: string | null
  reason: string | null
}

export function openTurnRows(options: {
  store: Pick<Store, 'write'>
  outbox: Pick<Outbox<Committed>, 'subscribe'>
}): TurnRows {
  let waiting: { changes: Change[]; kept: PromiseWithResolvers<void> }[] = []
  let running: Promise<void> | null = null

  options.outbox.subscribe((announcements) => {
    const changes = announcements.flatMap((announcement) => changeOf(announcement) ?? [])
    if (changes.length === 0) return undefined
    const kept = Promise.withResolvers<void>()
    waiting.push({ changes, kept })
    running ??= sleep(gatherMs)
      .then(writeAll)
      .finally(() => (running = null))
    return kept.promise
  })

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      try {
        const changes = taken.flatMap((one) => one.changes)
        for (let at = 0; at < changes.length; at += batchMax) await write(changes.slice(at, at + batchMax))
        for (const { kept } of taken) kept.resolve()
      } catch (caught) {
        for (const { kept } of taken) kept.reject(caught)
      }
    }
  }

  async function write(changes: readonly Change[]): Promise<void> {
    const tenants = [...new Set(changes.map((one) => (one.kind === 'decided' ? one.row.tenant : one.tenant)))]
    for (let attempt = 1; ; attempt++)
      try {
        return await options.store.write(tenants, (q) => writeChanges(q, changes))
      } catch (caught) {
        if (!isConnectionFault(caught) || attempt === attemptsMax) throw caught
        await sleep(firstPauseMs * 2 ** (attempt - 1))
      }
  }

  return {
    async settled() {
      while (running !== null) await running
    },
    async close() {
      while (running !== null) await running
    },
  }
}

function changeOf({ tenant, event }: Committed): Change | null {
  const { conversation, id, at, type, actor } = event
  switch (type) {
    case 'turn':
      return decidedBy(tenant, event)
    case 'message':
    case 'handover':
      return actor.kind === 'virtual-agent' ? { kind: 'done', tenant, conversation, ends: id, at } : null
    case 'takeover':
      return { kind: 'person', tenant, conversation, event: id, at }
    case 'assignment':
      return event.data.agent === null ? null : { kind: 'person', tenant, conversation, event: id, at }
    default:
      return null
  }
}

function decidedBy(tenant: string, event: TurnEvent): Change | null {
  const record = readRecord(event)
  // A call is a step of a turn, and what was emptied before it was announced is followed by another decision.
  if (record === null || record.does.kind === 'call') return null
  const { does, trace } = record
  const { conversation, id, at, data } = event
  return {
    kind: 'decided',
    row: {
      tenant,
      conversation,
      ends: endOfTurn(conversation, data.answers),
      turn: id,
      version: data.version,
      at,
      outcome: does.kind === 'handOver' ? 'handed-over' : (trace?.outcome ?? outcomeOf(record.occasion)),
      intent: trace?.intent ?? null,
      article: trace?.article ?? null,
      flow: trace?.flow ?? null,
      reason: does.kind === 'handOver' ? does.reason : null,
    },
  }
}

/** Of a reply whose explanation could not be kept. */
function outcomeOf(occasion: string): string {
  return occasion === 'started' || occasion === 'back' ? 'opening' : 'answered'
}

async function writeChanges(q: Query, changes: readonly Change[]): Promise<void> {
  // One row a statement may touch once: of one turn the newest decision counts.
  const decided = new Map<string, TurnRow>()
  for (const one of changes)
    if (one.kind === 'decided')
      decided.set(`${one.row.tenant}/${one.row.conversation}/${one.row.ends}`, one.row)
  if (decided.size > 0)
    await q(
      `insert into virtual_agent_turns
         (tenant_id, conversation_id, ends, turn_id, version, at, outcome, intent, article, flow, reason)
       select tenant, conversation, ends, turn, version, at, outcome, intent, article, flow, reason
       from jsonb_to_recordset($1) as r (tenant uuid, conversation uuid, ends uuid, turn uuid, version int,
         at timestamptz, outcome text, intent text, article text, flow text, reason text)
       on conflict (tenant_id, conversation_id, ends) do update
         set turn_id = excluded.turn_id, version = excluded.version, at = excluded.at, outcome = excluded.outcome,
           intent = excluded.intent, article = excluded.article, flow = excluded.flow, reason = excluded.reason
         where virtual_agent_turns.at < excluded.at`,
      [JSON.stringify([...decided.values()])],
    )
  const done = changes.filter((one) => one.kind === 'done')
  if (done.length > 0)
    await q(
      `update virtual_agent_turns t set done_at = r.at
       from jsonb_to_recordset($1) as r (tenant uuid, conversation uuid, ends uuid, at timestamptz)
       where t.tenant_id = r.tenant and t.conversation_id = r.conversation and t.ends = r.ends and t.done_at is null`,
      [JSON.stringify(done)],
    )
  const persons = changes.filter((one) => one.kind === 'person')
  if (persons.length > 0)
    await q(
      `insert into virtual_agent_turns (tenant_id, conversation_id, ends, turn_id, at, done_at, outcome)
       select tenant, conversation, event, event, at, at, 'person'
       from jsonb_to_recordset($1) as r (tenant uuid, conversation uuid, event uuid, at timestamptz)
       where exists (
         select 1 from virtual_agent_turns t where t.tenant_id = r.tenant and t.conversation_id = r.conversation)
       on conflict do nothing`,
      [JSON.stringify(persons)],
    )
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
