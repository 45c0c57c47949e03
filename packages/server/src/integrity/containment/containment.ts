import { Refusal } from '@candor/protocol/refusals.ts'
import type { ContainmentNotice } from '@candor/protocol/frames.ts'
import type { Containment, ContainmentScope } from '@candor/protocol/integrity-api.ts'
import type { Clock } from '../../clock.ts'
import type { Query, Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import { checkLine, refuseField } from '../../tenants/fields.ts'
import { allow } from '../../tenants/roles.ts'
import { openContainmentEntries, type Step } from './containment-entries.ts'
import {
  containmentOf,
  insertContainment,
  selectContainments,
  updateEntry,
  updateFrames,
  updateUndone,
  type StoredContainment,
} from './containment-rows.ts'
import { parseScope, scopeInWords, valueOf } from './containment-scope.ts'
import { coversPage, coversScope, originOf } from './covers-page.ts'
import { openOpenFrames, type FramePlace, type OpenFrame } from './open-frames.ts'

/**
 * The kill switch of the widget: what is switched off, for whom, and how it comes back. It holds in memory at every
 * server, so that asking costs nothing and no database is needed to say no.
 */
export interface Containments {
  /** Takes up what is in force. Before the first visitor is listened to. */
  start(): Promise<void>
  /**
   * Whether the chat is switched off there: for the tenant, or for everybody, where the frame is of a release that was
   * revoked.
   */
  covers(tenant: string, place: FramePlace): boolean
  /** A visitor's frame is open until the answer is called; it is stopped when it becomes covered. */
  opened(frame: OpenFrame): () => void
  /** A release was revoked: its open frames are stopped, whosever they are. Revoking is for ever, and in the log. */
  releaseRevoked(release: string): void
  /** What staff are told is switched off now. */
  notices(tenant: string): ContainmentNotice[]
  /**
   * Switches off. The same id asked again answers the same.
   * @throws Refusal `not_allowed`, `invalid_field` for a scope that is not known, `state_conflict` where all of it is
   * switched off already, `idempotency_conflict`, `too_many`
   */
  begin(
    by: Actor,
    id: string,
    what: { scope: ContainmentScope; reason: string; alarm?: string | null },
  ): Promise<Containment>
  /** Switches on again; undone is undone. @throws Refusal `not_allowed`, `not_found` */
  undo(by: Actor, id: string, reason: string): Promise<Containment>
  /** Those in force and the newest others, newest first. */
  list(tenant: string): Promise<Containment[]>
  close(): Promise<void>
}

/** What a change of a containment is told with, inside its transaction. */
export interface ContainmentChange {
  step: Step
  containment: Containment
}

export const reasonCharactersMax = 500
/** Each is to be undone by somebody one day; who needs more stops the site. */
const inForceMax = 200
/** As many as one page shows. */
const listedMax = 200
/**
 * There is one server to a database, and it changes its memory itself. Whatever else changed a row (the operator by
 * hand, a server beside this one some day) counts within this time.
 */
const refreshMs = 5_000
/** Frames confirm within milliseconds; their number is written down once for many. */
const noteFramesMs = 500
/** Frames that have said nothing by then count as open for good: nobody waits for them any more. */
const confirmMsMax = 60_000

export function openContainments(options: {
  store: Store
  clock: Clock
  log: (event: Record<string, unknown>) => void
  sites(tenant: string): Promise<readonly string[]>
  /** A release that was published here, revoked or not: its frames may be open. */
  releaseKnown(tenant: string, release: string): Promise<boolean>
  isRevoked(release: string): boolean
  /** Writes an entry to the access log. @throws Refusal `history_unavailable` while that cannot be done */
  record(by: Actor, what: string, begun: boolean): Promise<{ index: number }>
  onKeyholder(connected: () => void): void
  tellStaff(tenant: string, items: ContainmentNotice[]): void
  /** Inside the transaction that stores it. */
  announce(q: Query, tenant: string, change: ContainmentChange): Promise<void>
  announced(tenant: string): void
}): Containments {
  const { store, clock, log } = options
  const frames = openOpenFrames()
  /** In force, by tenant. Lists are replaced, never changed. */
  const inForce = new Map<string, readonly StoredContainment[]>()
  /** Counts changes of `inForce`: what was read before one of them is not news. */
  let changes = 0
  const lanes = new Map<string, Promise<unknown>>()
  /** Those whose frames may still confirm, in force or undone since: their numbers run ahead of the rows. */
  const counting = new Map<string, StoredContainment>()
  const noting = new Map<StoredContainment, NodeJS.Timeout>()
  let refreshing: Promise<void> | null = null
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const entries = openContainmentEntries({
    record: options.record,
    // After the row is there: what came late may come before it is stored.
    late: (of, step, entry) =>
      inLane(of.tenant, () => store.write(of.tenant, (q) => updateEntry(q, of, step, entry))),
    log,
  })
  options.onKeyholder(() => void refreshSoon())

  /** One change of a tenant after the other: two must not both find a scope free. */
  function inLane<T>(tenant: string, act: () => Promise<T>): Promise<T> {
    const run = (lanes.get(tenant) ?? Promise.resolve()).then(act, act)
    const settled = run.catch(() => undefined)
    lanes.set(tenant, settled)
    void settled.then(() => {
      if (lanes.get(tenant) === settled) lanes.delete(tenant)
    })
    return run
  }

  function covers(tenant: string, place: FramePlace): boolean {
    if (place.release !== null && options.isRevoked(place.release)) return true
    const all = inForce.get(tenant)
    return all !== undefined && coversPage(all, { tenant, ...place })
  }

  function hold(tenant: string, all: readonly StoredContainment[]): void {
    changes++
    if (all.length === 0) inForce.delete(tenant)
    else inForce.set(tenant, all)
  }

  function notices(tenant: string): ContainmentNotice[] {
    return (inForce.get(tenant) ?? []).map(({ id, scope, reason, begunBy, startedAt }) => ({
      id,
      scope,
      reason,
      by: begunBy.name,
      startedAt: startedAt.toISOString(),
    }))
  }

  /** In force from here on: for who comes, and for whose frame is open. */
  function takeEffect(added: StoredContainment): void {
    const { tenant } = added
    // A refresh may have seen the row before whoever stored it went on.
    if (inForce.get(tenant)?.some(({ id }) => id === added.id)) return
    hold(tenant, [...(inForce.get(tenant) ?? []), added])
    counting.set(keyOf(added), added)
    added.framesOpen += frames.stop(
      tenant,
      (place) => coversPage([added], { tenant, ...place }),
      () => {
        added.framesStopped++
        noteSoon(added)
      },
    )
    noteSoon(added)
    setTimeout(() => counting.delete(keyOf(added)), confirmMsMax).unref()
  }

  function noteSoon(of: StoredContainment): void {
    if (closed || noting.has(of)) return
    noting.set(
      of,
      setTimeout(() => noteNow(of), noteFramesMs),
    )
  }

  function noteNow(of: StoredContainment): void {
    const due = noting.get(of)
    if (due === undefined) return
    clearTimeout(due)
    noting.delete(of)
    store.write(of.tenant, (q) => updateFrames(q, of)).catch(logged('the number of stopped frames'))
  }

  function logged(what: string): (caught: unknown) => void {
    // By a timer, so nobody is there to hear it; the next round tries again, and what is in memory goes on to count.
    return (caught) => log({ level: 'warn', event: 'not done', of: what, reason: String(caught) })
  }

  async function checkKnown(tenant: string, scope: ContainmentScope): Promise<void> {
    if (scope.kind === 'tenant') return
    if (scope.kind === 'release') {
      if (!(await options.releaseKnown(tenant, scope.release)))
        refuseField('scope.release', 'is a release that was published here')
      return
    }
    const sites = await options.sites(tenant)
    if (scope.kind === 'site') {
      if (!sites.includes(scope.origin)) refuseField('scope.origin', 'is a site of the tenant')
      return
    }
    if (!sites.includes(originOf(scope.template)!))
      refuseField('scope.template', 'is on a site of the tenant')
  }

  async function begin(
    by: Actor,
    id: string,
    what: { scope: ContainmentScope; reason: string; alarm?: string | null },
  ): Promise<Containment> {
    const { tenant } = by
    const { scope } = what
    const reason = checkLine(what.reason, 'reason', reasonCharactersMax)
    const [known] = await store.read(tenant, (q) =>
      selectContainments(q, 'tenant_id = $1 and id = $2', [tenant, id]),
    )
    if (known !== undefined) {
      if (
        known.reason !== reason ||
        known.scope.kind !== scope.kind ||
        valueOf(known.scope) !== valueOf(scope)
      )
        throw new Refusal('idempotency_conflict')
      return containmentOf(current(known))
    }
    await checkKnown(tenant, scope)
    const all = inForce.get(tenant) ?? []
    const already = all.find((other) => coversScope(other.scope, scope))
    if (already !== undefined)
      throw new Refusal(
        'state_conflict',
        `Switched off already by ${already.begunBy.name}: ${scopeInWords(already.scope)}.`,
        { field: 'scope' },
      )
    if (all.length >= inForceMax)
      throw new Refusal(
        'too_many',
        `At most ${inForceMax} are in force at once: stop the site, or everything.`,
      )
    const made: StoredContainment = {
      tenant,
      id,
      scope,
      reason,
      alarm: what.alarm ?? null,
      begunBy: by,
      startedAt: new Date(clock.now()),
      entry: null,
      framesOpen: 0,
      framesStopped: 0,
      undone: null,
    }
    made.entry = await entries.write(made, 'begun')
    await store
      .write(tenant, async (q) => {
        await insertContainment(q, made)
        await options.announce(q, tenant, { step: 'begun', containment: containmentOf(made) })
      })
      .catch(refuseStoredElsewhere)
    takeEffect(made)
    options.tellStaff(tenant, notices(tenant))
    options.announced(tenant)
    return containmentOf(current(made))
  }

  /** With the frames of this moment. */
  function current(stored: StoredContainment): StoredContainment {
    const counted = counting.get(keyOf(stored))
    if (counted === undefined) return stored
    const { framesOpen, framesStopped } = counted
    return { ...stored, framesOpen, framesStopped }
  }

  async function undo(by: Actor, id: string, given: string): Promise<Containment> {
    const { tenant } = by
    const reason = checkLine(given, 'reason', reasonCharactersMax)
    const [row] = await store.read(tenant, (q) =>
      selectContainments(q, 'tenant_id = $1 and id = $2', [tenant, id]),
    )
    if (row === undefined) throw new Refusal('not_found')
    if (row.undone !== null) return containmentOf(row)
    const known = current(row)
    const undone = { by, at: new Date(clock.now()), reason, entry: null as number | null }
    const after: StoredContainment = { ...known, undone }
    undone.entry = await entries.write(after, 'undone')
    await store.write(tenant, async (q) => {
      await updateUndone(q, known, undone)
      await options.announce(q, tenant, { step: 'undone', containment: containmentOf(after) })
    })
    hold(
      tenant,
      (inForce.get(tenant) ?? []).filter((other) => other.id !== id),
    )
    options.tellStaff(tenant, notices(tenant))
    options.announced(tenant)
    return containmentOf(after)
  }

  function refreshSoon(): Promise<void> {
    return (refreshing ??= refresh()
      .catch(logged('containments'))
      .finally(() => (refreshing = null)))
  }

  /** What the table says is in force is in force here; entries that are missing are written. */
  async function refresh(): Promise<void> {
    const before = changes
    const { rows } = await store.authPool.query<{ tenant: string }>(
      'select tenant from auth.contained_tenants()',
    )
    const tenants = rows.map(({ tenant }) => tenant)
    const found =
      tenants.length === 0
        ? []
        : await store.read(tenants, (q) =>
            selectContainments(
              q,
              'undone_at is null or entry is null or (undone_at is not null and undone_entry is null)',
            ),
          )
    if (before === changes) takeUp(found.filter(({ undone }) => undone === null))
    await entries.writeMissing(found)
  }

  function takeUp(stored: readonly StoredContainment[]): void {
    const byTenant = Map.groupBy(stored, ({ tenant }) => tenant)
    for (const [tenant, held] of inForce) {
      const left = held.filter(({ id }) => byTenant.get(tenant)?.some((other) => other.id === id))
      if (left.length === held.length) continue
      hold(tenant, left)
      options.tellStaff(tenant, notices(tenant))
    }
    for (const [tenant, all] of byTenant) {
      const fresh = all.filter(({ id }) => !inForce.get(tenant)?.some((held) => held.id === id))
      for (const each of fresh) takeEffect(each)
      if (fresh.length > 0) options.tellStaff(tenant, notices(tenant))
    }
  }

  return {
    async start() {
      await refresh()
      timer = setInterval(() => void refreshSoon(), refreshMs)
    },

    covers,
    opened: frames.opened,

    releaseRevoked(release) {
      for (const tenant of frames.tenants())
        frames.stop(
          tenant,
          (place) => place.release === release,
          () => undefined,
        )
    },

    notices,

    async begin(by, id, what) {
      // Here and not at an edge: alarms, the playbook and people come by different doors.
      const scope = parseScope({ ...what.scope })
      if (by.kind !== 'system')
        allow(by, scope.kind === 'template' ? 'containments.page' : 'containments.manage')
      return inLane(by.tenant, () => begin(by, id, { ...what, scope }))
    },

    async undo(by, id, reason) {
      allow(by, 'containments.manage')
      return inLane(by.tenant, () => undo(by, id, reason))
    },

    async list(tenant) {
      const found = await store.read(tenant, (q) =>
        selectContainments(
          q,
          `id in (select id from containments where tenant_id = $1
             order by (undone_at is null) desc, started_at desc, id limit $2) and tenant_id = $1`,
          [tenant, listedMax],
        ),
      )
      return found.reverse().map((stored) => containmentOf(current(stored)))
    },

    async close() {
      closed = true
      clearInterval(timer)
      for (const of of [...noting.keys()]) noteNow(of)
      await refreshing
      await Promise.all(lanes.values())
    },
  }
}

/** Ids are the callers', so two tenants may have chosen the same one. */
function keyOf({ tenant, id }: StoredContainment): string {
  return `${tenant} ${id}`
}

/** A row for this scope that is not in memory yet. */
function refuseStoredElsewhere(caught: unknown): never {
  if (caught instanceof Error && (caught as { constraint?: string }).constraint === 'containments_in_force')
    throw new Refusal('state_conflict', 'Switched off already.', { field: 'scope', cause: caught })
  throw caught
}
