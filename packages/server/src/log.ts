import type { LogLevel } from './config.ts'

/** One JSON object a line on standard error. No event holds a message body, a token or a name of a visitor. */
export type Log = (event: Record<string, unknown>) => void

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

export function openLog(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  return (event) => {
    const own = (event['level'] as LogLevel | undefined) ?? 'info'
    if (order[own] >= order[level])
      write(`${JSON.stringify({ at: new Date().toISOString(), level: own, ...event })}\n`)
  }
}
