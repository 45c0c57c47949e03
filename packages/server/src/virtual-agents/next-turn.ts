import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { AgentState, Line, Occasion } from '@candor/virtual-agent/turn.ts'
import { derivedId } from '../routing/derived-id.ts'
import { readRecord } from './turn-record.ts'

export type TurnEvent = Extract<ConversationEvent, { type: 'turn' }>

/** What a virtual agent has to do now. */
export type Due =
  | { kind: 'decide'; turn: PendingTurn }
  /** It was decided before: by a process that ended since, or by this one a moment ago. */
  | { kind: 'carryOut'; event: TurnEvent; history: Line[] }

export interface PendingTurn {
  occasion: Occasion
  history: Line[]
  /** The visitor's last event of this turn, or the event that opened it: what is said follows from its id. */
  answers: string
}

/** Id of the event that ends the turn which answers this one. Where it is stored, the turn is over. */
export function endOfTurn(conversation: string, answers: string): string {
  return derivedId(conversation, `virtual agent ends ${answers}`)
}

/** Id of a decision of the turn which answers this event; `step` counts up with every tool that it calls. */
export function decisionOfTurn(conversation: string, answers: string, epoch: number, step: number): string {
  return derivedId(conversation, `virtual agent decides ${answers} ${epoch} ${step}`)
}

/** Id of what is said under this decision before the turn ends. */
export function saidInTurn(decision: string): string {
  return derivedId(decision, 'says')
}

/** Sent with every attempt of the call that was decided here. */
export function idempotencyKeyOf(decision: string): string {
  return derivedId(decision, 'calls')
}

/**
 * What the virtual agent has to do next, from the newest events of a conversation that it handles; null when there
 * is nothing. All that it needs to know stands in the events: after a crash it is asked in the same way.
 * @param openingOnly take the greeting (or the word after a hand-back), and leave messages to their own turn.
 */
export function nextTurn(
  conversation: string,
  events: readonly ConversationEvent[],
  handlerEpoch: number,
  openingOnly = false,
): Due | null {
  const stored = new Set(events.map((event) => event.id))
  const isOver = (id: string): boolean => stored.has(endOfTurn(conversation, id))
  const texts = currentTexts(events)
  const decided = events.findLast((event) => event.type === 'turn')
  if (decided !== undefined && decided.data.handlerEpoch === handlerEpoch && !isOver(decided.data.answers)) {
    const upTo = events.find(({ id }) => id === decided.data.answers)?.seq ?? decided.data.read
    return { kind: 'carryOut', event: decided, history: linesOf(saidUpTo(events, upTo), texts) }
  }
  const opening = events.findLast((event) => event.type === 'handback') ?? events.find(({ seq }) => seq === 1)
  if (opening !== undefined && !isOver(opening.id))
    return {
      kind: 'decide',
      turn: {
        occasion: { kind: opening.type === 'handback' ? 'back' : 'started' },
        history: linesOf(events, texts),
        answers: opening.id,
      },
    }
  if (openingOnly) return null
  const fromVisitor = events.filter(
    (event) =>
      event.actor.kind === 'visitor' &&
      (event.type === 'message' || event.type === 'form') &&
      // What came before a person handed back, the person has seen to.
      event.seq > (opening?.seq ?? 0),
  )
  const answered = fromVisitor.findLast(({ id }) => isOver(id))?.seq ?? 0
  const pending = fromVisitor.filter((event) => event.seq > answered)
  const last = pending.at(-1)
  if (last === undefined) return null
  const history = linesOf(saidUpTo(events, pending[0]!.seq - 1), texts)
  const answers = last.id
  const form = pending.findLast((event) => event.type === 'form')
  if (form !== undefined)
    return { kind: 'decide', turn: { occasion: { kind: 'form', form: form.data.form }, history, answers } }
  const said = pending.flatMap((event) => texts.get(event.seq) ?? [])
  if (said.length === 0) return null
  return { kind: 'decide', turn: { occasion: { kind: 'said', text: said.join('\n') }, history, answers } }
}

/** Where the newest decision left the conversation. */
export function standing(events: readonly ConversationEvent[]): { state: AgentState | null; calls: number } {
  const newest = events.findLast((event) => event.type === 'turn')
  if (newest === undefined) return { state: null, calls: 0 }
  return { state: readRecord(newest)?.state ?? null, calls: newest.data.calls }
}

/** How many decisions of the turn which answers this event are stored. */
export function stepsOf(events: readonly ConversationEvent[], answers: string, handlerEpoch: number): number {
  return events.filter(
    ({ type, data }) => type === 'turn' && data.answers === answers && data.handlerEpoch === handlerEpoch,
  ).length
}

/**
 * Whether words that the decision may hold were masked or deleted between its reading and its storing: then it came
 * too late to be emptied with the others.
 */
export function wasOvertaken(events: readonly ConversationEvent[], decision: TurnEvent): boolean {
  return events.some(
    (event) =>
      event.seq > decision.data.read &&
      event.seq < decision.seq &&
      ((event.type === 'masking' && event.data.ofNote !== true) ||
        (event.type === 'deletion' && event.actor.kind === 'visitor')),
  )
}

function saidUpTo(events: readonly ConversationEvent[], seq: number): ConversationEvent[] {
  return events.filter((event) => event.seq <= seq || event.actor.kind !== 'visitor')
}

/** Messages as they stand now: edited, masked, and without those that were deleted. */
function currentTexts(events: readonly ConversationEvent[]): Map<number, string> {
  const texts = new Map<number, string>()
  const put = (seq: number, text: string | null): void => {
    if (text === null) texts.delete(seq)
    else texts.set(seq, text)
  }
  for (const { seq, type, data } of events)
    if (type === 'message') put(seq, data.text)
    else if (type === 'deletion') put(data.target, null)
    else if ((type === 'edit' || type === 'masking') && texts.has(data.target)) put(data.target, data.text)
  return texts
}

function linesOf(events: readonly ConversationEvent[], texts: ReadonlyMap<number, string>): Line[] {
  return events.flatMap((event) => {
    const text = texts.get(event.seq)
    if (event.type !== 'message' || text === undefined || event.actor.kind === 'system') return []
    const { kind } = event.actor
    return [{ by: kind === 'visitor' || kind === 'virtual-agent' ? kind : 'person', text }]
  })
}
