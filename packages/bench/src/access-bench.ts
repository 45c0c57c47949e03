/** What keys and the access log cost: sealing, logged openings, and the questions that an incident asks of the log. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { percent, whole, type AccessFigure } from './access-figures.ts'
import { startCandorServer } from './candor-system.ts'
import { measureInsiders } from './insiders-bench.ts'
import { measureMessages, mediansOf, quickPlan } from './messages-bench.ts'
import { measureOpenings } from './openings-bench.ts'

export interface AccessPlan {
  seed: number
  rounds: number
  /** Seconds of each measurement of logged openings. */
  openSeconds: number
  /** Entries in the index in which the insiders are looked for. */
  entries: number
  parts: readonly AccessPart[]
}

export const accessParts = ['sealing', 'openings', 'insiders'] as const
export type AccessPart = (typeof accessParts)[number]

/** A sealed send costs at most this much more than an unsealed one. */
const moreShareMax = 0.1

export async function accessBench(plan: AccessPlan, say: (line: string) => void): Promise<AccessFigure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-access-bench-'))
  // PostgreSQL and the keyholder may run as users of their own and have to pass through.
  chmodSync(folder, 0o711)
  try {
    const figures: AccessFigure[] = []
    if (plan.parts.includes('openings'))
      figures.push(...(await measureOpenings({ seconds: plan.openSeconds }, folder, say)))
    if (plan.parts.includes('insiders')) figures.push(...measureInsiders(plan, folder, say))
    if (plan.parts.includes('sealing')) figures.push(...(await measureSealing(plan, folder, say)))
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function accessReport(plan: AccessPlan, figures: readonly AccessFigure[]): string {
  const goal = (isMet: boolean | null): string => (isMet === null ? '' : isMet ? 'met' : 'missed')
  const rows = [
    ['what', 'measured', 'beside it, in the same run', 'ratio', 'goal'],
    ...figures.map(({ what, measured, beside, ratio, isMet }) => [
      what,
      measured,
      beside,
      ratio,
      goal(isMet),
    ]),
  ]
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return [`Seed ${plan.seed}.`, '', ...lines].join('\n')
}

/** The same server twice, loaded in turn; one of them stores text as it is. */
async function measureSealing(
  plan: AccessPlan,
  folder: string,
  say: (line: string) => void,
): Promise<AccessFigure[]> {
  const messages = await measureMessages(
    { ...quickPlan, seed: plan.seed, rounds: plan.rounds, ratesPerSecond: [] },
    folder,
    say,
    [() => startCandorServer(folder), () => startCandorServer(folder, [], 'unsealed')],
  )
  for (const { sent, stored, system } of messages.kept)
    if (sent !== stored) throw new Error(`${system}: ${sent} were sent and ${stored} are stored.`)
  const medians = mediansOf(messages.cells)
  const [sealed, plain] = ['candor', 'unsealed'].map((name) => medians.find(({ system }) => system === name)!)
  const share = sealed!.deliveredPerSecond / plain!.deliveredPerSecond
  const [sealedMicros, plainMicros] = [1e6 / sealed!.perCpuSecond, 1e6 / plain!.perCpuSecond]
  return [
    {
      what: 'messages sent and delivered, sealed',
      measured: `${whole(sealed!.deliveredPerSecond)}/s`,
      beside: `stored as it is: ${whole(plain!.deliveredPerSecond)}/s`,
      ratio: percent(share),
      isMet: share >= 1 - moreShareMax,
    },
    {
      what: 'CPU a message, server and database',
      measured: `${sealedMicros.toFixed(0)} µs`,
      beside: `stored as it is: ${plainMicros.toFixed(0)} µs`,
      ratio: percent(sealedMicros / plainMicros),
      isMet: sealedMicros / plainMicros <= 1 + moreShareMax,
    },
  ]
}
