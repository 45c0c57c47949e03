import { cpus, totalmem } from 'node:os'
import type { IdleResult } from './idle-bench.ts'
import type { Load } from './load-orders.ts'
import { mediansOf, type Cell, type MessagesResult } from './messages-bench.ts'

/** The two figures that Candor promises (docs/bench.md). */
export const goals = { timesEjabberd: 15, p99MsBelow: 10, p99AtPerSecond: 2_000 } as const

export interface Goal {
  text: string
  /** null: could not be measured here. */
  met: boolean | null
}

/**
 * The ratio is taken where both systems are saturated, with the fewest sockets: that is where a server's CPU
 * decides how many machines are needed. The latency must hold at every number of sockets.
 */
export function judge(cells: readonly Cell[]): Goal[] {
  const fewest = Math.min(...cells.map((cell) => cell.sockets))
  const saturated = (system: string): Cell | undefined =>
    cells.find((cell) => cell.system === system && cell.sockets === fewest && cell.load.kind === 'window')
  const [ours, theirs] = [saturated('candor'), saturated('ejabberd')]
  const ratio = ours && theirs ? ours.perCpuSecond / theirs.perCpuSecond : null
  const paced = cells.filter(
    ({ system, load }) =>
      system === 'candor' && load.kind === 'rate' && load.perSecond === goals.p99AtPerSecond,
  )
  const worst = Math.max(...paced.map((cell) => (cell.sustained ? cell.p99Ms : Infinity)))
  return [
    {
      text: `at least ${goals.timesEjabberd} times ejabberd's messages per CPU second at saturation: ${ratio === null ? 'not measured, there is no ejabberd here' : `${ratio.toFixed(1)} times`}`,
      met: ratio === null ? null : ratio >= goals.timesEjabberd,
    },
    {
      text: `p99 below ${goals.p99MsBelow} ms at ${goals.p99AtPerSecond} messages a second: ${paced.map((cell) => `${cell.p99Ms.toFixed(1)} ms with ${cell.sockets} sockets${cell.sustained ? '' : ' (rate not sustained)'}${besideEcho(cells, cell)}`).join(', ')}`,
      met: paced.length === 0 ? null : worst < goals.p99MsBelow,
    },
  ]
}

/** A machine on which a bare echo is late as well is too busy for this goal. */
function besideEcho(cells: readonly Cell[], ours: Cell): string {
  const echo = cellLike(cells, ours, 'echo')
  return echo === undefined ? '' : `, where the bare echo has ${echo.p99Ms.toFixed(1)} ms`
}

function cellLike(cells: readonly Cell[], ours: Cell, system: string): Cell | undefined {
  return cells.find(
    (cell) =>
      cell.system === system &&
      cell.sockets === ours.sockets &&
      JSON.stringify(cell.load) === JSON.stringify(ours.load),
  )
}

export function messagesReport(result: MessagesResult): string {
  const cells = mediansOf(result.cells)
  const { plan } = result
  const lines = [
    `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}. Servers, databases and load generator share it.`,
    '',
    'Method: each message counts when its frame is at the other side, and its row in the database is committed before that.',
    `Rates are open loops (Poisson arrivals; latency counts from the moment the message was due). Saturation is a closed loop, ${plan.sockets.map((count) => `${count} sockets: ${cells.find((cell) => cell.sockets === count && cell.load.kind === 'window')?.load.kind === 'window' ? saturationText(cells, count) : ''}`).join('; ')}.`,
    'CPU is user and system time of the server and all its PostgreSQL processes (/proc); the generator is a process of its own and not in it.',
    `Seed ${plan.seed}, ${(plan.digitsShare * 100).toFixed(0)} % of the messages have digits, ${plan.measureMs / 1_000} s after ${plan.warmMs / 1_000} s of warm-up, ${plan.rounds === 1 ? 'one round' : `medians of ${plan.rounds} rounds`}, systems in turn.`,
    '',
    ...result.systems.map(({ name, describes, durability }) =>
      [
        `${name}: ${describes}.`,
        ...(durability === null
          ? []
          : [
              `PostgreSQL says ${Object.entries(durability)
                .map(([key, value]) => `${key}=${value}`)
                .join(', ')}.`,
            ]),
      ].join(' '),
    ),
    '',
    table(
      [
        'system',
        'sockets',
        'load',
        'delivered/s',
        'p50 ms',
        'p99 ms',
        'CPU µs/msg',
        'msg per CPU s',
        'generator CPU',
        'others',
      ],
      cells.map((cell) => [
        cell.system,
        String(cell.sockets),
        loadText(cell.load) + (cell.sustained ? '' : ' *'),
        cell.deliveredPerSecond.toFixed(0),
        cell.p50Ms.toFixed(1),
        cell.p99Ms.toFixed(1),
        (1e6 / cell.perCpuSecond).toFixed(0),
        cell.perCpuSecond.toFixed(0),
        `${((cell.generatorCpuSeconds / cell.seconds) * 100).toFixed(0)} %`,
        `${(cell.othersShare * 100).toFixed(0)} %`,
      ]),
    ),
    ...(cells.every((cell) => cell.sustained)
      ? []
      : ['* the rate was not sustained; what was too much was not sent.']),
    "generator CPU: of one core. others: share of the machine's work that was neither the server's nor the generator's.",
    '',
    table(['sockets', 'load', 'candor / ejabberd', 'candor / echo'], ratiosOf(cells)),
    'Ratios of messages per CPU second.',
    '',
    ...result.failures.map((failure) => `Failed: ${failure}.`),
    ...result.kept.map(
      (kept) =>
        `${kept.system}: ${kept.sent} sent, ${kept.delivered} delivered${kept.acknowledged > 0 ? `, ${kept.acknowledged} acknowledged` : ''}${kept.stored === null ? '' : `, ${kept.stored} in the database`}, ${kept.duplicates} twice${Object.entries(
          kept.faults,
        )
          .map(([what, times]) => `, ${times} × ${what}`)
          .join('')}.`,
    ),
  ]
  return lines.join('\n')
}

export function goalLines(goalsJudged: readonly Goal[]): string {
  return goalsJudged
    .map(({ text, met }) => `Goal ${met === null ? 'not measured' : met ? 'met' : 'MISSED'}: ${text}`)
    .join('\n')
}

export function idleReport(results: readonly IdleResult[]): string {
  return [
    'Memory of idle connections (proportional set size of server and database):',
    table(
      ['system', 'sockets', 'empty MB', 'connected MB', 'KiB a connection'],
      results.map((result) => [
        result.system,
        String(result.sockets),
        (result.emptyBytes / 2 ** 20).toFixed(0),
        (result.connectedBytes / 2 ** 20).toFixed(0),
        (result.bytesPerConnection / 1024).toFixed(1),
      ]),
    ),
  ].join('\n')
}

function ratiosOf(cells: readonly Cell[]): string[][] {
  return cells
    .filter((cell) => cell.system === 'candor')
    .map((ours) => {
      const against = (system: string): string => {
        const other = cellLike(cells, ours, system)
        return other === undefined ? '-' : (ours.perCpuSecond / other.perCpuSecond).toFixed(2)
      }
      return [String(ours.sockets), loadText(ours.load), against('ejabberd'), against('echo')]
    })
}

function saturationText(cells: readonly Cell[], sockets: number): string {
  const load = cells.find((cell) => cell.sockets === sockets && cell.load.kind === 'window')?.load
  return load?.kind === 'window'
    ? `${load.perPair} messages under way in each of ${sockets / 2} conversations`
    : ''
}

function loadText(load: Load): string {
  return load.kind === 'rate' ? `${load.perSecond}/s` : 'saturation'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  )
}
