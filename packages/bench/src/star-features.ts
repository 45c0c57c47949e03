import { stemsOf, wordsOf } from '@candor/virtual-agent/tokens.ts'
import { hashOf, placeOf, type Candidate } from './choice-model.ts'
import { actionOf, type StarDecision, type StarEvent, type StarTask } from './star-data.ts'

/** What a dialogue shows before a decision, independent of the task. */
export interface Situation {
  /** Labels of what the wizard did, oldest first. */
  actions: string[]
  last: string
  before: string
  /** What came last: the user, the knowledge base, a free text of the wizard, or nothing. */
  lastEvent: 'user' | 'result' | 'wizard' | 'start'
  /** The user's words since the wizard last acted. */
  said: string
  saidBefore: string
  allSaid: string
  /** The latest result: its message; null when nothing was found; undefined before any query. */
  result: Record<string, unknown> | null | undefined
  queries: string[]
  /** Fields that the latest query gave. */
  fields: string[]
  wizardSaid: string
  /** Replies of the wizard since the latest result, newest last. */
  told: string[]
  /** The latest query is the one before, word for word. */
  queriedAgain: boolean
  /** Turns of the user since the latest query. */
  turnsSinceQuery: number
}

export function situationOf(history: readonly StarEvent[]): Situation {
  const s: Situation = {
    actions: [],
    last: 'START',
    before: 'START',
    lastEvent: 'start',
    said: '',
    saidBefore: '',
    allSaid: '',
    result: undefined,
    queries: [],
    fields: [],
    wizardSaid: '',
    told: [],
    queriedAgain: false,
    turnsSinceQuery: 0,
  }
  let lastQuery = ''
  for (const event of history) {
    if (event.a === 'User') {
      if (s.lastEvent !== 'user') {
        s.saidBefore = s.said
        s.said = ''
        s.turnsSinceQuery++
      }
      s.said += ` ${event.text ?? ''}`
      s.allSaid += ` ${event.text ?? ''}`
      s.lastEvent = 'user'
      continue
    }
    if (event.a === 'KnowledgeBase') {
      s.result = event.item ?? null
      s.told = []
      s.lastEvent = 'result'
      continue
    }
    const action = actionOf(event)
    if (event.text !== undefined) s.told.push(event.text)
    if (action === null) {
      s.wizardSaid = event.text ?? ''
      s.lastEvent = 'wizard'
      continue
    }
    s.wizardSaid = ''
    s.actions.push(action)
    s.before = s.last
    s.last = action
    s.lastEvent = 'wizard'
    if (event.k === 'query') {
      s.queries.push(action)
      const query = JSON.stringify(event.constraints)
      s.queriedAgain = query === lastQuery
      lastQuery = query
      s.turnsSinceQuery = 0
      s.fields = (event.constraints ?? []).flatMap((constraint) => Object.keys(constraint))
    }
  }
  return s
}

/** Outcomes that stand in the graph between two actions. */
const outcomes = new Set(
  `yes no done query_success query_failure available unavailable info_missing info_missing2 correct incorrect
   noanswer`.split(/\s+/),
)

/** Labels that a task's wizard could choose, from its description alone. */
export function labelsOf(task: StarTask): string[] {
  return Object.keys(task.graph.replies).filter((label) => !outcomes.has(label))
}

/** Kinds of actions by the words of their labels: they mean the same in every task. */
export function kindOf(label: string): string {
  if (label.startsWith('query')) return label
  if (label === 'hello' || label === 'anything_else' || label === 'out_of_scope' || label === 'custom')
    return label
  if (/(?:^|_)(?:good)?bye(?:_|$)/.test(label)) return label.startsWith('goodbye') ? label : 'own_bye'
  if (/nothing_found/.test(label)) return 'nothing_found'
  if (/criteria/.test(label)) return 'criteria'
  if (/ask_confirm|confirm_booking$/.test(label) && /ask/.test(label)) return 'ask_confirm'
  if (label === 'ask_name') return label
  if (/(?:^|_)ask_(?:search_more|continue|next|proceed)|ask_next|ask_proceed/.test(label)) return 'ask_more'
  if (/unavailable|not_available|failed|cannot|incorrect|no_venue/.test(label)) return 'negative'
  if (/(?<!un)(?<!not_)available|succe|confirm|submitted|correct/.test(label)) return 'positive'
  if (/(?:^|_)ask(?:_|$)/.test(label)) return 'ask'
  return 'inform'
}

/**
 * The kind of a label in its task: a reply that passes on what was found is a report, even when it asks how to go
 * on; a statement that passes nothing on closes a matter, as a success does.
 */
function kindIn(task: StarTask, label: string): string {
  const kind = kindOf(label)
  const passesOn = (task.graph.replies[label] ?? '').includes('{')
  if (passesOn) return kind === 'ask_more' || kind === 'ask' || kind === 'inform' ? 'report' : kind
  return kind === 'inform' ? 'positive' : kind
}

/** Whether a message of a knowledge base is good news. */
function polarityOf(result: Record<string, unknown> | null | undefined): string {
  if (result === undefined) return 'unasked'
  if (result === null) return 'nothing'
  const message = Object.entries(result)
    .filter(([name]) => /message|status|confirmation/i.test(name))
    .map(([, value]) => String(value).toLowerCase())
    .join(' ')
  if (message === '') return 'item'
  if (
    /\bnot\b|unavailable|n't|fail|sorry|unable|cannot|already|reject|invalid|declined|incorrect/.test(message)
  )
    return 'negative'
  if (/success|confirmed|booked|scheduled|thank|has been|complete|submitted/.test(message)) return 'done'
  return /available/.test(message) ? 'available' : 'message'
}

function saidKind(said: string): string {
  const words = new Set(wordsOf(said))
  const has = (list: string): boolean => list.split(' ').some((word) => words.has(word))
  if (has('bye goodbye')) return 'bye'
  if (has('thanks thank thankyou thx')) return words.has('no') ? 'no_thanks' : 'thanks'
  if (has('no nope nothing nah')) return 'no'
  if (has('yes yeah yep sure ok okay please yup')) return 'yes'
  if (has('hello hi hey') && words.size <= 4) return 'hello'
  if (/\?/.test(said)) return 'question'
  return 'statement'
}

/** Kinds of values that a text gives, whatever the task. */
function valuesIn(said: string): string[] {
  const lower = said.toLowerCase()
  return [
    ...(/\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\btomorrow|\btoday|\btonight/.test(lower) ? ['day'] : []),
    ...(/\b\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m|o'clock)|\bnoon|\bmidnight/.test(lower) ? ['time'] : []),
    ...(/\d/.test(lower) ? ['number'] : []),
    ...(/\b(?:my name is|name is|this is|i'm|i am) [a-z]/.test(lower) ? ['name'] : []),
    ...(/\bfrom \w/.test(lower) ? ['from'] : []),
    ...(/\bto \w/.test(lower) ? ['to'] : []),
    ...(/\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b/.test(lower) ? ['date'] : []),
  ] // prettier-ignore
}

/** What a reply asks for, in the same terms. */
function valuesAskedBy(label: string): string[] {
  return [
    ...(label.endsWith('_day') ? ['day'] : []),
    ...(/time/.test(label) ? ['time'] : []),
    ...(/date/.test(label) ? ['date', 'day'] : []),
    ...(/number|code|pin|id$|size|guests|account/.test(label) ? ['number'] : []),
    ...(label === 'ask_name' ? ['name'] : []),
    ...(/departure|from/.test(label) ? ['from'] : []),
    ...(/arrival|destination/.test(label) ? ['to'] : []),
  ]
}

/** Features of every candidate of a decision, with those that a task must share with others, and its own. */
export function candidatesOf(
  decision: StarDecision,
  task: StarTask,
  labels: readonly string[],
  { lexical }: { lexical: boolean },
): Candidate[] {
  const s = situationOf(decision.history)
  const shared = sharedContext(s, task)
  const own = lexical ? ownContext(s, task) : []
  const graph = readGraph(task)
  return labels.map((label) => {
    const features = new Set(candidateFeatures(s, shared, graph, task, label))
    const owner = hashOf(label) || 1
    return Int32Array.from([
      ...[...features].map((feature) => placeOf(hashOf(feature), 0)),
      ...own.map((feature) => placeOf(feature, owner)),
    ])
  })
}

/** Words and labels, weighed for each label by itself: learned only where the label was seen. */
function ownContext(s: Situation, task: StarTask): number[] {
  const said = stemsOrWords(s.said)
  const polarity = polarityOf(s.result)
  const kind = saidKind(s.said)
  const relations = resultRelations(s)
  const features = [
    'bias',
    `task:${task.name}`,
    `last:${s.last}`,
    `last2:${s.before}>${s.last}`,
    `event:${s.lastEvent}`,
    `last+event:${s.last}+${s.lastEvent}`,
    `last+kind:${s.last}+${s.lastEvent === 'user' ? kind : ''}`,
    `last+polarity:${s.last}+${s.lastEvent === 'result' ? polarity : ''}`,
    `queries:${Math.min(s.queries.length, 4)}`,
    `queried:${s.queries.at(-1) ?? ''}`,
    `turn:${Math.min(s.actions.length, 12)}`,
    ...new Set(s.actions.map((action) => `done:${action}`)),
    ...said.map((word) => `said:${word}`),
    ...pairs(said).map((pair) => `pair:${pair}`),
    ...new Set(stemsOf(s.saidBefore).map((word) => `before:${word}`)),
    ...new Set(stemsOf(s.allSaid).map((word) => `all:${word}`)),
    ...valuesIn(s.allSaid).map((value) => `given:${value}`),
    ...(s.lastEvent === 'user' ? valuesIn(s.said).map((value) => `now:${value}`) : []),
    ...stemsOf(s.wizardSaid).map((word) => `wizard:${word}`),
    ...s.fields.map((field) => `field:${field}`),
    ...(s.lastEvent === 'result' ? resultFeatures(s.result) : []),
    ...relations,
    ...relations.map((relation) => `${relation}+${s.lastEvent}+${kind}`),
    ...(s.lastEvent === 'user' ? said.map((word) => `last+said:${s.last}+${word}`) : []),
    ...(s.lastEvent === 'result'
      ? [
          `message:${s.last}+${String(s.result?.['Message'] ?? s.result?.['ReservationStatus'] ?? s.result?.['Confirmation'] ?? 'none').toLowerCase()}`,
        ]
      : []),
    `done-set:${[...new Set(s.actions)].sort().join(' ')}+${s.lastEvent}`,
    `fields:${[...new Set(s.fields)].sort().join(' ')}+${s.lastEvent}`,
    `count:${s.actions.filter((action) => action === s.last).length}:${s.last}+${s.lastEvent}`,
    `last3:${s.actions.at(-3)}>${s.before}>${s.last}`,
    `again:${s.queriedAgain}+${s.lastEvent}`,
    `since:${Math.min(s.turnsSinceQuery, 3)}+${s.lastEvent}`,
    `kind:${kind}+${s.lastEvent}`,
    `asked-else:${s.actions.includes('anything_else')}+${s.lastEvent === 'user' ? kind : ''}`,
  ]
  return [...new Set(features)].map(hashOf)
}

/** How the latest result stands to what was said since: is it what the user named, and how much of it is told? */
function resultRelations(s: Situation): string[] {
  if (s.result === null || s.result === undefined) return []
  const said = ` ${wordsOf(s.said).join(' ')} `
  const all = ` ${wordsOf(s.allSaid).join(' ')} `
  const relations: string[] = []
  for (const [name, value] of Object.entries(s.result)) {
    if (name === 'APIName' || name === 'Message') continue
    if (typeof value === 'string' && value.length <= 24) {
      const words = ` ${wordsOf(value).join(' ')} `
      if (words.trim() === '') continue
      relations.push(`named:${name}:${said.includes(words)}`)
      relations.push(`ever:${name}:${all.includes(words)}`)
    } else if (typeof value === 'number') relations.push(`number:${name}:${said.includes(` ${value} `)}`)
    else if (Array.isArray(value)) {
      // A list is told item by item; how many are left?
      const told = value.findLastIndex((item) =>
        s.told.some((text) => text.includes(String(item).slice(0, 60))),
      )
      const detailed = name.startsWith('Detailed') ? 'detailed' : 'simple'
      relations.push(`left:${detailed}:${Math.min(value.length - 1 - told, 3)}`)
      const last = s.told.at(-1) ?? ''
      const now = value.findLastIndex((item) => last.includes(String(item).slice(0, 60)))
      relations.push(`just:${detailed}:${now < 0 ? 'none' : Math.min(value.length - 1 - now, 3)}`)
    }
  }
  return relations
}

function resultFeatures(result: Record<string, unknown> | null | undefined): string[] {
  if (result === null || result === undefined) return ['result:none']
  return Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'string' && value.length > 24
      ? stemsOf(value).map((word) => `result:${word}`)
      : [`field:${name}`],
  )
}

function stemsOrWords(said: string): string[] {
  return [...new Set(wordsOf(said))]
}

function pairs(words: string[]): string[] {
  return words.slice(1).map((word, i) => `${words[i]} ${word}`)
}

interface Graph {
  /** Where an action leads, and by which outcome; none where it leads there whatever comes. */
  ways: Map<string, { to: string; outcome: string | null }[]>
  successors: Map<string, string[]>
  depth: Map<string, number>
  asks: string[]
  /** Stems of each reply, read once. */
  replies: Map<string, Set<string>>
}

const graphs = new WeakMap<StarTask, Graph>()

/** The graph as one from action to action: outcomes are passed over, and belong to what can bring them about. */
function readGraph(task: StarTask): Graph {
  const known = graphs.get(task)
  if (known !== undefined) return known
  const edges = task.graph.graph
  const successors = new Map<string, string[]>()
  const ways: Graph['ways'] = new Map()
  const add = (from: string, to: string, outcome: string | null): void => {
    successors.set(from, [...(successors.get(from) ?? []), to])
    ways.set(from, [...(ways.get(from) ?? []), { to, outcome }])
  }
  for (const [from, to] of Object.entries(edges)) if (!outcomes.has(from)) add(from, to, null)
  const queryOutcomes = ['available', 'unavailable', 'query_success', 'query_failure']
  for (const query of ['query', 'query_check', 'query_book']) {
    if (task.graph.replies[query] === undefined || edges[query] !== undefined) continue
    const own =
      query === 'query_check' && edges['available'] !== undefined
        ? ['available', 'unavailable']
        : queryOutcomes.slice(edges['query_success'] === undefined ? 0 : 2)
    for (const outcome of own) if (edges[outcome] !== undefined) add(query, edges[outcome], outcome)
  }
  for (const label of Object.keys(task.graph.replies)) {
    if (outcomes.has(label) || label.startsWith('query') || edges[label] !== undefined) continue
    for (const outcome of ['yes', 'no', 'done', 'correct', 'incorrect', 'noanswer'])
      if (edges[outcome] !== undefined && (task.graph.replies[label] ?? '').match(/\?|^\{/))
        add(label, edges[outcome], outcome)
  }
  const depth = new Map<string, number>([['START', 0]])
  const open = ['hello']
  depth.set('hello', 1)
  while (open.length > 0) {
    const at = open.shift()!
    for (const to of successors.get(at) ?? [])
      if (!depth.has(to)) {
        depth.set(to, depth.get(at)! + 1)
        open.push(to)
      }
  }
  const asks = [...depth.keys()].filter((label) => kindIn(task, label) === 'ask' || label === 'ask_name')
  const graph = { ways, successors, depth, asks, replies: new Map<string, Set<string>>() }
  graphs.set(task, graph)
  return graph
}

/** How the graph leads from the last action to a label now: as it must, by an outcome that has come about, or not. */
function wayTo(graph: Graph, s: Situation, shared: Shared, label: string): string {
  const ways = graph.ways.get(s.last) ?? []
  const own = ways.filter(({ to }) => to === label)
  if (own.length === 0)
    return ways.some(({ outcome }) => outcome === null || cameAbout(outcome, s, shared))
      ? 'elsewhere'
      : 'none'
  if (own.some(({ outcome }) => outcome === null)) return 'plain'
  return own.some(({ outcome }) => cameAbout(outcome!, s, shared)) ? 'came-about' : 'did-not'
}

/** Outcomes mean the same in every task: what the user said, or what the knowledge base answered. */
function cameAbout(outcome: string, s: Situation, shared: Shared): boolean {
  const good = shared.polarity === 'available' || shared.polarity === 'done' || shared.polarity === 'item'
  switch (outcome) {
    case 'yes':
      return shared.said === 'yes' || shared.said === 'statement'
    case 'no':
      return shared.said === 'no' || shared.said === 'question'
    case 'done':
      return ['no', 'no_thanks', 'thanks', 'bye'].includes(shared.said)
    case 'available':
    case 'query_success':
      return shared.event === 'result' && good
    case 'unavailable':
    case 'query_failure':
      return shared.event === 'result' && !good
    case 'correct':
      return shared.event === 'user' && answeredRight(s)
    case 'noanswer':
      return shared.event === 'user' && isIdle(s.said)
    case 'incorrect':
      return shared.event === 'user' && !answeredRight(s) && !isIdle(s.said)
    default:
      return false
  }
}

/** The knowledge base said what the right answer is. */
function answeredRight(s: Situation): boolean {
  const said = ` ${wordsOf(s.said).join(' ')} `
  return Object.entries(s.result ?? {}).some(
    ([name, value]) => /answer/i.test(name) && said.includes(` ${wordsOf(String(value)).join(' ')} `),
  )
}

function isIdle(said: string): boolean {
  return /don'?t know|no idea|not sure|give up|no clue|tell me|pass\b|skip/i.test(said)
}

interface Shared {
  lastKind: string
  polarity: string
  said: string
  event: string
  allStems: Set<string>
  saidStems: Set<string>
  given: Set<string>
  relations: string[]
}

function sharedContext(s: Situation, task: StarTask): Shared {
  return {
    lastKind: s.last === 'START' ? 'START' : kindIn(task, s.last),
    polarity: polarityOf(s.result),
    said: s.lastEvent === 'user' ? saidKind(s.said) : '',
    event: s.lastEvent,
    allStems: new Set(stemsOf(s.allSaid)),
    saidStems: new Set(stemsOf(s.said)),
    given: new Set(valuesIn(s.allSaid)),
    // Without the names of fields: those are of one task.
    relations: [
      ...new Set(resultRelations(s).map((relation) => relation.replace(/^(named|ever|number):\w+:/, '$1:'))),
    ],
  }
}

/** How a candidate of any task relates to the situation: nothing here names a task. */
function* candidateFeatures(
  s: Situation,
  shared: Shared,
  graph: Graph,
  task: StarTask,
  label: string,
): Generator<string> {
  const kind = kindIn(task, label)
  const done = s.actions.includes(label)
  const next = graph.successors.get(s.last) ?? []
  const isNext = next.includes(label)
  const asked = valuesAskedBy(label)
  const isAsk = graph.asks.includes(label) || kind === 'ask'
  const order = graph.asks.indexOf(label)
  const earlierOpen =
    order < 0 ? 0 : graph.asks.slice(0, order).filter((ask) => !s.actions.includes(ask)).length
  const open = graph.asks.filter((ask) => !s.actions.includes(ask) && !isGiven(ask, shared)).length
  yield `kind:${kind}`
  yield `kind+event:${kind}+${shared.event}`
  yield `kind+last:${kind}+${shared.lastKind}`
  yield `kind+last+event:${kind}+${shared.lastKind}+${shared.event}`
  yield `kind+last+said:${kind}+${shared.lastKind}+${shared.said}`
  yield `kind+said:${kind}+${shared.said}`
  if (shared.event === 'result') {
    yield `kind+polarity:${kind}+${shared.polarity}`
    yield `kind+polarity+query:${kind}+${shared.polarity}+${s.queries.at(-1)}`
    yield `next+polarity:${isNext}+${kind}+${shared.polarity}`
  }
  yield `next:${isNext}+${shared.event}`
  yield `next+kind:${isNext}+${kind}`
  yield `next+kind+event:${isNext}+${kind}+${shared.event}+${shared.said}`
  const way = wayTo(graph, s, shared, label)
  yield `way:${way}+${shared.event}`
  yield `way+kind:${way}+${kind}`
  yield `way+done:${way}+${done}+${shared.event}`
  const reports = /\{/.test(task.graph.replies[label] ?? '')
  yield `reports:${reports}+${shared.event}+${isNext}`
  yield `reports+polarity:${reports}+${shared.event === 'result' ? shared.polarity : ''}`
  yield `done:${done}+${kind}`
  yield `done+next:${done}+${isNext}`
  yield `repeat:${label === s.last}+${kind}+${shared.event}`
  yield `before:${label === s.before}+${kind}`
  yield `queries+kind:${Math.min(s.queries.length, 3)}+${kind}+${shared.event}`
  yield `turn+kind:${Math.min(s.actions.length, 6)}+${kind}`
  yield `ingraph:${graph.depth.has(label)}+${kind}`
  if (isAsk) {
    yield `ask+open:${Math.min(earlierOpen, 4)}+${done}`
    const given = isGiven(label, shared)
    yield `ask+given:${given}+${done}+${isNext}`
    for (const value of asked) yield `asked:${value}+${shared.given.has(value)}+${done}`
    yield `ask+queries:${s.queries.length > 0}+${done}`
    yield `first-open:${!done && !given && graph.asks.slice(0, order).every((ask) => s.actions.includes(ask) || isGiven(ask, shared))}`
  } else {
    yield `open+kind:${Math.min(open, 4)}+${kind}`
    yield `open+kind+event:${open === 0}+${kind}+${shared.event}`
  }
  for (const relation of shared.relations) yield `${relation}+${kind}+${shared.event}`
  yield `again:${s.queriedAgain}+${kind}+${shared.event}`
  yield `since:${Math.min(s.turnsSinceQuery, 3)}+${kind}+${shared.event}`
  yield `asked-else:${s.actions.includes('anything_else')}+${kind}+${shared.said}`
  // Words that the reply and the user share: "rating" for what informs about a rating.
  let sharedNow = 0
  for (const stem of replyStems(graph, task, label)) if (shared.saidStems.has(stem)) sharedNow++
  yield `shared:${Math.min(sharedNow, 3)}+${kind}+${done}`
}

/** Whether the user has probably said what a reply would ask for. */
function isGiven(label: string, shared: Shared): boolean {
  const asked = valuesAskedBy(label)
  if (asked.some((value) => shared.given.has(value))) return true
  return askedStems(label).some((stem) => shared.allStems.has(stem))
}

function replyStems(graph: Graph, task: StarTask, label: string): Set<string> {
  const known = graph.replies.get(label)
  if (known !== undefined) return known
  const stems = new Set(stemsOf(`${task.graph.replies[label] ?? ''} ${label.replaceAll('_', ' ')}`))
  graph.replies.set(label, stems)
  return stems
}

const stemsByLabel = new Map<string, string[]>()

/** What a label asks for: the words after its domain and "ask". */
function askedStems(label: string): string[] {
  const known = stemsByLabel.get(label)
  if (known !== undefined) return known
  const stems = stemsOf(label.replaceAll('_', ' ')).slice(2)
  stemsByLabel.set(label, stems)
  return stems
}

/**
 * What the graph alone does next: after a result the branch that fits its message, otherwise the next question that
 * is open, the query when none is, and good-bye when the user says so.
 */
export function graphChoice(decision: StarDecision, task: StarTask): string {
  const s = situationOf(decision.history)
  const graph = readGraph(task)
  const shared = sharedContext(s, task)
  const next = graph.successors.get(s.last) ?? []
  if (shared.said === 'bye' || shared.said === 'no_thanks') return 'goodbye_1'
  if (s.lastEvent === 'result') {
    const wanted = shared.polarity === 'negative' || shared.polarity === 'nothing' ? 'negative' : 'positive'
    return next.find((label) => kindOf(label) === wanted) ?? next[0] ?? 'anything_else'
  }
  if (s.queries.length === 0) {
    const open = graph.asks.find((label) => !s.actions.includes(label) && !isGiven(label, shared))
    if (open !== undefined) return s.actions.length === 0 && shared.said === 'hello' ? 'hello' : open
    return task.graph.replies['query_check'] === undefined ? 'query' : 'query_check'
  }
  if (shared.said === 'yes' && kindOf(s.last) !== 'inform' && task.graph.graph['yes'] !== undefined)
    return task.graph.graph['yes']
  if (shared.said === 'no' && s.last === 'anything_else') return 'goodbye_1'
  return next[0] ?? 'anything_else'
}
