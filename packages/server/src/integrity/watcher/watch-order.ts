import type { WatcherProfile } from '@candor/protocol/integrity-api.ts'
import type { Baseline } from '@candor/watcher/observation.ts'
import type { Watched, WatchedTarget, WatchLimits } from '@candor/watcher/watch.ts'

/** What one run is told, as JSON on its standard input. */
export interface WatchOrder {
  id: string
  target: WatchedTarget
  profile: WatcherProfile
  baseline: Baseline | null
  browser: { executable?: string | undefined; cacheFolder: string; args: string[] }
  limits?: Partial<WatchLimits> | undefined
}

/** What it answers, as JSON on its standard output. */
export type WatchAnswer = { kind: 'watched'; watched: Watched } | { kind: 'failed'; reason: string }
