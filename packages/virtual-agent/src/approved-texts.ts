import type { SaidPart, Say } from './decision.ts'
import { textIn, type Definition } from './definition.ts'
import type { Flow, Slot, Step } from './flows/flow.ts'
import { placeholdersOf, renderText } from './flows/template.ts'
import type { Article } from './knowledge/article.ts'
import { chunkArticle } from './knowledge/chunk-article.ts'
import { languages, type Language, type Localised } from './script.ts'
import { formatSlot } from './slots/format-slot.ts'
import { fitsType } from './slots/slot-json.ts'

/** One text that a person approved, in one language. */
export interface ApprovedText {
  text: string
  language: Language
  /** What its `{placeholders}` are; null: it has none, and braces are braces. */
  slots: ReadonlyMap<string, Slot> | null
}

/** All that may be sent: texts by their id, quick replies, and labels of form fields. */
export interface ApprovedTexts {
  texts: ReadonlyMap<string, ApprovedText>
  options: ReadonlySet<string>
  labels: ReadonlySet<string>
}

/** What a definition and the approved ones among these articles may say. */
export function approvedTexts(definition: Definition, articles: readonly Article[]): ApprovedTexts {
  const texts = definitionTexts(definition)
  for (const article of articles)
    if (article.approved)
      for (const { id, text } of chunkArticle(article)) addPassage(texts, { ...article, id, text })
  return { texts, options: optionsOf(definition), labels: labelsOf(definition) }
}

/**
 * Whether all of it is made of approved texts: every part is rendered anew from its text and its typed values and
 * compared with what is to be sent. A free text is never approved, whoever it comes from.
 */
export function isApproved(approved: ApprovedTexts, say: Say): boolean {
  const rendered = say.parts.map((part) => {
    const known = approved.texts.get(part.textId)
    return known !== undefined && fits(known, part) ? renderPart(known, part) : null
  })
  return (
    rendered.length > 0 &&
    !rendered.includes(null) &&
    rendered.join(paragraph) === say.text &&
    say.options.every((option) => approved.options.has(option)) &&
    (say.form?.fields ?? []).every(({ label }) => approved.labels.has(label))
  )
}

/** Between the parts of what is said. */
export const paragraph = '\n\n'

export function renderPart(known: ApprovedText, part: SaidPart): string {
  const { text, language, slots } = known
  return slots === null ? text : renderText({ [language]: text }, language, language, slots, part.values)
}

/** An article is quoted word for word, with where it stands. */
export function quotedPassage({
  text,
  title,
  address,
}: Pick<Article, 'title' | 'address'> & { text: string }): string {
  return `${text}${paragraph}${address === null ? `— ${title}` : `— ${title}: ${address}`}`
}

export function passageTextId(passage: string): string {
  return `passages.${passage}`
}

export function addPassage(
  texts: Map<string, ApprovedText>,
  passage: Pick<Article, 'title' | 'address' | 'language'> & { id: string; text: string },
): void {
  texts.set(passageTextId(passage.id), {
    text: quotedPassage(passage),
    language: passage.language,
    slots: null,
  })
}

/** Texts of a definition by id: `phrases.greeting.en`, `intents.refund.answer.de`, `flows.table.steps.ask-day.ask.en`. */
export function definitionTexts(definition: Definition): Map<string, ApprovedText> {
  const texts = new Map<string, ApprovedText>()
  const add = (id: string, text: Localised, slots: ApprovedText['slots']): void => {
    for (const language of languages)
      if (text[language] !== undefined)
        texts.set(`${id}.${language}`, { text: text[language], language, slots })
  }
  const title = new Map([['title', titleSlot(definition)]])
  for (const [name, text] of Object.entries(definition.phrases) as [string, Localised][])
    add(`phrases.${name}`, text, namesFlow.has(name) ? title : null)
  for (const intent of definition.intents)
    if (intent.answer !== undefined) add(`intents.${intent.id}.answer`, intent.answer, null)
  for (const flow of definition.flows) for (const { id, text, slots } of flowTexts(flow)) add(id, text, slots)
  return texts
}

/** Phrases with a `{title}`: that of a flow. */
const namesFlow = new Set(['backTo', 'cancelled', 'stopped'])

export interface FlowText {
  id: string
  /** `steps[3].ask` */
  field: string
  text: Localised
  slots: ReadonlyMap<string, Slot>
}

export function flowTexts(flow: Flow): FlowText[] {
  const slots = new Map(flow.slots.map((slot) => [slot.name, slot]))
  return flow.steps.flatMap((step, i) =>
    textsOfStep(step).map(({ field, text }) => ({
      id: `flows.${flow.id}.steps.${step.id}.${field}`,
      field: `steps[${i}].${field.replace(/\.(\d+)\./, '[$1].')}`,
      text,
      slots,
    })),
  )
}

/** Free texts that a flow would put into a sentence: not approved by anybody. */
export function freeTextsIn({ text, slots }: FlowText): string[] {
  return Object.values(text).flatMap((each) =>
    placeholdersOf(each).filter((name) => slots.get(name)?.type.kind === 'text'),
  )
}

function textsOfStep(step: Step): { field: string; text: Localised }[] {
  switch (step.kind) {
    case 'collect':
      return [
        { field: 'ask', text: step.ask },
        ...(step.again === undefined ? [] : [{ field: 'again', text: step.again }]),
        ...(step.rejections ?? []).map(({ say }, i) => ({ field: `rejections.${i}.say`, text: say })),
      ]
    case 'action':
      return step.confirm === undefined ? [] : [{ field: 'confirm', text: step.confirm }]
    case 'say':
      return [{ field: 'say', text: step.say }]
    case 'handOver':
      return step.say === undefined ? [] : [{ field: 'say', text: step.say }]
    case 'set':
    case 'link':
    case 'call':
    case 'end':
      return []
  }
}

/** The title of a flow is a choice among the titles of all flows. */
function titleSlot(definition: Definition): Slot {
  const inAll = (text: Localised): Localised =>
    Object.fromEntries(languages.map((language) => [language, textIn(definition, text, language).text]))
  return {
    name: 'title',
    title: {},
    type: { kind: 'choice', choices: definition.flows.map(({ id, title }) => ({ id, title: inAll(title) })) },
  }
}

function optionsOf(definition: Definition): Set<string> {
  const { phrases, intents, flows } = definition
  const texts = [
    phrases.personOption,
    phrases.confirmYes,
    phrases.confirmNo,
    phrases.helpedYes,
    phrases.helpedNo,
    ...intents.map(({ title }) => title),
    ...flows.flatMap((flow) => [
      ...flow.steps.flatMap((step) => (step.kind === 'collect' ? (step.options ?? []) : [])),
      ...flow.slots.flatMap(({ type }) =>
        type.kind === 'choice' ? type.choices.map(({ title }) => title) : [],
      ),
    ]),
  ]
  return new Set(texts.flatMap((text) => Object.values(text)))
}

function labelsOf({ phrases, intents }: Definition): Set<string> {
  const labels = [
    phrases.emailLabel,
    ...intents.flatMap(({ form }) => (form ?? []).map(({ label }) => label)),
  ]
  return new Set(labels.flatMap((label) => Object.values(label)))
}

function fits({ language, slots }: ApprovedText, { values }: SaidPart): boolean {
  if (slots === null) return Object.keys(values).length === 0
  return Object.entries(values).every(([name, value]) => {
    const type = slots.get(name)?.type
    return (
      type !== undefined &&
      type.kind !== 'text' &&
      fitsType(type, value) &&
      formatSlot(value, language, type) !== ''
    )
  })
}
