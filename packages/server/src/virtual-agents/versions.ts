import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  By,
  VersionDeed,
  VersionDetail,
  VersionPage,
  VersionSummary,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Query, Store } from '../store/store.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import type { Articles } from './article-store.ts'
import { indexHashOf } from './trained.ts'

/**
 * What was proposed and published. A version is frozen when it is proposed; a second person puts it in force, or
 * refuses it. The database asks for the second person too (migration 0044).
 */
export interface Versions {
  /** What answers visitors now: the published version, else the newest script of an older installation. */
  inForce(tenant: string): Promise<InForce | null>
  current(tenant: string): Promise<VersionSummary | null>
  /** The one that waits for a second person. */
  proposal(tenant: string): Promise<VersionSummary | null>
  /** Newest first. @param before a `next` of the page before. */
  page(tenant: string, before: string | null): Promise<VersionPage>
  /** @throws Refusal `not_found` */
  detail(tenant: string, version: number): Promise<VersionDetail<Definition>>
  /** What this request made before, if it did. */
  proposedBy(tenant: string, request: string): Promise<VersionSummary | null>
  /** The same request again answers what it made. @throws Refusal `version_state` while another one waits. */
  propose(by: Actor, request: string, what: Proposal): Promise<VersionSummary>
  /** In force from then on. @throws Refusal `second_person_needed`, `version_state`, `not_found` */
  approve(by: Actor, version: number): Promise<VersionSummary>
  refuse(by: Actor, version: number, note: string): Promise<VersionSummary>
  /** By who proposed it. */
  withdraw(by: Actor, version: number): Promise<VersionSummary>
  /** A version that was in force before is in force again. @throws Refusal `version_state`, `not_found` */
  restore(by: Actor, version: number, note: string): Promise<VersionSummary>
  /** Without a proposal: for what the installation itself brings along. No request leads here. */
  publishAsInstallation(tenant: string, what: Proposal): Promise<VersionSummary>
}

export interface InForce {
  version: number
  definition: Definition
  /** Null: whatever model of its examples is at hand. */
  modelHash: Buffer | null
  indexHash: Buffer | null
  /** A script of an older installation: it has no articles. */
  script: boolean
}

export interface Proposal {
  definition: Definition
  /** Null where there is nothing to train, and where the installation publishes. */
  modelHash: Buffer | null
  /** Of all articles that are approved now. */
  indexHash: Buffer | null
  /** For the person who approves; null when the installation publishes. */
  report: unknown
  note: string
}

export const noteCharactersMax = 500
const pageMax = 50

export function openVersions(options: {
  store: Store
  clock: Clock
  ids: Ids
  log: (event: Record<string, unknown>) => void
  /** Which articles are quoted is taken down with the version. */
  articles: Pick<Articles, 'count' | 'freeze' | 'frozen'>
  /** That the virtual agent answers first: what is answered is called in the transaction of the publication. */
  answeringFirst(tenant: string): Promise<(q: Query) => Promise<void>>
}): Versions {
  const { store, clock, ids, log } = options
  /** One change of a tenant's versions at a time. */
  async function change<T>(tenant: string, act: (q: Query) => Promise<T>): Promise<T> {
    return store.write(tenant, async (q) => {
      await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`virtual agent versions ${tenant}`])
      return act(q)
    })
  }

  async function deed(
    q: Query,
    by: Actor,
    version: number,
    what: VersionDeed['what'],
    note: string,
  ): Promise<void> {
    await q(
      `insert into virtual_agent_deeds (tenant_id, version, id, what, done_by, done_by_name, at, note)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [by.tenant, version, ids.next(), what, by.id, by.name, new Date(clock.now()), note],
    )
  }

  async function insert(
    q: Query,
    by: Actor,
    request: string,
    what: Proposal,
    state: 'proposed' | 'published',
  ): Promise<number> {
    const { definition, modelHash, indexHash, report, note } = what
    const [{ next } = { next: 1 }] = await q<{ next: number }>(
      `select greatest(
         (select max(version) from virtual_agent_versions where tenant_id = $1),
         (select max(version) from virtual_agent_scripts where tenant_id = $1), 0) + 1 as next`,
      [by.tenant],
    )
    const articles = await options.articles.count(q, by.tenant)
    await q(
      `insert into virtual_agent_versions (tenant_id, version, request, definition, model_hash, index_hash, report, note,
         state, by_installation, intents, flows, articles, proposed_by, proposed_by_name, proposed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        by.tenant,
        next,
        request,
        JSON.stringify(definition),
        modelHash,
        indexHash,
        report === null ? null : JSON.stringify(report),
        note,
        state,
        state === 'published',
        definition.intents.length,
        definition.flows.length,
        articles,
        by.id,
        by.name,
        new Date(clock.now()),
      ],
    )
    await options.articles.freeze(q, by.tenant, next)
    if (state === 'proposed') {
      const frozen = await options.articles.frozen(q, by.tenant, next)
      const hash = frozen.length === 0 ? null : indexHashOf(frozen)
      if (!(hash === null ? indexHash === null : indexHash?.equals(hash)))
        throw new Refusal(
          'not_trained',
          'An article was approved or withdrawn in between: train the draft again.',
        )
    }
    return next
  }

  /** A change that ends with a version in force. */
  async function publication(tenant: string, act: (q: Query) => Promise<number>): Promise<VersionSummary> {
    const answersFirst = await options.answeringFirst(tenant)
    return change(tenant, async (q) => {
      const version = await act(q)
      await putInForce(q, tenant, version)
      await answersFirst(q)
      return (await oneOf(q, tenant, 'v.version = $2', version))!
    })
  }

  async function putInForce(q: Query, tenant: string, version: number): Promise<void> {
    await q(
      `insert into virtual_agent_current (tenant_id, version, since) values ($1, $2, $3)
       on conflict (tenant_id) do update set version = $2, since = $3`,
      [tenant, version, new Date(clock.now())],
    )
  }

  /** Out of the state `proposed`. */
  async function settle(
    q: Query,
    by: Actor,
    version: number,
    what: 'approved' | 'refused' | 'withdrawn',
    note: string,
  ): Promise<void> {
    const row = await mustBe(q, by.tenant, version, 'proposed', 'waits for approval no more')
    const own = row.proposed_by === by.id
    if (what === 'withdrawn' && !own)
      throw new Refusal(
        'not_allowed',
        `${row.proposed_by_name} proposed it: who approves can refuse it with a note.`,
      )
    if (what === 'approved' && own)
      throw new Refusal('second_person_needed', 'You proposed this version: somebody else has to approve it.')
    if (what === 'refused' && own)
      throw new Refusal('second_person_needed', 'You proposed this version: withdraw it instead.')
    if (what === 'approved')
      await q(
        `update virtual_agent_versions
         set state = 'published', approved_by = $3, approved_by_name = $4, approved_at = $5
         where tenant_id = $1 and version = $2`,
        [by.tenant, version, by.id, by.name, new Date(clock.now())],
      )
    else
      await q('update virtual_agent_versions set state = $3 where tenant_id = $1 and version = $2', [
        by.tenant,
        version,
        what,
      ])
    await deed(q, by, version, what, note)
  }

  return {
    async inForce(tenant) {
      const [row] = await store.read(tenant, (q) =>
        q<{
          version: number
          definition: string
          model_hash: Buffer | null
          index_hash: Buffer | null
          script: boolean
        }>(
          `(select v.version, v.definition::text as definition, v.model_hash, v.index_hash, false as script
            from virtual_agent_current c
            join virtual_agent_versions v on v.tenant_id = c.tenant_id and v.version = c.version
            where c.tenant_id = $1)
           union all
           (select version, script::text, null, null, true from virtual_agent_scripts
            where tenant_id = $1 order by version desc limit 1)
           order by script limit 1`,
          [tenant],
        ),
      )
      if (row === undefined) return null
      const { version, script } = row
      const parsed = parseDefinition(JSON.parse(row.definition))
      if ('faults' in parsed) {
        // Published by another version of this program: better silent than wrong.
        log({
          level: 'error',
          event: 'virtual agent not readable',
          tenant,
          version,
          faults: parsed.faults.length,
        })
        return null
      }
      return {
        version,
        script,
        definition: parsed.definition,
        modelHash: row.model_hash,
        indexHash: row.index_hash,
      }
    },

    current: (tenant) => store.read(tenant, (q) => oneOf(q, tenant, 'v.version = c.version')),
    proposal: (tenant) => store.read(tenant, (q) => oneOf(q, tenant, `v.state = 'proposed'`)),

    async page(tenant, before) {
      if (before !== null && !/^\d{1,9}$/.test(before))
        throw new Refusal('invalid_field', 'The field cursor is not ours.', { field: 'cursor' })
      const rows = await store.read(tenant, (q) =>
        q<VersionRow>(
          `${selectSummaries} where v.tenant_id = $1 and v.version < $2 order by v.version desc limit $3`,
          [tenant, before ?? versionsEnd, pageMax + 1],
        ),
      )
      const items = rows.slice(0, pageMax).map(summaryOf)
      return { items, next: rows.length > pageMax ? String(items.at(-1)!.version) : null }
    },

    detail: (tenant, version) =>
      store.read(
        tenant,
        async (q) => {
          const summary = await oneOf(q, tenant, 'v.version = $2', version)
          if (summary === null) throw new Refusal('not_found')
          const [row] = await q<{ definition: Definition; report: unknown }>(
            'select definition, report from virtual_agent_versions where tenant_id = $1 and version = $2',
            [tenant, version],
          )
          const deeds = await q<DeedRow>(
            `select what, done_by, done_by_name, at, note from virtual_agent_deeds
             where tenant_id = $1 and version = $2 order by id`,
            [tenant, version],
          )
          return {
            ...summary,
            definition: row!.definition,
            report: row!.report,
            quotes: await options.articles.frozen(q, tenant, version),
            history: deeds.map((deed) => ({
              what: deed.what,
              by: { id: deed.done_by, name: deed.done_by_name },
              at: deed.at.toISOString(),
              note: deed.note,
            })),
          }
        },
        { snapshot: true },
      ),

    proposedBy: (tenant, request) => store.read(tenant, (q) => oneOf(q, tenant, 'v.request = $2', request)),

    propose: (by, request, what) =>
      change(by.tenant, async (q) => {
        const known = await oneOf(q, by.tenant, 'v.request = $2', request)
        if (known !== null) return known
        const waiting = await oneOf(q, by.tenant, `v.state = 'proposed'`)
        if (waiting !== null)
          throw new Refusal(
            'version_state',
            `Version ${waiting.version} by ${waiting.proposedBy.name} waits for approval. It has to be approved, refused or withdrawn first.`,
          )
        const version = await insert(q, by, request, what, 'proposed')
        await deed(q, by, version, 'proposed', what.note)
        return (await oneOf(q, by.tenant, 'v.version = $2', version))!
      }),

    approve: (by, version) =>
      publication(by.tenant, async (q) => {
        await settle(q, by, version, 'approved', '')
        return version
      }),

    refuse: (by, version, note) =>
      change(by.tenant, async (q) => {
        await settle(q, by, version, 'refused', note)
        return (await oneOf(q, by.tenant, 'v.version = $2', version))!
      }),

    withdraw: (by, version) =>
      change(by.tenant, async (q) => {
        await settle(q, by, version, 'withdrawn', '')
        return (await oneOf(q, by.tenant, 'v.version = $2', version))!
      }),

    restore: (by, version, note) =>
      publication(by.tenant, async (q) => {
        const { in_force } = await mustBe(q, by.tenant, version, 'published', 'was never in force')
        if (in_force) throw new Refusal('version_state', `Version ${version} is in force.`)
        await deed(q, by, version, 'restored', note)
        return version
      }),

    publishAsInstallation: (tenant, what) =>
      publication(tenant, async (q) => {
        const by = systemActor(tenant, 'Installation')
        const version = await insert(q, by, ids.next(), what, 'published')
        await deed(q, by, version, 'published', what.note)
        return version
      }),
  }
}

/** Above every version: a cursor for the first page. */
const versionsEnd = 2_147_483_647

interface VersionRow {
  version: number
  name: string
  note: string
  state: 'proposed' | 'published' | 'refused' | 'withdrawn'
  in_force: boolean
  proposed_by: string
  proposed_by_name: string
  proposed_at: Date
  by_installation: boolean
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
  intents: number
  flows: number
  articles: number
}

interface DeedRow {
  what: VersionDeed['what']
  done_by: string
  done_by_name: string
  at: Date
  note: string
}

const selectSummaries = `
  select v.version, v.definition->>'name' as name, v.note, v.state, v.version is not distinct from c.version as in_force,
    v.proposed_by, v.proposed_by_name, v.proposed_at, v.by_installation,
    v.approved_by, v.approved_by_name, v.approved_at, v.intents, v.flows, v.articles
  from virtual_agent_versions v left join virtual_agent_current c on c.tenant_id = v.tenant_id`

async function oneOf(
  q: Query,
  tenant: string,
  condition: string,
  value?: string | number,
): Promise<VersionSummary | null> {
  const params = value === undefined ? [tenant] : [tenant, value]
  const [row] = await q<VersionRow>(`${selectSummaries} where v.tenant_id = $1 and ${condition}`, params)
  return row === undefined ? null : summaryOf(row)
}

async function mustBe(
  q: Query,
  tenant: string,
  version: number,
  state: VersionRow['state'],
  otherwise: string,
): Promise<VersionRow> {
  const [row] = await q<VersionRow>(`${selectSummaries} where v.tenant_id = $1 and v.version = $2`, [
    tenant,
    version,
  ])
  if (row === undefined) throw new Refusal('not_found')
  if (row.state !== state)
    throw new Refusal('version_state', `Version ${version} ${otherwise}: it is ${row.state}.`)
  return row
}

function summaryOf(row: VersionRow): VersionSummary {
  const { version, name, note, state, intents, flows, articles } = row
  return {
    version,
    name,
    note,
    state: state !== 'published' ? state : row.in_force ? 'current' : 'former',
    proposedBy: { id: row.proposed_by, name: row.proposed_by_name },
    proposedAt: row.proposed_at.toISOString(),
    approvedBy: byOf(row.approved_by, row.approved_by_name),
    publishedAt: (row.approved_at ?? (row.by_installation ? row.proposed_at : null))?.toISOString() ?? null,
    intents,
    flows,
    articles,
  }
}

function byOf(id: string | null, name: string | null): By | null {
  return id === null || name === null ? null : { id, name }
}
