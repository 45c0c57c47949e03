import { languages, type Language } from '../script.ts'
import { foldText } from '../slots/folded-text.ts'
import { masksIn, readSlot } from '../slots/read-slot.ts'
import { leadingYesNo, yesNoOf } from '../slots/read-yes-no.ts'
import { sameValue } from '../slots/slot-json.ts'
import type { Reading, ReadingContext, Span } from '../slots/slot-type.ts'
import { stemsOf, wordsOf } from '../tokens.ts'
import type { Command } from './commands.ts'
import type { CompiledBook, CompiledFlow } from './compile-book.ts'
import type { DialogueState, Frame } from './dialogue-state.ts'
import type { Slot } from './flow.ts'

/**
 * What a visitor's text means for the flow that is open, as commands by rule. `[{ kind: 'none' }]` when it means
 * nothing to it: whoever calls may then look for another matter, or count a failed attempt. Empty when no flow is
 * open or it waits for a tool.
 */
export function proposeForFlow(
  compiled: CompiledBook,
  state: DialogueState,
  text: string,
  context: ReadingContext,
): Command[] {
  const frame = state.frames.at(-1)
  const flow = frame === undefined ? undefined : compiled.flows.get(frame.flow)
  if (frame === undefined || flow === undefined || frame.waiting?.for === 'tool') return []
  if (isCancel(text, context.language)) return [{ kind: 'cancel' }]

  const step = flow.steps.get(frame.step)?.step
  const asked =
    frame.waiting?.for === 'slot' && step?.kind === 'collect' ? flow.slots.get(step.slot) : undefined
  const yesNo = yesNoOf(text, context.language)
  if (yesNo !== null && (frame.waiting?.for === 'confirmation' || asked?.type.kind === 'yesNo'))
    return [{ kind: yesNo ? 'affirm' : 'deny' }]

  const found = new Findings(flow, frame, text, context, asked)
  const leading = leadingYesNo(text, context.language)
  const contradicts = leading?.yes === false || hasCorrectionWord(text)
  // A long answer to an open question is a story: "actually" and "Friday" are part of it.
  const story = asked?.type.kind === 'text' && wordsOf(text).length > storyWordsMin
  if (!story) found.corrections({ named: true, any: contradicts })
  if (!(contradicts && found.commands.length > 0)) found.fill()
  // "Make it Friday", said to another question, changes the day that is known.
  if (found.commands.length === 0) found.corrections({ named: true, any: true })
  if (found.commands.length > 0) return found.commands
  if (leading !== null && answersByItself(leading, frame, asked))
    return [{ kind: leading.yes ? 'affirm' : 'deny' }]
  return [{ kind: 'none' }]
}

/** A flow begins with what the text that asked for it gives: "a table for three tomorrow". */
export function proposeForStart(
  compiled: CompiledBook,
  id: string,
  text: string,
  context: ReadingContext,
): Command[] {
  const flow = compiled.flows.get(id)
  if (flow === undefined) return []
  const empty: Frame = { flow: id, step: flow.flow.start, slots: {}, waiting: null, path: [] }
  const found = new Findings(flow, empty, text, context, undefined)
  found.fill()
  return [{ kind: 'startFlow', flow: id }, ...found.commands]
}

class Findings {
  readonly commands: Command[] = []
  readonly #flow: CompiledFlow
  readonly #frame: Frame
  readonly #text: string
  readonly #context: ReadingContext
  readonly #asked: Slot | undefined
  readonly #taken: Span[]

  constructor(
    flow: CompiledFlow,
    frame: Frame,
    text: string,
    context: ReadingContext,
    asked: Slot | undefined,
  ) {
    this.#flow = flow
    this.#frame = frame
    this.#text = text
    this.#context = context
    this.#asked = asked
    this.#taken = masksIn(text)
  }

  /**
   * New values for known slots: those that the text names ("the date should be Friday"), and with `any` the latest
   * one whose type the text gives.
   */
  corrections({ named, any }: { named: boolean; any: boolean }): void {
    const known = this.#slots()
      .filter(({ name }) => this.#frame.slots[name] !== undefined)
      .reverse()
    const mentioned = known.filter((slot) => named && this.#names(slot))
    for (const slot of mentioned) this.#correct(slot, true)
    if (!any) return
    for (const slot of known) if (this.commands.length === 0) this.#correct(slot, false)
    // "No, five": where nothing is asked for, even a bare number is about what is known.
    if (this.#asked === undefined)
      for (const slot of known) if (this.commands.length === 0) this.#correct(slot, true)
  }

  #correct(slot: Slot, expected: boolean): void {
    // A yes is never a correction, and a sentence is one of every text.
    if (slot.type.kind === 'yesNo' || slot.type.kind === 'text') return
    // What was just asked for takes its answer first: "no, on Monday" to "until which day?".
    if (!expected && this.#asked?.type.kind === slot.type.kind) return
    // "Not Monday, Tuesday": the last one said is the one that is meant.
    const reading = this.#readings(slot, expected).findLast(
      ({ value }) => !sameValue(value, this.#frame.slots[slot.name]!),
    )
    if (reading !== undefined) this.#add('correctSlot', slot, reading)
  }

  /** The slot that was asked for, then others that the text gives without being asked. */
  fill(): void {
    if (this.#asked !== undefined) {
      const [reading] = this.#readings(this.#asked, true)
      if (reading !== undefined) this.#add('setSlot', this.#asked, reading)
    }
    const missing = this.#slots().filter(
      (slot) =>
        this.#frame.slots[slot.name] === undefined &&
        slot !== this.#asked &&
        givenUnasked.has(slot.type.kind),
    )
    for (const slot of missing) {
      const readings = this.#readings(slot, false)
      // A bare number could be any of two quantities.
      if (slot.type.kind === 'quantity' && missing.filter(({ type }) => type.kind === 'quantity').length > 1)
        continue
      const [reading] = readings
      if (reading !== undefined) this.#add('setSlot', slot, reading)
    }
  }

  /** In the order in which the flow declares them; only what visitors fill. */
  #slots(): Slot[] {
    return [...this.#flow.slots.values()].filter(({ name }) => this.#flow.collected.has(name))
  }

  #readings(slot: Slot, expected: boolean): Reading[] {
    return readSlot(slot.type, this.#text, { ...this.#context, expected }).filter(
      ({ span }) => !this.#taken.some((other) => other.start < span.end && span.start < other.end),
    )
  }

  #names(slot: Slot): boolean {
    const said = new Set(stemsOf(this.#text))
    return languages.some((language) => {
      const stems = stemsOf(slot.title[language] ?? '')
      return stems.length > 0 && stems.every((stem) => said.has(stem))
    })
  }

  #add(kind: 'setSlot' | 'correctSlot', slot: Slot, reading: Reading): void {
    this.#taken.push(reading.span)
    this.commands.push({ kind, slot: slot.name, span: reading.span })
  }
}

/** Types that show themselves in any sentence; a free text or a yes is one only where it was asked for. */
const givenUnasked = new Set([
  'date',
  'dateRange',
  'time',
  'money',
  'quantity',
  'code',
  'email',
  'phone',
  'choice',
])

const storyWordsMin = 6

/** "Yes, go on then" is a yes, "yes, but not there" is not. So few words follow an answer that is one by itself. */
const wordsAfterAnswerMax = 6

function answersByItself(
  leading: { yes: boolean; rest: string },
  frame: Frame,
  asked: Slot | undefined,
): boolean {
  if (frame.waiting?.for !== 'confirmation' && asked?.type.kind !== 'yesNo') return false
  const rest = wordsOf(leading.rest)
  // A no is safe however it goes on: nothing is done.
  if (!leading.yes && frame.waiting?.for === 'confirmation') return true
  return rest.length <= wordsAfterAnswerMax && !rest.some((word) => reservations.has(word))
}

const reservations = new Set(
  `but not no except instead wait pero no espera aber nicht kein keine statt warte sondern لكن لا`.split(
    /\s+/,
  ),
)

const correctionWords: Record<Language, RegExp> = {
  en: /(?<!\p{L})(?:actually|i meant?|i mean|i said|sorry|rather|instead|correction|make (?:it|that)|change (?:it|that)|wait|not \p{L}+ but|should be|scratch that)(?!\p{L})/u,
  es: /(?<!\p{L})(?:en realidad|mejor|perdon|perdona|quise decir|queria decir|quiero decir|corrijo|me equivoque|mas bien|espera|cambial[oa]|digo)(?!\p{L})/u,
  de: /(?<!\p{L})(?:eigentlich|ich meinte?|doch lieber|lieber|sorry|entschuldigung|korrektur|vielmehr|stattdessen|moment|ach nein|sondern|andere es|andern sie)(?!\p{L})/u,
  ar: /(?<!\p{L})(?:اقصد|في الواقع|عفوا|بل)(?!\p{L})/u,
}

function hasCorrectionWord(text: string): boolean {
  const folded = foldText(text)
  return languages.some((language) => correctionWords[language].test(folded))
}

/** Giving up the matter, in so many words and no more: "cancel my booking" is another matter. */
const cancels: Record<Language, Set<string>> = {
  en: phrases(`never mind|nevermind|cancel|cancel this|cancel that|cancel it|forget it|forget about it|forget that|stop|stop
    this|stop it|quit|exit|abort|leave it|lets leave it|i changed my mind|ive changed my mind|i dont want this anymore|
    i dont want to anymore|lets stop|lets stop here|drop it`),
  es: phrases(`olvidalo|olvidelo|dejalo|dejelo|dejalo estar|cancela|cancelar|cancelalo|cancelelo|cancela esto|para|basta|
    ya no quiero|ya no importa|no importa|da igual|he cambiado de idea|he cambiado de opinion|mejor no sigamos`),
  de: phrases(`abbrechen|abbruch|brich ab|brechen sie ab|vergiss es|vergessen sie es|lass es|lassen sie es|lass gut sein|
    lassen wir das|lass mal|stopp|stop|schon gut|egal|hat sich erledigt|ich habe es mir anders uberlegt|doch nicht|
    stornieren|ich will nicht mehr|ich mochte abbrechen`),
  ar: phrases(`الغاء|الغ|انس الامر|لا يهم|توقف|لا اريد ذلك`),
}

function phrases(written: string): Set<string> {
  return new Set(written.split('|').map((phrase) => phrase.trim().replaceAll(/\s+/g, ' ')))
}

function isCancel(text: string, language: Language): boolean {
  const said = wordsOf(text)
    .join(' ')
    .replace(/^(?:(?:ok|okay|oh|ah|no|nein|ach|bueno|please|bitte|sorry|actually|well) )+/, '')
    .replace(/(?: (?:please|thanks|thank you|bitte|danke|por favor|gracias|then|now))+$/, '')
  return [language, ...languages].some((each) => cancels[each].has(said))
}
