import type { ScriptState } from '@candor/protocol/integrity-api.ts'
import type { SeenFrom } from '../../visits/seen-from.ts'

/** What is known of one tenant's pages, in memory as in the database. */
export interface InventoryState {
  /** By template: somebody approved what runs there. */
  baselines: Map<number, Baseline>
  /** By `scriptKey`. */
  scripts: Map<string, KnownScript>
  /** By `targetKey`. */
  targets: Map<string, KnownTarget>
}

export interface Baseline {
  approvedBy: string
  approvedAt: number
  justification: string
}

export interface KnownScript {
  id: string
  template: number
  templateText: string
  /** The same over its versions. */
  name: string
  state: ScriptState
  owner: string | null
  justification: string | null
  approvedBy: string | null
  approvedAt: number | null
  firstAt: number
  lastAt: number
  seen: SeenFrom
  /** By `hashKey`. */
  hashes: Map<string, KnownHash>
}

export interface KnownHash {
  url: string
  /** '' for what was seen by its address only. */
  hash: string
  state: ScriptState
  approvedBy: string | null
  firstAt: number
  lastAt: number
  views: number
  seen: SeenFrom
}

/** a: where requests of a page go; p: a policy that a page came with. */
export type TargetKind = 'a' | 'p'

export interface KnownTarget {
  template: number
  kind: TargetKind
  digest: string
  target: string
  state: ScriptState
  justification: string | null
  approvedBy: string | null
  firstAt: number
  lastAt: number
}

export function scriptKey(template: number, name: string): string {
  return `${template} ${name}`
}

export function hashKey(url: string, hash: string): string {
  return `${url}\n${hash}`
}

export function targetKey(template: number, kind: TargetKind, digest: string): string {
  return `${template} ${kind} ${digest}`
}

/** Whether this content was approved for this script, under whichever of its addresses. */
export function hashState(script: KnownScript, hash: string): ScriptState {
  let found: ScriptState = 'new'
  for (const each of script.hashes.values())
    if (each.hash === hash && each.state !== 'new') {
      if (each.state === 'refused') return 'refused'
      found = 'approved'
    }
  return found
}
