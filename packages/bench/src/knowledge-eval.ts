/**
 * How often the right article is among the first found: on a bank's articles with the openings of its customers, and
 * on BANKING77 and CLINC150 read as FAQs with five phrasings an entry. Plain BM25 stands beside it in the same run.
 */
import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Article } from '@candor/virtual-agent/knowledge/article.ts'
import { openBm25 } from '@candor/virtual-agent/knowledge/bm25.ts'
import { chunkArticle } from '@candor/virtual-agent/knowledge/chunk-article.ts'
import {
  buildIndex,
  search,
  textCharactersMax,
  topOf,
} from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { wordsOf } from '@candor/virtual-agent/tokens.ts'
import { readMarkdown } from '@candor/server/virtual-agents/articles/read-markdown.ts'
import { seededRandom } from './seeded-random.ts'

export interface KnowledgeEvalOptions {
  /** Null leaves the rows with the encoder out. */
  encoder: Encoder | null
  /** Folder of the open data sets. */
  dataFolder?: string
  /** Of the resampling behind the intervals; nothing else is random. */
  seed?: number
  /** Development questions instead of test questions: for choosing, never for reporting. */
  development?: boolean
  only?: readonly string[]
  print?: (line: string) => void
}

/** One thing to be found. */
interface Sought {
  text: string
  /** Articles that are right; any of them counts. */
  right: ReadonlySet<string>
}

interface Collection {
  name: string
  articles: Article[]
  sought: Sought[]
  /** What no article covers. */
  uncovered: string[]
  /** Texts that plain BM25 searches, each with its article, by name of the row. */
  plain: { name: string; texts: { article: string; text: string }[] }[]
  goals: { hit1: number; hit3: number } | null
}

export interface KnowledgeFigure {
  collection: string
  row: string
  hit1: number
  hit3: number
  /** Of all answers given above the threshold the share that was right, and of all questions the share answered. */
  precision: number | null
  answered: number | null
  /** Of what no article covers, the share answered all the same. */
  answeredUncovered: number | null
  msEach: number
}

export function knowledgeEval(options: KnowledgeEvalOptions): KnowledgeFigure[] {
  const { encoder, seed = 20_261_125, development = false, print = console.log } = options
  const folder =
    options.dataFolder ??
    process.env['CANDOR_DATA'] ??
    path.resolve(import.meta.dirname, '../../../../shared/data')
  print(`knowledge, seed ${seed}${development ? ', development questions' : ''}`)
  const figures: KnowledgeFigure[] = []
  for (const [name, read] of Object.entries(collections)) {
    if (options.only !== undefined && !options.only.includes(name)) continue
    const collection = read(folder, development)
    if (collection === null) {
      print(
        `${name}: skipped, its files are not in ${folder}. They are public (sources in docs/bench.md); set CANDOR_DATA to a folder that has them.`,
      )
      continue
    }
    figures.push(...evaluate(collection, encoder, seed, print))
  }
  return figures
}

const collections: Record<string, (folder: string, development: boolean) => Collection | null> = {
  'tau-bank': readTauBank,
  'tau-bank-stories': (folder) => readTauBank(folder, false, true),
  banking77: readBanking77,
  clinc150: readClinc150,
}

type Ranked = (text: string) => { articles: string[]; answered: boolean | null }

function evaluate(
  { name, articles, sought, uncovered, plain, goals }: Collection,
  encoder: Encoder | null,
  seed: number,
  print: (line: string) => void,
): KnowledgeFigure[] {
  print('')
  print(`${name}: ${articles.length} articles, ${sought.length} questions`)
  print(
    '| found by | hit@1 (95 %) | hit@3 (95 %) | answered | of these right | answered though uncovered | ms |',
  )
  print('|---|---|---|---|---|---|---|')
  const figures: KnowledgeFigure[] = []
  const row = (row: string, rank: Ranked): KnowledgeFigure => {
    const startedAt = performance.now()
    const places = sought.map(({ text, right }) => {
      const { articles, answered } = rank(text)
      return { place: articles.findIndex((article) => right.has(article)), answered }
    })
    const msEach = (performance.now() - startedAt) / sought.length
    const given = places.filter(({ answered }) => answered === true)
    const calibrated = places.some(({ answered }) => answered !== null)
    const figure: KnowledgeFigure = {
      collection: name,
      row,
      hit1: share(places, ({ place }) => place === 0),
      hit3: share(places, ({ place }) => place >= 0 && place < 3),
      answered: calibrated ? given.length / places.length : null,
      precision: given.length === 0 ? null : share(given, ({ place }) => place === 0),
      answeredUncovered:
        calibrated && uncovered.length > 0 ? share(uncovered, (text) => rank(text).answered === true) : null,
      msEach,
    }
    figures.push(figure)
    const interval = (k: number): string =>
      intervalOf(
        places.map(({ place }) => place >= 0 && place < k),
        seed,
      )
    print(
      `| ${row} | ${percent(figure.hit1)} (${interval(1)}) | ${percent(figure.hit3)} (${interval(3)}) | ${percent(figure.answered)} | ${percent(figure.precision)} | ${percent(figure.answeredUncovered)} | ${msEach.toFixed(1)} |`,
    )
    return figure
  }
  for (const { name, texts } of plain) row(name, plainBm25(texts))
  const models: string[] = []
  const say = (line: string): void => void models.push(line)
  const lexical = row('words and letters', searched(articles, null, say))
  const best =
    encoder === null ? lexical : row('words, letters and meaning', searched(articles, encoder, say))
  for (const line of models) print(line)
  if (goals !== null)
    print(
      `goals ${percent(goals.hit1)} and ${percent(goals.hit3)}: ${best.hit1 >= goals.hit1 ? 'met' : 'missed'}, ${best.hit3 >= goals.hit3 ? 'met' : 'missed'}`,
    )
  return figures
}

/** Lower-cased words, no stems, every word counts: k1 = 1.2, b = 0.75. An article stands where its best text does. */
function plainBm25(texts: readonly { article: string; text: string }[]): Ranked {
  const index = openBm25(texts.map(({ text }) => wordsOf(text)))
  return (text) => {
    const scores = index.scores(wordsOf(text))
    const articles: string[] = []
    for (const at of topOf(scores, texts.length)) {
      const { article } = texts[at]!
      if (scores[at]! > 0 && !articles.includes(article)) articles.push(article)
      if (articles.length === 3) break
    }
    return { articles, answered: null }
  }
}

function searched(
  articles: readonly Article[],
  encoder: Encoder | null,
  say: (line: string) => void,
): Ranked {
  const startedAt = process.cpuUsage()
  const index = buildIndex(articles, { encoder })
  const seconds = process.cpuUsage(startedAt).user / 1e6
  const { full, lexical } = index.shelves[0]!
  const { weights, answer } = full ?? lexical
  say(
    `${full === null ? 'words and letters' : 'with meaning'}: built in ${seconds.toFixed(1)} s of processor time; weights ${weights.map((weight) => weight.toFixed(1)).join(', ')}; ` +
      `threshold ${answer.threshold.toFixed(3)} from ${answer.asked} ${answer.from}, of which ${percent(answer.answered)} would be answered, ${percent(answer.precision)} of them rightly`,
  )
  return (text) => {
    const { passages, answered } = search(index, text, { language: 'en', passagesMax: 3 })
    return { articles: passages.map(({ article }) => article), answered }
  }
}

/** 95 % of 1,000 samples of the questions, drawn with repetition, lie within. */
function intervalOf(hits: readonly boolean[], seed: number): string {
  const random = seededRandom(seed)
  const shares = Array.from({ length: 1_000 }, () => {
    let sum = 0
    for (let i = 0; i < hits.length; i++) if (hits[Math.floor(random() * hits.length)]) sum++
    return sum / hits.length
  }).sort((a, b) => a - b)
  return `${(shares[25]! * 100).toFixed(1)}–${(shares[974]! * 100).toFixed(1)}`
}

/**
 * The 698 articles of the bank in tau-bench, its own product pages and its staff's instructions alike. A question is
 * what a task's customer says first: the first text in quotation marks that begins with "Hi" or "Hello". As a second
 * collection the whole story that the customer's part is played from is asked, cut after 2,000 characters as all
 * texts are. Right is every document that the task needs.
 */
function readTauBank(folder: string, _development: boolean, stories = false): Collection | null {
  const documents = linesOf<{ id: string; title: string; content: string }>(
    folder,
    'tau-service/banking_documents.jsonl.gz',
  )
  const tasks = linesOf<{ user_scenario: { instructions: string }; required_documents: string[] }>(
    folder,
    'tau-service/banking_tasks.jsonl',
  )
  if (documents === null || tasks === null) return null
  const articles = documents.map(({ id, title, content }): Article => {
    const { body } = readMarkdown(Buffer.from(content))
    return articleOf(id.replaceAll(/[^\w.~-]/g, '_'), title, body, [])
  })
  const sought = tasks.flatMap(({ user_scenario: { instructions }, required_documents }): Sought[] => {
    const opening = /["“]((?:Hi|Hello)\b[^"“”]{20,1000})["”]/.exec(instructions)?.[1]
    const text = stories ? instructions.slice(0, textCharactersMax) : opening
    const right = new Set(required_documents.map((id) => id.replaceAll(/[^\w.~-]/g, '_')))
    return text === undefined || right.size === 0 ? [] : [{ text, right }]
  })
  return {
    name: stories
      ? 'tau bank, whole stories'
      : `tau bank, openings of ${tasks.length} tasks where they have one`,
    articles,
    sought,
    uncovered: [],
    plain: [
      {
        name: 'BM25, an article as one text',
        texts: documents.map(({ title, content }, i) => ({
          article: articles[i]!.id,
          text: `${title}\n${content}`,
        })),
      },
      {
        name: 'BM25, each passage a text',
        texts: articles.flatMap((article) =>
          chunkArticle(article).map(({ headings, text }) => ({
            article: article.id,
            text: [article.title, ...headings, text].join('\n'),
          })),
        ),
      },
    ],
    goals: null,
  }
}

function readBanking77(folder: string, development: boolean): Collection | null {
  const train = linesOf<Labelled>(folder, 'banking77/train_5.jsonl')
  const test = development
    ? linesOf<Labelled>(folder, 'banking77/dev.jsonl')
    : csvOf(folder, 'banking77/test.csv')
  if (train === null || test === null) return null
  return faq('BANKING77, five phrasings an entry', train, test, [], { hit1: 0.7, hit3: 0.88 })
}

function readClinc150(folder: string, development: boolean): Collection | null {
  const train = linesOf<Labelled>(folder, 'clinc150/train_5.jsonl')
  const test = linesOf<Labelled>(folder, development ? 'clinc150/val.jsonl' : 'clinc150/test.jsonl')
  const uncovered = linesOf<Labelled>(
    folder,
    development ? 'clinc150/oos_val.jsonl' : 'clinc150/oos_test.jsonl',
  )
  if (train === null || test === null || uncovered === null) return null
  return faq(
    'CLINC150, five phrasings an entry',
    train,
    test,
    uncovered.map(({ text }) => text),
    null,
  )
}

interface Labelled {
  text: string
  label: string
}

/** An entry has the phrasings of one intent and nothing else: no title, and an answer that says nothing. */
function faq(
  name: string,
  train: readonly Labelled[],
  test: readonly Labelled[],
  uncovered: string[],
  goals: Collection['goals'],
): Collection {
  const idOf = (label: string): string => label.toLowerCase().replaceAll(/[^\w.~-]/g, '_')
  const entries = Map.groupBy(train, ({ label }) => idOf(label))
  return {
    name,
    articles: [...entries].map(([id, rows]) =>
      articleOf(
        id,
        '–',
        [{ kind: 'paragraph', text: '–' }],
        rows.map(({ text }) => text),
      ),
    ),
    sought: test.map(({ text, label }) => ({ text, right: new Set([idOf(label)]) })),
    uncovered,
    plain: [
      {
        name: 'BM25, each phrasing a text',
        texts: train.map(({ text, label }) => ({ article: idOf(label), text })),
      },
      {
        name: 'BM25, an entry as one text',
        texts: [...entries].map(([article, rows]) => ({
          article,
          text: rows.map(({ text }) => text).join('\n'),
        })),
      },
    ],
    goals,
  }
}

function articleOf(id: string, title: string, body: Article['body'], questions: string[]): Article {
  return {
    id,
    version: 1,
    title,
    language: 'en',
    address: null,
    source: 'markdown',
    body,
    questions,
    approved: true,
  }
}

function bytesOf(folder: string, name: string): Buffer | null {
  const file = path.join(folder, name)
  if (!existsSync(file)) return null
  const bytes = readFileSync(file)
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

function linesOf<T>(folder: string, name: string): T[] | null {
  const bytes = bytesOf(folder, name)
  return (
    bytes &&
    bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T)
  )
}

/** Two columns, quoted where they have commas, line ends or quotes. */
function csvOf(folder: string, name: string): Labelled[] | null {
  const bytes = bytesOf(folder, name)
  if (bytes === null) return null
  const rows = [...bytes.toString('utf8').matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*)),([^,\r\n]+)\r?(?:\n|$)/g)]
  return rows.slice(1).map(([, quoted, bare, label]) => ({
    text: (quoted?.replaceAll('""', '"') ?? bare!).trim(),
    label: label!,
  }))
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.filter(holds).length / all.length
}

function percent(part: number | null): string {
  return part === null ? '–' : `${(part * 100).toFixed(1)} %`
}
