/** Live connections by the sign-in, API key or visitor token that they came with. */
export interface LiveEndings {
  watch(session: string, end: () => void): () => void
  ended(session: string): void
}

export function openLiveEndings(): LiveEndings {
  const watchers = new Map<string, Set<() => void>>()
  return {
    watch(session, end) {
      let set = watchers.get(session)
      if (set === undefined) watchers.set(session, (set = new Set()))
      set.add(end)
      return () => {
        set.delete(end)
        if (set.size === 0 && watchers.get(session) === set) watchers.delete(session)
      }
    },
    ended(session) {
      for (const end of [...(watchers.get(session) ?? [])]) end()
    },
  }
}
