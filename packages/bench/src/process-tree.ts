import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** CPU seconds of these processes and all their descendants, ended and reaped ones included. */
export function cpuSecondsOf(roots: readonly number[]): number {
  let ticks = 0
  for (const pid of treeOf(roots)) ticks += readStat(pid)?.ticks ?? 0
  return ticks / ticksPerSecond
}

/**
 * Bytes of memory of these processes and their descendants. Proportional set size: pages that several share,
 * such as PostgreSQL's buffers, count once.
 */
export function memoryBytesOf(roots: readonly number[]): number {
  let bytes = 0
  for (const pid of treeOf(roots)) bytes += proportionalBytes(pid)
  return bytes
}

/** Seconds that all processors of the machine worked since it started: tells how much others did meanwhile. */
export function machineBusySeconds(): number {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.trim().split(/\s+/).slice(1).map(Number)
  // proc(5): user nice system idle iowait irq softirq steal guest guest_nice; guests are inside user and nice.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields
  return (user + nice + system + irq + softirq) / ticksPerSecond
}

/** Open files that this process and its children may have. */
export function descriptorsMax(): number {
  const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return line === 'unlimited' ? Infinity : Number(line)
}

/** proc(5) counts CPU time in these. */
const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100

export function treeOf(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(Number(name))
    if (stat === undefined) continue
    const siblings = children.get(stat.parent)
    if (siblings === undefined) children.set(stat.parent, [Number(name)])
    else siblings.push(Number(name))
  }
  const tree = new Set<number>()
  const open = [...roots]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (tree.has(pid)) continue
    tree.add(pid)
    open.push(...(children.get(pid) ?? []))
  }
  return [...tree]
}

function readStat(pid: number): { parent: number; ticks: number } | undefined {
  const text = readProc(pid, 'stat')
  // The command's name, in brackets, may itself hold spaces and brackets; field 3 follows it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  // Fields 14 to 17: utime, stime, and those of children that were waited for.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(fields[1]), ticks }
}

function proportionalBytes(pid: number): number {
  const pss = /^Pss:\s+(\d+) kB/m.exec(readProc(pid, 'smaps_rollup') ?? '')?.[1]
  return Number(pss ?? 0) * 1024
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (caught) {
    const code = (caught as { code?: string }).code
    // Gone since it was listed.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw caught
  }
}
