import type { RefusalCode } from '@candor/protocol/refusals.ts'

/** All that the frame says by itself, in one language. A language that misses one does not compile. */
export interface Messages {
  language: string
  /** Title of the panel, and name of the transcript. */
  chat: string
  /** Where the tenant wrote no greeting. */
  greeting: string
  close: string
  write: string
  send: string
  person: string
  /** Sent as the visitor's own words. */
  personRequest: string
  privacy: string
  here: string
  away: string
  virtualAgent: string
  waiting: string
  answering: string
  writing(name: string): string
  joined(name: string): string
  connecting: string
  offline: string
  tryNow: string
  tryAgain: string
  discard: string
  sending: string
  sent: string
  delivered: string
  seen: string
  failed(code: RefusalCode): string
  edited: string
  deleted: string
  masked: string
  handedOver: string
  handedBack: string
  closed: string
  reopened: string
  startAnew: string
  newMessages: string
  earlier: string
  cardTitle: string
  cardText: string
  pay: string
  removeCard: string
  charactersLeft(count: number): string
  required: string
  thanks: string
  pageRefused: string
  /** Why there is no chat, and what to do next. */
  refused(code: RefusalCode): string
  /** Name of the launcher while messages wait. */
  unread(count: number): string
}
