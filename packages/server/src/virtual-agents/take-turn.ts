import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Decision, Say } from '@candor/virtual-agent/decision.ts'
import { policyRefusal } from '@candor/virtual-agent/flows/judge-call.ts'
import type { ToolOutcome } from '@candor/virtual-agent/flows/tool.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { TurnRecord } from '@candor/virtual-agent/turn-record.ts'
import type { Line, Occasion, ToolCall } from '@candor/virtual-agent/turn.ts'
import type { ConversationEvent, ConversationState } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { ScreenedRecord } from '../conversations/screen-record.ts'
import type { Routing } from '../routing/routing.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Tools } from './call-tool.ts'
import type { Engine } from './engine.ts'
import {
  decisionOfTurn,
  endOfTurn,
  idempotencyKeyOf,
  saidInTurn,
  standing,
  stepsOf,
  wasOvertaken,
  type Due,
  type TurnEvent,
} from './next-turn.ts'
import { summaryNote } from './summary-note.ts'
import { farewell, readRecord, recordOf, withheldRecord, type Withheld } from './turn-record.ts'

/** One look at a conversation that the virtual agent handles, and who acts on it. */
export interface Look {
  agent: Agent
  actor: Actor
  conversation: string
  visitor: string
  state: ConversationState
  events: readonly ConversationEvent[]
  /** Decisions that this process made of late: a call in doubt is not made twice. */
  own: OwnDecisions
}

/** What came of the tool that a decision calls. */
export type OwnDecisions = Map<string, ToolOutcome | 'not called' | 'called'>

export interface TurnTaking {
  /**
   * Decides what is due, stores it, and does it. `over`: a person was faster, or the conversation was closed. `again`:
   * what is stored is not what was decided here, or something came between: look anew.
   */
  take(look: Look, due: Due): Promise<'done' | 'again' | 'over'>
}

/** Decisions of one turn: each but the last one calls a tool. */
const stepsMax = 8
/** Calls of one conversation, whatever the definition allows. */
const callsMax = 100

/** A decision that is stored. */
interface StoredDecision {
  id: string
  answers: string
  step: number
  read: number
  calls: number
  history: Line[]
  record: TurnRecord
}

type Storing = { kind: 'stored'; decision: StoredDecision } | { kind: 'again' } | { kind: 'over' }

/** Of which turn a decision is, and which of its decisions. */
interface Place {
  answers: string
  history: Line[]
  step: number
  calls: number
  /** Number of the newest event that it may hold words of, where that is not the newest one of this look. */
  read?: number
}

/**
 * Every decision is stored before anything is done about it, and what is done has an id that follows from it. Each
 * write carries the handler epoch of the look: nothing is decided twice, said twice, or said after a takeover.
 */
export function openTurnTaking(options: {
  conversations: Pick<Conversations, 'decided' | 'send' | 'screenRecord' | 'voidDecisions'>
  routing: Pick<Routing, 'handOver'>
  tools: Tools
  engine: Engine
  clock: Clock
  log: (event: Record<string, unknown>) => void
  agentsOnline(tenant: string): boolean
  localeOf(tenant: string, visitor: string): Promise<string | null>
  /** Runs it while others take their turns, and shows the visitor that there is somebody at work. */
  whileWaiting<T>(look: Look, act: () => Promise<T>): Promise<T>
}): TurnTaking {
  const { conversations, routing, tools, engine, clock, log } = options

  /** A decision that is stored already, as it was; or, where it must not be carried out any more, another one. */
  async function takeUp(look: Look, event: TurnEvent, history: Line[]): Promise<Storing> {
    const { answers, read, calls, handlerEpoch } = event.data
    const step = stepsOf(look.events, answers, handlerEpoch)
    const overtaken = wasOvertaken(look.events, event)
    if (overtaken) await conversations.voidDecisions(look.actor.tenant, look.conversation, read)
    const record = overtaken ? null : readRecord(event)
    if (record === null) return withhold(look, { answers, history, step, calls }, 'said', 'record-gone')
    const decision = { id: event.id, answers, step: step - 1, read, calls, history, record }
    return { kind: 'stored', decision }
  }

  async function decide(
    look: Look,
    occasion: Occasion,
    place: Place,
    state: TurnRecord['state'],
  ): Promise<Storing> {
    const { agent, conversation, actor } = look
    const { tenant } = actor
    const { answers, history, step, calls } = place
    const turn = {
      conversation,
      id: decisionOfTurn(conversation, answers, look.state.handlerEpoch, step),
      occasion,
      history,
      state,
      locale: await options.localeOf(tenant, look.visitor),
      today: today(),
      agentsOnline: options.agentsOnline(tenant),
    }
    let decision: Decision
    try {
      decision = engine.decide(agent, turn)
    } catch (caught) {
      // A fault of ours is no reason to leave a visitor waiting.
      log({
        level: 'error',
        event: 'virtual agent fault',
        tenant,
        version: agent.version,
        at: placeOf(caught),
      })
      return withhold(look, place, occasion.kind, 'fault')
    }
    const { language } = decision.trace
    const calling = decision.kind === 'call'
    if (calling && (step + 1 >= stepsMax || calls >= callsMax))
      return withhold(look, place, occasion.kind, 'too-many-steps', language)
    const screened = await screenedRecord(tenant, recordOf(occasion.kind, decision))
    if (screened === null) return withhold(look, place, occasion.kind, 'card-data', language)
    return keep(look, { ...place, calls: calls + (calling ? 1 : 0) }, screened)
  }

  /** Without what explains it, where that alone reads as card data. */
  async function screenedRecord(tenant: string, record: TurnRecord): Promise<ScreenedRecord | null> {
    for (const kept of [record, { ...record, trace: null }]) {
      const screened = await conversations.screenRecord(tenant, { ...kept })
      if (screened.kind === 'clean') return screened
    }
    return null
  }

  /** A person goes on, with nothing of what was found. */
  async function withhold(
    look: Look,
    place: Place,
    occasion: Occasion['kind'],
    reason: Withheld,
    language: Language = languageOf(look),
  ): Promise<Storing> {
    const { agent, actor } = look
    const { tenant } = actor
    log({ level: 'warn', event: 'virtual agent withheld', tenant, version: agent.version, reason })
    const say = farewell(agent.definition, language, options.agentsOnline(tenant))
    const record = withheldRecord(occasion, reason, maySay(agent, say) ? say : null)
    const screened = await conversations.screenRecord(tenant, { ...record })
    // Authored text and nothing else; a definition with a card number in it is not saved.
    if (screened.kind === 'found') throw new Error('a hand-over reads as card data')
    const { read: _read, ...fresh } = place
    return keep(look, fresh, screened)
  }

  function maySay(agent: Agent, say: Say): boolean {
    return !agent.definition.approvedOnly || engine.isApproved(agent, say)
  }

  async function keep(look: Look, place: Place, record: ScreenedRecord): Promise<Storing> {
    const { actor, agent, conversation, state, own } = look
    const { answers, history, step, calls, read = state.seq } = place
    const { handlerEpoch } = state
    const id = decisionOfTurn(conversation, answers, handlerEpoch, step)
    own.set(id, 'not called')
    const { version } = agent
    const turn = { id, conversation, handlerEpoch, answers, version, read, calls, record }
    try {
      const outcome = await conversations.decided(actor, turn)
      if (outcome.kind !== 'stored') return { kind: 'over' }
      // What came between may have taken back words that it was made from.
      if (outcome.replayed || outcome.seq !== read + 1) return { kind: 'again' }
      const kept = record.record as unknown as TurnRecord
      return { kind: 'stored', decision: { id, answers, step, read, calls, history, record: kept } }
    } catch (caught) {
      // Decided by another server, or before a crash, and not alike: people came or went, or there is a new version.
      if (caught instanceof Refusal && caught.code === 'idempotency_conflict') return { kind: 'again' }
      throw caught
    }
  }

  async function carryOut(look: Look, storing: Storing): Promise<'done' | 'again' | 'over'> {
    if (storing.kind !== 'stored') return storing.kind
    const { actor, agent, conversation, state } = look
    const { decision } = storing
    const { does, trace, occasion } = decision.record
    const { answers, history, step, calls } = decision
    const next: Place = { answers, history, step: step + 1, calls }
    if (does.say !== null && !maySay(agent, does.say)) {
      const { version } = agent
      const why = { rule: trace?.rule, intent: trace?.intent, flow: trace?.flow }
      log({ level: 'error', event: 'text not approved', tenant: actor.tenant, version, ...why })
      return carryOut(look, await withhold(look, next, occasion, 'text-not-approved', trace?.language))
    }
    const end = { id: endOfTurn(conversation, answers), conversation, handlerEpoch: state.handlerEpoch }
    if (does.kind === 'reply') return (await said(actor, end, does.say)) ? 'done' : 'over'
    if (does.say !== null && !(await said(actor, { ...end, id: saidInTurn(decision.id) }, does.say)))
      return 'over'
    if (does.kind === 'handOver') {
      const note = summaryNote({ name: agent.definition.name, version: agent.version }, does.summary)
      return (await handedOver(actor, end, does.reason, note)) ? 'done' : 'over'
    }
    const result = await called(look, decision, does.call)
    const after: Occasion = { kind: 'tool', call: does.call, result }
    const { read } = decision
    return carryOut(look, await decide(look, after, { ...next, read }, decision.record.state))
  }

  async function called(look: Look, { id, record }: StoredDecision, call: ToolCall): Promise<ToolOutcome> {
    const { agent, actor, own } = look
    const before = own.get(id)
    if (typeof before === 'object') return before
    const { tenant } = actor
    const { tool: name, args } = call
    const compiled = agent.compiled.tools.get(name)
    // This call is counted in the state that was left by deciding it.
    const callsBefore = (record.state?.flows.callsByTool[name] ?? 1) - 1
    // As the rules stand now: between the decision and the call another version may have come into force.
    const refusal = compiled && policyRefusal(compiled, args, callsBefore, today())
    if (compiled === undefined || refusal != null) {
      const why = refusal?.kind ?? 'no such tool'
      log({ level: 'warn', event: 'tool not called', tenant, version: agent.version, tool: name, why })
      return { kind: 'fault', fault: 'refused' }
    }
    own.set(id, 'called')
    const { tool } = compiled
    const what = { tenant, tool, args, key: idempotencyKeyOf(id), begun: before !== 'not called' }
    const outcome = await options.whileWaiting(look, () => tools.call(what))
    own.set(id, outcome)
    return outcome
  }

  /** In UTC. */
  function today(): string {
    return new Date(clock.now()).toISOString().slice(0, 10)
  }

  async function said(
    actor: Actor,
    what: { id: string; conversation: string; handlerEpoch: number },
    { text, options: quickReplies, form }: Say,
  ): Promise<boolean> {
    const outcome = await conversations.send(actor, {
      ...what,
      text,
      ...(quickReplies.length === 0 ? {} : { options: quickReplies }),
      ...(form === undefined ? {} : { form }),
    })
    return outcome.kind === 'stored'
  }

  async function handedOver(
    actor: Actor,
    what: { id: string; conversation: string; handlerEpoch: number },
    reason: string,
    note: string,
  ): Promise<boolean> {
    try {
      await routing.handOver(actor, { ...what, queue: null, reason, note })
      return true
    } catch (caught) {
      if (caught instanceof Refusal && caught.code === 'handler_changed') return false
      throw caught
    }
  }

  return {
    async take(look, due) {
      if (due.kind === 'carryOut') return carryOut(look, await takeUp(look, due.event, due.history))
      const { occasion, answers, history } = due.turn
      const step = stepsOf(look.events, answers, look.state.handlerEpoch)
      const { state, calls } = standing(look.events)
      return carryOut(look, await decide(look, occasion, { answers, history, step, calls }, state))
    },
  }
}

/** In which the visitor was answered last. */
function languageOf({ agent, events }: Look): Language {
  for (const event of events.toReversed()) {
    const trace = event.type === 'turn' ? readRecord(event)?.trace : null
    if (trace != null) return trace.language
  }
  return agent.definition.language
}

/** The stack alone: a message may hold what was said. */
function placeOf(caught: unknown): string[] {
  if (!(caught instanceof Error)) return []
  return (caught.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
}
