import type { WatcherFinding } from '@candor/protocol/integrity-api.ts'
import type { Baseline, Observation } from './observation.ts'

/** What is not as it was approved. None of it is proof of anything but a change. */
export function compareBaseline(page: string, observed: Observation, baseline: Baseline): WatcherFinding[] {
  return [
    ...scriptFindings(observed, baseline),
    ...headerFindings(page, observed, baseline),
    ...formFindings(observed, baseline),
    ...hostFindings(observed, baseline),
  ]
}

function scriptFindings(observed: Observation, baseline: Baseline): WatcherFinding[] {
  const approved = new Map<string, Set<string | null>>()
  for (const { url, hash } of baseline.scripts) approved.set(url, (approved.get(url) ?? new Set()).add(hash))
  const pinned = new Set(baseline.scripts.filter((script) => script.pinned).map(({ url }) => url))
  const findings: WatcherFinding[] = []
  for (const script of observed.scripts) {
    const hashes = approved.get(script.url) ?? approvedByPattern(approved, script.url)
    if (hashes === undefined)
      findings.push({
        kind: 'script',
        detail: `A script that is not approved: ${script.hash}.`,
        url: script.url,
        proof: false,
      })
    else if (!hashes.has(script.hash) && !hashes.has(null))
      findings.push({
        kind: 'hash',
        detail: `Its content is not the approved one: ${script.hash}.`,
        url: script.url,
        proof: false,
      })
    if (!script.pinned && pinned.has(script.url))
      findings.push({
        kind: 'script',
        detail: 'The page no longer pins it (integrity).',
        url: script.url,
        proof: false,
      })
  }
  return findings
}

/** In an inventory `*` stands for what a build changes in a name. */
function approvedByPattern(
  approved: ReadonlyMap<string, Set<string | null>>,
  url: string,
): Set<string | null> | undefined {
  for (const [pattern, hashes] of approved) {
    const parts = pattern.split('*')
    if (parts.length < 2 || !url.startsWith(parts[0]!) || !url.endsWith(parts.at(-1)!)) continue
    let at = parts[0]!.length
    const rest = parts.slice(1, -1).every((part) => {
      const found = url.indexOf(part, at)
      if (found !== -1) at = found + part.length
      return found !== -1
    })
    if (rest && at <= url.length - parts.at(-1)!.length) return hashes
  }
  return undefined
}

function headerFindings(page: string, observed: Observation, { headers }: Baseline): WatcherFinding[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]): WatcherFinding[] => {
    const now = observed.headers[name]
    if (now === value) return []
    return [
      {
        kind: 'header',
        detail:
          now === undefined
            ? `The header ${name} is gone.`
            : `The header ${name} is another one: ${now.slice(0, 500)}`,
        url: page,
        proof: false,
      },
    ]
  })
}

function formFindings(observed: Observation, { forms }: Baseline): WatcherFinding[] {
  if (forms === null) return []
  return observed.forms.flatMap((form): WatcherFinding[] => {
    const sameAction = forms.filter(({ action, method }) => action === form.action && method === form.method)
    if (sameAction.some(({ fields }) => fields.join() === form.fields.join())) return []
    const known = new Set(sameAction.flatMap(({ fields }) => fields))
    const added = form.fields.filter((field) => !known.has(field))
    if (sameAction.length > 0 && added.length === 0) return []
    return [
      {
        kind: 'form',
        detail:
          sameAction.length === 0
            ? `A form that was not there: ${form.method} with ${form.fields.join(', ') || 'no fields'}.`
            : `Fields that were not there: ${added.join(', ')}.`,
        url: form.action,
        proof: false,
      },
    ]
  })
}

function hostFindings(observed: Observation, { hosts }: Baseline): WatcherFinding[] {
  return observed.hosts
    .filter((host) => !hosts.includes(host))
    .map((host) => ({
      kind: 'request',
      detail: 'Something was sent to a host that is not approved, or its name was looked up.',
      url: host,
      proof: false,
    }))
}
