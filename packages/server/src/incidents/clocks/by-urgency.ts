import type { Clock, ClockStatus } from '@candor/protocol/incidents-api.ts'

/**
 * What is late, then what runs by its day, then what runs without one, then what stands still, then what waits for a
 * fact, then what does not concern, then what is done. By id at last, so that the order never depends on the input's.
 */
export function byUrgency(a: Clock, b: Clock): number {
  return (
    rank(a) - rank(b) ||
    text(a.dueAt ?? '9', b.dueAt ?? '9') ||
    text(a.startedAt ?? '9', b.startedAt ?? '9') ||
    text(a.id, b.id)
  )
}

const ranks: Readonly<Record<ClockStatus, number>> = {
  overdue: 0,
  running: 1,
  paused: 3,
  'not-triggered': 5,
  met: 6,
}

function rank({ status, dueAt, missing }: Clock): number {
  if (status === 'running' && dueAt === null) return 2
  if (status === 'not-triggered' && missing.length > 0) return 4
  return ranks[status]
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
