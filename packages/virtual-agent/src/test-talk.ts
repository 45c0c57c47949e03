import type { Agent } from './agent.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { AgentState, Occasion, ToolResult, Turn } from './turn.ts'

/** A conversation of the tests, turn after turn. */
export class Talk {
  state: AgentState | null = null
  last: Decision | null = null
  readonly #agent: Agent
  readonly #given: Partial<Turn>
  #turns = 0

  constructor(agent: Agent, given: Partial<Turn> = {}) {
    this.#agent = agent
    this.#given = given
  }

  say(text: string): Decision {
    return this.turn({ kind: 'said', text })
  }

  result(body: unknown): Decision {
    return this.#came({ kind: 'answer', body })
  }

  fault(fault: Extract<ToolResult, { kind: 'fault' }>['fault']): Decision {
    return this.#came({ kind: 'fault', fault })
  }

  turn(occasion: Occasion): Decision {
    const decision = decide(this.#agent, this.at(occasion))
    // As the server keeps it.
    this.state = JSON.parse(JSON.stringify(decision.state)) as AgentState
    this.#turns++
    return (this.last = decision)
  }

  at(occasion: Occasion): Turn {
    return {
      conversation: 'c1',
      id: `t${this.#turns}`,
      occasion,
      history: [],
      state: this.state,
      locale: 'en',
      today: '2022-03-15',
      agentsOnline: true,
      ...this.#given,
    }
  }

  #came(result: ToolResult): Decision {
    if (this.last?.kind !== 'call') throw new Error('nothing was called')
    return this.turn({ kind: 'tool', call: this.last.call, result })
  }
}
