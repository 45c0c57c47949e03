import { createHash } from 'node:crypto'
import type { IntegrityAlarm, InventoryScript, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Query, Store } from '../../store/store.ts'
import { readAlarms, type StoredAlarm } from '../alarms/alarm-rows.ts'

/** Pages, watching, alarms and decisions of a time: what somebody who assesses asks for (PCI DSS 4.0.1, 11.6.1). */
export interface ChangesEvidence {
  requirements: string[]
  about: string
  tenant: string
  from: string
  to: string
  madeAt: string
  /** What was watched how often, by day and page. */
  watched: {
    page: string
    day: string
    pageViews: number
    withHashes: number
    reports: number
    refused: number
  }[]
  /** Longest stretches in which visitors came and no browser reported. */
  gaps: { page: string; from: string; to: string; pageViews: number }[]
  watcherRuns: Pick<WatcherRun, 'id' | 'page' | 'profile' | 'startedAt' | 'outcome'>[]
  alarms: (Pick<
    IntegrityAlarm,
    | 'id'
    | 'kind'
    | 'page'
    | 'script'
    | 'hash'
    | 'what'
    | 'raisedAt'
    | 'views'
    | 'sources'
    | 'state'
    | 'by'
    | 'at'
    | 'containment'
  > & {
    justification: string | null
  })[]
  decisions: { at: string; by: string; what: string; subject: string; justification: string }[]
  /** SHA-256 of this document's JSON without this field. */
  sha256?: string
}

/** The inventory of scripts (PCI DSS 4.0.1, 6.4.3). */
export interface ScriptsEvidence {
  requirements: string[]
  about: string
  tenant: string
  madeAt: string
  scripts: ScriptEvidence[]
  sha256?: string
}

export interface ScriptEvidence {
  page: string
  script: string
  state: string
  owner: string | null
  justification: string | null
  approvedBy: string | null
  approvedAt: string | null
  integrity: string
  hashes: string[]
  firstSeenAt: string
  lastSeenAt: string
}

/** A quarter with its margins: reviews are quarterly, and a longer one is two. */
const spanDaysMax = 400
const rowsMax = 50_000
/** Shorter silences are nights. */
const gapMinutesMin = 60
const dayMs = 24 * 3_600_000

export function scriptsEvidence(
  tenant: string,
  scripts: readonly InventoryScript[],
  madeAtMs: number,
): ScriptsEvidence {
  return sealed({
    requirements: ['6.4.3'],
    about:
      'Each script that visitors’ browsers ran on the pages of this tenant, who answers for it, why it is there, who approved it, and how its content is checked.',
    tenant,
    madeAt: new Date(madeAtMs).toISOString(),
    scripts: scripts.map((script) => ({
      page: script.template,
      script: script.url,
      state: script.state,
      owner: script.owner,
      justification: script.justification,
      approvedBy: script.approvedBy,
      approvedAt: script.approvedAt,
      integrity: script.hashes.some(({ hash }) => hash !== null)
        ? 'hash reported by visitors’ browsers and compared with the approved ones'
        : 'address only: no browser has reported a hash',
      hashes: script.hashes.flatMap(({ hash, state }) =>
        hash !== null && state === 'approved' ? [hash] : [],
      ),
      firstSeenAt: script.firstSeenAt,
      lastSeenAt: script.lastSeenAt,
    })),
  })
}

/** RFC 4180, with what a spreadsheet would take for a formula made plain text. */
export function scriptsCsv(evidence: ScriptsEvidence): string {
  const names = [
    'page', 'script', 'state', 'owner', 'justification', 'approvedBy', 'approvedAt', 'integrity', 'hashes',
    'firstSeenAt', 'lastSeenAt',
  ] as const // prettier-ignore
  const rows = evidence.scripts.map((script) =>
    names
      .map((name) => cell(Array.isArray(script[name]) ? script[name].join(' ') : (script[name] ?? '')))
      .join(','),
  )
  return [names.join(','), ...rows, ''].join('\r\n')
}

export function openChangesEvidence(options: {
  store: Store
  now: () => number
  watcherRuns(tenant: string, fromMs: number, toMs: number): Promise<ChangesEvidence['watcherRuns']>
}): (tenant: string, from: string, to: string) => Promise<ChangesEvidence> {
  const { store, now, watcherRuns } = options
  return async (tenant, from, to) => {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
    if (!(fromMs < toMs)) throw new Refusal('invalid_field', 'It begins before it ends.', { field: 'to' })
    if (toMs - fromMs > spanDaysMax * dayMs)
      throw new Refusal('invalid_field', `It spans at most ${spanDaysMax} days.`, { field: 'from' })
    const span = [tenant, new Date(fromMs), new Date(toMs)]
    const part = await store.read(
      tenant,
      async (q) => ({
        watched: await watchedIn(q, span),
        gaps: await gapsIn(q, span),
        alarms: await readAlarms(
          q,
          tenant,
          `and raised_at >= $2 and raised_at < $3 order by raised_at, id limit ${rowsMax}`,
          span.slice(1),
        ),
        decisions: await decisionsIn(q, span),
      }),
      { snapshot: true },
    )
    return sealed({
      requirements: ['11.6.1', '12.10.5'],
      about:
        'How often the pages of this tenant were watched for changes of their scripts and policies, what was found, what was decided, and when nothing could be seen.',
      tenant,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      madeAt: new Date(now()).toISOString(),
      ...part,
      alarms: part.alarms.map(alarmEvidence),
      watcherRuns: await watcherRuns(tenant, fromMs, toMs),
    })
  }
}

async function watchedIn(q: Query, span: unknown[]): Promise<ChangesEvidence['watched']> {
  return q(
    `select coalesce(t.template, case m.template_id when 0 then '' else '(no longer kept)' end) as page,
       to_char(m.minute at time zone 'UTC', 'YYYY-MM-DD') as day, sum(m.views)::float8 as "pageViews",
       sum(m.reporting)::float8 as "withHashes", sum(m.reports)::float8 as reports, sum(m.refused)::float8 as refused
     from observed_minutes m left join observed_templates t on t.tenant_id = $1 and t.id = m.template_id
     where m.tenant_id = $1 and m.minute >= $2 and m.minute < $3
     group by 1, 2 order by 2, 1 limit ${rowsMax}`,
    span,
  )
}

/** Between two minutes with reports: how long, and how many page views fell into it. */
async function gapsIn(q: Query, span: unknown[]): Promise<ChangesEvidence['gaps']> {
  const rows = await q<{ page: string; begins: Date; ends: Date; views: number }>(
    `with reporting as (
       select template_id, minute, lead(minute, 1, least($3, now())) over (partition by template_id order by minute) as next
       from observed_minutes where tenant_id = $1 and minute >= $2 and minute < $3 and reports > 0
     )
     select coalesce(t.template, '(no longer kept)') as page, r.minute as begins, r.next as ends,
       sum(m.views)::float8 as views
     from reporting r
     join observed_minutes m on m.tenant_id = $1 and m.template_id = r.template_id and m.minute > r.minute and m.minute < r.next
     left join observed_templates t on t.tenant_id = $1 and t.id = r.template_id
     where r.next - r.minute > make_interval(mins => ${gapMinutesMin})
     group by 1, 2, 3 having sum(m.views) > 0 order by views desc limit 1000`,
    span,
  )
  return rows.map(({ page, begins, ends, views }) => ({
    page,
    from: begins.toISOString(),
    to: ends.toISOString(),
    pageViews: views,
  }))
}

async function decisionsIn(q: Query, span: unknown[]): Promise<ChangesEvidence['decisions']> {
  const rows = await q<{ at: Date; by: string; what: string; subject: string; justification: string }>(
    `select at, by_name as by, what, subject, justification from integrity_decisions
     where tenant_id = $1 and at >= $2 and at < $3 order by at, id limit ${rowsMax}`,
    span,
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

function alarmEvidence(alarm: StoredAlarm): ChangesEvidence['alarms'][number] {
  const { id, kind, page, script, hash, what, sources, state, by, containment, justification } = alarm
  return {
    id,
    kind,
    page,
    script,
    hash,
    what,
    raisedAt: new Date(alarm.raisedAt).toISOString(),
    views: Math.max(alarm.views, alarm.reports),
    sources,
    state,
    by,
    at: alarm.at === null ? null : new Date(alarm.at).toISOString(),
    containment,
    justification,
  }
}

function sealed<T extends object>(content: T): T & { sha256: string } {
  return { ...content, sha256: createHash('sha256').update(JSON.stringify(content)).digest('hex') }
}

function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
