import { textIn, type Definition, type Intent } from './definition.ts'
import type { Flow } from './flows/flow.ts'
import type { CrossValidation } from './intents/intent-types.ts'
import { languages, type Language, type Localised } from './script.ts'
import { flowTexts } from './approved-texts.ts'
import { stemsOf, wordsOf } from './tokens.ts'
import { trainingExamples } from './training-examples.ts'

/** What an author reads before publishing. Shares are 0 to 1. */
export interface Review {
  coverage: Coverage
  perIntent: { intent: string; examples: number; precision: number; recall: number }[]
  /** Most frequent first: examples of `intent` that were taken for `takenFor`. */
  confusions: CrossValidation['confusions']
  /** Examples of two intents that say nearly the same, nearest first. */
  nearDuplicates: NearDuplicate[]
  /** Texts that a language lacks in which the virtual agent greets. */
  missingTranslations: { field: string; language: Language }[]
  /** What no visitor gets to, and why. */
  unreachable: { kind: 'intent' | 'flow' | 'tool'; id: string; why: string }[]
  warnings: string[]
}

/**
 * How much of what authors wrote as examples is understood when it is held out. Rejection and confusion are
 * measured apart: `understood` is at least, `wrong` at most so much.
 */
export interface Coverage {
  heldOut: number
  understood: number
  wrong: number
  rejected: number
  /** Of turns that no intent covers, those that are rejected; null when there were none to try. */
  rejectedOutOfScope: number | null
}

export interface NearDuplicate {
  text: string
  intent: string
  other: { text: string; intent: string }
  /** Share of their words that they have in common. */
  similarity: number
}

/** @param crossValidation of the model trained on this definition; null while none is */
export function reviewDefinition(definition: Definition, crossValidation: CrossValidation | null): Review {
  return {
    coverage: coverageOf(crossValidation),
    perIntent: perIntentOf(definition, crossValidation),
    confusions: crossValidation?.confusions ?? [],
    nearDuplicates: nearDuplicatesOf(definition),
    missingTranslations: missingTranslationsOf(definition),
    unreachable: unreachableOf(definition, crossValidation),
    warnings: warningsOf(definition, crossValidation),
  }
}

/** Lists that nobody reads to their end. */
const nearDuplicatesMax = 100
const missingMax = 500
const warningsMax = 100
/** From so many words in common on, one of the two examples is in the wrong place, or the intents are one. */
const similarityMin = 0.8
/** Stems in more examples than this ("please") point at everything. */
const examplesPerStemMax = 400
/** Fewer examples and the classifier learns the words of these few visitors. */
const examplesAdvised = 8
const rejectedAdvised = 0.2
const recallAdvised = 0.5
const rejectedOutOfScopeAdvised = 0.6

function coverageOf(crossValidation: CrossValidation | null): Coverage {
  if (crossValidation === null)
    return { heldOut: 0, understood: 0, wrong: 0, rejected: 0, rejectedOutOfScope: null }
  const { heldOut, accuracy, rejectedInScope, rejectedOutOfScope, outOfScopeFrom } = crossValidation
  const understood = Math.max(0, accuracy - rejectedInScope)
  return {
    heldOut,
    understood,
    wrong: Math.max(0, 1 - understood - rejectedInScope),
    rejected: rejectedInScope,
    rejectedOutOfScope: outOfScopeFrom === 'none' ? null : rejectedOutOfScope,
  }
}

function perIntentOf(definition: Definition, crossValidation: CrossValidation | null): Review['perIntent'] {
  const measured = new Map((crossValidation?.intents ?? []).map((row) => [row.intent, row]))
  const counts = new Map<string, number>()
  for (const { label } of trainingExamples(definition)) counts.set(label, (counts.get(label) ?? 0) + 1)
  return definition.intents.map(({ id }) => ({
    intent: id,
    examples: counts.get(id) ?? 0,
    precision: measured.get(id)?.precision ?? 0,
    recall: measured.get(id)?.recall ?? 0,
  }))
}

function nearDuplicatesOf(definition: Definition): NearDuplicate[] {
  const examples = trainingExamples(definition).map(({ text, label }) => ({
    text,
    intent: label,
    stems: new Set(stemsOf(text)),
    words: wordsOf(text).join(' '),
  }))
  const withStem = new Map<string, number[]>()
  const found: NearDuplicate[] = []
  for (const [i, one] of examples.entries()) {
    const shared = new Map<number, number>()
    for (const stem of one.stems) {
      const others = withStem.get(stem) ?? []
      if (others.length < examplesPerStemMax) for (const j of others) shared.set(j, (shared.get(j) ?? 0) + 1)
      withStem.set(stem, [...others, i])
    }
    for (const [j, common] of shared) {
      const other = examples[j]!
      if (other.intent === one.intent) continue
      const all = one.stems.size + other.stems.size - common
      const similarity = one.words === other.words ? 1 : common / all
      if (similarity >= similarityMin)
        found.push({
          text: other.text,
          intent: other.intent,
          other: { text: one.text, intent: one.intent },
          similarity,
        })
    }
  }
  return found.sort((a, b) => b.similarity - a.similarity).slice(0, nearDuplicatesMax)
}

/** A language in which the virtual agent greets is one that it promises to speak. */
function spokenLanguages({ phrases, language }: Definition): Language[] {
  return languages.filter((each) => each === language || phrases.greeting[each] !== undefined)
}

function missingTranslationsOf(definition: Definition): Review['missingTranslations'] {
  const spoken = spokenLanguages(definition)
  const missing: Review['missingTranslations'] = []
  const check = (field: string, text: Localised): void => {
    for (const language of spoken) if (text[language] === undefined) missing.push({ field, language })
  }
  for (const [name, text] of Object.entries(definition.phrases) as [string, Localised][])
    check(`phrases.${name}`, text)
  for (const [i, intent] of definition.intents.entries()) {
    check(`intents[${i}].title`, intent.title)
    if (intent.answer !== undefined) check(`intents[${i}].answer`, intent.answer)
    for (const [j, { label }] of (intent.form ?? []).entries()) check(`intents[${i}].form[${j}].label`, label)
    for (const language of spoken)
      if ((intent.examples[language] ?? []).length === 0)
        missing.push({ field: `intents[${i}].examples`, language })
  }
  for (const [i, flow] of definition.flows.entries()) {
    check(`flows[${i}].title`, flow.title)
    for (const { field, text } of flowTexts(flow)) check(`flows[${i}].${field}`, text)
  }
  return missing.slice(0, missingMax)
}

function unreachableOf(
  { intents, flows, tools }: Definition,
  crossValidation: CrossValidation | null,
): Review['unreachable'] {
  const started = new Set(intents.flatMap(({ flow }) => flow ?? []))
  const byId = new Map(flows.map((flow) => [flow.id, flow]))
  const reached = new Set<string>()
  const open = [...started]
  while (open.length > 0) {
    const id = open.pop()!
    if (reached.has(id)) continue
    reached.add(id)
    open.push(...nextFlows(byId.get(id)))
  }
  const called = new Set(
    flows.flatMap((flow) =>
      reached.has(flow.id) ? flow.steps.flatMap((step) => (step.kind === 'action' ? [step.tool] : [])) : [],
    ),
  )
  const missed = (crossValidation?.intents ?? []).filter(
    ({ recall, examples }) => recall === 0 && examples > 1,
  )
  const ids = new Set(intents.map(({ id }) => id))
  return [
    ...missed
      .filter(({ intent }) => ids.has(intent))
      .map(({ intent }) => ({
        kind: 'intent' as const,
        id: intent,
        why: 'None of its examples was recognised when it was held out: only its quick reply leads here.',
      })),
    ...flows
      .filter(({ id }) => !reached.has(id))
      .map(({ id }) => ({
        kind: 'flow' as const,
        id,
        why: 'No intent starts it, and no flow that is started leads to it.',
      })),
    ...tools
      .filter(({ id }) => !called.has(id))
      .map(({ id }) => ({ kind: 'tool' as const, id, why: 'No flow that is started calls it.' })),
  ]
}

function nextFlows(flow: Flow | undefined): string[] {
  return (flow?.steps ?? []).flatMap((step) =>
    step.kind === 'link' || step.kind === 'call' ? [step.flow] : [],
  )
}

function warningsOf(definition: Definition, crossValidation: CrossValidation | null): string[] {
  const warnings: string[] = []
  const nameOf = ({ title }: Pick<Intent, 'title'>): string =>
    `“${textIn(definition, title, definition.language).text}”`
  if (crossValidation === null) warnings.push('It is not trained: the nearest example decides, word by word.')
  else {
    if (crossValidation.rejectedInScope > rejectedAdvised)
      warnings.push(
        `${percent(crossValidation.rejectedInScope)} of the held-out examples were rejected as if no intent covered them: more and more varied examples help.`,
      )
    if (
      crossValidation.outOfScopeFrom !== 'none' &&
      crossValidation.rejectedOutOfScope < rejectedOutOfScopeAdvised
    )
      warnings.push(
        `Of turns that no intent covers, only ${percent(crossValidation.rejectedOutOfScope)} were rejected: some of the others get an answer to something else.`,
      )
    for (const { intent, recall } of crossValidation.intents) {
      const known = definition.intents.find(({ id }) => id === intent)
      if (known !== undefined && recall > 0 && recall < recallAdvised)
        warnings.push(
          `${nameOf(known)}: only ${percent(recall)} of its examples were recognised when held out.`,
        )
    }
    for (const { text, intent, nearerTo } of crossValidation.doubtful.slice(0, 20))
      warnings.push(`The example “${text}” of ${intent} is nearer to ${nearerTo}.`)
  }
  for (const intent of definition.intents) {
    const own = intent.examples[definition.language]?.length ?? 0
    if (own < examplesAdvised)
      warnings.push(
        `${nameOf(intent)} has ${own} of at least ${examplesAdvised} examples in its own language.`,
      )
    if (intent.followUps.includes(intent.id))
      warnings.push(`${nameOf(intent)} offers itself after its answer.`)
  }
  warnings.push(...sameTitles(definition))
  for (const flow of definition.flows)
    if (
      !flow.steps.some(({ kind }) => kind !== 'set' && kind !== 'end' && kind !== 'call' && kind !== 'link')
    )
      warnings.push(`The flow ${nameOf(flow)} says nothing.`)
  for (const [group, on] of Object.entries(definition.triggers))
    if (!on) warnings.push(`Words of the group “${group}” call nobody: an intent or a flow must answer them.`)
  return warnings.slice(0, warningsMax)
}

/** A quick reply leads to one intent: of two with the same title, the first. */
function sameTitles({ intents }: Definition): string[] {
  const seen = new Map<string, string>()
  return intents.flatMap(({ id, title }) =>
    languages.flatMap((language) => {
      const words = wordsOf(title[language] ?? '').join(' ')
      if (words === '') return []
      const other = seen.get(words)
      seen.set(words, other ?? id)
      return other === undefined || other === id
        ? []
        : [`The quick reply “${title[language]}” of ${id} is also that of ${other}, which it leads to.`]
    }),
  )
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
