/**
 * Frames on a live connection: WebSocket text messages, one JSON object each; the same objects travel over
 * SSE (server to client) and POST (client to server). docs/protocol.md tells the story; this file is the law.
 */
import type {
  ConversationEvent,
  ConversationRow,
  ConversationState,
  EventActor,
  FormField,
  WireEvent,
} from './events.ts'
import type { ContainmentScope } from './integrity-api.ts'
import type { OpenProof } from './open-statement.ts'
import type { RefusalCode } from './refusals.ts'

export const protocolVersion = 1

/** A client that hears nothing for this long MUST drop the connection: the server speaks every 25 s. */
export const silenceMsMax = 29_000
export const heartbeatMs = 25_000
/** Replayed on reconnect; a client further behind gets a snapshot. */
export const replayEventsMax = 300
/** Events inside a snapshot, newest last. Older ones are paged over HTTP or with an `earlier` frame. */
export const snapshotEventsMax = 100
/** More than any human types; a pasted document belongs in a file. */
export const textCharactersMax = 8_000
/** One frame. Room for the longest text in 4-byte characters, escaped, and its envelope. */
export const frameBytesMax = 64 * 1024
/** Typing and presence expire after this. */
export const ephemeralMs = 6_000

/** What a client holds of one conversation. */
export interface Position {
  conversation: string
  epoch: string
  seq: number
  /** A person's own signature for opening this conversation; the desk sends one. */
  proof?: OpenProof
}

export interface PageInfo {
  url: string
  title: string
  /** The page shows payment card fields (found by the loader). */
  cardFields: boolean
}

export type ClientFrame =
  | {
      type: 'hello'
      protocol: number
      role: 'visitor'
      /** Public id of the tenant (`data-tenant`). */
      tenant: string
      /** Visitor token kept by the loader; absent on a first visit. */
      token?: string
      /** Origin of the host page, as the frame's handshake saw it. */
      origin?: string
      page?: PageInfo
      /** Id of the release that this frame is of: its folder's name, `/w/<id>/`. */
      release?: string
      locale?: string
      /** UUID of the tab's visit, as page views carry it (integrity-api.ts). */
      visit?: string
      positions?: Position[]
    }
  | {
      type: 'hello'
      protocol: number
      role: 'staff'
      /** API key; a browser uses its session cookie instead. */
      key?: string
      /** Send `rows` and `team` frames on this connection. */
      inbox?: boolean
      positions?: Position[]
    }
  /** Visitor: begin a conversation under an id of the client's making. Replaying it is harmless. */
  | { type: 'start'; id: string; conversation: string }
  /** Follow a conversation's text (staff: this leaves an access receipt before the first text). */
  | { type: 'open'; conversation: string; epoch?: string; seq?: number; proof?: OpenProof }
  | { type: 'leave'; conversation: string }
  /** Page back: events with seq below `before`, at most `snapshotEventsMax`. */
  | { type: 'earlier'; id: string; conversation: string; before: number; proof?: OpenProof }
  | { type: 'send'; id: string; conversation: string; text: string }
  | { type: 'edit'; id: string; conversation: string; target: number; text: string }
  | { type: 'delete'; id: string; conversation: string; target: number }
  | { type: 'form'; id: string; conversation: string; form: string; answers: Record<string, string> }
  | { type: 'note'; id: string; conversation: string; text: string }
  | { type: 'read'; id: string; conversation: string; upTo: number }
  | { type: 'delivered'; conversation: string; seq: number }
  | { type: 'typing'; conversation: string; on: boolean }
  | { type: 'identify'; id: string; jwt: string }
  /** Forget this visitor on this computer: the token dies at the server. */
  | { type: 'logout'; id: string }
  | { type: 'page'; page: PageInfo }
  | { type: 'track'; id: string; name: string; properties: Record<string, string | number | boolean> }
  | { type: 'set'; id: string; traits: Record<string, string | number | boolean> }
  /** Staff: whether new conversations may be offered. */
  | { type: 'presence'; state: 'online' | 'away' }
  /** Answer to a `goodbye` with `contained`: this frame does nothing any more. The server counts who says so. */
  | { type: 'stopped' }
  /** Answer to a heartbeat. The server drops a socket that does not answer within 4 s. */
  | { type: 'beat' }

export interface WidgetConfig {
  name: string
  /** Two CSS hex colours, `#rrggbb`; anything else is refused when the tenant saves it. */
  accent: string
  accentDark: string
  position: 'end' | 'start'
  greeting: string
  /** Where the tenant takes payments, shown when the card guard stops a number. https only. */
  payUrl: string | null
  privacyUrl: string | null
  locales: string[]
}

/** A tenant's own kind of number, which the card guard lets through where it is introduced. Data, as all configuration. */
export interface IdentifierFormat {
  name: string
  /** `#` is a digit, `@` a letter, `?` either; anything else stands for itself. */
  pattern: string
  prefix?: string
}

/** Where the chat is switched off now, and why: the kill switch (docs/containment.md). */
export interface ContainmentNotice {
  id: string
  scope: ContainmentScope
  reason: string
  by: string
  startedAt: string
}

export interface Presence {
  conversation: string
  /** Staff on a visitor's wire: only those who answer. Visitor on the staff's wire: online or not. */
  viewers: EventActor[]
  visitorOnline: boolean
}

export type ServerFrame =
  | {
      type: 'welcome'
      protocol: number
      /** The installation's history. Another epoch than the client's voids all its positions. */
      epoch: string
      you: EventActor & { tenant: string; identified?: boolean; role?: string }
      /** Visitor: keep it in the page's storage. Present when new or renewed. */
      token?: string
      config?: WidgetConfig
      /** For the composer's card guard; the server screens with the same. */
      identifierFormats?: readonly IdentifierFormat[]
      conversations: ConversationState[]
      heartbeatMs: number
      /** SSE only: where and with which secret to POST frames. */
      stream?: { id: string; secret: string }
      agentsOnline: boolean
    }
  /** In seq order; `first - 1` is what the client must already hold, else it asks again with `open`. */
  | { type: 'events'; conversation: string; events: WireEvent[] }
  /** Everything before is void: show this. `events` ends at `state.seq`; older ones are paged. */
  | { type: 'snapshot'; conversation: string; epoch: string; state: ConversationState; events: WireEvent[] }
  | { type: 'earlier'; id: string; conversation: string; events: WireEvent[]; more: boolean }
  /** Stored and durable. `text` is there when the card guard changed it. `replayed`: it was stored before. */
  | {
      type: 'ack'
      id: string
      conversation?: string
      seq?: number
      at?: string
      text?: string
      replayed?: true
    }
  | {
      type: 'refused'
      id?: string
      conversation?: string
      code: RefusalCode
      message: string
      field?: string
      retryAfterMs?: number
    }
  /** Top seq of each conversation this connection follows. */
  | { type: 'heartbeat'; tops: Record<string, number> }
  | { type: 'typing'; conversation: string; actor: EventActor; on: boolean }
  | ({ type: 'presence' } & Presence)
  | { type: 'delivered'; conversation: string; to: 'visitor' | 'staff'; seq: number }
  /** Staff with `inbox`: rows that appeared or changed, at most twice a second. */
  | { type: 'rows'; rows: ConversationRow[] }
  /** Staff: who of the team is here. */
  | { type: 'team'; online: EventActor[] }
  | { type: 'identified'; id: string; you: EventActor; token: string; conversations: ConversationState[] }
  | { type: 'logged-out'; id: string }
  /** Visitor: whether a person can answer now. */
  | { type: 'agents-online'; online: boolean }
  /** The tenant changed them: they count from now on, in open conversations too. */
  | { type: 'identifier-formats'; formats: readonly IdentifierFormat[] }
  /** Staff: all that is contained now; told again whenever that changes. */
  | { type: 'containments'; items: readonly ContainmentNotice[] }
  /** The server closes this connection. Reconnect after the delay, with positions. */
  | { type: 'goodbye'; code: RefusalCode | 'restart'; message: string; retryAfterMs: number }

export type { ConversationEvent, ConversationRow, ConversationState, EventActor, FormField, WireEvent }
