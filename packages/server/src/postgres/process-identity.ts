import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A process id with the moment it was given out, or undefined if there is no such process: ids come round
 * again, and after a restart of a container they come round at once.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = procFile(pid, 'stat')
    // The command name, in brackets, may itself hold spaces and brackets. proc(5): field 3 is the state, 22 the start.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields && fields[0] !== 'Z' ? `${pid} ${fields[19]}` : undefined
  }
  const startedAt = ps(pid, 'lstart=')
  return startedAt ? `${pid} ${startedAt}` : undefined
}

/** The command line a process was started with, as one argument per entry (where the system keeps them apart). */
export function processArguments(pid: number): string[] {
  if (process.platform === 'linux') return procFile(pid, 'cmdline')?.split('\0') ?? []
  return ps(pid, 'command=').split(' ')
}

function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ESRCH'))
      return undefined
    throw cause
  }
}

function ps(pid: number, column: string): string {
  return spawnSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8' }).stdout?.trim() ?? ''
}
