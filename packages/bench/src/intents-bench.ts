/** Measures the intent engine on the official splits of open sets, and others beside it in the same run. */

import { spawn } from 'node:child_process'
import * as path from 'node:path'
import { intentDataFolder, intentSets, type IntentSet } from './intent-sets.ts'
import type { IntentRun } from './intents-run.ts'

export interface IntentsPlan {
  steps: readonly { system: string; set: IntentSet; seeds: readonly number[] }[]
}

const five = [1, 2, 3, 4, 5]
const rivals = ['BM25', 'natural 8.1.1, Bayes', 'node-nlp 4.27.0']

/** Tests are run once per release: every step judges on a test split. */
export const fullIntentsPlan: IntentsPlan = {
  steps: [
    { system: 'candor', set: 'banking77', seeds: five },
    { system: 'candor', set: 'clinc150', seeds: five },
    { system: 'candor-first', set: 'banking77', seeds: five },
    { system: 'candor-first', set: 'clinc150', seeds: five },
    ...(['banking77-oos', 'banking77-10', 'banking77-5', 'clinc150-10', 'clinc150-5'] as const).map(
      (set) => ({
        system: 'candor',
        set,
        seeds: five,
      }),
    ),
    ...(['banking77', 'clinc150'] as const).flatMap((set) =>
      rivals.map((system) => ({ system, set, seeds: [1] })),
    ),
  ],
}

/** A minute or two, on the development split only. */
export const smallIntentsPlan: IntentsPlan = {
  steps: [
    ...['candor', 'candor-first'].map((system) => ({
      system,
      set: 'banking77-dev' as const,
      seeds: five.slice(0, 2),
    })),
    ...rivals.map((system) => ({ system, set: 'banking77-dev' as const, seeds: [1] })),
  ],
}

/** Null where the sets are not. */
export async function intentsBench(
  { steps }: IntentsPlan,
  say: (line: string) => void,
): Promise<IntentRun[] | null> {
  const folder = intentDataFolder()
  if (folder === null) {
    say(
      'Left out: the sets BANKING77 and CLINC150 are not here. Put their files into a folder with banking77/ and clinc150/' +
        ' (docs/virtual-agent-intents.md says where they come from), and name it in CANDOR_DATA.',
    )
    return null
  }
  const runs: IntentRun[] = []
  for (const { system, set, seeds } of steps) {
    say(`${system} on ${intentSets[set]} …`)
    runs.push(...(await runApart(system, set, seeds)))
  }
  return runs
}

/** One after the other: each has the machine, and its memory, to itself. */
async function runApart(system: string, set: IntentSet, seeds: readonly number[]): Promise<IntentRun[]> {
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'intents-run.ts'),
      ...['--system', system, '--set', set, '--seeds', seeds.join(',')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) throw new Error(`${system} on ${set} ended with ${code}`)
  // Packages print lines of their own.
  return out
    .split('\n')
    .filter((line) => line.startsWith('{"system"'))
    .map((line) => JSON.parse(line) as IntentRun)
}

/** One row for each system and set. Times are those of the first shuffle: later ones find texts encoded. */
export function intentsReport(runs: readonly IntentRun[]): string {
  const groups = new Map<string, IntentRun[]>()
  for (const run of runs) {
    const key = `${run.set} ${run.system}`
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  const bySet = Map.groupBy(groups.values(), ([first]) => first!.set)
  return [...bySet]
    .map(([set, list]) => {
      const fastest = Math.min(...list.map(([first]) => first!.turnCpuMs))
      const rows = list.map((shuffles) => reportRow(shuffles, fastest))
      return [
        `${intentSets[set]}`,
        '',
        '| system | shuffles | accuracy (range) | macro F1 | in scope, not rejected | out-of-scope recall | AUROC | calibration error | second tier | training, CPU (wall) | turn p50, p95 | turns/s a core | of the fastest | peak memory | model |',
        '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|',
        ...rows,
      ].join('\n')
    })
    .join('\n\n')
}

function reportRow(shuffles: readonly IntentRun[], fastestMs: number): string {
  const first = shuffles[0]!
  const mean = (of: (run: IntentRun) => number | null): number | null => {
    const values = shuffles.map(of)
    return values.includes(null)
      ? null
      : values.reduce<number>((sum, value) => sum + value!, 0) / values.length
  }
  const percent = (value: number | null): string => (value === null ? '-' : `${(100 * value).toFixed(2)} %`)
  const fixed = (value: number | null, digits: number): string =>
    value === null ? '-' : value.toFixed(digits)
  const accuracies = shuffles.map(({ accuracy }) => accuracy)
  const range = Math.max(...accuracies) - Math.min(...accuracies)
  const scoped = first.outOfScopeRecall === null && first.areaUnderRoc === null
  const cells = [
    first.system,
    String(shuffles.length),
    `${percent(mean(({ accuracy }) => accuracy))}${shuffles.length > 1 ? ` (${(100 * range).toFixed(2)})` : ''}`,
    percent(mean(({ macroF1 }) => macroF1)),
    scoped && !first.system.startsWith('candor') ? '-' : percent(mean((run) => run.inScopeAccuracy)),
    percent(mean((run) => run.outOfScopeRecall)),
    fixed(
      mean((run) => run.areaUnderRoc),
      4,
    ),
    fixed(
      mean((run) => run.calibrationError),
      3,
    ),
    percent(mean((run) => run.secondTierShare)),
    `${(first.trainingCpuMs / 1000).toFixed(1)} s (${(first.trainingMs / 1000).toFixed(1)} s)`,
    `${first.turnMsP50.toFixed(3)}, ${first.turnMsP95.toFixed(2)} ms`,
    Math.round(1000 / first.turnCpuMs).toLocaleString('en'),
    `${((100 * fastestMs) / first.turnCpuMs).toFixed(0)} %`,
    `${first.peakMiB} MiB`,
    first.modelBytes === null ? '-' : `${(first.modelBytes / 1_000_000).toFixed(1)} MB`,
  ]
  return `| ${cells.join(' | ')} |`
}
