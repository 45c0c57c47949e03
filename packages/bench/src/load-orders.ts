import type { LatencySummary } from './latencies.ts'
import type { Target } from './wire.ts'

/** What the bench tells the load generator, one at a time. */
export type LoadOrder =
  /** Two sockets a conversation, or `idle`: clients that have come in and do nothing. */
  | { kind: 'connect'; target: Target; sockets: number; seed: number; digitsShare: number; idle?: true }
  | { kind: 'run'; load: Load; warmMs: number; measureMs: number }

/**
 * `rate`: messages a second that arrive whether the former ones were delivered or not. `window`: as many under
 * way in each conversation all the time, each answered by the other side.
 */
export type Load = { kind: 'rate'; perSecond: number } | { kind: 'window'; perPair: number }

/** What the generator tells. The bench reads the server's CPU time when the window opens and closes. */
export type LoadReport =
  | { kind: 'connected'; seconds: number }
  | { kind: 'window-opened' }
  | { kind: 'window-closed' }
  | ({ kind: 'ran' } & LoadResult)
  | { kind: 'failed'; message: string }

export interface LoadResult extends LatencySummary {
  /** Measured time. */
  seconds: number
  /** Messages that became due in it. */
  offered: number
  /** Due, but not sent: too many were under way. More than none means that the rate was not sustained. */
  shed: number
  /** Messages whose frame came to the other side in it. */
  delivered: number
  /** In the whole run, warm-up and draining included. */
  sentInRun: number
  deliveredInRun: number
  acknowledgedInRun: number
  duplicates: number
  /** Anything else that must not happen, by its words. */
  faults: Record<string, number>
  /** How much later than due the generator itself sent, 99th percentile. Inside the latencies. */
  lateP99Ms: number
  generatorCpuSeconds: number
}
