import type { Localised } from '../script.ts'
import type { SlotType } from '../slots/slot-type.ts'

/**
 * Something outside that a flow may call by HTTP. This package only says that it is to be called and judges what
 * comes back; the server calls it.
 */
export interface Tool {
  /** Lower-case words joined by hyphens. */
  id: string
  title: Localised
  /** `write` changes something: the visitor confirms every call, and it carries an idempotency key. */
  effect: 'read' | 'write'
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `https://host/path/{input}`; inputs not named here go into the query (GET, DELETE) or the JSON body. */
  url: string
  input: ToolField[]
  /** Closed: other fields of the answer are dropped unread. */
  output: ToolField[]
  /** For one attempt. */
  timeoutMs: number
  /** Further attempts under the same idempotency key. */
  retries: number
  /** More calls in one conversation are refused in code. */
  budgetPerConversation: number
  /** Condition over the inputs that holds in code before every call, such as `amount <= 200`. */
  policy?: string
  /** Header that carries the tenant's secret; the secret itself is kept by the server. */
  secretHeader?: string
}

export interface ToolField {
  /** `[a-z][a-z0-9_]*` */
  name: string
  type: SlotType
  required: boolean
}

/** What the server makes of a call. */
export type ToolOutcome =
  | { kind: 'answer'; body: unknown }
  /** `timeout` and `unreachable` leave open whether a write took place; `refused` is the other side's no. */
  | { kind: 'fault'; fault: 'timeout' | 'unreachable' | 'refused' | 'malformed' }
