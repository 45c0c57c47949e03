import type { Agent } from './agent.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { Rule, Outcome } from './trace.ts'
import type { AgentState, Line, Occasion } from './turn.ts'

/** A stored conversation, as somebody who may read it opened it. */
export interface ReplayedConversation {
  id: string
  locale: string | null
  /** ISO date on which it is replayed. */
  today: string
  /** Oldest first. */
  lines: readonly Line[]
}

export interface ReplayDiff {
  conversation: string
  /** 0 is the greeting. */
  turn: number
  /** What the visitor wrote; empty for the greeting. */
  said: string
  change: ReplayChange
  before: ReplayedTurn
  after: ReplayedTurn
}

export type ReplayChange =
  /** It was asked back or handed over as not understood, and now it is answered. */
  | 'understood-now'
  /** The other way round. */
  | 'no-longer-understood'
  /** The same is done in other words. */
  | 'other-words'
  | 'otherwise'

export interface ReplayedTurn {
  kind: Decision['kind']
  rule: Rule
  outcome: Outcome
  intent: string | null
  article: string | null
  flow: string | null
  reason: string | null
  text: string
  options: string[]
}

/**
 * A stored conversation against two agents, turn by turn, each with its own answers in place of what was said then.
 * It ends where one of them hands over or calls a tool, or where a person spoke: what a visitor wrote after that
 * answers somebody else.
 */
export function replay(
  before: Agent,
  after: Agent,
  conversation: ReplayedConversation,
): { turns: number; diffs: ReplayDiff[] } {
  const sides = [openSide(before, conversation), openSide(after, conversation)] as const
  const diffs: ReplayDiff[] = []
  let turns = 0
  for (const occasion of occasionsOf(conversation.lines)) {
    const said = occasion.kind === 'said' ? occasion.text : ''
    const [one, other] = [sides[0].take(occasion, turns), sides[1].take(occasion, turns)]
    const change = changeOf(one, other)
    if (change !== null)
      diffs.push({ conversation: conversation.id, turn: turns, said, change, before: one, after: other })
    turns++
    if (one.kind !== 'reply' || other.kind !== 'reply') break
  }
  return { turns, diffs }
}

function occasionsOf(lines: readonly Line[]): Occasion[] {
  const end = lines.findIndex(({ by }) => by === 'person')
  const occasions: Occasion[] = [{ kind: 'started' }]
  let pending: string[] = []
  const flush = (): void => {
    if (pending.length > 0) occasions.push({ kind: 'said', text: pending.join('\n') })
    pending = []
  }
  for (const line of end === -1 ? lines : lines.slice(0, end))
    if (line.by === 'visitor') pending.push(line.text)
    else flush()
  flush()
  return occasions
}

interface Side {
  take(occasion: Occasion, turn: number): ReplayedTurn
}

function openSide(agent: Agent, { id, locale, today }: ReplayedConversation): Side {
  const history: Line[] = []
  let state: AgentState | null = null
  return {
    take(occasion, turn) {
      const decision = decide(agent, {
        conversation: id,
        id: `${id}:${turn}`,
        occasion,
        history: [...history],
        state,
        locale,
        today,
        // Whether somebody was there then says nothing about the two agents.
        agentsOnline: true,
      })
      if (occasion.kind === 'said') history.push({ by: 'visitor', text: occasion.text })
      const text = decision.say?.text ?? ''
      history.push({ by: 'virtual-agent', text })
      state = decision.state
      const { rule, outcome, intent, article, flow } = decision.trace
      return {
        kind: decision.kind,
        rule,
        outcome,
        intent,
        article,
        flow,
        reason: decision.kind === 'handOver' ? decision.reason : null,
        text,
        options: decision.say?.options ?? [],
      }
    },
  }
}

function changeOf(before: ReplayedTurn, after: ReplayedTurn): ReplayChange | null {
  const same =
    before.kind === after.kind &&
    before.outcome === after.outcome &&
    before.intent === after.intent &&
    before.article === after.article &&
    before.flow === after.flow &&
    before.reason === after.reason
  if (same) {
    const alike = before.text === after.text && before.options.join('\n') === after.options.join('\n')
    return alike ? null : 'other-words'
  }
  if (isUnderstood(before) === isUnderstood(after)) return 'otherwise'
  return isUnderstood(after) ? 'understood-now' : 'no-longer-understood'
}

function isUnderstood({ outcome, reason }: ReplayedTurn): boolean {
  return outcome !== 'fallback' && outcome !== 'clarified' && reason !== 'not-understood'
}
