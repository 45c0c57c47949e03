import { datesIn } from '../slots/read-date.ts'
import { timesIn } from '../slots/read-time.ts'
import type { Choice, SlotType } from '../slots/slot-type.ts'
import { stemsOf, wordsOf } from '../tokens.ts'
import { successorsOf } from './compile-book.ts'
import type { Branch, Flow, FlowBook, Slot, Step } from './flow.ts'
import type { Tool, ToolField } from './tool.ts'

/**
 * A task as the STAR corpus describes it (Mosig, Mehri, Kober 2020, arXiv 2010.11853): replies by label, and a graph
 * from a label or an outcome ("yes", "available", "query_failure") to the label that follows.
 */
export interface TaskGraph {
  task: string
  replies: Record<string, string>
  graph: Record<string, string>
}

/** The knowledge base behind a task. */
export interface TaskApi {
  input: TaskApiField[]
  output: TaskApiField[]
  required: string[]
}

export interface TaskApiField {
  Name: string
  Type: string
  Categories?: string[]
  Min?: number
  Max?: number
}

/** Labels of what happens to a flow, not of what it does. Whoever answers decides: the visitor, or the tool. */
const visitorOutcomes = ['yes', 'no', 'done']
const toolOutcomes = ['query_success', 'query_failure', 'available', 'unavailable']
const judgedOutcomes = ['correct', 'incorrect', 'noanswer']

/**
 * The flow of a task, by rule from its graph: nothing is written for any one task.
 *
 * - `hello` and other replies are said; `…_ask_…` and replies that name criteria collect a slot, whose type follows
 *   the field of the API with the same words;
 * - `query`, `query_check` and `query_book` call a tool; booking changes something, so the reply that asks for it
 *   becomes its confirmation;
 * - a reply that asks and has no successor waits for yes, no or done, and goes where the graph leads them;
 * - outcomes of a query are branches on a field of the tool's answer;
 * - a way back forgets what is collected on it, so that it is asked for again.
 */
export function flowFromTaskGraph(task: TaskGraph, api: TaskApi): { flow: Flow; tools: Tool[] } {
  return new Conversion(task, api).convert()
}

export function bookFromTaskGraphs(tasks: { graph: TaskGraph; api: TaskApi }[]): FlowBook {
  const converted = tasks.map(({ graph, api }) => flowFromTaskGraph(graph, api))
  return {
    version: 1,
    language: 'en',
    tools: converted.flatMap(({ tools }) => tools),
    flows: converted.map(({ flow }) => flow),
  }
}

/** The id of the step that a label became; labels of the corpus use underscores. */
export function stepIdOf(label: string): string {
  return label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

class Conversion {
  readonly #task: TaskGraph
  readonly #api: TaskApi
  readonly #id: string
  readonly #steps: Step[] = []
  readonly #slots = new Map<string, Slot>()
  readonly #tools = new Map<string, Tool>()
  /** Labels that are steps already, or are being made. */
  readonly #made = new Set<string>()

  constructor(task: TaskGraph, api: TaskApi) {
    this.#task = task
    this.#api = api
    this.#id = stepIdOf(task.task)
  }

  convert(): { flow: Flow; tools: Tool[] } {
    const start = this.#graph['hello'] === undefined ? Object.keys(this.#graph)[0]! : 'hello'
    const open = [start]
    while (open.length > 0) {
      const label = open.shift()!
      if (this.#made.has(label) || label === endLabel) continue
      this.#made.add(label)
      open.push(...this.#make(label))
    }
    this.#steps.push({ id: endLabel, kind: 'end' })
    this.#addForgetting(stepIdOf(start))
    this.#fillTools()
    const reached = closure(stepIdOf(start), (id) => this.#leadsTo(id))
    return {
      flow: {
        id: this.#id,
        title: { en: this.#task.task.replaceAll('_', ' ') },
        slots: [...this.#slots.values()],
        start: stepIdOf(start),
        steps: this.#steps.filter(({ id }) => reached.has(id)),
      },
      tools: [...this.#tools.values()],
    }
  }

  get #graph(): Record<string, string> {
    return this.#task.graph
  }

  /** Makes the step of a label and answers the labels that it leads to. */
  #make(label: string): string[] {
    if (isQuery(label)) return this.#makeQuery(label, null)
    const booking = this.#bookingAfter(label)
    if (booking !== null) return this.#makeQuery(booking, label)
    const next = this.#graph[label]
    if (isAsk(label)) {
      const outcomes = next === undefined ? this.#outcomesAfter(label) : []
      const own = next ?? (outcomes.length > 0 ? null : endLabel)
      return own === null ? this.#makeQuestion(label, outcomes) : this.#makeCollect(label, own)
    }
    if (next === undefined) {
      const outcomes = this.#outcomesAfter(label)
      if (outcomes.length > 0) return this.#makeQuestion(label, outcomes)
    }
    const to = next ?? this.#afterStatement(label)
    this.#steps.push({ id: stepIdOf(label), kind: 'say', say: this.#text(label), next: stepIdOf(to) })
    return [to]
  }

  #makeCollect(label: string, next: string): string[] {
    const slot = this.#slotFor(label)
    const missing = this.#missingOutcome(label)
    this.#steps.push({
      id: stepIdOf(label),
      kind: 'collect',
      slot: slot.name,
      ask: this.#text(label),
      ...(missing === null ? {} : { onFailure: stepIdOf(missing) }),
      next: stepIdOf(next),
    })
    return missing === null ? [next] : [next, missing]
  }

  /** A reply that waits for an outcome: the visitor chooses, or a tool judges what the visitor answered. */
  #makeQuestion(label: string, outcomes: string[]): string[] {
    const id = stepIdOf(label)
    const name = nameOf(`answer_to_${label}`)
    const judged = outcomes.some((outcome) => judgedOutcomes.includes(outcome))
    this.#slot(name, judged ? { kind: 'text' } : choiceOf(outcomes))
    const decided = judged ? nameOf(`outcome_of_${label}`) : name
    const next = this.#branches(label, decided, outcomes)
    this.#steps.push({
      id,
      kind: 'collect',
      slot: name,
      ask: this.#text(label),
      next: judged ? `${id}-judge` : next,
    })
    if (judged) {
      this.#slot(decided, choiceOf(outcomes))
      const tool = `${this.#id}-judge`
      this.#tool(tool, 'read', outcomes)
      const args = { answer: { slot: name } }
      this.#steps.push({ id: `${id}-judge`, kind: 'action', tool, args, save: { outcome: decided }, next })
    }
    return outcomes.map((outcome) => this.#targetOf(label, outcome))
  }

  #makeQuery(label: string, confirmation: string | null): string[] {
    const writes = label === 'query_book'
    const tool = writes ? `${this.#id}-book` : this.#id
    const own = this.#graph[label]
    const outcomes = own === undefined ? this.#toolOutcomesOf(label) : []
    this.#tool(tool, writes ? 'write' : 'read', outcomes)
    const decided = nameOf(`outcome_of_${label}`)
    if (outcomes.length > 0) this.#slot(decided, choiceOf(outcomes))
    // A booking that may have been made is for a person; a search that found nothing has a reply.
    const nothing = writes
      ? undefined
      : Object.keys(this.#task.replies).find((other) => isNothingFound(other))
    const denied = confirmation === null ? undefined : this.#graph['no']
    this.#steps.push({
      id: stepIdOf(confirmation ?? label),
      kind: 'action',
      tool,
      args: {},
      save: outcomes.length > 0 ? { outcome: decided } : {},
      ...(writes
        ? { confirm: confirmation === null ? { en: this.#reply(label) } : this.#text(confirmation) }
        : {}),
      ...(denied === undefined ? {} : { onDenied: stepIdOf(denied) }),
      ...(nothing === undefined ? {} : { onFault: stepIdOf(nothing) }),
      next: outcomes.length > 0 ? this.#branches(label, decided, outcomes) : stepIdOf(own ?? endLabel),
    })
    return [
      ...(outcomes.length > 0
        ? outcomes.map((outcome) => this.#targetOf(label, outcome))
        : [own ?? endLabel]),
      ...(denied === undefined ? [] : [denied]),
      ...(nothing === undefined ? [] : [nothing]),
    ]
  }

  #branches(label: string, slot: string, outcomes: string[]): Branch[] {
    return outcomes.map((outcome, i) => {
      const to = stepIdOf(this.#targetOf(label, outcome))
      return i === outcomes.length - 1 ? { else: to } : { if: `${slot} = '${outcome}'`, to }
    })
  }

  /**
   * Where the graph leads an outcome of a reply. The graph speaks of the replies that are in it; of the two that
   * every task has beside it, "nothing found" leads back to what was asked for, and "anything else" to the start.
   */
  #targetOf(label: string, outcome: string): string {
    const bye = Object.keys(this.#task.replies).find(isBye) ?? endLabel
    if (isNothingFound(label) || label === anythingElse) {
      if (outcome !== 'yes') return bye
      const again = isNothingFound(label) ? this.#graph['no'] : undefined
      return again !== undefined && isAsk(again) ? again : (this.#graph['hello'] ?? endLabel)
    }
    return this.#graph[outcome] ?? (outcome === 'yes' ? (this.#queries()[0] ?? endLabel) : bye)
  }

  /** A reply that leads to a booking and nowhere else is its confirmation. */
  #bookingAfter(label: string): string | null {
    if (isQuery(label)) return null
    if (this.#graph[label] === 'query_book') return 'query_book'
    const asks = this.#isInGraph(label) && this.#graph[label] === undefined && this.#isQuestion(label)
    return asks && label !== anythingElse && !isNothingFound(label) && this.#graph['yes'] === 'query_book'
      ? 'query_book'
      : null
  }

  /** What a reply without successor waits for. */
  #outcomesAfter(label: string): string[] {
    if (isBye(label)) return []
    const judged = judgedOutcomes.filter((outcome) => this.#graph[outcome] !== undefined)
    // A reply that is nothing but what the tool said is a question put by the tool.
    if (judged.length > 0 && /^\{\w+(?::\w+)?\}$/.test(this.#reply(label).trim())) return judged
    if (!this.#isQuestion(label)) return []
    if (isNothingFound(label) || label === anythingElse) return ['yes', 'no']
    const known = visitorOutcomes.filter((outcome) => this.#graph[outcome] !== undefined)
    return [
      ...(known.includes('yes') ? [] : ['yes']),
      ...known,
      ...(known.includes('no') || known.includes('done') ? [] : ['no']),
    ]
  }

  /** After a statement at the end of a way: the question that led there, what was wished for, or anything else. */
  #afterStatement(label: string): string {
    if (isBye(label)) return endLabel
    const outcome = Object.keys(this.#graph).find((other) => this.#graph[other] === label)
    if (outcome === 'no' || outcome === 'yes') {
      const question = [...this.#made].find(
        (other) => this.#isInGraph(other) && this.#graph[other] === undefined && this.#isQuestion(other),
      )
      if (question !== undefined) return question
    }
    if (outcome === 'unavailable' && this.#graph['no'] !== undefined) return this.#graph['no']
    return this.#task.replies[anythingElse] !== undefined && label !== anythingElse
      ? anythingElse
      : (Object.keys(this.#task.replies).find(isBye) ?? endLabel)
  }

  #toolOutcomesOf(label: string): string[] {
    const found = toolOutcomes.filter((outcome) => this.#graph[outcome] !== undefined)
    const availability = found.filter((outcome) => outcome === 'available' || outcome === 'unavailable')
    const success = found.filter((outcome) => outcome.startsWith('query_'))
    if (label === 'query_check' && availability.length > 0) return availability
    return success.length > 0 ? success : availability
  }

  /** "Can't remember account number or PIN": where such a slot cannot be given, the graph goes on elsewhere. */
  #missingOutcome(label: string): string | null {
    if (this.#asksOwnName(label)) return null
    const named = new Set([...stemsOf(this.#asked(label).join(' ')), ...stemsOf(this.#reply(label))])
    for (const [outcome, to] of Object.entries(this.#graph)) {
      // Not where it leads itself: what is asked there instead is another thing that may be missing.
      if (!outcome.startsWith('info_missing') || to === label) continue
      const said = new Set(stemsOf(this.#reply(outcome)))
      if ([...named].filter((stem) => said.has(stem)).length >= 1) return to
    }
    return null
  }

  #slotFor(label: string): Slot {
    const asked = this.#asked(label)
    if (isCriteria(label)) return this.#slot('criteria', { kind: 'text' })
    return this.#slot(
      nameOf(asked.join('_')),
      this.#asksOwnName(label) ? { kind: 'text' } : this.#typeFor(asked),
    )
  }

  /** The words after "ask": what is asked for. */
  #asked(label: string): string[] {
    const words = wordsOf(label.replaceAll('_', ' '))
    return words.slice(words.lastIndexOf('ask') + 1)
  }

  /** The name of the visitor is none of the names that the knowledge base knows. */
  #asksOwnName(label: string): boolean {
    return /\byour (?:full )?name\b/.test(this.#reply(label))
  }

  /** The type of the field of the API whose words hold all that is asked for, or that is asked for by most of its words. */
  #typeFor(asked: string[]): SlotType {
    const stems = stemsOf(asked.join(' '))
    const scored = this.#api.input
      .filter(({ Type }) => Type !== 'RequestType')
      .map((field) => {
        const words = stemsOf(field.Name.replaceAll(/([a-z])([A-Z])/g, '$1 $2'))
        const shared = words.filter((word) => stems.includes(word)).length
        const fits = shared > 0 && (stems.every((stem) => words.includes(stem)) || 2 * shared > words.length)
        return { field, score: fits ? shared / Math.max(words.length, stems.length) : 0 }
      })
      .sort((a, b) => b.score - a.score)
    return typeOf(scored[0] !== undefined && scored[0].score > 0 ? scored[0].field : undefined)
  }

  #slot(name: string, type: SlotType): Slot {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot: Slot = { name, title: { en: name.replaceAll('_', ' ') }, type }
    this.#slots.set(name, slot)
    return slot
  }

  #tool(id: string, effect: Tool['effect'], outcomes: string[]): void {
    const known = this.#tools.get(id)
    const outcome: ToolField[] =
      outcomes.length === 0 ? [] : [{ name: 'outcome', type: choiceOf(outcomes), required: true }]
    if (known !== undefined) {
      if (known.output.every(({ name }) => name !== 'outcome')) known.output.push(...outcome)
      return
    }
    this.#tools.set(id, {
      id,
      title: { en: id.replaceAll('-', ' ') },
      effect,
      method: 'POST',
      url: `https://star.example/${id}`,
      input: [],
      output: outcome,
      timeoutMs: 5_000,
      retries: 1,
      budgetPerConversation: 30,
    })
  }

  /**
   * Every collected slot goes to the task's tools, and every placeholder that is not collected comes from them. The
   * judge of an answer takes the answer alone.
   */
  #fillTools(): void {
    const collected = this.#steps.flatMap((step) =>
      step.kind === 'collect' && !step.slot.startsWith('answer_to_') ? [step.slot] : [],
    )
    const inputs = [...new Set(collected)].map((name) => ({
      name,
      type: this.#slots.get(name)!.type,
      required: false,
    }))
    const outputs = this.#placeholders().filter((name) => !collected.includes(name))
    for (const name of outputs) this.#slot(name, { kind: 'text' })
    for (const tool of this.#tools.values()) {
      if (tool.id.endsWith('-judge')) {
        tool.input = [{ name: 'answer', type: { kind: 'text' }, required: true }]
        continue
      }
      tool.input = inputs
      tool.output = [
        ...outputs.map((name): ToolField => ({ name, type: { kind: 'text' }, required: false })),
        ...tool.output,
      ]
      for (const step of this.#steps)
        if (step.kind === 'action' && step.tool === tool.id) {
          step.args = Object.fromEntries(inputs.map(({ name }) => [name, { slot: name }]))
          step.save = { ...Object.fromEntries(outputs.map((name) => [name, name])), ...step.save }
        }
    }
  }

  /**
   * Whatever leads back passes a step that forgets what is collected on the way round: otherwise the flow would run
   * through its questions without asking one.
   */
  #addForgetting(start: string): void {
    const back = this.#backEdges(start)
    const forward = (id: string): string[] => this.#leadsTo(id).filter((to) => !back.has(`${id} ${to}`))
    for (const step of [...this.#steps]) {
      const redirect = (to: string): string => {
        if (!back.has(`${step.id} ${to}`)) return to
        const slots = [...closure(to, forward)]
          .filter((id) => closure(id, forward).has(step.id))
          .flatMap((id) => this.#steps.filter((other) => other.id === id))
          .flatMap((other) => (other.kind === 'collect' ? [other.slot] : []))
        if (slots.length === 0) return to
        const id = `again-${this.#steps.filter(({ kind }) => kind === 'set').length + 1}`
        this.#steps.push({
          id,
          kind: 'set',
          values: Object.fromEntries([...new Set(slots)].map((slot) => [slot, null])),
          next: to,
        })
        return id
      }
      if ('next' in step)
        step.next =
          typeof step.next === 'string'
            ? redirect(step.next)
            : step.next.map((branch) =>
                'if' in branch ? { if: branch.if, to: redirect(branch.to) } : { else: redirect(branch.else) },
              )
      if (step.kind === 'action' && step.onDenied !== undefined) step.onDenied = redirect(step.onDenied)
      if (step.kind === 'action' && step.onFault !== undefined) step.onFault = redirect(step.onFault)
    }
  }

  /** Edges to a step that is still being followed, depth first: those that close a way round. */
  #backEdges(start: string): Set<string> {
    const back = new Set<string>()
    const seen = new Map<string, 'open' | 'done'>()
    const follow = (id: string): void => {
      seen.set(id, 'open')
      for (const to of this.#leadsTo(id))
        if (seen.get(to) === 'open') back.add(`${id} ${to}`)
        else if (!seen.has(to)) follow(to)
      seen.set(id, 'done')
    }
    follow(start)
    return back
  }

  #leadsTo(id: string): string[] {
    const step = this.#steps.find((other) => other.id === id)
    return step === undefined ? [] : successorsOf(step).map(({ to }) => to)
  }

  #queries(): string[] {
    return ['query', 'query_check'].filter((label) => this.#task.replies[label] !== undefined)
  }

  #reply(label: string): string {
    return this.#task.replies[label] ?? label.replaceAll('_', ' ')
  }

  #isInGraph(label: string): boolean {
    return this.#graph[label] !== undefined || Object.values(this.#graph).includes(label)
  }

  #isQuestion(label: string): boolean {
    return this.#reply(label).includes('?')
  }

  /** `{price:d}` becomes `{price}`. */
  #text(label: string): { en: string } {
    return {
      en: this.#reply(label).replaceAll(/\{(\w+)(?::\w+)?\}/g, (_, name: string) => `{${nameOf(name)}}`),
    }
  }

  #placeholders(): string[] {
    const names = Object.values(this.#task.replies).flatMap((reply) =>
      [...reply.matchAll(/\{(\w+)(?::\w+)?\}/g)].map((match) => nameOf(match[1]!)),
    )
    return [...new Set(names)]
  }
}

function closure(start: string, next: (id: string) => string[]): Set<string> {
  const reached = new Set<string>()
  const open = [start]
  while (open.length > 0) {
    const id = open.pop()!
    if (reached.has(id)) continue
    reached.add(id)
    open.push(...next(id))
  }
  return reached
}

const endLabel = 'end'
/** A reply that every task of the corpus has. */
const anythingElse = 'anything_else'

function isNothingFound(label: string): boolean {
  return label.endsWith('_nothing_found')
}

function isQuery(label: string): boolean {
  return label === 'query' || label === 'query_check' || label === 'query_book'
}

function isAsk(label: string): boolean {
  return /(?:^|_)ask(?:_|$)/.test(label) || isCriteria(label)
}

/** "I can also filter for …": what follows is for the visitor to say. */
function isCriteria(label: string): boolean {
  return label.endsWith('_criteria')
}

function isBye(label: string): boolean {
  return /(?:^|_)(?:good)?bye(?:_|$)/.test(label)
}

function choiceOf(outcomes: string[]): SlotType {
  const choices = outcomes.map((id): Choice => {
    const synonyms = synonymsOf[id]?.filter((word) => !outcomes.includes(word))
    return {
      id,
      title: { en: titleOf(id) },
      ...(synonyms === undefined ? {} : { synonyms: { en: synonyms } }),
    }
  })
  return { kind: 'choice', choices }
}

const synonymsOf: Record<string, string[]> = {
  yes: ['yeah', 'sure', 'ok', 'please do'],
  no: ['nope', 'nah'],
  done: ['no', 'that is all', 'finished', 'enough'],
}

function titleOf(outcome: string): string {
  const said = outcome.replaceAll('_', ' ')
  return said[0]!.toUpperCase() + said.slice(1)
}

/** As slots are named; words of conditions get a sign of their own. */
function nameOf(label: string): string {
  const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^[_0-9]+|_$/g, '').slice(0, 40) // prettier-ignore
  return ['and', 'or', 'not', 'is', 'known', 'true', 'false', 'today', 'days', ''].includes(name)
    ? `${name}_`
    : name
}

/** Categories that are all days, or all hours, make a day or a time; the corpus has no such types. */
function typeOf(field: TaskApiField | undefined): SlotType {
  if (field === undefined) return { kind: 'text' }
  const categories = field.Categories ?? []
  const context = { language: 'en', today: '2020-01-01', expected: true } as const
  const all = (reads: (text: string) => unknown[]): boolean =>
    categories.length > 0 && categories.every((category) => reads(category).length === 1)
  switch (field.Type) {
    case 'Integer':
      return {
        kind: 'quantity',
        ...(field.Min === undefined ? {} : { min: Math.max(0, field.Min) }),
        ...(field.Max === undefined ? {} : { max: field.Max }),
      }
    case 'Boolean':
      return { kind: 'yesNo' }
    case 'Categorical':
      if (all((text) => timesIn(text, context))) return { kind: 'time' }
      if (all((text) => datesIn(text, context))) return { kind: 'date' }
      if (categories.length === 2 && categories.every((category) => /^(?:yes|no)$/i.test(category)))
        return { kind: 'yesNo' }
      return categories.length >= 2
        ? {
            kind: 'choice',
            choices: categories.map((category) => ({ id: category, title: { en: category } })),
          }
        : { kind: 'text' }
    default:
      return { kind: 'text' }
  }
}
