import { createHash } from 'node:crypto'
import type { ObservedBatch, ObservedViolation } from '../../visits/observed-batch.ts'
import { seenFrom, type SeenFrom } from '../../visits/seen-from.ts'
import {
  hashKey,
  hashState,
  scriptKey,
  targetKey,
  type InventoryState,
  type KnownHash,
  type KnownScript,
  type KnownTarget,
} from './inventory-state.ts'
import { scriptName } from './script-name.ts'

/** What a batch changed in the inventory. */
export interface SeenInBatch {
  scripts: Set<KnownScript>
  hashes: Set<{ script: KnownScript; hash: KnownHash }>
  targets: Set<KnownTarget>
  /** Scripts that had to go for new ones. */
  gone: string[]
  /** Hashes never seen before, with an address to fetch them from. */
  fresh: { script: KnownScript; url: string; hash: string }[]
}

/** Of one tenant. A site has some hundreds; the rest is room for what strangers invent. */
export const scriptsMax = 10_000
/** Of one script, new ones included. A site that deploys every day fills this in three months. */
const hashesMax = 100
const targetsMax = 5_000

/** Directives by which a page's data leaves it, or something is loaded that sends some. */
const sending = new Set([
  'connect-src', 'form-action', 'img-src', 'media-src', 'frame-src', 'child-src', 'object-src', 'prefetch-src',
]) // prettier-ignore
const running = new Set(['script-src', 'script-src-elem', 'integrity-policy'])

/** Adds what a batch showed to the inventory, all of it as `new`. Nothing here decides anything. */
export function seeBatch(state: InventoryState, batch: ObservedBatch, newId: () => string): SeenInBatch {
  const changed: SeenInBatch = {
    scripts: new Set(),
    hashes: new Set(),
    targets: new Set(),
    gone: [],
    fresh: [],
  }
  const touched = new Map<KnownHash, { script: KnownScript; hash: KnownHash }>()

  function script(
    template: number,
    page: string,
    url: string,
    hash: string,
    at: number,
    network: string,
  ): void {
    const name = scriptName(url)
    const key = scriptKey(template, name)
    let known = state.scripts.get(key)
    if (known === undefined) {
      if (state.scripts.size >= scriptsMax && !makeRoom(state, changed)) return
      known = {
        id: newId(),
        template,
        templateText: page,
        name,
        state: 'new',
        owner: null,
        justification: null,
        approvedBy: null,
        approvedAt: null,
        firstAt: at,
        lastAt: at,
        seen: seenFrom(null, at, network),
        hashes: new Map(),
      }
    }
    known.lastAt = Math.max(known.lastAt, at)
    known.seen = seenFrom(known.seen, at, network)
    // To the end: the map begins with what was not seen for longest.
    state.scripts.delete(key)
    state.scripts.set(key, known)
    changed.scripts.add(known)

    const one = hashKey(url, hash)
    let of = known.hashes.get(one)
    if (of === undefined) {
      if (known.hashes.size >= hashesMax && !dropHash(known)) return
      of = {
        url,
        hash,
        // The same content under another address of this script was judged already.
        state: hash === '' ? 'new' : hashState(known, hash),
        approvedBy: null,
        firstAt: at,
        lastAt: at,
        views: 0,
        seen: seenFrom(null, at, network),
      }
      known.hashes.set(one, of)
      if (hash !== '') changed.fresh.push({ script: known, url, hash })
    }
    of.lastAt = Math.max(of.lastAt, at)
    of.views++
    of.seen = seenFrom(of.seen, at, network)
    if (!touched.has(of)) touched.set(of, { script: known, hash: of })
  }

  for (const view of batch.views)
    for (const url of view.scripts) script(view.template, view.page, url, '', view.at, view.network)
  for (const { template, page, script: url, hash, at, network } of batch.hashes)
    script(template, page, url, hash, at, network)
  for (const violation of batch.violations) {
    const { template, page, at, network } = violation
    if (running.has(violation.directive) && violation.script !== null)
      script(template, page, violation.script, '', at, network)
    if (sending.has(violation.directive)) target(state, changed, violation, 'a', targetText(violation))
    if (violation.policy !== '') target(state, changed, violation, 'p', policyText(violation))
  }
  changed.hashes = new Set(touched.values())
  return changed
}

/** `connect-src https://other.example`: what is approved is this way to this place. */
export function targetText({ directive, target: where }: ObservedViolation): string {
  return `${directive} ${where}`
}

export function policyText({ enforced, policy }: ObservedViolation): string {
  return `${enforced ? 'enforce' : 'report'} ${policy}`
}

export function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

export function sends(violation: ObservedViolation): boolean {
  return sending.has(violation.directive)
}

function target(
  state: InventoryState,
  changed: SeenInBatch,
  { template, at }: ObservedViolation,
  kind: 'a' | 'p',
  text: string,
): void {
  const digest = digestOf(text)
  const key = targetKey(template, kind, digest)
  let known = state.targets.get(key)
  if (known === undefined) {
    if (state.targets.size >= targetsMax) return
    known = {
      template,
      kind,
      digest,
      target: text,
      state: 'new',
      justification: null,
      approvedBy: null,
      firstAt: at,
      lastAt: at,
    }
    state.targets.set(key, known)
  }
  known.lastAt = Math.max(known.lastAt, at)
  changed.targets.add(known)
}

/** Only what nobody judged and a single network showed may go. */
function mayGo(of: { state: string; seen: SeenFrom }): boolean {
  return of.state === 'new' && !of.seen.several
}

function makeRoom(state: InventoryState, changed: SeenInBatch): boolean {
  for (const [key, known] of state.scripts)
    if (mayGo(known) && !changed.scripts.has(known)) {
      state.scripts.delete(key)
      changed.gone.push(known.id)
      return true
    }
  return false
}

function dropHash(script: KnownScript): boolean {
  const [oldest] = [...script.hashes]
    .filter(([, each]) => mayGo(each))
    .sort(([, a], [, b]) => a.lastAt - b.lastAt)
  return oldest !== undefined && script.hashes.delete(oldest[0])
}
