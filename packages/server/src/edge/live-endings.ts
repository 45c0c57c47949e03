import type { Clock } from '../clock.ts'

/** `ended`: it counts no longer. `changed`: it counts, for a person with another role or name than before. */
export type LiveEnding = 'ended' | 'changed'

/** Live connections by the sign-in, API key or visitor token that they came with. */
export interface LiveEndings {
  /**
   * Calls `end` at the end of the session: when somebody ends it, or by itself at `until` (ms since 1970). The answer
   * stops the watch.
   */
  watch(session: string, until: number | undefined, end: (how: LiveEnding) => void): () => void
  ended(session: string): void
  changed(session: string): void
}

/** @param after runs something once after some milliseconds, unless the answer is called first. */
export function openLiveEndings(options: {
  clock: Clock
  after(ms: number, run: () => void): () => void
}): LiveEndings {
  const { clock, after } = options
  const watchers = new Map<string, Set<(how: LiveEnding) => void>>()

  function tell(session: string, how: LiveEnding): void {
    for (const end of [...(watchers.get(session) ?? [])]) end(how)
  }

  return {
    watch(session, until, end) {
      let set = watchers.get(session)
      if (set === undefined) watchers.set(session, (set = new Set()))
      set.add(end)
      const calm = until === undefined ? () => undefined : after(until - clock.now(), () => end('ended'))
      return () => {
        calm()
        set.delete(end)
        if (set.size === 0 && watchers.get(session) === set) watchers.delete(session)
      }
    },
    ended: (session) => tell(session, 'ended'),
    changed: (session) => tell(session, 'changed'),
  }
}

export function afterTimeout(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
