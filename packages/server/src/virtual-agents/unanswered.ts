import { Refusal } from '@candor/protocol/refusals.ts'
import type { UnansweredPage, UnansweredTurn } from '@candor/protocol/virtual-agent-api.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/** Turns that were not understood. Not a word of them: who wants to read them opens the conversation. */
export interface Unanswered {
  /** Newest first. @param range ISO dates, both included, in UTC; without: the last 30 days. */
  page(
    tenant: string,
    range: { from: string | null; to: string | null },
    cursor: string | null,
  ): Promise<UnansweredPage>
}

const pageMax = 200
const dayMs = 86_400_000
const daysDefault = 30

export function openUnanswered(store: Store, clock: Clock): Unanswered {
  return {
    async page(tenant, { from, to }, cursor) {
      const until = to === null ? new Date(clock.now()) : new Date(Date.parse(to) + dayMs)
      const since =
        from === null ? new Date(until.getTime() - daysDefault * dayMs) : new Date(Date.parse(from))
      const after = cursor === null ? null : placeOf(cursor)
      const rows = await store.read(tenant, (q) =>
        q<{
          conversation: string
          turn: string
          at: Date
          outcome: UnansweredTurn['outcome']
          reason: string | null
        }>(
          `select conversation_id as conversation, turn_id as turn, date_trunc('milliseconds', at) as at, outcome, reason
           from virtual_agent_turns
           where tenant_id = $1 and at >= $2 and at < $3
             and (outcome in ('fallback', 'clarified', 'not-helped')
               or outcome = 'handed-over' and reason = 'not-understood')
             and ($4::timestamptz is null or (date_trunc('milliseconds', at), turn_id) < ($4, $5::uuid))
           order by date_trunc('milliseconds', at) desc, turn_id desc limit $6`,
          [tenant, since, until, after?.at ?? null, after?.turn ?? null, pageMax + 1],
        ),
      )
      const items = rows.slice(0, pageMax).map((row) => ({ ...row, at: row.at.toISOString() }))
      const last = items.at(-1)
      return { items, next: rows.length > pageMax ? `${last!.at} ${last!.turn}` : null }
    },
  }
}

function placeOf(cursor: string): { at: Date; turn: string } {
  const [at, turn] = cursor.split(' ')
  if (at === undefined || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(turn ?? ''))
    throw new Refusal('invalid_field', 'The field cursor is not ours.', { field: 'cursor' })
  return { at: new Date(at), turn: turn! }
}
