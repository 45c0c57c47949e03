/** Whoever holds a connection open learns here that it no longer counts. */
export interface SessionEndings {
  tell(session: string): void
  /** Calls back with `Actor.session` of each sign-in, API key or visitor token that was ended. */
  onSessionEnded(listener: (session: string) => void): void
}

export function openSessionEndings(): SessionEndings {
  const listeners: ((session: string) => void)[] = []
  return {
    tell(session) {
      for (const listener of listeners) listener(session)
    },
    onSessionEnded: (listener) => void listeners.push(listener),
  }
}
