import type { InventoryScript, ScriptHash } from '@candor/protocol/integrity-api.ts'
import { chancesOf, reportsOf, type PageHealth } from '../alarms/page-health.ts'
import type { KnownHash, KnownScript } from './inventory-state.ts'

/** A script as people see it: by its name, each content once. */
export function shownScript(
  script: KnownScript,
  health: PageHealth | undefined,
  kept: ReadonlySet<string>,
): InventoryScript {
  return {
    id: script.id,
    template: script.templateText,
    url: script.name,
    state: script.state,
    owner: script.owner,
    justification: script.justification,
    approvedBy: script.approvedBy,
    approvedAt: script.approvedAt === null ? null : new Date(script.approvedAt).toISOString(),
    firstSeenAt: new Date(script.firstAt).toISOString(),
    lastSeenAt: new Date(script.lastAt).toISOString(),
    hashes: shownHashes(script, health, kept),
  }
}

function shownHashes(
  script: KnownScript,
  health: PageHealth | undefined,
  kept: ReadonlySet<string>,
): ScriptHash[] {
  const byHash = Map.groupBy(script.hashes.values(), ({ hash }) => hash)
  // That a browser told the address alone says nothing more where another told the hash.
  if (byHash.size > 1) byHash.delete('')
  const chances = chancesOf(health)
  return [...byHash]
    .map(([hash, same]) => ({
      hash: hash === '' ? null : hash,
      state: stateOf(same),
      firstAt: Math.min(...same.map(({ firstAt }) => firstAt)),
      lastAt: Math.max(...same.map(({ lastAt }) => lastAt)),
      views: same.reduce((sum, { views }) => sum + views, 0),
      reported: same.reduce((sum, { url }) => sum + (hash === '' ? 0 : reportsOf(health, url, hash)), 0),
      approvedBy: same.find(({ approvedBy }) => approvedBy !== null)?.approvedBy ?? null,
    }))
    .sort((a, b) => a.firstAt - b.firstAt)
    .map(({ hash, state, firstAt, lastAt, views, reported, approvedBy }) => ({
      hash,
      state,
      firstSeenAt: new Date(firstAt).toISOString(),
      lastSeenAt: new Date(lastAt).toISOString(),
      views,
      share: chances === 0 ? 0 : Math.min(1, reported / chances),
      approvedBy,
      bodyKept: hash !== null && kept.has(hash),
    }))
}

function stateOf(same: readonly KnownHash[]): ScriptHash['state'] {
  if (same.some(({ state }) => state === 'refused')) return 'refused'
  return same.some(({ state }) => state === 'approved') ? 'approved' : 'new'
}
