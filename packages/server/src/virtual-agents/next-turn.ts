import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Line, Occasion } from '@candor/virtual-agent'
import { derivedId } from '../routing/derived-id.ts'

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

/** Id of what is said before the event that ends the turn. */
export function saidInTurn(conversation: string, answers: string): string {
  return derivedId(conversation, `virtual agent says ${answers}`)
}

/**
 * What the virtual agent has not answered yet, from the newest events of a conversation that it handles; null when
 * there is nothing. All that it needs to know stands in the events: after a crash it is asked in the same way.
 * @param openingOnly take the greeting (or the word after a hand-back), and leave messages to their own turn.
 */
export function nextTurn(
  conversation: string,
  events: readonly ConversationEvent[],
  openingOnly = false,
): PendingTurn | null {
  const stored = new Set(events.map((event) => event.id))
  const isOver = (event: ConversationEvent): boolean => stored.has(endOfTurn(conversation, event.id))
  const texts = currentTexts(events)
  const opening = events.findLast((event) => event.type === 'handback') ?? events.find(({ seq }) => seq === 1)
  if (opening !== undefined && !isOver(opening))
    return {
      occasion: { kind: opening.type === 'handback' ? 'back' : 'started' },
      history: linesOf(events, texts),
      answers: opening.id,
    }
  if (openingOnly) return null
  const fromVisitor = events.filter(
    (event) =>
      event.actor.kind === 'visitor' &&
      (event.type === 'message' || event.type === 'form') &&
      // What came before a person handed back, the person has seen to.
      event.seq > (opening?.seq ?? 0),
  )
  const answered = fromVisitor.findLast(isOver)?.seq ?? 0
  const pending = fromVisitor.filter((event) => event.seq > answered)
  const last = pending.at(-1)
  if (last === undefined) return null
  const history = linesOf(
    events.filter((event) => event.seq < pending[0]!.seq || event.actor.kind !== 'visitor'),
    texts,
  )
  const form = pending.findLast((event) => event.type === 'form')
  if (form !== undefined)
    return { occasion: { kind: 'form', form: form.data.form }, history, answers: last.id }
  const said = pending.flatMap((event) => texts.get(event.seq) ?? [])
  if (said.length === 0) return null
  return { occasion: { kind: 'said', text: said.join('\n') }, history, answers: last.id }
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
