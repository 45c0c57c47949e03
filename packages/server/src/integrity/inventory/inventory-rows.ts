import type { ScriptState } from '@candor/protocol/integrity-api.ts'
import type { Query } from '../../store/store.ts'
import {
  hashKey,
  scriptKey,
  targetKey,
  type InventoryState,
  type KnownHash,
  type KnownScript,
  type KnownTarget,
  type TargetKind,
} from './inventory-state.ts'

export async function loadInventory(q: Query, tenant: string): Promise<InventoryState> {
  const state: InventoryState = { baselines: new Map(), scripts: new Map(), targets: new Map() }
  const baselines = await q<{
    template_id: number
    approved_by: string
    approved_at: Date
    justification: string
  }>('select template_id, approved_by, approved_at, justification from page_baselines where tenant_id = $1', [
    tenant,
  ])
  for (const { template_id, approved_by, approved_at, justification } of baselines)
    state.baselines.set(template_id, {
      approvedBy: approved_by,
      approvedAt: approved_at.getTime(),
      justification,
    })
  const byId = new Map<string, KnownScript>()
  for (const row of await q<ScriptRow>(
    `select *, seen_network::text from inventory_scripts where tenant_id = $1 order by last_seen_at, id`,
    [tenant],
  )) {
    const script = {
      id: row.id,
      template: row.template_id,
      templateText: row.template,
      name: row.name,
      state: row.state,
      owner: row.owner,
      justification: row.justification,
      approvedBy: row.approved_by,
      approvedAt: row.approved_at?.getTime() ?? null,
      hashes: new Map<string, KnownHash>(),
      ...seenOf(row),
    }
    byId.set(row.id, script)
    state.scripts.set(scriptKey(script.template, script.name), script)
  }
  for (const row of await q<HashRow>(
    `select *, seen_network::text, views::float8 from inventory_hashes where tenant_id = $1 order by first_seen_at, hash`,
    [tenant],
  )) {
    const { url, hash, approved_by, views } = row
    byId.get(row.script_id)?.hashes.set(hashKey(url, hash), {
      url,
      hash,
      state: row.state,
      approvedBy: approved_by,
      views,
      ...seenOf(row),
    })
  }
  for (const row of await q<TargetRow>(
    `select template_id, kind, digest, target, state, justification, approved_by, first_seen_at, last_seen_at
     from inventory_targets where tenant_id = $1`,
    [tenant],
  ))
    state.targets.set(targetKey(row.template_id, row.kind, row.digest), {
      template: row.template_id,
      kind: row.kind,
      digest: row.digest,
      target: row.target,
      state: row.state,
      justification: row.justification,
      approvedBy: row.approved_by,
      firstAt: row.first_seen_at.getTime(),
      lastAt: row.last_seen_at.getTime(),
    })
  return state
}

export async function saveScripts(q: Query, tenant: string, scripts: readonly KnownScript[]): Promise<void> {
  if (scripts.length === 0) return
  await q(
    `insert into inventory_scripts (tenant_id, id, template_id, template, name, state, owner, justification,
       approved_by, approved_at, first_seen_at, last_seen_at, seen_day, seen_network, seen_several)
     select $1, x.id, x.template, x.text, x.name, x.state, x.owner, x.justification, x.by, to_timestamp(x.at / 1000.0),
       to_timestamp(x.first / 1000.0), to_timestamp(x.last / 1000.0), x.day, x.network, x.several
     from jsonb_to_recordset($2) as x (id uuid, template int, text text, name text, state text, owner text,
       justification text, by text, at float8, first float8, last float8, day int, network bigint, several boolean)
     on conflict (tenant_id, id) do update set
       state = excluded.state, owner = excluded.owner, justification = excluded.justification,
       approved_by = excluded.approved_by, approved_at = excluded.approved_at, last_seen_at = excluded.last_seen_at,
       seen_day = excluded.seen_day, seen_network = excluded.seen_network, seen_several = excluded.seen_several`,
    [
      tenant,
      JSON.stringify(
        scripts.map((script) => ({
          id: script.id,
          template: script.template,
          text: script.templateText,
          name: script.name,
          state: script.state,
          owner: script.owner,
          justification: script.justification,
          by: script.approvedBy,
          at: script.approvedAt,
          ...seenColumns(script),
        })),
      ),
    ],
  )
}

export async function saveHashes(
  q: Query,
  tenant: string,
  hashes: readonly { script: KnownScript; hash: KnownHash }[],
): Promise<void> {
  if (hashes.length === 0) return
  await q(
    `insert into inventory_hashes (tenant_id, script_id, url, hash, state, approved_by, first_seen_at, last_seen_at,
       views, seen_day, seen_network, seen_several)
     select $1, x.script, x.url, x.hash, x.state, x.by, to_timestamp(x.first / 1000.0), to_timestamp(x.last / 1000.0),
       x.views, x.day, x.network, x.several
     from jsonb_to_recordset($2) as x (script uuid, url text, hash text, state text, by text, first float8,
       last float8, views bigint, day int, network bigint, several boolean)
     on conflict (tenant_id, script_id, url, hash) do update set
       state = excluded.state, approved_by = excluded.approved_by, last_seen_at = excluded.last_seen_at,
       views = excluded.views, seen_day = excluded.seen_day, seen_network = excluded.seen_network,
       seen_several = excluded.seen_several`,
    [
      tenant,
      JSON.stringify(
        hashes.map(({ script, hash: { url, hash, state, approvedBy, views, ...seen } }) => ({
          script: script.id,
          url,
          hash,
          state,
          by: approvedBy,
          views,
          ...seenColumns(seen),
        })),
      ),
    ],
  )
}

export async function saveTargets(q: Query, tenant: string, targets: readonly KnownTarget[]): Promise<void> {
  if (targets.length === 0) return
  await q(
    `insert into inventory_targets
       (tenant_id, template_id, kind, digest, target, state, justification, approved_by, first_seen_at, last_seen_at)
     select $1, x.template, x.kind, x.digest, x.target, x.state, x.justification, x."approvedBy",
       to_timestamp(x."firstAt" / 1000.0), to_timestamp(x."lastAt" / 1000.0)
     from jsonb_to_recordset($2) as x (template int, kind text, digest text, target text, state text,
       justification text, "approvedBy" text, "firstAt" float8, "lastAt" float8)
     on conflict (tenant_id, template_id, kind, digest) do update set
       state = excluded.state, justification = excluded.justification, approved_by = excluded.approved_by,
       last_seen_at = excluded.last_seen_at`,
    [tenant, JSON.stringify(targets)],
  )
}

export async function deleteScripts(q: Query, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await q('delete from inventory_hashes where tenant_id = $1 and script_id = any($2)', [tenant, ids])
  await q('delete from inventory_scripts where tenant_id = $1 and id = any($2)', [tenant, ids])
}

interface SeenRow {
  first_seen_at: Date
  last_seen_at: Date
  seen_day: number
  seen_network: string
  seen_several: boolean
}

interface ScriptRow extends SeenRow {
  id: string
  template_id: number
  template: string
  name: string
  state: ScriptState
  owner: string | null
  justification: string | null
  approved_by: string | null
  approved_at: Date | null
}

interface HashRow extends SeenRow {
  script_id: string
  url: string
  hash: string
  state: ScriptState
  approved_by: string | null
  views: number
}

interface TargetRow {
  template_id: number
  kind: TargetKind
  digest: string
  target: string
  state: ScriptState
  justification: string | null
  approved_by: string | null
  first_seen_at: Date
  last_seen_at: Date
}

function seenOf(row: SeenRow): Pick<KnownScript, 'firstAt' | 'lastAt' | 'seen'> {
  return {
    firstAt: row.first_seen_at.getTime(),
    lastAt: row.last_seen_at.getTime(),
    seen: { day: row.seen_day, network: row.seen_network, several: row.seen_several },
  }
}

function seenColumns({ firstAt, lastAt, seen }: Pick<KnownScript, 'firstAt' | 'lastAt' | 'seen'>): object {
  return {
    first: firstAt,
    last: lastAt,
    day: seen.day,
    network: seen.network,
    several: seen.several,
  }
}
