import type { Target } from './wire.ts'

/** A server under measurement, started by us on loopback with its data in a temporary folder. */
export interface System {
  name: string
  /** Version and what else a reader must know to repeat it. */
  describes: string
  /** Its processes; their descendants belong to it too. */
  roots(): number[]
  /** The server process alone, without its database. */
  serverPid: number
  target: Target
  /** Settings of its database that decide whether what it acknowledged survives; null: it stores nothing. */
  durability: Record<string, string> | null
  /** Messages in its database now. */
  storedMessages(): Promise<number | null>
  stop(): Promise<void>
}

/** Why a system cannot be measured here, as a sentence. */
export interface Unavailable {
  name: string
  unavailable: string
}
