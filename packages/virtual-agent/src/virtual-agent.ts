import type { FormField } from '@candor/protocol/events.ts'
import { openMatcher, type Matcher } from './match-topic.ts'
import { languages, textOf, type Language, type Script, type Topic } from './script.ts'
import { languageOf, wordsOf } from './tokens.ts'
import { triggerOf } from './wants-person.ts'

/** What was said before, oldest first. Texts are screened. */
export interface Line {
  by: 'visitor' | 'virtual-agent' | 'person'
  text: string
}

/** Why the virtual agent is asked now. */
export type Occasion =
  | { kind: 'started' }
  /** One turn: what the visitor wrote in quick succession, joined by line ends. Screened. */
  | { kind: 'said'; text: string }
  /** The visitor answered the form with this id; what was answered is not the engine's business. */
  | { kind: 'form'; form: string }
  /** A person handed the conversation back. */
  | { kind: 'back' }

export interface Turn {
  occasion: Occasion
  history: readonly Line[]
  /** BCP 47, as the visitor's browser says it. */
  locale: string | null
  /** Whether a person can answer now. */
  agentsOnline: boolean
}

export interface Say {
  text: string
  /** Quick replies: what the visitor says when they choose one. */
  options: string[]
  form?: { id: string; fields: FormField[] }
}

export type Decision =
  | { kind: 'reply'; say: Say }
  /** Say this, then give the conversation to the people. `reason`: lower-case words joined by hyphens. */
  | { kind: 'handOver'; say: Say; reason: string }

/**
 * Decides what a virtual agent does next. Pure and deterministic: the same turn gets the same decision, so that a
 * turn taken again after a crash says the same.
 */
export function decide(script: Script, turn: Turn): Decision {
  const { occasion } = turn
  const language = languageOfTurn(script, turn)
  switch (occasion.kind) {
    case 'started':
      return reply(script, language, script.phrases.greeting, script.topics.slice(0, optionsMax))
    case 'back':
      return reply(script, language, script.phrases.back, script.topics.slice(0, optionsMax))
    case 'form':
      return decideForm(script, turn, language, occasion.form)
    case 'said':
      return decideSaid(script, turn, language, occasion.text)
  }
}

/** Form that asks where to answer when nobody is here. */
export const contactForm = 'contact'
/** As the card guard of this installation writes a mask: `maskOf` in card-guard. */
export const cardMask = /\[(?:card|security|expiry)[a-z ]* removed\]/g

/** Quick replies beside "talk to a person": more are a menu that nobody reads. */
const optionsMax = 4
/** So few words that thanks or a good-bye is all that is meant. */
const courtesyWordsMax = 5
const courtesies = new Set(
  `thanks thank thx cheers bye goodbye great perfect gracias adios perfecto vale danke tschuss super perfekt dankeschon
   شكرا مشكور ممتاز`.split(/\s+/),
)

function decideSaid(script: Script, turn: Turn, language: Language, said: string): Decision {
  const text = said.replaceAll(cardMask, ' ').trim()
  const chosen = topicOfOption(script, said)
  if (chosen === 'person') return handOver(script, turn, language, 'asked-for-a-person')
  if (chosen !== null) return answer(script, turn, language, chosen)
  const trigger = triggerOf(text)
  if (trigger !== null) return handOver(script, turn, language, trigger)
  const match = matcherOf(script).match(text)
  if (match.kind === 'topic') return answer(script, turn, language, match.topic)
  if (text !== said.trim()) return reply(script, language, script.phrases.cardRemoved, [])
  const words = wordsOf(text)
  if (words.length <= courtesyWordsMax && words.some((word) => courtesies.has(word)))
    return reply(script, language, script.phrases.welcome, [])
  // One question back; whoever is not understood twice in a row gets a person.
  if (wasAskedBack(script, turn)) return handOver(script, turn, language, 'not-understood')
  return match.kind === 'several'
    ? reply(script, language, script.phrases.whichOne, match.topics)
    : reply(script, language, script.phrases.notUnderstood, script.topics.slice(0, optionsMax))
}

function decideForm(script: Script, turn: Turn, language: Language, form: string): Decision {
  const topic = script.topics.find((known) => formOf(known) === form)
  if (topic === undefined) return reply(script, language, script.phrases.formThanks, [])
  // What was filled in is for a person to act on, whether somebody is here now or later.
  const say = { text: textOf(script, script.phrases.formThanks, language), options: [] }
  return turn.agentsOnline
    ? { kind: 'handOver', reason: topic.id, say }
    : handOver(script, turn, language, topic.id)
}

function answer(script: Script, turn: Turn, language: Language, topic: Topic): Decision {
  const text = textOf(script, topic.answer, language)
  if (topic.person) {
    const over = handOver(script, turn, language, topic.id)
    return { ...over, say: { ...over.say, text: `${text}\n\n${over.say.text}` } }
  }
  const followUps = topic.followUps.flatMap((id) => script.topics.find((other) => other.id === id) ?? [])
  const say = { text, options: optionsOf(script, language, followUps) }
  if (topic.form === undefined) return { kind: 'reply', say }
  const fields = topic.form.map(({ label, ...field }) => ({
    ...field,
    label: textOf(script, label, language),
  }))
  return { kind: 'reply', say: { ...say, form: { id: formOf(topic), fields } } }
}

function reply(script: Script, language: Language, phrase: Topic['answer'], offered: Topic[]): Decision {
  return {
    kind: 'reply',
    say: { text: textOf(script, phrase, language), options: optionsOf(script, language, offered) },
  }
}

/** Outside the hours of the people it says so, asks where to answer, and the conversation waits for them. */
function handOver(
  script: Script,
  turn: Turn,
  language: Language,
  reason: string,
): Extract<Decision, { kind: 'handOver' }> {
  const { phrases } = script
  if (turn.agentsOnline)
    return {
      kind: 'handOver',
      reason,
      say: { text: textOf(script, phrases.handOver, language), options: [] },
    }
  const email: FormField = {
    name: 'email',
    label: textOf(script, phrases.emailLabel, language),
    input: 'email',
    required: true,
  }
  return {
    kind: 'handOver',
    reason,
    say: {
      text: textOf(script, phrases.nobodyHere, language),
      options: [],
      form: { id: contactForm, fields: [email] },
    },
  }
}

function optionsOf(script: Script, language: Language, topics: readonly Topic[]): string[] {
  return [
    ...topics.map((topic) => textOf(script, topic.title, language)),
    textOf(script, script.phrases.personOption, language),
  ]
}

function topicOfOption(script: Script, said: string): Topic | 'person' | null {
  const words = wordsOf(said).join(' ')
  const is = (label: string | undefined): boolean => label !== undefined && wordsOf(label).join(' ') === words
  if (languages.some((language) => is(script.phrases.personOption[language]))) return 'person'
  return script.topics.find((topic) => languages.some((language) => is(topic.title[language]))) ?? null
}

function wasAskedBack(script: Script, turn: Turn): boolean {
  const last = turn.history.findLast((line) => line.by === 'virtual-agent')?.text
  const questions = [script.phrases.notUnderstood, script.phrases.whichOne]
  return last !== undefined && questions.some((phrase) => Object.values(phrase).includes(last))
}

/** What the visitor writes shows it better than their browser's setting; a short text shows it less. */
function languageOfTurn(script: Script, turn: Turn): Language {
  const texts = turn.history.filter((line) => line.by === 'visitor').map((line) => line.text)
  if (turn.occasion.kind === 'said') texts.push(turn.occasion.text)
  for (const text of texts.reverse()) {
    const shown = languageOfOption(script, text) ?? languageOf(text)
    if (shown !== null) return shown
  }
  const wanted = turn.locale?.slice(0, 2).toLowerCase()
  return languages.find((language) => language === wanted) ?? script.language
}

/** A quick reply was written by us: its language is known. */
function languageOfOption(script: Script, said: string): Language | null {
  const labels = [script.phrases.personOption, ...script.topics.map((topic) => topic.title)]
  return languages.find((language) => labels.some((label) => label[language] === said)) ?? null
}

function formOf(topic: Topic): string {
  return `topic-${topic.id}`
}

/** Made once for each script; a script that is no longer used takes its matcher with it. */
const matchers = new WeakMap<Script, Matcher<Topic>>()

function matcherOf(script: Script): Matcher<Topic> {
  let matcher = matchers.get(script)
  if (matcher === undefined) matchers.set(script, (matcher = openMatcher(script.topics)))
  return matcher
}
