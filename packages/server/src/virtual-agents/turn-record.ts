import type { ConversationEvent } from '@candor/protocol/events.ts'
import { contactForm, type Decision, type Say, type Summary } from '@candor/virtual-agent/decision.ts'
import { textIn, type Definition } from '@candor/virtual-agent/definition.ts'
import type { Language, Localised } from '@candor/virtual-agent/script.ts'
import type { TurnRecord } from '@candor/virtual-agent/turn-record.ts'
import type { Occasion } from '@candor/virtual-agent/turn.ts'

/** A decision as it is kept. */
export function recordOf(occasion: Occasion['kind'], decision: Decision): TurnRecord {
  const { state, trace } = decision
  const kept = { version: 1, occasion, state, trace } as const
  switch (decision.kind) {
    case 'reply':
      return { ...kept, does: { kind: 'reply', say: decision.say } }
    case 'handOver': {
      const { say, reason, summary } = decision
      return { ...kept, does: { kind: 'handOver', say, reason, summary } }
    }
    case 'call':
      return { ...kept, does: { kind: 'call', call: decision.call, say: decision.say ?? null } }
  }
}

/** Why it hands over without its rules having said so. */
export type Withheld =
  /** What it would have kept or said reads as card data. */
  | 'card-data'
  /** What it would have said is none of the approved texts. */
  | 'text-not-approved'
  /** What it had decided was masked or deleted together with the words it was made from. */
  | 'record-gone'
  /** A flow that calls one tool after the other without an end. */
  | 'too-many-steps'
  /** A fault of this program. */
  | 'fault'

/** Hands over with nothing of the conversation in it. @param say see `farewell`; null says nothing. */
export function withheldRecord(occasion: Occasion['kind'], reason: Withheld, say: Say | null): TurnRecord {
  const summary: Summary = { wish: null, slots: [], done: [], reason }
  return {
    version: 1,
    occasion,
    does: { kind: 'handOver', say, reason, summary },
    state: null,
    trace: null,
  }
}

/** What is said at a hand-over, as the definition has it. */
export function farewell(definition: Definition, language: Language, agentsOnline: boolean): Say {
  const { phrases } = definition
  const said = (name: 'handOver' | 'nobodyHere', text: Localised): Pick<Say, 'text' | 'parts'> => {
    const found = textIn(definition, text, language)
    return { text: found.text, parts: [{ textId: `phrases.${name}.${found.language}`, values: {} }] }
  }
  if (agentsOnline) return { ...said('handOver', phrases.handOver), options: [] }
  const { text: label } = textIn(definition, phrases.emailLabel, language)
  const fields = [{ name: 'email', label, input: 'email', required: true } as const]
  return { ...said('nobodyHere', phrases.nobodyHere), options: [], form: { id: contactForm, fields } }
}

/** Null for one that this program cannot read: of another version of it, or emptied. */
export function readRecord(event: Extract<ConversationEvent, { type: 'turn' }>): TurnRecord | null {
  const { record } = event.data
  return record?.['version'] === 1 ? (record as unknown as TurnRecord) : null
}
