import * as path from 'node:path'
import { startCandorServer } from './candor-system.ts'
import { digitsShareDefault } from './chat-texts.ts'
import { startChildProgram, type ChildProgram } from './child-program.ts'
import { startEcho } from './echo-system.ts'
import { startEjabberd } from './ejabberd-system.ts'
import { median } from './latencies.ts'
import type { Load, LoadOrder, LoadReport, LoadResult } from './load-orders.ts'
import { cpuSecondsOf, descriptorsMax, machineBusySeconds } from './process-tree.ts'
import type { System, Unavailable } from './system.ts'

export interface MessagesPlan {
  seed: number
  /** Share of messages with digits in them: what the card guard has to look at. */
  digitsShare: number
  rounds: number
  sockets: readonly number[]
  ratesPerSecond: readonly number[]
  warmMs: number
  measureMs: number
}

export const fullPlan: MessagesPlan = {
  seed: 1,
  digitsShare: digitsShareDefault,
  rounds: 3,
  sockets: [100, 5_000],
  ratesPerSecond: [500, 2_000],
  warmMs: 2_000,
  measureMs: 8_000,
}

/** About a minute. */
export const quickPlan: MessagesPlan = {
  ...fullPlan,
  rounds: 1,
  sockets: [100],
  warmMs: 1_000,
  measureMs: 4_000,
}

/** One system under one load with so many sockets, once. */
export interface Cell extends LoadResult {
  system: string
  sockets: number
  load: Load
  round: number
  deliveredPerSecond: number
  serverCpuSeconds: number
  /** Delivered messages for one second of CPU time of the server and its database. */
  perCpuSecond: number
  /** Share of the machine that neither server nor generator used: other programs, and the kernel for all. */
  othersShare: number
  sustained: boolean
}

/** What a system was asked to store in all, and what its database holds. */
export interface Kept {
  system: string
  sent: number
  delivered: number
  acknowledged: number
  stored: number | null
  duplicates: number
  faults: Record<string, number>
}

export interface MessagesResult {
  plan: MessagesPlan
  systems: { name: string; describes: string; durability: Record<string, string> | null }[]
  unavailable: Unavailable[]
  cells: Cell[]
  kept: Kept[]
  /** What could not be measured to its end, as sentences. */
  failures: string[]
}

/** A rate is sustained when this share of what was due was delivered in time. */
const sustainedShareMin = 0.97
/** At saturation 100 sockets have 200 messages under way, 5,000 have 2,500: both keep every server busy. */
const underWayAtSaturation = { few: 4, many: 1, fewSocketsMax: 1_000 }
/** What server and generator open beside their sockets. */
const descriptorsBeside = 300

/**
 * All systems side by side: they run all the time, and each is loaded in turn, in another order each round, so
 * that a busy moment of the machine hits nobody always.
 */
export async function measureMessages(
  plan: MessagesPlan,
  folder: string,
  say: (line: string) => void,
  starts: readonly (() => Promise<System | Unavailable>)[] = [
    () => startCandorServer(folder),
    () => startEjabberd(path.join(folder, 'ejabberd'), Math.max(...plan.sockets) / 2),
    startEcho,
  ],
): Promise<MessagesResult> {
  const sockets = plan.sockets.filter((count) => {
    if (count + descriptorsBeside <= descriptorsMax()) return true
    say(`${count} sockets are left out: a process may open ${descriptorsMax()} files here (ulimit -n).`)
    return false
  })
  const systems: System[] = []
  const unavailable: Unavailable[] = []
  const cells: Cell[] = []
  const kept = new Map<string, Kept>()
  const failures: string[] = []
  try {
    for (const start of starts) {
      const started = await start()
      if ('unavailable' in started) {
        unavailable.push(started)
        say(started.unavailable)
      } else systems.push(started)
    }
    for (let round = 0; round < plan.rounds; round++)
      for (const count of sockets)
        for (let i = 0; i < systems.length; i++) {
          const system = systems[(i + round) % systems.length]!
          try {
            cells.push(...(await measureSystem(system, count, round, plan, kept, say)))
          } catch (caught) {
            if (!(caught instanceof LoadFailed)) throw caught
            failures.push(`${system.name} with ${count} sockets, round ${round + 1}: ${caught.message}`)
            say(failures.at(-1)!)
          }
        }
  } finally {
    for (const system of systems) await system.stop()
  }
  return {
    plan: { ...plan, sockets },
    systems: systems.map(({ name, describes, durability }) => ({ name, describes, durability })),
    unavailable,
    cells,
    kept: [...kept.values()],
    failures,
  }
}

/** A server did not answer the load generator. One round is lost, not the hour. */
class LoadFailed extends Error {}

/** The cells of one system, load and number of sockets, as medians over the rounds. */
export function mediansOf(cells: readonly Cell[]): Cell[] {
  const groups = Map.groupBy(cells, (cell) => JSON.stringify([cell.system, cell.sockets, cell.load]))
  return [...groups.values()].map((rounds) => {
    const of = (value: (cell: Cell) => number): number => median(rounds.map(value))
    return {
      ...rounds[0]!,
      deliveredPerSecond: of((cell) => cell.deliveredPerSecond),
      p50Ms: of((cell) => cell.p50Ms),
      p99Ms: of((cell) => cell.p99Ms),
      maxMs: of((cell) => cell.maxMs),
      lateP99Ms: of((cell) => cell.lateP99Ms),
      perCpuSecond: of((cell) => cell.perCpuSecond),
      serverCpuSeconds: of((cell) => cell.serverCpuSeconds),
      generatorCpuSeconds: of((cell) => cell.generatorCpuSeconds),
      othersShare: of((cell) => cell.othersShare),
      sustained: rounds.filter((cell) => cell.sustained).length * 2 > rounds.length,
    }
  })
}

async function measureSystem(
  system: System,
  sockets: number,
  round: number,
  plan: MessagesPlan,
  kept: Map<string, Kept>,
  say: (line: string) => void,
): Promise<Cell[]> {
  const generator = startChildProgram<LoadOrder, LoadReport>(import.meta.resolve('./load-generator.ts'))
  try {
    generator.tell({
      kind: 'connect',
      target: system.target,
      sockets,
      seed: plan.seed + round,
      digitsShare: plan.digitsShare,
    })
    const { seconds } = await heard(generator, 'connected')
    say(
      `${system.name}: ${sockets} sockets connected in ${seconds.toFixed(1)} s (round ${round + 1} of ${plan.rounds})`,
    )
    const storedBefore = await system.storedMessages()
    const perPair =
      sockets <= underWayAtSaturation.fewSocketsMax ? underWayAtSaturation.few : underWayAtSaturation.many
    const loads: Load[] = [
      ...plan.ratesPerSecond.map((perSecond) => ({ kind: 'rate', perSecond }) as const),
      { kind: 'window', perPair },
    ]
    const cells: Cell[] = []
    for (const load of loads) cells.push(await measureCell(system, generator, { sockets, load, round }, plan))
    const storedAfter = await system.storedMessages()
    const total = kept.get(system.name) ?? emptyKept(system.name)
    kept.set(system.name, addedTo(total, cells, storedBefore === null ? null : storedAfter! - storedBefore))
    return cells
  } finally {
    await generator.end()
  }
}

async function measureCell(
  system: System,
  generator: ChildProgram<LoadOrder, LoadReport>,
  what: { sockets: number; load: Load; round: number },
  plan: MessagesPlan,
): Promise<Cell> {
  generator.tell({ kind: 'run', load: what.load, warmMs: plan.warmMs, measureMs: plan.measureMs })
  await heard(generator, 'window-opened')
  const before = { server: cpuSecondsOf(system.roots()), machine: machineBusySeconds() }
  await heard(generator, 'window-closed')
  const serverCpuSeconds = cpuSecondsOf(system.roots()) - before.server
  const machineSeconds = machineBusySeconds() - before.machine
  const { kind: _, ...result } = await heard(generator, 'ran')
  const others = machineSeconds - serverCpuSeconds - result.generatorCpuSeconds
  return {
    system: system.name,
    ...what,
    ...result,
    deliveredPerSecond: result.delivered / result.seconds,
    serverCpuSeconds,
    perCpuSecond: result.delivered / serverCpuSeconds,
    othersShare: Math.max(0, others / machineSeconds),
    sustained: what.load.kind === 'window' || result.delivered >= sustainedShareMin * result.offered,
  }
}

async function heard<K extends LoadReport['kind']>(
  generator: ChildProgram<LoadOrder, LoadReport>,
  kind: K,
): Promise<Extract<LoadReport, { kind: K }>> {
  const report = await generator.heard()
  if (report.kind === 'failed') throw new LoadFailed(report.message)
  if (report.kind !== kind) throw new Error(`The load generator said ${report.kind} instead of ${kind}.`)
  return report as Extract<LoadReport, { kind: K }>
}

function emptyKept(system: string): Kept {
  return { system, sent: 0, delivered: 0, acknowledged: 0, stored: null, duplicates: 0, faults: {} }
}

function addedTo(total: Kept, cells: readonly Cell[], stored: number | null): Kept {
  const sum = (value: (cell: Cell) => number): number => cells.reduce((all, cell) => all + value(cell), 0)
  const faults = { ...total.faults }
  for (const cell of cells)
    for (const [what, times] of Object.entries(cell.faults)) faults[what] = (faults[what] ?? 0) + times
  return {
    system: total.system,
    sent: total.sent + sum((cell) => cell.sentInRun),
    delivered: total.delivered + sum((cell) => cell.deliveredInRun),
    acknowledged: total.acknowledged + sum((cell) => cell.acknowledgedInRun),
    stored: stored === null ? null : (total.stored ?? 0) + stored,
    duplicates: total.duplicates + sum((cell) => cell.duplicates),
    faults,
  }
}
