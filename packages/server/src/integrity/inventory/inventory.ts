import { Refusal } from '@candor/protocol/refusals.ts'
import type { ScriptState } from '@candor/protocol/integrity-api.ts'
import type { Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import type { ObservedBatch } from '../../visits/observed-batch.ts'
import type { Observations } from '../../visits/observations.ts'
import { deleteScripts, loadInventory, saveHashes, saveScripts, saveTargets } from './inventory-rows.ts'
import {
  targetKey,
  type InventoryState,
  type KnownHash,
  type KnownScript,
  type TargetKind,
} from './inventory-state.ts'
import { seeBatch, type SeenInBatch } from './see-batch.ts'

/**
 * The living inventory of what runs on a tenant's pages: seen by itself, approved by people. Of each tenant it is held
 * in memory as it is in the database; one flush at a time changes it, and decisions change both.
 */
export interface Inventory {
  state(tenant: string): Promise<InventoryState>
  /** Takes up what a batch showed, and writes it. */
  see(batch: ObservedBatch): Promise<SeenInBatch>
  /**
   * A decision about a script, or about one of its hashes. An approved hash counts on every page where this script is
   * approved: it is the content that somebody looked at. @throws Refusal `not_found`
   */
  decideScript(by: Actor, id: string, given: ScriptDecision): Promise<KnownScript>
  /** The same by template and address, as an alarm names it. */
  decideSeen(by: Actor, template: number, url: string, given: ScriptDecision): Promise<KnownScript | null>
  decideTarget(
    by: Actor,
    template: number,
    kind: TargetKind,
    digest: string,
    given: Decision,
  ): Promise<boolean>
  /** Approves all that was seen of a template and not refused. @returns how many scripts that were not approved before */
  approveTemplate(
    by: Actor,
    template: number,
    given: { justification: string; owner?: string },
  ): Promise<number>
}

export interface Decision {
  state: Exclude<ScriptState, 'new'>
  justification: string
}

export interface ScriptDecision extends Decision {
  hash?: string
  owner?: string
}

/** Tenants of which everything is in memory; another comes back from the database. */
const tenantsHeldMax = 500

export function openInventory(options: {
  store: Store
  now: () => number
  newId: () => string
  keep: Observations['keep']
}): Inventory {
  const { store, now, newId, keep } = options
  const held = new Map<string, Promise<InventoryState>>()

  function stateOf(tenant: string): Promise<InventoryState> {
    const known = held.get(tenant) ?? store.read(tenant, (q) => loadInventory(q, tenant))
    held.delete(tenant)
    if (held.size >= tenantsHeldMax) held.delete(held.keys().next().value!)
    held.set(tenant, known)
    known.catch(() => held.delete(tenant))
    return known
  }

  /** Memory was changed before the database was: where writing fails it is read again. */
  async function written<T>(tenant: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (caught) {
      held.delete(tenant)
      throw caught
    }
  }

  async function decide(by: Actor, script: KnownScript, given: ScriptDecision): Promise<KnownScript> {
    const { tenant } = by
    const { hash, owner, justification } = given
    const approves = given.state === 'approved'
    const whole = hash === undefined
    if (whole || (approves && script.state !== 'approved')) {
      script.state = given.state
      script.justification = justification
      script.approvedBy = by.name
      script.approvedAt = now()
    }
    if (owner !== undefined) script.owner = owner
    // What was refused somewhere is refused everywhere; what was approved, where its script is.
    const alike = whole
      ? [script]
      : [...(await stateOf(tenant)).scripts.values()].filter(
          (each) =>
            each === script || (each.name === script.name && (!approves || each.state === 'approved')),
        )
    const hashes: { script: KnownScript; hash: KnownHash }[] = []
    for (const each of alike)
      for (const one of each.hashes.values()) {
        if (whole ? approves && one.state !== 'new' : one.hash !== hash) continue
        one.state = given.state
        one.approvedBy = by.name
        hashes.push({ script: each, hash: one })
      }
    await written(tenant, () =>
      store.write(tenant, async (q) => {
        await saveScripts(q, tenant, [script])
        await saveHashes(q, tenant, hashes)
      }),
    )
    if (approves) await keepScripts(tenant, alike)
    return script
  }

  async function keepScripts(tenant: string, scripts: readonly KnownScript[]): Promise<void> {
    const words = new Map<string, readonly ['s' | 'h', string]>()
    for (const { hashes } of scripts)
      for (const { url, hash } of hashes.values()) {
        words.set(`s${url}`, ['s', url])
        if (hash !== '') words.set(`h${hash}`, ['h', hash])
      }
    for (const template of new Set(scripts.map((script) => script.template))) await keep(tenant, { template })
    await keep(tenant, { words: [...words.values()] })
  }

  return {
    state: stateOf,

    async see(batch) {
      const { tenant } = batch
      const state = await stateOf(tenant)
      const changed = seeBatch(state, batch, newId)
      if (changed.scripts.size + changed.targets.size > 0)
        await written(tenant, () =>
          store.write(tenant, async (q) => {
            await deleteScripts(q, tenant, changed.gone)
            await saveScripts(q, tenant, [...changed.scripts])
            await saveHashes(q, tenant, [...changed.hashes])
            await saveTargets(q, tenant, [...changed.targets])
          }),
        )
      return changed
    },

    async decideScript(by, id, given) {
      const { scripts } = await stateOf(by.tenant)
      const script = [...scripts.values()].find((each) => each.id === id)
      if (script === undefined) throw new Refusal('not_found')
      if (given.hash !== undefined && ![...script.hashes.values()].some(({ hash }) => hash === given.hash))
        throw new Refusal('not_found', 'This script was not seen with this hash.', { field: 'hash' })
      return decide(by, script, given)
    },

    async decideSeen(by, template, url, given) {
      const { scripts } = await stateOf(by.tenant)
      const script = [...scripts.values()].find(
        (each) => each.template === template && [...each.hashes.values()].some((one) => one.url === url),
      )
      return script === undefined ? null : decide(by, script, given)
    },

    async decideTarget(by, template, kind, digest, given) {
      const { targets } = await stateOf(by.tenant)
      const target = targets.get(targetKey(template, kind, digest))
      if (target === undefined) return false
      target.state = given.state
      target.justification = given.justification
      target.approvedBy = by.name
      await written(by.tenant, () => store.write(by.tenant, (q) => saveTargets(q, by.tenant, [target])))
      return true
    },

    async approveTemplate(by, template, { justification, owner }) {
      const { tenant } = by
      const state = await stateOf(tenant)
      const at = now()
      const scripts = [...state.scripts.values()].filter(
        (each) => each.template === template && each.state !== 'refused',
      )
      const targets = [...state.targets.values()].filter(
        (each) => each.template === template && each.state === 'new',
      )
      let approved = 0
      const hashes = scripts.flatMap((script) => {
        if (script.state === 'new') {
          approved++
          script.state = 'approved'
          script.justification = justification
          script.owner = owner ?? script.owner
          script.approvedBy = by.name
          script.approvedAt = at
        }
        return [...script.hashes.values()]
          .filter((hash) => hash.state === 'new')
          .map((hash) => {
            hash.state = 'approved'
            hash.approvedBy = by.name
            return { script, hash }
          })
      })
      for (const target of targets) {
        target.state = 'approved'
        target.justification = justification
        target.approvedBy = by.name
      }
      state.baselines.set(template, { approvedBy: by.name, approvedAt: at, justification })
      await written(tenant, () =>
        store.write(tenant, async (q) => {
          await saveScripts(q, tenant, scripts)
          await saveHashes(q, tenant, hashes)
          await saveTargets(q, tenant, targets)
          await q(
            `insert into page_baselines (tenant_id, template_id, approved_by, approved_at, justification)
             values ($1, $2, $3, $4, $5)
             on conflict (tenant_id, template_id) do update set
               approved_by = excluded.approved_by, approved_at = excluded.approved_at, justification = excluded.justification`,
            [tenant, template, by.name, new Date(at), justification],
          )
        }),
      )
      await keep(tenant, { template })
      await keepScripts(tenant, scripts)
      return approved
    },
  }
}
