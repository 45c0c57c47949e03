/** Whoever holds a connection open learns here that what it came with no longer counts. */
export interface SessionEndings {
  tell(session: string): void
  tellChanged(session: string): void
  /** Calls back with `Actor.session` of each sign-in, API key or visitor token that was ended. */
  onSessionEnded(listener: (session: string) => void): void
  /** The same for a sign-in that counts on, for a person with another role or name than before. */
  onSessionChanged(listener: (session: string) => void): void
}

export function openSessionEndings(): SessionEndings {
  const endedListeners: ((session: string) => void)[] = []
  const changedListeners: ((session: string) => void)[] = []
  return {
    tell(session) {
      for (const listener of endedListeners) listener(session)
    },
    tellChanged(session) {
      for (const listener of changedListeners) listener(session)
    },
    onSessionEnded: (listener) => void endedListeners.push(listener),
    onSessionChanged: (listener) => void changedListeners.push(listener),
  }
}
