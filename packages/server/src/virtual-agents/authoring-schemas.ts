/** What authoring answers, as OpenAPI says it. What the engine defines stands as any value: `docs/virtual-agent.md`. */

export const uuid = { type: 'string', format: 'uuid' } as const
export const time = { type: 'string', format: 'date-time' } as const
export const engineValue = (description: string) => ({ description }) as const
export const nullable = <T extends object>(schema: T) => ({ anyOf: [schema, { type: 'null' }] }) as const
export const itemsOf = (name: string) =>
  ({
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: { $ref: `${name}#` } } },
  }) as const

const count = { type: 'integer', minimum: 0 } as const
const text = { type: 'string' } as const

const by = {
  $id: 'By',
  type: 'object',
  required: ['id', 'name'],
  properties: { id: uuid, name: text },
} as const
const someone = { $ref: 'By#' } as const
const perhapsSomeone = nullable(someone)

const fault = {
  $id: 'Fault',
  type: 'object',
  required: ['field', 'message'],
  properties: { field: text, message: text },
} as const

const draftProperties = {
  revision: { ...count, description: 'Sent back with what was made of it; 0: nobody has saved yet' },
  definition: engineValue('A definition (docs/virtual-agent.md); null where there is none yet'),
  savedBy: perhapsSomeone,
  savedAt: nullable(time),
  changed: { type: 'boolean', description: 'Differs from what is in force' },
  trained: { type: 'boolean', description: 'A model of exactly these examples is at hand' },
} as const
const draft = {
  $id: 'VirtualAgentDraft',
  type: 'object',
  required: Object.keys(draftProperties),
  properties: draftProperties,
} as const

const training = {
  $id: 'Training',
  type: 'object',
  required: ['state', 'revision', 'fraction', 'what', 'ahead', 'startedBy', 'startedAt', 'endedAt', 'reason'],
  properties: {
    state: { enum: ['none', 'waiting', 'running', 'done', 'failed', 'stopped'] },
    revision: count,
    fraction: { type: 'number', minimum: 0, maximum: 1 },
    what: text,
    ahead: { ...count, description: 'Trainings that come first' },
    startedBy: perhapsSomeone,
    startedAt: nullable(time),
    endedAt: nullable(time),
    reason: nullable(text),
  },
} as const

const versionProperties = {
  version: count,
  name: text,
  note: text,
  state: { enum: ['proposed', 'current', 'former', 'refused', 'withdrawn'] },
  proposedBy: someone,
  proposedAt: time,
  approvedBy: { ...perhapsSomeone, description: 'Null also where the installation published it itself' },
  publishedAt: nullable(time),
  intents: count,
  flows: count,
  articles: count,
} as const
const versionSummary = {
  $id: 'VirtualAgentVersion',
  type: 'object',
  required: Object.keys(versionProperties),
  properties: versionProperties,
} as const
const versionDetail = {
  $id: 'VirtualAgentVersionDetail',
  type: 'object',
  required: [...Object.keys(versionProperties), 'definition', 'report', 'quotes', 'history'],
  properties: {
    ...versionProperties,
    definition: engineValue('The definition as it was proposed'),
    report: engineValue(
      'What was known of it when it was proposed; null where the installation published it',
    ),
    quotes: {
      type: 'array',
      description: 'Articles as they stood',
      items: {
        type: 'object',
        required: ['id', 'version', 'title'],
        properties: { id: uuid, version: count, title: text },
      },
    },
    history: {
      type: 'array',
      items: {
        type: 'object',
        required: ['what', 'by', 'at', 'note'],
        properties: {
          what: { enum: ['proposed', 'approved', 'refused', 'withdrawn', 'published', 'restored'] },
          by: someone,
          at: time,
          note: text,
        },
      },
    },
  },
} as const

const toolSecret = {
  $id: 'ToolSecret',
  type: 'object',
  description: 'That there is one, never the secret itself',
  required: ['tool', 'origin', 'setBy', 'setAt'],
  properties: { tool: text, origin: text, setBy: someone, setAt: time },
} as const

const overview = {
  $id: 'VirtualAgentOverview',
  type: 'object',
  required: ['current', 'script', 'draft', 'proposal', 'training', 'approvers', 'secrets'],
  properties: {
    current: nullable({ $ref: 'VirtualAgentVersion#' }),
    script: nullable(count),
    draft: { $ref: 'VirtualAgentDraft#' },
    proposal: nullable({ $ref: 'VirtualAgentVersion#' }),
    training: { $ref: 'Training#' },
    approvers: { type: 'array', items: someone, description: 'Who could approve what you propose' },
    secrets: { type: 'array', items: { $ref: 'ToolSecret#' } },
  },
} as const

const articleProperties = {
  id: uuid,
  version: count,
  title: text,
  language: text,
  address: nullable(text),
  source: { enum: ['written', 'markdown', 'html', 'pdf', 'crawl'] },
  bytes: count,
  changedBy: someone,
  changedAt: time,
  approval: nullable({
    type: 'object',
    required: ['by', 'at'],
    properties: { by: someone, at: time },
  }),
  approvedVersion: { ...nullable(count), description: 'Quoted until the newest one is approved' },
} as const
const article = {
  $id: 'Article',
  type: 'object',
  required: Object.keys(articleProperties),
  properties: articleProperties,
} as const
const articleDetail = {
  $id: 'ArticleDetail',
  type: 'object',
  required: [...Object.keys(articleProperties), 'questions', 'markdown', 'passages'],
  properties: {
    ...articleProperties,
    questions: { type: 'array', items: text },
    markdown: text,
    passages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'headings', 'text'],
        properties: { id: text, headings: { type: 'array', items: text }, text },
      },
    },
  },
} as const

const crawl = {
  $id: 'Crawl',
  type: 'object',
  required: [
    'state',
    'site',
    'startedBy',
    'startedAt',
    'endedAt',
    'found',
    'read',
    'changed',
    'skipped',
    'reason',
  ],
  properties: {
    state: { enum: ['none', 'running', 'done', 'failed', 'stopped'] },
    site: nullable(text),
    startedBy: perhapsSomeone,
    startedAt: nullable(time),
    endedAt: nullable(time),
    found: count,
    read: count,
    changed: count,
    skipped: {
      type: 'array',
      items: {
        type: 'object',
        required: ['address', 'reason'],
        properties: { address: text, reason: text },
      },
    },
    reason: nullable(text),
  },
} as const

export const authoringSchemas = [
  by,
  fault,
  draft,
  training,
  versionSummary,
  versionDetail,
  toolSecret,
  overview,
  article,
  articleDetail,
  crawl,
]
