import { alarmKinds } from '@candor/protocol/integrity-api.ts'

const text = { type: 'string' } as const
const maybeText = { type: ['string', 'null'] } as const
const time = { type: 'string', format: 'date-time' } as const
const maybeTime = { type: ['string', 'null'], format: 'date-time' } as const
const count = { type: 'number' } as const
const maybeShare = { type: ['number', 'null'], minimum: 0, maximum: 1 } as const
const yes = { type: 'boolean' } as const
const state = { type: 'string', enum: ['new', 'approved', 'refused'] } as const

function whole(id: string, properties: Record<string, object>, optional: readonly string[] = []) {
  return {
    $id: id,
    type: 'object',
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  } as const
}

const pageTemplate = whole('PageTemplate', {
  id: text,
  template: { type: 'string', description: 'Origin and path; `:id` stands for what varies' },
  cardFields: yes,
  cardFieldsApproved: yes,
  firstSeenAt: time,
  lastSeenAt: time,
  views24h: count,
  reportedAt: maybeTime,
  reportingShare: maybeShare,
  openAlarms: count,
})

const scriptHash = whole('ScriptHash', {
  hash: { type: ['string', 'null'], description: 'null: seen by its address only' },
  state,
  firstSeenAt: time,
  lastSeenAt: time,
  views: count,
  share: { type: 'number', minimum: 0, maximum: 1 },
  approvedBy: maybeText,
  bodyKept: yes,
})

const inventoryScript = whole('InventoryScript', {
  id: { type: 'string', format: 'uuid' },
  template: text,
  url: { type: 'string', description: 'Address; `*` stands for what a build changes' },
  state,
  owner: maybeText,
  justification: maybeText,
  approvedBy: maybeText,
  approvedAt: maybeTime,
  firstSeenAt: time,
  lastSeenAt: time,
  hashes: { type: 'array', items: { $ref: 'ScriptHash#' } },
})

const integrityAlarm = whole(
  'IntegrityAlarm',
  {
    id: { type: 'string', format: 'uuid' },
    kind: { type: 'string', enum: [...alarmKinds] },
    weight: { type: 'string', enum: ['proof', 'finding', 'gap'] },
    template: maybeText,
    page: maybeText,
    script: maybeText,
    hash: maybeText,
    what: text,
    firstSeenAt: time,
    lastSeenAt: time,
    raisedAt: time,
    views: count,
    share: maybeShare,
    sources: count,
    state: { type: 'string', enum: ['open', 'approved', 'contained', 'incident', 'dismissed'] },
    by: maybeText,
    at: maybeTime,
    containment: maybeText,
    bodyKept: yes,
    standing: { type: 'string', enum: ['one-network', 'several-networks', 'fetched'] },
    compared: {
      type: 'object',
      required: ['pageViews', 'without'],
      properties: { pageViews: count, without: count },
    },
    justification: maybeText,
  },
  ['standing', 'compared', 'justification'],
)

/** Of other parts of integrity; their own routes describe them. */
const elsewhere = { type: 'object', additionalProperties: true } as const
const maybeElsewhere = { type: ['object', 'null'], additionalProperties: true } as const

const integrityHome = whole('IntegrityHome', {
  pages: { type: 'array', items: { $ref: 'PageTemplate#' } },
  scripts: {
    type: 'object',
    required: ['total', 'new', 'changed'],
    properties: { total: count, new: count, changed: count },
  },
  reporting: {
    type: 'object',
    required: ['headers', 'lastReportAt', 'share', 'viewsByMinute', 'reportsByMinute'],
    properties: {
      headers: { type: 'array', items: text, description: 'Header lines for the tenant’s pages' },
      lastReportAt: maybeTime,
      share: maybeShare,
      viewsByMinute: { type: 'array', items: count },
      reportsByMinute: { type: 'array', items: count },
    },
  },
  watcher: {
    type: 'object',
    required: ['pages', 'lastRun'],
    properties: { pages: count, lastRun: maybeElsewhere },
  },
  alarms: { type: 'array', items: { $ref: 'IntegrityAlarm#' } },
  containments: { type: 'array', items: elsewhere },
  release: maybeElsewhere,
})

export const integritySchemas = [pageTemplate, scriptHash, inventoryScript, integrityAlarm, integrityHome]
