import type {
  ResultNumber,
  ResultPage,
  VirtualAgentResults,
  WrongAnswerReport,
} from '@candor/protocol/virtual-agent-results.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { derivedId } from '../routing/derived-id.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'

/** What came of a virtual agent's conversations. Every number opens to the conversations that it counts. */
export interface Results {
  results(tenant: string, period: Period): Promise<VirtualAgentResults>
  /** @param of with `reason`, the hand-overs for it; with `intent`, what `perIntent` counts of it. */
  conversationsOf(
    tenant: string,
    period: Period,
    of: { number: ResultNumber; reason: string | null; intent: string | null },
    cursor: string | null,
  ): Promise<ResultPage>
  /** The same person again answers the first report. @throws Refusal `not_found` */
  report(
    by: Actor,
    of: { conversation: string; turn: string; note: string | null },
  ): Promise<WrongAnswerReport>
  /** Everything of these conversations. */
  erase(tenant: string, conversations: readonly string[]): Promise<void>
}

/** Days in UTC, both included. */
export interface Period {
  from: string
  to: string
}

/** A year and a day: a report of more is read year by year. */
const periodDaysMax = 367
const pageMax = 100
/** Who says nothing for a day has ended the conversation, whatever its status. */
const silentAfter = '24 hours'
/** Who comes back within this was not helped for good. */
const backWithin = '7 days'
const dayMs = 24 * 3_600_000

export function openResults(options: {
  store: Pick<Store, 'read' | 'write'>
  conversations: Pick<Conversations, 'note'>
  clock: Clock
}): Results {
  const { store, conversations, clock } = options

  return {
    async results(tenant, period) {
      const bounds = boundsOf(period)
      return store.read(
        tenant,
        async (q) => {
          const [sums] = await q<Sums>(
            `${classified}
             select count(*)::int as conversations,
               (count(*) filter (where class = 'confirmed'))::int as confirmed,
               (count(*) filter (where class = 'silent'))::int as silent,
               (count(*) filter (where class = 'silent' and back = 'no'))::int as silent_not_back,
               (count(*) filter (where class = 'silent' and back = 'yes'))::int as silent_back,
               (count(*) filter (where class = 'silent' and back = 'undecided'))::int as silent_undecided,
               (count(*) filter (where class = 'unresolved'))::int as unresolved,
               (count(*) filter (where class = 'open'))::int as open,
               (count(*) filter (where fallback))::int as fallback,
               (count(*) filter (where wrong))::int as wrong_reports
             from classified`,
            [tenant, ...bounds, new Date(clock.now())],
          )
          const handedOver = await q<{ reason: string; conversations: number }>(
            `${classified}
             select reason, count(*)::int as conversations from classified where class = 'handed-over'
             group by reason order by conversations desc, reason`,
            [tenant, ...bounds, new Date(clock.now())],
          )
          const perIntent = await q<VirtualAgentResults['perIntent'][number]>(
            `${classified}
             select t.intent, count(distinct c.conversation_id)::int as conversations,
               (count(distinct c.conversation_id) filter (where t.outcome = 'confirmed'))::int as confirmed,
               (count(distinct c.conversation_id) filter (where t.outcome = 'handed-over'))::int as "handedOver",
               (count(distinct c.conversation_id) filter (where exists (
                 select 1 from virtual_agent_reports r
                 where r.tenant_id = t.tenant_id and r.conversation_id = t.conversation_id and r.turn_id = t.turn_id)))::int
                 as wrong
             from classified c
             join virtual_agent_turns t on t.tenant_id = $1 and t.conversation_id = c.conversation_id
             where t.intent is not null and t.done_at is not null
             group by t.intent order by conversations desc, t.intent`,
            [tenant, ...bounds, new Date(clock.now())],
          )
          const { conversations: all, confirmed, silent } = sums!
          return {
            conversations: all,
            selfService: { confirmed, silent, silentNotBack: sums!.silent_not_back },
            silentBack: sums!.silent_back,
            silentUndecided: sums!.silent_undecided,
            unresolved: sums!.unresolved,
            open: sums!.open,
            handedOver,
            fallback: sums!.fallback,
            wrongReports: sums!.wrong_reports,
            perIntent,
          }
        },
        { snapshot: true },
      )
    },

    async conversationsOf(tenant, period, { number, reason, intent }, cursor) {
      const after = cursor === null ? null : parseCursor(cursor)
      const rows = await store.read(tenant, (q) =>
        q<{ conversation_id: string; first_us: string; first_at: Date }>(
          `${classified}
           select conversation_id, first_at, (extract(epoch from first_at) * 1000000)::bigint::text as first_us
           from classified c
           where ${intent === null ? conditionOf[number] : 'true'} and ($5::text is null or c.reason = $5)
             and ($6::text is null or exists (
               select 1 from virtual_agent_turns t where t.tenant_id = $1 and t.conversation_id = c.conversation_id
                 and t.intent = $6 and t.done_at is not null and ${turnOf[number] ?? conditionOf[number]}))
             and ($7::bigint is null or (first_at, conversation_id) < (to_timestamp($7::bigint / 1000000.0), $8::uuid))
           order by first_at desc, conversation_id desc limit ${pageMax + 1}`,
          [
            tenant,
            ...boundsOf(period),
            new Date(clock.now()),
            reason,
            intent,
            after?.us ?? null,
            after?.id ?? null,
          ],
        ),
      )
      const shown = rows.slice(0, pageMax)
      const last = shown.at(-1)
      return {
        items: shown.map((row) => ({ conversation: row.conversation_id, at: row.first_at.toISOString() })),
        next:
          rows.length > pageMax && last !== undefined ? cursorOf(last.first_us, last.conversation_id) : null,
      }
    },

    async report(by, { conversation, turn, note }) {
      const { tenant } = by
      const row = await store.write(tenant, async (q) => {
        const [known] = await q(
          `select 1 from virtual_agent_turns
           where tenant_id = $1 and conversation_id = $2 and turn_id = $3 and outcome <> 'person'`,
          [tenant, conversation, turn],
        )
        if (known === undefined)
          throw new Refusal('not_found', 'The virtual agent has no such turn here.', { field: 'turn' })
        return keepReport(q, by, conversation, turn, new Date(clock.now()))
      })
      // Derived, so that the same report again is the same note.
      if (note !== null)
        await conversations.note(by, {
          id: derivedId(turn, `wrong answer, says ${by.id}`),
          conversation,
          text: note,
        })
      return { conversation, turn, at: row.toISOString() }
    },

    async erase(tenant, ids) {
      await store.write(tenant, async (q) => {
        for (const table of ['virtual_agent_turns', 'virtual_agent_reports'])
          await q(`delete from ${table} where tenant_id = $1 and conversation_id = any($2)`, [tenant, ids])
      })
    },
  }
}

interface Sums {
  conversations: number
  confirmed: number
  silent: number
  silent_not_back: number
  silent_back: number
  silent_undecided: number
  unresolved: number
  open: number
  fallback: number
  wrong_reports: number
}

async function keepReport(q: Query, by: Actor, conversation: string, turn: string, now: Date): Promise<Date> {
  await q(
    `insert into virtual_agent_reports (tenant_id, conversation_id, turn_id, reported_by, reported_by_name, reported_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [by.tenant, conversation, turn, by.id, by.name, now],
  )
  const [row] = await q<{ reported_at: Date }>(
    `select reported_at from virtual_agent_reports
     where tenant_id = $1 and conversation_id = $2 and turn_id = $3 and reported_by = $4`,
    [by.tenant, conversation, turn, by.id],
  )
  return row!.reported_at
}

/**
 * $1 tenant, $2 and $3 the period, $4 now. One row for each conversation in which the virtual agent spoke first within
 * the period and was asked something; `class` says what came of it, exactly one of five. Rows of `conversations` tell
 * whose it is and whether it is closed.
 * Turns of one millisecond are told apart by their ids: whichever is first, it is so in every query.
 */
const classified = `
  with begun as (
    select t.conversation_id from virtual_agent_turns t
    where t.tenant_id = $1 and t.at >= $2::timestamptz and t.at < $3::timestamptz and t.outcome <> 'person'
    group by t.conversation_id
    having not exists (
      select 1 from virtual_agent_turns e
      where e.tenant_id = $1 and e.conversation_id = t.conversation_id and e.at < $2::timestamptz and e.outcome <> 'person')
  ),
  turn as (
    select t.*, t.at - lag(t.at) over (partition by t.conversation_id order by t.at, t.turn_id) as pause
    from virtual_agent_turns t join begun using (conversation_id)
    where t.tenant_id = $1 and t.done_at is not null
  ),
  summed as (
    select conversation_id, min(at) as first_at, max(at) filter (where outcome <> 'person') as last_at,
      bool_or(outcome not in ('opening', 'courtesy', 'person')) as asked,
      bool_or(outcome = 'fallback') as fallback,
      bool_or(pause > interval '${silentAfter}' and pause <= interval '${backWithin}') as returned,
      (array_agg(coalesce(reason, 'taken-over') order by at, turn_id) filter (where outcome in ('handed-over', 'person')))[1]
        as reason,
      (array_agg(outcome order by at desc, turn_id desc) filter (where outcome in ('confirmed', 'not-helped')))[1] as verdict,
      (array_agg(outcome order by at desc, turn_id desc) filter (where outcome not in ('opening', 'courtesy', 'person')))[1] as last
    from turn group by conversation_id
  ),
  judged as (
    select s.*, c.visitor_id,
      c.status = 'closed' or s.last_at <= $4::timestamptz - interval '${silentAfter}' as over,
      s.returned or exists (
        select 1 from conversations o
        where o.tenant_id = $1 and o.visitor_id = c.visitor_id and o.id <> c.id
          and (o.started_at > s.last_at and o.started_at <= s.last_at + interval '${backWithin}' or exists (
            select 1 from virtual_agent_turns t
            where t.tenant_id = $1 and t.conversation_id = o.id
              and t.at > s.last_at and t.at <= s.last_at + interval '${backWithin}'))) as came_back,
      exists (
        select 1 from virtual_agent_reports r where r.tenant_id = $1 and r.conversation_id = s.conversation_id) as wrong
    from summed s join conversations c on c.tenant_id = $1 and c.id = s.conversation_id
    where s.asked
  ),
  classified as (
    select conversation_id, first_at, fallback, wrong, reason,
      case
        when reason is not null then 'handed-over'
        when verdict = 'confirmed' and coalesce(last, '') not in ('clarified', 'fallback', 'not-helped') then 'confirmed'
        when not over then 'open'
        when last in ('clarified', 'fallback', 'not-helped') then 'unresolved'
        else 'silent'
      end as class,
      case
        when came_back then 'yes'
        when last_at <= $4::timestamptz - interval '${backWithin}' then 'no'
        else 'undecided'
      end as back
    from judged
  )`

const conditionOf: Record<ResultNumber, string> = {
  conversations: 'true',
  confirmed: `class = 'confirmed'`,
  silent: `class = 'silent'`,
  'silent-not-back': `class = 'silent' and back = 'no'`,
  'silent-back': `class = 'silent' and back = 'yes'`,
  'silent-undecided': `class = 'silent' and back = 'undecided'`,
  unresolved: `class = 'unresolved'`,
  open: `class = 'open'`,
  'handed-over': `class = 'handed-over'`,
  fallback: 'fallback',
  'wrong-reports': 'wrong',
}

/** What `perIntent` counts is true of the turn of that intent, whatever came of the conversation as a whole. */
const turnOf: Partial<Record<ResultNumber, string>> = {
  confirmed: `t.outcome = 'confirmed'`,
  'handed-over': `t.outcome = 'handed-over'`,
  'wrong-reports': `exists (
    select 1 from virtual_agent_reports r
    where r.tenant_id = t.tenant_id and r.conversation_id = t.conversation_id and r.turn_id = t.turn_id)`,
}

/** First moment, and the first one after it. @throws Refusal `invalid_field` */
function boundsOf({ from, to }: Period): [Date, Date] {
  const first = dayOf(from, 'from')
  const last = dayOf(to, 'to')
  if (last < first) throw new Refusal('invalid_field', 'The period ends before it begins.', { field: 'to' })
  if (last - first >= periodDaysMax * dayMs)
    throw new Refusal('invalid_field', `A period has at most ${periodDaysMax} days.`, { field: 'from' })
  return [new Date(first), new Date(last + dayMs)]
}

function dayOf(given: string, field: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== given)
    throw new Refusal('invalid_field', 'A day is written 2026-03-31.', { field })
  return time
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
