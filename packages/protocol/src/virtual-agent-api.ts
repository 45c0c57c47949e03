/**
 * Shapes of authoring under /v1/virtual-agent (JSON), as api.ts has them for the rest. What the engine defines
 * (`Definition`, `Decision`, `DialogueState`, `ReviewReport`, …) is a type parameter here: this package imports
 * nothing, and who has the engine at hand names its types.
 *
 * Read with `virtual-agent.read`; changed with `virtual-agent.edit`; approved with `virtual-agent.approve`.
 * What only looks (check, try, replay, suggestions, search) needs no Idempotency-Key; what makes something does.
 */

/** A person, a key, or the system. */
export interface By {
  id: string
  name: string
}

/** GET /v1/virtual-agent */
export interface VirtualAgentOverview<Definition = unknown> {
  /** In force; null: none was published. */
  current: VersionSummary | null
  /** Version of a script from before definitions, in force until something is published; null: there is none. */
  script: number | null
  draft: Draft<Definition>
  /** Waits for a second person; there is one at a time. */
  proposal: VersionSummary | null
  training: TrainingStatus
  /**
   * People who could approve a proposal of who asks: active, with the permission, somebody else. Empty: nothing can
   * be published before a second person is added.
   */
  approvers: By[]
  /** Tools whose secret is kept. The secret itself is never answered. */
  secrets: ToolSecret[]
}

/**
 * PUT /v1/virtual-agent/draft {revision, definition} → Draft; `invalid_field` with `faults`, or `draft_changed` when
 * somebody saved after that revision. DELETE: back to what is in force → Draft.
 */
export interface Draft<Definition = unknown> {
  /** Send it back with what was made of it. 0: nobody has saved yet. */
  revision: number
  /** What was saved last, else what is in force; null where there is neither. */
  definition: Definition | null
  savedBy: By | null
  savedAt: string | null
  /** Differs from the version in force, or there is none. */
  changed: boolean
  /** A model of exactly these examples is at hand: the draft can be reviewed and proposed. */
  trained: boolean
}

/** One thing that is wrong with a definition. A refusal `invalid_field` has all of them as `faults`. */
export interface Fault {
  /** `intents[2].answer.en` */
  field: string
  message: string
}

/** POST /v1/virtual-agent/draft/check {definition} → { faults } (200): says what PUT would, and saves nothing. */
export interface CheckAnswer {
  faults: Fault[]
}

/**
 * POST /v1/virtual-agent/draft/train → 202; POST /draft/train/stop → the same; GET /v1/virtual-agent/training.
 * `none`: not asked for since the server started (a model may be at hand all the same: `Draft.trained`).
 */
export interface TrainingStatus {
  state: 'none' | 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  /** Revision of the draft that it reads. */
  revision: number
  /** 0 to 1 */
  fraction: number
  /** What it does, in words. */
  what: string
  /** Trainings of others that come first. */
  ahead: number
  startedBy: By | null
  startedAt: string | null
  endedAt: string | null
  /** Why it failed, in words. */
  reason: string | null
}

/** GET /v1/virtual-agent/draft/review; `not_trained` before the training of these examples is done. */
export interface DraftReview<Report = unknown> {
  revision: number
  report: Report
}

/**
 * POST /v1/virtual-agent/draft/try → TryAnswer. The server keeps nothing of it: `state` and `history` come back from
 * the last answer. Tools are not called; `tool` is what one would have answered.
 */
export interface TryRequest<State = unknown, ToolCall = unknown> {
  /** What answers: the draft as saved, one that is not saved yet (`definition`), or the version in force. */
  of: 'draft' | 'current'
  definition?: unknown
  occasion:
    | { kind: 'started' }
    | { kind: 'back' }
    /** Also a quick reply: its text. */
    | { kind: 'said'; text: string }
    | { kind: 'form'; form: string }
    | { kind: 'tool'; call: ToolCall; outcome: SimulatedOutcome }
  history: TriedLine[]
  state: State | null
  locale: string | null
  /** ISO date; null: today in UTC. */
  today: string | null
  agentsOnline: boolean
}

export interface TriedLine {
  by: 'visitor' | 'virtual-agent' | 'person'
  text: string
}

export type SimulatedOutcome =
  | { kind: 'answer'; body: unknown }
  | { kind: 'fault'; fault: 'timeout' | 'unreachable' | 'refused' | 'malformed' }

export interface TryAnswer<Decision = unknown> {
  /** With its why-trace and the state for the next turn. */
  decision: Decision
  /** Tier 2 or a passage's nearness in meaning could not be used, and why; null when all of it was. */
  note: 'not-trained' | null
}

/**
 * POST /v1/virtual-agent/draft/replay → ReplayAnswer. Texts are those of conversations that the person opened
 * themselves, each opening logged; they are read in memory and stored nowhere.
 */
export interface ReplayRequest {
  conversations: ReplayedConversation[]
}

export interface ReplayedConversation {
  id: string
  locale: string | null
  /** Oldest first, as they stand: what the virtual agent said is replaced by what it would say. */
  lines: TriedLine[]
}

/** How the draft differs from what is in force, turn by turn. */
export interface ReplayAnswer<Diff = unknown> {
  conversations: number
  turns: number
  diffs: Diff[]
}

/** POST /v1/virtual-agent/suggestions {texts} → { clusters }: what visitors asked and no intent covers. */
export interface SuggestionsRequest {
  texts: { conversation: string; text: string }[]
}

export interface SuggestionsAnswer {
  /** Largest first. */
  clusters: SuggestedCluster[]
}

export interface SuggestedCluster {
  /** The text that is nearest to all the others. */
  representative: string
  /** Places in the request. */
  texts: number[]
  nearestIntent: string | null
}

/** GET /v1/virtual-agent/unanswered?from=&to=&cursor= → turns that were not understood, newest first. */
export interface UnansweredPage {
  items: UnansweredTurn[]
  next: string | null
}

export interface UnansweredTurn {
  conversation: string
  /** Event id of the turn; its text is read with the conversation, under the reader's own name. */
  turn: string
  at: string
  outcome: 'fallback' | 'clarified' | 'handed-over' | 'not-helped'
  reason: string | null
}

/**
 * POST /v1/virtual-agent/proposals {revision, note} → VersionSummary. POST /proposals/{version}/approve {} (never by
 * who proposed it: `second_person_needed`), /refuse {note}, /withdraw {} (who proposed it) → VersionSummary.
 * POST /v1/virtual-agent/versions/{version}/restore {} → VersionSummary. GET /v1/virtual-agent/versions?cursor=.
 */
export interface VersionSummary {
  version: number
  name: string
  note: string
  state: 'proposed' | 'current' | 'former' | 'refused' | 'withdrawn'
  proposedBy: By
  proposedAt: string
  /** Null also for a version that the installation itself published, such as a demo's. */
  approvedBy: By | null
  publishedAt: string | null
  intents: number
  flows: number
  articles: number
}

export interface VersionPage {
  items: VersionSummary[]
  next: string | null
}

/** GET /v1/virtual-agent/versions/{version} */
export interface VersionDetail<Definition = unknown, Report = unknown> extends VersionSummary {
  definition: Definition
  /** What was known of it when it was proposed; null where the installation published it. */
  report: Report | null
  /** Articles as they stood. */
  quotes: { id: string; version: number; title: string }[]
  /** Oldest first. */
  history: VersionDeed[]
}

export interface VersionDeed {
  what: 'proposed' | 'approved' | 'refused' | 'withdrawn' | 'published' | 'restored'
  by: By
  at: string
  note: string
}

/** PUT /v1/virtual-agent/tools/{id}/secret {secret} → ToolSecret; DELETE → 204. Write only. */
export interface ToolSecret {
  tool: string
  /** It is sent to this origin and no other: of the tool's address in the draft when it was set. */
  origin: string
  setBy: By
  setAt: string
}

export type ArticleSource = 'written' | 'markdown' | 'html' | 'pdf' | 'crawl'

/**
 * GET /v1/virtual-agent/articles → { items }; DELETE /{id} → 204: it is quoted no more, from that moment on.
 * Only approved articles are quoted, from the next publication on.
 */
export interface ArticleSummary {
  id: string
  /** Counts up with every change; approval is of one version. */
  version: number
  title: string
  language: string
  address: string | null
  source: ArticleSource
  bytes: number
  changedBy: By
  changedAt: string
  approval: { by: By; at: string } | null
  /** The version that was approved before this change, if one was: it is quoted until this one is approved. */
  approvedVersion: number | null
}

/**
 * GET /v1/virtual-agent/articles/{id}. POST /v1/virtual-agent/articles {title, language, address, questions,
 * markdown} → 201; PUT /{id} {version, …the same} (`draft_changed` when somebody changed it after that version).
 * POST /{id}/approve {version} → ArticleSummary (never by who changed it last: `second_person_needed`).
 * POST /import {format: 'markdown'|'html'|'pdf', language, title?, address?, content} → 201; PDF content in base64.
 */
export interface ArticleDetail extends ArticleSummary {
  /** How people ask for it, in their own words: matched, never quoted. */
  questions: string[]
  /** The text as Markdown, to be edited. */
  markdown: string
  /** As it is quoted. */
  passages: { id: string; headings: string[]; text: string }[]
}

/**
 * POST /v1/virtual-agent/articles/crawl {site, language} → 202 CrawlStatus; POST /articles/crawl/stop;
 * GET /articles/crawl. `site` is the origin of one of the tenant's sites; its sitemap says which pages there are. One
 * at a time for each tenant; what was read when it is stopped is kept. POST /articles/approve {articles: [{id,
 * version}]} → { items }: several at once, all or none.
 */
export interface CrawlStatus {
  state: 'none' | 'running' | 'done' | 'failed' | 'stopped'
  site: string | null
  startedBy: By | null
  startedAt: string | null
  endedAt: string | null
  /** Pages that the sitemap names; of these, read; and new or changed as articles, once the crawl has ended. */
  found: number
  read: number
  changed: number
  skipped: { address: string; reason: string }[]
  reason: string | null
}

/** POST /v1/virtual-agent/articles/search {text, language?} → what the approved articles would answer. */
export interface ArticleSearchAnswer<Result = unknown> {
  result: Result
}
