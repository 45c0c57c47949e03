import type { Role } from '@candor/protocol/api.ts'
import type { Containment, ContainmentScope } from '@candor/protocol/integrity-api.ts'
import type { Query } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import { scopeOf, valueOf } from './containment-scope.ts'

/** A row of `containments`. */
export interface StoredContainment {
  tenant: string
  id: string
  scope: ContainmentScope
  reason: string
  alarm: string | null
  begunBy: Actor
  startedAt: Date
  /** null: still to be written to the access log. */
  entry: number | null
  framesOpen: number
  framesStopped: number
  undone: { by: Actor; at: Date; reason: string; entry: number | null } | null
}

export const columns = `tenant_id, id, scope_kind, scope_value, reason, alarm, begun_kind, begun_by, begun_name,
  begun_role, started_at, entry, frames_open, frames_stopped, undone_kind, undone_by, undone_name, undone_role,
  undone_at, undo_reason, undone_entry`

export async function insertContainment(q: Query, made: StoredContainment): Promise<void> {
  const { begunBy } = made
  await q(
    `insert into containments (tenant_id, id, scope_kind, scope_value, reason, alarm, begun_kind, begun_by, begun_name,
       begun_role, started_at, entry)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      made.tenant,
      made.id,
      made.scope.kind,
      valueOf(made.scope),
      made.reason,
      made.alarm,
      begunBy.kind,
      begunBy.id,
      begunBy.name,
      begunBy.role ?? null,
      made.startedAt,
      made.entry,
    ],
  )
}

export async function updateUndone(
  q: Query,
  { tenant, id }: StoredContainment,
  undone: NonNullable<StoredContainment['undone']>,
): Promise<void> {
  const { by, at, reason, entry } = undone
  await q(
    `update containments set undone_kind = $3, undone_by = $4, undone_name = $5, undone_role = $6, undone_at = $7,
       undo_reason = $8, undone_entry = $9
     where tenant_id = $1 and id = $2 and undone_at is null`,
    [tenant, id, by.kind, by.id, by.name, by.role ?? null, at, reason, entry],
  )
}

/** An entry that was written late. */
export async function updateEntry(
  q: Query,
  { tenant, id }: { tenant: string; id: string },
  step: 'begun' | 'undone',
  entry: number,
): Promise<void> {
  const column = step === 'begun' ? 'entry' : 'undone_entry'
  await q(`update containments set ${column} = $3 where tenant_id = $1 and id = $2`, [tenant, id, entry])
}

export async function updateFrames(
  q: Query,
  { tenant, id, framesOpen, framesStopped }: StoredContainment,
): Promise<void> {
  await q('update containments set frames_open = $3, frames_stopped = $4 where tenant_id = $1 and id = $2', [
    tenant,
    id,
    framesOpen,
    framesStopped,
  ])
}

export async function selectContainments(
  q: Query,
  where: string,
  params: unknown[] = [],
): Promise<StoredContainment[]> {
  const rows = await q<Row>(
    `select ${columns} from containments where ${where} order by started_at, id`,
    params,
  )
  return rows.map(storedOf)
}

export function containmentOf(stored: StoredContainment): Containment {
  const { id, scope, reason, alarm, begunBy, startedAt, entry, framesOpen, framesStopped, undone } = stored
  return {
    id,
    scope,
    reason,
    alarm,
    by: begunBy.name,
    startedAt: startedAt.toISOString(),
    entry: entry ?? 0,
    framesOpen,
    framesStopped,
    undoneAt: undone?.at.toISOString() ?? null,
    undoneBy: undone?.by.name ?? null,
    undoReason: undone?.reason ?? null,
    undoneEntry: undone === null ? null : (undone.entry ?? 0),
  }
}

interface Row {
  tenant_id: string
  id: string
  scope_kind: ContainmentScope['kind']
  scope_value: string
  reason: string
  alarm: string | null
  begun_kind: Actor['kind']
  begun_by: string
  begun_name: string
  begun_role: Role | null
  started_at: Date
  /** A bigint comes as text. */
  entry: string | null
  frames_open: number
  frames_stopped: number
  undone_kind: Actor['kind'] | null
  undone_by: string | null
  undone_name: string | null
  undone_role: Role | null
  undone_at: Date | null
  undo_reason: string | null
  undone_entry: string | null
}

function storedOf(row: Row): StoredContainment {
  const { tenant_id: tenant } = row
  return {
    tenant,
    id: row.id,
    scope: scopeOf(row.scope_kind, row.scope_value),
    reason: row.reason,
    alarm: row.alarm,
    begunBy: actorOf(tenant, row.begun_kind, row.begun_by, row.begun_name, row.begun_role),
    startedAt: row.started_at,
    entry: numberOf(row.entry),
    framesOpen: row.frames_open,
    framesStopped: row.frames_stopped,
    undone:
      row.undone_at === null
        ? null
        : {
            by: actorOf(tenant, row.undone_kind!, row.undone_by!, row.undone_name!, row.undone_role),
            at: row.undone_at,
            reason: row.undo_reason!,
            entry: numberOf(row.undone_entry),
          },
  }
}

/** Whoever did it then, as the log is to name them. No session: nobody acts as this. */
function actorOf(tenant: string, kind: Actor['kind'], id: string, name: string, role: Role | null): Actor {
  return { tenant, kind, id, name, ...(role === null ? {} : { role }) }
}

function numberOf(bigint: string | null): number | null {
  return bigint === null ? null : Number(bigint)
}
