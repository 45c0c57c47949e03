import type { Outcome } from '@candor/virtual-agent/trace.ts'

/** One turn that both versions took differently. */
export interface TurnDiff {
  conversation: string
  /** 0 is the greeting. */
  turn: number
  /** What the visitor wrote; empty for the greeting. */
  said: string
  change: TurnChange
  before: ReplayedTurn
  after: ReplayedTurn
}

export type TurnChange = 'understood-now' | 'no-longer-understood' | 'other-words' | 'otherwise'

export interface ReplayedTurn {
  kind: 'reply' | 'handOver' | 'call'
  outcome: Outcome
  intent: string | null
  article: string | null
  flow: string | null
  reason: string | null
  text: string
  options: string[]
}
