import type { Agent } from '@candor/virtual-agent/agent.ts'
import { isApproved } from '@candor/virtual-agent/approved-texts.ts'
import { decide } from '@candor/virtual-agent/decide.ts'
import type { Decision, Say } from '@candor/virtual-agent/decision.ts'
import type { Turn } from '@candor/virtual-agent/turn.ts'

/** What decides: pure, deterministic, and without a hand in anything. */
export interface Engine {
  decide(agent: Agent, turn: Turn): Decision
  /** Whether all of it is made of approved texts, filled with typed values. */
  isApproved(agent: Agent, say: Say): boolean
}

export const engine: Engine = {
  decide: (agent, turn) => decide(agent, turn),
  isApproved: (agent, say) => isApproved(agent.approved, say),
}
