import type { Variant } from './shop.ts'
import { ways } from './ways.ts'

/** What became of one way out under one set of headers. */
export interface Outcome {
  arrived: boolean
  reported: boolean
  /** `proof`: the watcher found the card on its way to this host. `trace`: it saw the host, not the card. */
  watcher: 'proof' | 'trace' | 'no'
}

export type Matrix = Record<string, Record<Variant, Outcome>>

const variants: readonly Variant[] = ['none', 'report-only', 'enforced']

/** Rows of a table: way, without headers, with the policy reporting only, with it enforced, what is left. */
export function rowsOf(matrix: Matrix): string[][] {
  return ways.map(({ name, id }) => {
    const outcomes = matrix[id]!
    return [name, ...variants.map((variant) => cell(outcomes[variant])), verdict(outcomes)]
  })
}

export const columns = ['way out', 'no headers', 'policy, reporting only', 'policy, enforced', 'at best']

export function markdownOf(matrix: Matrix): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rowsOf(matrix).map(line)].join('\n')
}

/** The control: what does not get out of an unprotected page proves nothing where it does not get out of another. */
export function failedControls(matrix: Matrix): string[] {
  const untried = untriedHints(matrix)
  return ways.filter(({ id }) => !matrix[id]!.none.arrived && !untried.includes(id)).map(({ id }) => id)
}

/** Hints, in a browser that follows none of them. */
export function untriedHints(matrix: Matrix): string[] {
  const hints = ways.filter(({ hint }) => hint).map(({ id }) => id)
  return hints.some((id) => matrix[id]!.none.arrived) ? [] : hints
}

function cell({ arrived, reported, watcher }: Outcome): string {
  const signs = [
    arrived ? 'leaves' : 'does not leave',
    ...(reported ? ['reported'] : []),
    ...(watcher === 'no' ? [] : [`watcher: ${watcher}`]),
  ]
  return signs.length === 1 && arrived ? 'leaves, unseen' : signs.join(', ')
}

function verdict(outcomes: Record<Variant, Outcome>): string {
  if (!outcomes.none.arrived) return 'not tried: the browser of the run follows no hints'
  if (!outcomes.enforced.arrived) return 'prevented'
  if (outcomes.enforced.reported || outcomes['report-only'].reported) return 'reported'
  return outcomes.none.watcher === 'no' ? '**neither**' : 'seen by the watcher only'
}
