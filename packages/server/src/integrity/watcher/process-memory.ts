import { readdirSync, readFileSync } from 'node:fs'

/** Of what /proc counts in. Linux on x64 and arm64 has pages of 4 KiB unless it was built otherwise. */
const pageBytes = 4_096

/**
 * Memory that a process and everything it started hold, in bytes; shared pages count for each of them, so it is never
 * too little. 0 where there is no /proc.
 */
export function memoryOfTree(pid: number): number {
  const parents = new Map<number, { parent: number; bytes: number }>()
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code !== 'ENOENT') throw caught
    return 0
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue
    const stat = statOf(entry)
    if (stat !== null) parents.set(Number(entry), stat)
  }
  const isBelow = (each: number): boolean => {
    // A number may be given to another process meanwhile, and then it may be its own ancestor.
    for (let at = each, steps = 0; at > 1 && steps < 64; at = parents.get(at)?.parent ?? 0, steps++)
      if (at === pid) return true
    return false
  }
  let bytes = 0
  for (const [each, stat] of parents) if (isBelow(each)) bytes += stat.bytes
  return bytes
}

/** proc_pid_stat(5): after the name in parentheses, field 4 is the parent, field 24 the resident pages. */
function statOf(pid: string): { parent: number; bytes: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), bytes: Number(fields[21]) * pageBytes }
  } catch (caught) {
    // It ended while it was looked at, or is not ours to look at.
    if (!['ENOENT', 'ESRCH', 'EACCES'].includes((caught as NodeJS.ErrnoException).code ?? '')) throw caught
    return null
  }
}
