import {
  clockAudiences,
  clockFactNames,
  clockFamilies,
  clockTriggers,
  contentElements,
  dataCategories,
} from '@candor/protocol/incidents-api.ts'

/** What the clocks answer, as OpenAPI says it. Protocol's incidents-api.ts says what each field means. */

export const uuid = { type: 'string', format: 'uuid' } as const

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const
const moment = { type: 'string', format: 'date-time' } as const
const nullable = <T extends object>(schema: T) => ({ anyOf: [schema, { type: 'null' }] }) as const
const listOf = <T extends object>(items: T) => ({ type: 'array', items }) as const
const all = <T extends object>(properties: T) =>
  ({ type: 'object', required: Object.keys(properties), properties }) as const
const named = <T extends object>($id: string, properties: T) => ({ $id, ...all(properties) }) as const

const content = listOf({ enum: contentElements })
const citation = all({ section: text, says: { ...text, description: 'In our own words' } })
/** One value is an object or false: left to the reader of the document, so that nothing is turned into the other. */
const verified = {
  description: 'source, how, readOn and reviewer of its text; false: known, not read',
} as const
const status = { enum: ['overdue', 'running', 'paused', 'not-triggered', 'met'] } as const

const clock = named('Clock', {
  id: text,
  rule: text,
  version: count,
  family: { enum: clockFamilies },
  jurisdiction: text,
  title: text,
  audience: { enum: clockAudiences },
  to: text,
  status,
  reason: text,
  missing: listOf({ enum: clockFactNames }),
  startedAt: nullable(moment),
  startedBy: nullable({ enum: clockTriggers }),
  dueAt: nullable(moment),
  dueOn: nullable(text),
  zone: text,
  counting: text,
  promptly: { type: 'boolean' },
  residents: count,
  pauses: listOf(text),
  met: nullable(all({ at: moment, evidence: text, late: { type: 'boolean' } })),
  citation,
  content,
  never: content,
  merge: nullable(text),
  verified,
})

const notice = named('MergedNotice', {
  id: text,
  audience: { enum: clockAudiences },
  waits: { type: 'boolean' },
  to: listOf(text),
  clocks: listOf(text),
  dueAt: nullable(moment),
  content,
  never: content,
  together: listOf(text),
})

const facts = named('ClockFacts', {
  discoveredAt: nullable(moment),
  determinedAt: nullable(moment),
  confirmedAt: nullable(moment),
  notifiedByProcessorAt: nullable(moment),
  materialAt: nullable(moment),
  role: nullable({ enum: ['owner', 'holder'] }),
  publicCompany: nullable({ type: 'boolean' }),
  cardBrands: nullable(listOf(text)),
  establishment: nullable(text),
  harm: nullable(all({ finding: text, proofs: listOf(text) })),
  affected: listOf(
    all({
      jurisdiction: text,
      persons: count,
      categories: listOf({ enum: dataCategories }),
      protection: nullable(text),
    }),
  ),
  pauses: listOf(
    all({
      id: text,
      by: text,
      reason: text,
      document: text,
      written: { type: 'boolean' },
      jurisdictions: nullable(listOf(text)),
      from: moment,
      until: nullable(moment),
    }),
  ),
  met: listOf(all({ clock: text, at: moment, evidence: text })),
})

const list = named('ClockList', {
  items: listOf({ $ref: 'Clock#' }),
  notices: listOf({ $ref: 'MergedNotice#' }),
  facts: { $ref: 'ClockFacts#' },
  revision: count,
  confirm: { ...text, description: 'That counsel confirms' },
  now: moment,
})

const state = nullable(all({ status, dueAt: nullable(moment) }))
const change = named('ClockChange', {
  clock: text,
  at: moment,
  by: text,
  from: state,
  to: state,
  because: listOf(text),
})

const limit = nullable(all({ count, unit: text, calendar: nullable(text), closes: nullable(text) }))
const rule = named('ClockRule', {
  id: text,
  version: count,
  family: { enum: clockFamilies },
  jurisdiction: text,
  zone: text,
  title: text,
  audience: { enum: clockAudiences },
  to: text,
  owes: { enum: ['owner', 'holder', 'either'] },
  reach: {
    type: 'object',
    required: ['of'],
    properties: { of: text, jurisdictions: listOf(text), per: text, brand: text },
  },
  starts: listOf({ enum: clockTriggers }),
  deadline: all({ promptly: { type: 'boolean' }, limit, individuals: nullable(text) }),
  residentsMin: count,
  categories: listOf({ enum: dataCategories }),
  encryption: text,
  harm: all({ rule: text, needs: listOf(text) }),
  pause: nullable(
    all({ by: text, written: { type: 'boolean' }, daysMax: nullable(count), daysFrom: text, after: limit }),
  ),
  content,
  never: content,
  merge: nullable(text),
  exemptions: listOf(text),
  citation,
  effective: all({ from: nullable(text), until: nullable(text) }),
  verified,
})

export const clockSchemas = [clock, notice, facts, list, change, rule]
