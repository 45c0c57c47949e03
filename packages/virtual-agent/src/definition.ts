import type { FormField } from '@candor/protocol/events.ts'
import type { Flow } from './flows/flow.ts'
import type { Tool } from './flows/tool.ts'
import type { Language, Localised } from './script.ts'

/**
 * What a tenant's virtual agent knows, says and may do: data, written by people, never code. `parseDefinition` is
 * the only way in.
 */
export interface Definition {
  version: 2
  /** Name under which it speaks. */
  name: string
  /** Every text is there in this language; it stands in for the others. */
  language: Language
  phrases: Phrases
  intents: Intent[]
  flows: Flow[]
  /** Without secrets: the server keeps those sealed, by the id of the tool. */
  tools: Tool[]
  /** Groups of words that call a person before anything else is looked at. */
  triggers: Triggers
  /** Whatever is sent is a member of the approved texts; see approved-texts.ts. */
  approvedOnly: boolean
}

export interface Phrases {
  greeting: Localised
  /** Nothing fits, the first time. */
  notUnderstood: Localised
  /** Two or three things fit alike; they are the quick replies. */
  whichOne: Localised
  /** A person will answer. */
  handOver: Localised
  /** Nobody is here now; with it goes a form that asks for an e-mail address. */
  nobodyHere: Localised
  emailLabel: Localised
  /** A form was answered. */
  formThanks: Localised
  /** Quick reply that asks for a person; offered with everything it says. */
  personOption: Localised
  /** A person handed the conversation back. */
  back: Localised
  /** The card guard masked a card in what the visitor wrote. */
  cardRemoved: Localised
  /** A few words of thanks or good-bye, answered without starting over. */
  welcome: Localised
  /** Quick replies below a question that is confirmed, such as "Shall I cancel it?". */
  confirmYes: Localised
  confirmNo: Localised
  /** The visitor gave up what was under way, and nothing was done; `{title}` is that of the flow. */
  cancelled: Localised
  /** The same, where something was done before. */
  stopped: Localised
  /** After a question in the middle of a flow, before its own question: `{title}` is that of the flow. */
  backTo: Localised
  /** What was answered could not be read; the question follows. */
  notRead: Localised
  /** A yes or a no is needed; the question follows. */
  notConfirmed: Localised
  /** A system that was asked has not answered yet. */
  waiting: Localised
  /** Nothing came back from a system that was asked, or not what was agreed; a person goes on. */
  toolFailed: Localised
  /** Somebody speaks of harming themselves. A person comes at once; this is read before. It gives no advice. */
  crisis: Localised
  /** Somebody is in danger now. A person comes at once; this is read before. */
  emergency: Localised
  /** Quick replies below an answer: it helped, it did not. */
  helpedYes: Localised
  helpedNo: Localised
  /** It helped. */
  helpedThanks: Localised
  /** It did not help: what else it may have been are the quick replies. */
  notHelped: Localised
}

/** Words that call a person at once. Those of a crisis, and the wish for a person, cannot be switched off. */
export interface Triggers {
  /** Profanity, outrage, a complaint that is to go up. */
  anger: boolean
  /** Charged twice, a stolen card, fraud. A bank that answers these itself switches it off. */
  payment: boolean
  /** A lawyer, a regulator, data protection, an injury. */
  legal: boolean
  /** Fire, gas, an accident happening now. */
  emergency: boolean
  /** "That is not what I asked." */
  rejection: boolean
}

/** One thing that visitors want, and what is done about it. */
export interface Intent {
  /** Lower-case words joined by hyphens; also the reason of a hand-over. */
  id: string
  /** Quick reply that leads here. */
  title: Localised
  /** How people ask, in their own words. */
  examples: Partial<Record<Language, string[]>>
  /** Either an authored text … */
  answer?: Localised
  /** … or the id of the flow that it starts. */
  flow?: string
  /** Intents offered after the answer. */
  followUps: string[]
  /** After the answer a person goes on. */
  person?: true
  /** Asked for with the answer; a person goes on when it was filled in. */
  form?: IntentField[]
}

export interface IntentField {
  name: string
  label: Localised
  input: FormField['input']
  required: boolean
}

/** In the visitor's language where the text exists, else in the definition's own. */
export function textIn(
  definition: Pick<Definition, 'language'>,
  text: Localised,
  language: Language,
): { text: string; language: Language } {
  const own = text[language]
  return own === undefined
    ? { text: text[definition.language]!, language: definition.language }
    : { text: own, language }
}

/** Everything of a definition as JSON: it is held in memory by every process, one for each tenant. */
export const definitionBytesMax = 4_000_000
/** More intents than this and nobody keeps them apart by hand. */
export const intentsMax = 200
export const flowsMax = 50
export const toolsMax = 50
/** For one intent in one language. */
export const examplesMax = 500
export const exampleCharactersMax = 300
/** An answer is read in a small panel; more belongs on a page that the answer names. */
export const answerCharactersMax = 1_200
/** A quick reply is a button. */
export const titleCharactersMax = 60
export const idCharactersMax = 40
export const followUpsMax = 4
export const fieldsMax = 6
