/**
 * Shapes of what came of a virtual agent's conversations, under /v1/virtual-agent/results (JSON). Read with
 * `virtual-agent.read`. docs/virtual-agent-at-work.md defines each number.
 */

/** GET /v1/virtual-agent/results?from=&to= (days, both included, in UTC) */
export interface VirtualAgentResults {
  /** In which the visitor asked it something, by the day on which it spoke first. Each is in exactly one of the five. */
  conversations: number
  /** Three numbers that are told side by side: none of them alone is the self-service rate. */
  selfService: {
    /** The visitor said that it helped. */
    confirmed: number
    /** It answered, and the visitor said nothing more. */
    silent: number
    /** Of the silent: seven days have passed, and the visitor did not come back. */
    silentNotBack: number
  }
  /** The rest of the silent: came back within seven days, or the seven days are not over. */
  silentBack: number
  silentUndecided: number
  /** Its last word was no answer: asked back, not understood, or the visitor said that it did not help. */
  unresolved: number
  /** Nothing said for less than a day. */
  open: number
  /** A person came into it, by why first; most first. `taken-over`: a person stepped in. */
  handedOver: { reason: string; conversations: number }[]
  /** In which it did not understand, once or more. */
  fallback: number
  /** In which somebody of the staff called an answer wrong. */
  wrongReports: number
  /** Most conversations first. */
  perIntent: {
    intent: string
    conversations: number
    confirmed: number
    handedOver: number
    wrong: number
  }[]
}

/** Numbers that open, as they stand in the address. */
export const resultNumbers = [
  'conversations',
  'confirmed',
  'silent',
  'silent-not-back',
  'silent-back',
  'silent-undecided',
  'unresolved',
  'open',
  'handed-over',
  'fallback',
  'wrong-reports',
] as const

export type ResultNumber = (typeof resultNumbers)[number]

/**
 * GET /v1/virtual-agent/results/{number}?from=&to=&reason=&intent=&cursor= : the conversations that it counts, newest
 * first, without a word of them.
 */
export interface ResultPage {
  items: { conversation: string; at: string }[]
  next: string | null
}

/** POST /v1/conversations/{id}/turns/{event}/report {note?}: this answer was wrong. The note becomes a private note. */
export interface WrongAnswerReport {
  conversation: string
  turn: string
  at: string
}
