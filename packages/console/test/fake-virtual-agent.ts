/**
 * Authoring from memory, with the real engine: definitions are parsed, trained, tried, reviewed and replayed by the
 * code that does it in the server. Only storage, the queue and rights are imitated.
 */
import type { Me, Person } from '@candor/protocol/api.ts'
import type { ConversationRow } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  ArticleDetail,
  ArticleSummary,
  CrawlStatus,
  Draft,
  SuggestionsRequest,
  ToolSecret,
  TrainingStatus,
  TryRequest,
  UnansweredTurn,
  VersionDeed,
  VersionDetail,
  VersionSummary,
  VirtualAgentOverview,
} from '@candor/protocol/virtual-agent-api.ts'
import type { ResultNumber, VirtualAgentResults } from '@candor/protocol/virtual-agent-results.ts'
import { clusterTexts } from '@candor/virtual-agent/cluster-texts.ts'
import { decide } from '@candor/virtual-agent/decide.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { IntentModel } from '@candor/virtual-agent/intents/intent-model.ts'
import { trainIntents } from '@candor/virtual-agent/intents/train-intents.ts'
import { chunkArticle } from '@candor/virtual-agent/knowledge/chunk-article.ts'
import { buildIndex, search } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import type { Article, Block } from '@candor/virtual-agent/knowledge/article.ts'
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { replay } from '@candor/virtual-agent/replay.ts'
import { reviewDefinition, type Review } from '@candor/virtual-agent/review.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { AgentState, ToolCall } from '@candor/virtual-agent/turn.ts'
import { fakeDefinition } from './fake-definition.ts'

/** How far authoring has come when the test begins. */
export type AuthoringStage = 'nothing' | 'draft' | 'trained' | 'proposed-by-me' | 'proposed-to-me'

export interface FakeVirtualAgent {
  /** @returns status and body. @throws Refusal */
  answer(
    method: string,
    path: readonly string[],
    query: URLSearchParams,
    body: Record<string, unknown>,
    key: string,
  ): [number, unknown]
  /** Somebody else saves the draft. */
  somebodySaves(change: (definition: Definition) => Definition): void
  /** How long a training takes from now on. */
  trainingMs(ms: number): void
  draft(): Draft<Definition>
}

const day = 86_400_000

export function openFakeVirtualAgent(parts: {
  me: Me
  people: readonly Person[]
  rows: ReadonlyMap<string, ConversationRow>
  /** Of a conversation, the turn in which the first thing its visitor said was not understood. */
  fallback(conversation: string): string
  stage: AuthoringStage
  now: number
}): FakeVirtualAgent {
  const { me, people, rows, now } = parts
  const iso = (ms: number): string => new Date(ms).toISOString()
  const by = (name: string): { id: string; name: string } => {
    const found = people.find((person) => person.name === name)!
    return { id: found.id, name }
  }
  const mine = { id: me.person.id, name: me.person.name }
  const priya = by('Priya Raman')
  const ingrid = by('Ingrid Solberg')
  const started = parts.stage !== 'nothing'

  // ---- articles

  const articles: ArticleDetail[] = started
    ? [
        article(
          'a1',
          'Cabin bags and what may be in them',
          'crawl',
          priya,
          { by: mine, at: iso(now - 9 * day) },
          [
            '## Size',
            'Your cabin bag may be 55 × 40 × 23 cm and weigh 8 kg. It goes below the seat or above it.',
            '## Liquids',
            'Liquids travel in containers of at most 100 ml, together in one clear bag of one litre.',
            '## Power banks',
            'Power banks belong into the cabin bag, never into the hold. Two of up to 100 Wh are allowed without asking.',
          ],
        ),
        article('a2', 'Flying while pregnant', 'written', mine, null, [
          'Until the 36th week you fly with us without a certificate. With twins it is the 32nd week.',
          '## What to bring',
          'From the 28th week on, bring a letter of your doctor that is at most a week old.',
        ]),
        article('a3', 'Delays and your rights', 'pdf', priya, null, [
          '## More than two hours',
          'At the counter you are given something to eat and to drink, and two calls.',
          '## More than five hours',
          'You may leave the journey and have the ticket paid back.',
        ]),
        article('a5', 'Travelling with a musical instrument', 'crawl', priya, null, [
          'A guitar or a violin flies in the cabin when it fits above your seat. A cello needs a seat of its own.',
        ]),
        article(
          'a4',
          'Handgepäck',
          'markdown',
          priya,
          { by: mine, at: iso(now - 3 * day) },
          ['Ihr Handgepäck darf 55 × 40 × 23 cm groß und 8 kg schwer sein.'],
          'de',
        ),
      ]
    : []
  let crawl: CrawlStatus = started
    ? {
        state: 'done',
        site: 'https://help.aurelia.example',
        startedBy: priya,
        startedAt: iso(now - 9 * day),
        endedAt: iso(now - 9 * day + 40_000),
        found: 14,
        read: 12,
        changed: 1,
        skipped: [
          {
            address: 'https://help.aurelia.example/press',
            reason: 'The site asks robots to stay away from it.',
          },
          { address: 'https://help.aurelia.example/old/fees', reason: 'It answered 404.' },
        ],
        reason: null,
      }
    : {
        state: 'none',
        site: null,
        startedBy: null,
        startedAt: null,
        endedAt: null,
        found: 0,
        read: 0,
        changed: 0,
        skipped: [],
        reason: null,
      }

  function article(
    id: string,
    title: string,
    source: ArticleSummary['source'],
    changedBy: { id: string; name: string },
    approval: ArticleSummary['approval'],
    lines: readonly string[],
    language: Language = 'en',
  ): ArticleDetail {
    const markdown = lines.join('\n\n')
    const made: ArticleDetail = {
      id,
      version: 1,
      title,
      language,
      address: source === 'crawl' ? `https://help.aurelia.example/${id}` : null,
      source,
      bytes: markdown.length,
      changedBy,
      changedAt: iso(now - 10 * day),
      approval,
      approvedVersion: approval ? 1 : null,
      questions: ['how big may my hand luggage be'],
      markdown,
      passages: [],
    }
    return withPassages(made)
  }

  function withPassages(one: ArticleDetail): ArticleDetail {
    return {
      ...one,
      passages: chunkArticle(asArticle(one)).map(({ id, headings, text }) => ({ id, headings, text })),
    }
  }

  function asArticle(one: ArticleDetail): Article {
    const body: Block[] = one.markdown.split(/\n\n+/).map((line) => {
      const heading = /^(#+) (.*)$/.exec(line)
      return heading
        ? { kind: 'heading', level: heading[1]!.length, text: heading[2]! }
        : { kind: 'paragraph', text: line }
    })
    return {
      id: one.id,
      version: one.version,
      title: one.title,
      language: one.language as Language,
      address: one.address,
      source: one.source,
      body,
      questions: one.questions,
      approved: one.approval !== null,
    }
  }

  const knowledge = () => buildIndex(articles.map(asArticle), { encoder: null })

  // ---- draft, training, versions

  const before: Definition = {
    ...fakeDefinition,
    intents: fakeDefinition.intents
      .filter(({ id }) => id !== 'pets')
      .map((intent) =>
        intent.id === 'refund-status'
          ? {
              ...intent,
              examples: { ...intent.examples, en: intent.examples.en!.slice(0, 6) },
              answer: { ...intent.answer, en: 'Refunds take about two weeks.' },
            }
          : intent,
      ),
  }
  let definition: Definition | null = started ? fakeDefinition : null
  let revision = started ? 12 : 0
  let savedBy: { id: string; name: string } | null = started ? priya : null
  let savedAt: string | null = started ? iso(now - 3_600_000) : null
  const models = new Map<string, IntentModel>()
  let trainingMs = 900
  let training: TrainingStatus = {
    state: 'none',
    revision: 0,
    fraction: 0,
    what: '',
    ahead: 0,
    startedBy: null,
    startedAt: null,
    endedAt: null,
    reason: null,
  }
  let runs = 0

  const examplesOf = (of: Definition): string => JSON.stringify(trainingExamples(of))
  const modelOf = (of: Definition): IntentModel | null => models.get(examplesOf(of)) ?? null
  function train(of: Definition): void {
    const key = examplesOf(of)
    if (!models.has(key))
      models.set(key, trainIntents(trainingExamples(of), { seed: 1, language: of.language, encoder: null }))
  }
  const reportOf = (of: Definition): Review => reviewDefinition(of, modelOf(of)?.crossValidation ?? null)

  const versions: VersionDetail<Definition, Review>[] = []
  function version(
    number: number,
    of: Definition,
    state: VersionSummary['state'],
    note: string,
    proposedBy: { id: string; name: string },
    ago: number,
    history: VersionDeed[],
  ): VersionDetail<Definition, Review> {
    const published = state === 'current' || state === 'former'
    return {
      version: number,
      name: of.name,
      note,
      state,
      proposedBy,
      proposedAt: iso(now - ago),
      approvedBy: published ? (proposedBy.id === mine.id ? priya : mine) : null,
      publishedAt: published ? iso(now - ago + 7_200_000) : null,
      intents: of.intents.length,
      flows: of.flows.length,
      articles: 2,
      definition: of,
      report: null,
      quotes: [{ id: 'a1', version: 1, title: 'Cabin bags and what may be in them' }],
      history: [{ what: 'proposed', by: proposedBy, at: iso(now - ago), note }, ...history],
    }
  }
  if (started) {
    versions.push(
      version(3, before, 'current', 'Refund and baggage answers as the desk gives them.', priya, 20 * day, [
        { what: 'approved', by: mine, at: iso(now - 20 * day + 7_100_000), note: '' },
        { what: 'published', by: mine, at: iso(now - 20 * day + 7_200_000), note: '' },
      ]),
      version(
        2,
        { ...before, intents: before.intents.slice(0, 5) },
        'refused',
        'Fewer intents.',
        mine,
        31 * day,
        [
          {
            what: 'refused',
            by: ingrid,
            at: iso(now - 30 * day),
            note: 'Vouchers are asked for every day; leave them in.',
          },
        ],
      ),
      version(
        1,
        { ...before, intents: before.intents.slice(0, 4) },
        'former',
        'The first one.',
        mine,
        60 * day,
        [
          { what: 'approved', by: priya, at: iso(now - 60 * day + 7_100_000), note: '' },
          { what: 'published', by: priya, at: iso(now - 60 * day + 7_200_000), note: '' },
        ],
      ),
    )
    if (parts.stage !== 'draft') train(fakeDefinition)
    if (parts.stage === 'proposed-by-me' || parts.stage === 'proposed-to-me') {
      const proposer = parts.stage === 'proposed-by-me' ? mine : priya
      versions.unshift({
        ...version(
          4,
          fakeDefinition,
          'proposed',
          'Pets are new, and the answer about refunds says seven working days now.',
          proposer,
          5_400_000,
          [],
        ),
        report: reportOf(fakeDefinition),
      })
    }
  }

  const current = () => versions.find(({ state }) => state === 'current') ?? null
  const proposal = () => versions.find(({ state }) => state === 'proposed') ?? null
  function summary(one: VersionDetail<Definition, Review>): VersionSummary {
    const { definition: _, report: __, quotes: ___, history: ____, ...rest } = one
    return rest
  }

  function draft(): Draft<Definition> {
    return {
      revision,
      definition,
      savedBy,
      savedAt,
      changed: definition !== null && JSON.stringify(definition) !== JSON.stringify(current()?.definition),
      trained: definition !== null && modelOf(definition) !== null,
    }
  }

  function overview(): VirtualAgentOverview<Definition> {
    const inForce = current()
    const waiting = proposal()
    return {
      current: inForce && summary(inForce),
      script: null,
      draft: draft(),
      proposal: waiting && summary(waiting),
      training,
      approvers: [priya, ingrid],
      secrets,
    }
  }

  // ---- results: every conversation came to something, by its place among the rows

  const secrets: ToolSecret[] = []

  interface Fate {
    conversation: string
    at: string
    numbers: ResultNumber[]
    reason: string | null
    intent: string
    /** Of the turn in which the intent was decided. */
    turn: 'confirmed' | 'handed-over' | 'wrong' | null
  }
  const fates: ResultNumber[][] = [
    ['confirmed'],
    ['silent', 'silent-not-back'],
    ['handed-over'],
    ['silent', 'silent-undecided'],
    ['confirmed'],
    ['handed-over', 'fallback'],
    ['unresolved', 'fallback'],
    ['silent', 'silent-not-back'],
    ['silent', 'silent-back', 'wrong-reports'],
    ['open'],
    ['handed-over'],
  ]
  const reasons = ['rebooking', 'not-understood', 'asked-for-person', 'taken-over']
  const intentsAsked = ['refund-status', 'delayed-baggage', 'change-booking', 'check-in', 'lounge-access']

  function fatesIn(query: URLSearchParams): Fate[] {
    const from = Date.parse(`${query.get('from')}T00:00:00Z`)
    const to = Date.parse(`${query.get('to')}T00:00:00Z`) + day
    return [...rows.values()]
      .map((row, i): Fate => {
        const numbers = fates[i % fates.length]!
        return {
          conversation: row.id,
          at: iso(now - (i + 1) * 11 * 3_600_000),
          numbers: ['conversations', ...numbers],
          reason: numbers.includes('handed-over') ? reasons[i % 3]! : null,
          intent: intentsAsked[(i * 7) % 5]!,
          turn: numbers.includes('confirmed')
            ? 'confirmed'
            : numbers.includes('handed-over')
              ? 'handed-over'
              : numbers.includes('wrong-reports')
                ? 'wrong'
                : null,
        }
      })
      .filter(({ at }) => started && Date.parse(at) >= from && Date.parse(at) < to)
  }

  function results(query: URLSearchParams): VirtualAgentResults {
    const all = fatesIn(query)
    const count = (number: ResultNumber): number =>
      all.filter(({ numbers }) => numbers.includes(number)).length
    const byReason = Map.groupBy(
      all.filter(({ reason }) => reason !== null),
      ({ reason }) => reason!,
    )
    return {
      conversations: all.length,
      selfService: {
        confirmed: count('confirmed'),
        silent: count('silent'),
        silentNotBack: count('silent-not-back'),
      },
      silentBack: count('silent-back'),
      silentUndecided: count('silent-undecided'),
      unresolved: count('unresolved'),
      open: count('open'),
      handedOver: [...byReason]
        .map(([reason, of]) => ({ reason, conversations: of.length }))
        .toSorted((a, b) => b.conversations - a.conversations),
      fallback: count('fallback'),
      wrongReports: count('wrong-reports'),
      perIntent: [...Map.groupBy(all, ({ intent }) => intent)]
        .map(([intent, of]) => ({
          intent,
          conversations: of.length,
          confirmed: of.filter(({ turn }) => turn === 'confirmed').length,
          handedOver: of.filter(({ turn }) => turn === 'handed-over').length,
          wrong: of.filter(({ turn }) => turn === 'wrong').length,
        }))
        .toSorted((a, b) => b.conversations - a.conversations),
    }
  }

  function resultPage(number: string, query: URLSearchParams): unknown {
    const found = fatesIn(query)
      .filter(({ numbers }) => numbers.includes(number as ResultNumber))
      .filter(({ reason }) => query.get('reason') === null || reason === query.get('reason'))
      .filter(({ intent }) => query.get('intent') === null || intent === query.get('intent'))
    return { items: found.map(({ conversation, at }) => ({ conversation, at })), next: null }
  }

  function setSecret(method: string, tool: string): [number, unknown] {
    const at = secrets.findIndex((one) => one.tool === tool)
    if (at !== -1) secrets.splice(at, 1)
    if (method === 'DELETE') return [204, null]
    const url = definition?.tools.find(({ id }) => id === tool)?.url
    if (url === undefined) throw new Refusal('not_found')
    const secret: ToolSecret = { tool, origin: new URL(url).origin, setBy: mine, setAt: iso(Date.now()) }
    secrets.push(secret)
    return [200, secret]
  }

  function parsed(value: unknown): Definition {
    const result = parseDefinition(value)
    if ('faults' in result)
      throw new Refusal('invalid_field', result.faults[0]!.message, {
        field: result.faults[0]!.field,
        faults: result.faults,
      })
    return result.definition
  }

  function save(value: unknown, given: number): Draft<Definition> {
    if (given !== revision) throw new Refusal('draft_changed')
    definition = parsed(value)
    revision++
    savedBy = mine
    savedAt = iso(Date.now())
    return draft()
  }

  function startTraining(): TrainingStatus {
    const of = definition!
    const run = ++runs
    const steps = ['reads the examples', 'holds out one fifth after the other', 'chooses the threshold']
    training = {
      state: 'running',
      revision,
      fraction: 0,
      what: steps[0]!,
      ahead: 0,
      startedBy: mine,
      startedAt: iso(Date.now()),
      endedAt: null,
      reason: null,
    }
    const startedAt = Date.now()
    const tick = (): void => {
      if (run !== runs || training.state !== 'running') return
      const fraction = Math.min(1, (Date.now() - startedAt) / trainingMs)
      if (fraction < 1) {
        training = { ...training, fraction, what: steps[Math.floor(fraction * 3)]! }
        setTimeout(tick, 100).unref()
        return
      }
      train(of)
      training = { ...training, state: 'done', fraction: 1, what: '', endedAt: iso(Date.now()) }
    }
    setTimeout(tick, 100).unref()
    return training
  }

  function tried(request: TryRequest<AgentState, ToolCall>): unknown {
    const of =
      request.of === 'current'
        ? current()!.definition
        : request.definition === undefined
          ? definition!
          : parsed(request.definition)
    const model = modelOf(of)
    const agent = prepareAgent({ definition: of, version: 0, model, knowledge: knowledge(), encoder: null })
    const { occasion } = request
    return {
      decision: decide(agent, {
        conversation: 'trial',
        id: String(request.history.length),
        occasion:
          occasion.kind === 'tool'
            ? { kind: 'tool', call: occasion.call, result: occasion.outcome }
            : occasion,
        history: request.history,
        state: request.state,
        locale: request.locale,
        today: request.today ?? iso(Date.now()).slice(0, 10),
        agentsOnline: request.agentsOnline,
      }),
      note: model === null ? 'not-trained' : null,
    }
  }

  function replayed(conversations: { id: string; locale: string | null; lines: never[] }[]): unknown {
    const prepared = (of: Definition, version: number) =>
      prepareAgent({ definition: of, version, model: modelOf(of), knowledge: knowledge(), encoder: null })
    const sides = [prepared(current()!.definition, 3), prepared(definition!, 0)] as const
    const results = conversations.map((one) =>
      replay(...sides, { ...one, today: iso(Date.now()).slice(0, 10) }),
    )
    return {
      conversations: conversations.length,
      turns: results.reduce((sum, { turns }) => sum + turns, 0),
      diffs: results.flatMap(({ diffs }) => diffs),
    }
  }

  function decideProposal(number: number, what: string, note: string): VersionSummary {
    const one = versions.find((other) => other.version === number)
    if (one?.state !== 'proposed') throw new Refusal('version_state')
    const own = one.proposedBy.id === mine.id
    if (what === 'approve' && own)
      throw new Refusal('second_person_needed', 'Somebody else approves what you proposed.')
    const at = iso(Date.now())
    if (what === 'approve') {
      const old = current()
      if (old) old.state = 'former'
      Object.assign(one, { state: 'current', approvedBy: mine, publishedAt: at })
      one.history.push(
        { what: 'approved', by: mine, at, note },
        { what: 'published', by: mine, at, note: '' },
      )
    } else {
      one.state = what === 'refuse' ? 'refused' : 'withdrawn'
      one.history.push({ what: one.state, by: mine, at, note })
    }
    return summary(one)
  }

  function unanswered(): UnansweredTurn[] {
    return [...rows.values()]
      .filter((_, i) => i % 4 === 2)
      .slice(0, 9)
      .map((row, i) => ({
        conversation: row.id,
        turn: parts.fallback(row.id),
        at: row.lastEventAt,
        outcome: i % 3 === 0 ? ('handed-over' as const) : ('fallback' as const),
        reason: i % 3 === 0 ? 'not-understood' : null,
      }))
      .toSorted((a, b) => (a.at < b.at ? 1 : -1))
  }

  function saveArticle(id: string | null, body: Record<string, unknown>, key: string): ArticleDetail {
    const held = articles.find((one) => one.id === id)
    if (id !== null && !held) throw new Refusal('not_found')
    if (held && body['version'] !== held.version) throw new Refusal('draft_changed')
    if (String(body['markdown'] ?? '').trim() === '')
      throw new Refusal('invalid_field', 'An article says something.', {
        field: 'markdown',
        faults: [{ field: 'markdown', message: 'An article says something below its headings.' }],
      })
    const made = withPassages({
      id: id ?? key,
      version: (held?.version ?? 0) + 1,
      title: String(body['title']),
      language: String(body['language']),
      address: (body['address'] as string | null) ?? null,
      source: held?.source ?? 'written',
      bytes: String(body['markdown']).length,
      changedBy: mine,
      changedAt: iso(Date.now()),
      approval: null,
      approvedVersion: held?.approvedVersion ?? null,
      questions: (body['questions'] as string[] | undefined) ?? [],
      markdown: String(body['markdown']),
      passages: [],
    })
    if (held) articles[articles.indexOf(held)] = made
    else articles.unshift(made)
    return made
  }

  function aboutArticles(
    method: string,
    [id = '', deed = '']: readonly string[],
    body: Record<string, unknown>,
    key: string,
  ): [number, unknown] {
    const listed = (one: ArticleDetail): ArticleSummary => {
      const { questions: _, markdown: __, passages: ___, ...rest } = one
      return rest
    }
    const find = (): ArticleDetail => {
      const found = articles.find((one) => one.id === id)
      if (!found) throw new Refusal('not_found')
      return found
    }
    if (id === 'search') return [200, { result: search(knowledge(), String(body['text'])) }]
    if (id === 'import')
      return [
        201,
        saveArticle(
          null,
          {
            title: body['title'] ?? 'Imported',
            language: body['language'],
            markdown: body['format'] === 'pdf' ? 'Text of the file.' : body['content'],
          },
          key,
        ),
      ]
    if (id === 'crawl') {
      if (method === 'GET') return [200, crawl]
      crawl =
        deed === 'stop'
          ? { ...crawl, state: 'stopped', endedAt: iso(Date.now()) }
          : {
              ...crawl,
              state: 'running',
              site: String(body['site']),
              found: 14,
              read: 5,
              changed: 0,
              skipped: [],
              startedBy: mine,
            }
      return [202, crawl]
    }
    if (id === 'approve') {
      for (const { id: one } of body['articles'] as { id: string }[]) {
        const found = articles.find((other) => other.id === one)
        if (!found) throw new Refusal('not_found')
        if (found.changedBy.id === mine.id) throw new Refusal('second_person_needed')
        Object.assign(found, { approval: { by: mine, at: iso(Date.now()) }, approvedVersion: found.version })
      }
      return [200, { items: articles.map(listed) }]
    }
    if (deed === 'approve') {
      const one = find()
      if (one.changedBy.id === mine.id) throw new Refusal('second_person_needed')
      Object.assign(one, { approval: { by: mine, at: iso(Date.now()) }, approvedVersion: one.version })
      return [200, listed(one)]
    }
    switch (method) {
      case 'GET':
        return id === '' ? [200, { items: articles.map(listed) }] : [200, find()]
      case 'POST':
        return [201, saveArticle(null, body, key)]
      case 'PUT':
        return [200, saveArticle(id, body, key)]
      default:
        articles.splice(articles.indexOf(find()), 1)
        return [204, null]
    }
  }

  return {
    answer(method, path, query, body, key) {
      const [first = '', second = '', third = ''] = path
      switch (`${method} ${first}`) {
        case 'GET ':
          return [200, overview()]
        case 'PUT draft':
          return [200, save(body['definition'], Number(body['revision']))]
        case 'DELETE draft':
          definition = current()!.definition
          revision++
          return [200, draft()]
        case 'POST draft':
          switch (second) {
            case 'check': {
              const result = parseDefinition(body['definition'])
              return [200, { faults: 'faults' in result ? result.faults : [] }]
            }
            case 'train':
              if (third === 'stop') training = { ...training, state: 'stopped' }
              else startTraining()
              return [202, training]
            case 'try':
              return [200, tried(body as unknown as TryRequest<AgentState, ToolCall>)]
            case 'replay':
              return [200, replayed(body['conversations'] as never)]
          }
          throw new Refusal('not_found')
        case 'GET draft':
          if (definition === null || modelOf(definition) === null) throw new Refusal('not_trained')
          return [200, { revision, report: reportOf(definition) }]
        case 'GET training':
          return [200, training]
        case 'POST suggestions': {
          const { texts } = body as unknown as SuggestionsRequest
          return [
            200,
            {
              clusters: clusterTexts(
                texts.map(({ text }) => text),
                null,
              ).map((cluster) => ({
                representative: cluster.representative,
                texts: cluster.members,
                nearestIntent: null,
              })),
            },
          ]
        }
        case 'GET unanswered':
          return [200, { items: started ? unanswered() : [], next: null }]
        case 'POST proposals': {
          if (second !== '') return [200, decideProposal(Number(second), third, String(body['note'] ?? ''))]
          if (proposal()) throw new Refusal('version_state', 'Another proposal waits already.')
          if (body['revision'] !== revision) throw new Refusal('draft_changed')
          const number = (versions[0]?.version ?? 0) + 1
          const made = {
            ...version(number, definition!, 'proposed', String(body['note']), mine, now - Date.now(), []),
            report: reportOf(definition!),
          }
          versions.unshift(made)
          return [201, summary(made)]
        }
        case 'GET versions': {
          if (second === '') return [200, { items: versions.map(summary), next: null }]
          const found = versions.find(({ version: number }) => number === Number(second))
          if (!found) throw new Refusal('not_found')
          return [200, found]
        }
        case 'POST versions': {
          const old = current()
          const one = versions.find(({ version: number }) => number === Number(second))
          if (one?.state !== 'former') throw new Refusal('version_state')
          if (old) old.state = 'former'
          one.state = 'current'
          one.publishedAt = iso(Date.now())
          one.history.push({ what: 'restored', by: mine, at: iso(Date.now()), note: '' })
          return [200, summary(one)]
        }
      }
      if (first === 'results') return [200, second === '' ? results(query) : resultPage(second, query)]
      if (first === 'tools') return setSecret(method, second)
      if (first === 'articles') return aboutArticles(method, path.slice(1), body, key)
      throw new Refusal('not_found', `${method} ${path.join('/')} ${query.toString()}`)
    },
    somebodySaves(change) {
      definition = change(definition!)
      revision++
      savedBy = priya
      savedAt = iso(Date.now())
    },
    trainingMs: (ms) => void (trainingMs = ms),
    draft,
  }
}
