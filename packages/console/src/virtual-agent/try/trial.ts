/** One conversation with the draft. The server keeps nothing of it: state and history go along with every turn. */
import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  SimulatedOutcome,
  TriedLine,
  TryAnswer,
  TryRequest,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Decision } from '@candor/virtual-agent/decision.ts'
import type { AgentState, ToolCall } from '@candor/virtual-agent/turn.ts'
import { Unreachable } from '../../live/api-client.ts'
import { observable, type Observable } from '../../live/observable.ts'

export type TrialEntry =
  | { kind: 'visitor'; text: string }
  | { kind: 'form'; form: string }
  | { kind: 'back' }
  | { kind: 'tool'; call: ToolCall; outcome: SimulatedOutcome }
  | { kind: 'turn'; decision: Decision; note: TryAnswer['note'] }

export interface TrialSettings {
  of: TryRequest['of']
  locale: string | null
  agentsOnline: boolean
  /** ISO date; null: today. */
  today: string | null
}

export interface Trial {
  readonly entries: readonly TrialEntry[]
  readonly busy: boolean
  readonly problem: { message: string; faults: readonly { field: string; message: string }[] } | null
  /** What the flow asked for and nobody has answered. */
  readonly call: ToolCall | null
  /** A person has it; nothing is said before they hand it back. */
  readonly handedOver: boolean
}

export interface TrialStore {
  readonly state: Observable<Trial>
  /** From the beginning, with these settings. */
  start(settings: TrialSettings): Promise<void>
  say(text: string): Promise<void>
  fillForm(form: string): Promise<void>
  handBack(): Promise<void>
  answerTool(outcome: SimulatedOutcome): Promise<void>
}

/** The engine reads this much of what came before; more only makes the request longer. */
const historyLinesMax = 60

const empty: Trial = { entries: [], busy: false, problem: null, call: null, handedOver: false }

export function openTrial(
  ask: (request: TryRequest<AgentState, ToolCall>) => Promise<TryAnswer<Decision>>,
): TrialStore {
  const state = observable<Trial>(empty)
  let settings: TrialSettings = { of: 'draft', locale: null, agentsOnline: true, today: null }
  let dialogue: AgentState | null = null
  let history: TriedLine[] = []
  /** Counts beginnings: an answer to a conversation that was begun anew is not shown. */
  let generation = 0

  const update = (change: Partial<Trial>): void => state.set({ ...state.get(), ...change })

  async function turn(
    occasion: TryRequest<AgentState, ToolCall>['occasion'],
    entry: TrialEntry | null,
  ): Promise<void> {
    if (state.get().busy) return
    const mine = generation
    const before = state.get().entries
    update({ busy: true, problem: null, entries: entry ? [...before, entry] : before })
    try {
      const { decision, note } = await ask({
        of: settings.of,
        occasion,
        history: history.slice(-historyLinesMax),
        state: dialogue,
        locale: settings.locale,
        today: settings.today,
        agentsOnline: settings.agentsOnline,
      })
      if (mine !== generation) return
      dialogue = decision.state
      if (entry?.kind === 'visitor') history.push({ by: 'visitor', text: entry.text })
      if (decision.say) history.push({ by: 'virtual-agent', text: decision.say.text })
      update({
        busy: false,
        entries: [...state.get().entries, { kind: 'turn', decision, note }],
        call: decision.kind === 'call' ? decision.call : null,
        handedOver: decision.kind === 'handOver',
      })
    } catch (fault) {
      if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
      if (mine !== generation) return
      // What was not answered was not said.
      update({
        busy: false,
        entries: before,
        problem: {
          message: fault.message,
          faults: fault instanceof Refusal ? (fault.faults ?? []) : [],
        },
      })
    }
  }

  return {
    state,
    start(next) {
      settings = next
      dialogue = null
      history = []
      generation++
      state.set(empty)
      return turn({ kind: 'started' }, null)
    },
    say: (text) => turn({ kind: 'said', text }, { kind: 'visitor', text }),
    fillForm: (form) => turn({ kind: 'form', form }, { kind: 'form', form }),
    handBack: () => turn({ kind: 'back' }, { kind: 'back' }),
    answerTool(outcome) {
      const { call } = state.get()
      return call === null
        ? Promise.resolve()
        : turn({ kind: 'tool', call, outcome }, { kind: 'tool', call, outcome })
    },
  }
}
