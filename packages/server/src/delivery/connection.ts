import type { ServerFrame } from '@candor/protocol/frames.ts'
import type { Actor } from '../tenants/actor.ts'

/** One client that listens: a WebSocket or an event stream. Frames are handed over serialised, in order. */
export interface Connection {
  /** Changes when a visitor is identified. */
  actor: Actor
  readonly audience: Audience
  /** Staff: wants `rows` and `team`. */
  readonly inbox: boolean
  /** Staff: may be offered conversations. */
  available: boolean
  /** Answers false when the reader is too slow and the connection is being closed. */
  send(frame: string): boolean
}

export type Audience = 'visitor' | 'staff'

export function audienceOf(actor: Actor): Audience {
  return actor.kind === 'visitor' ? 'visitor' : 'staff'
}

export function encode(frame: ServerFrame): string {
  return JSON.stringify(frame)
}
