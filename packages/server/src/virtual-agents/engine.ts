import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Decision, Say } from '@candor/virtual-agent/decision.ts'
import type { Definition, Intent, Phrases } from '@candor/virtual-agent/definition.ts'
import type { Script } from '@candor/virtual-agent/script.ts'
import type { Turn } from '@candor/virtual-agent/turn.ts'
import type { Trace } from '@candor/virtual-agent/trace.ts'
import { decide as decideByScript } from '@candor/virtual-agent'

/** What decides: pure, deterministic, and without a hand in anything. */
export interface Engine {
  decide(agent: Agent, turn: Turn): Decision
  /** Whether all of it is made of approved texts, filled with typed values. */
  isApproved(agent: Agent, say: Say): boolean
}

const scripts = new WeakMap<Agent, Script>()

export function agentOfScript(script: Script, version: number): Agent {
  const intents: Intent[] = script.topics.map(({ ...topic }) => topic)
  const definition: Definition = {
    version: 2,
    name: script.name,
    language: script.language,
    phrases: script.phrases as Phrases,
    intents,
    flows: [],
    tools: [],
    triggers: { anger: true, payment: true, legal: true, emergency: true, rejection: true },
    approvedOnly: false,
  }
  const agent: Agent = { definition, version, model: null, encoder: null }
  scripts.set(agent, script)
  return agent
}

export const engine: Engine = {
  decide(agent, turn) {
    const { occasion } = turn
    if (occasion.kind === 'tool') throw new TypeError('scripts call no tools')
    const decision = decideByScript(scripts.get(agent)!, { ...turn, occasion })
    const say: Say = { ...decision.say, parts: [] }
    const state = {
      version: 1,
      flows: { version: 1, frames: [], started: [], finished: [], callsByTool: {}, calls: 0 },
      asked: null,
      options: say.options,
      about: null,
      others: [],
    } as const
    const trace: Trace = {
      rule: occasion.kind === 'said' ? 'nearest-example' : occasion.kind,
      outcome:
        decision.kind === 'handOver' ? 'handed-over' : occasion.kind === 'started' ? 'opening' : 'answered',
      found: [],
      intent: null,
      article: null,
      flow: null,
      language: agent.definition.language,
      classified: null,
      passage: null,
      flowSteps: [],
      proposed: [],
      refused: [],
      alternatives: [],
    }
    const made = {
      say,
      state: { ...state, flows: { ...state.flows, frames: [], started: [], finished: [] }, others: [] },
      trace,
    }
    if (decision.kind === 'reply') return { kind: 'reply', ...made }
    const { reason } = decision
    return { kind: 'handOver', reason, summary: { wish: null, slots: [], done: [], reason }, ...made }
  },
  isApproved: () => true,
}
