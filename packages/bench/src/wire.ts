/** How the load generator speaks to a system. Both ends of a conversation are a pair; sides are 0 and 1. */
export interface Wire {
  /** Connects both sides; ready to send in both directions when it resolves. */
  openPair(pair: number): Promise<void>
  /** Connects one client that has come in and does nothing more. */
  openIdle(client: number): Promise<void>
  send(pair: number, side: Side, message: number, text: string): void
  close(): void
}

export type Side = 0 | 1

export interface WireListener {
  /** The other side has the message's frame. */
  arrived(message: number): void
  /** The sender was told that the message is stored. */
  acknowledged(): void
  /** The promise of the system was broken, or the connection was lost. Counted by its words. */
  fault(what: string): void
}

/** Where a system listens, and what a client needs to come in. */
export type Target =
  | { system: 'candor'; url: string; tenant: string; key: string }
  | { system: 'xmpp'; url: string; host: string; password: string }
  | { system: 'echo'; url: string }
