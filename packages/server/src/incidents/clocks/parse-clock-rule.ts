import {
  businessCalendars,
  cardBrands,
  clockAudiences,
  clockFamilies,
  clockTriggers,
  contentElements,
  dataCategories,
  harmProofs,
  type ClockLimit,
  type ClockPause,
  type ClockReach,
  type ClockRule,
} from '@candor/protocol/incidents-api.ts'
import { openFieldReader, type FieldReader } from './field-reader.ts'
import { isZone } from './zoned-time.ts'

/**
 * A rule as counsel writes it, from JSON. Its id begins with `own-`, so that none takes a shipped rule's place.
 * @throws Refusal `invalid_field` with all that is wrong
 */
export function parseOwnRule(raw: unknown): ClockRule {
  const reader = openFieldReader()
  const rule = readRule(reader, raw)
  if (!rule.id.startsWith('own-')) reader.fault('id', 'begins with own-')
  if (rule.family !== 'own') reader.fault('family', 'is own')
  reader.done()
  return rule
}

/** @throws Refusal `invalid_field` with all that is wrong */
export function parseClockRule(raw: unknown): ClockRule {
  const reader = openFieldReader()
  const rule = readRule(reader, raw)
  reader.done()
  return rule
}

/** ISO 3166-1, with a subdivision of ISO 3166-2 where the law is one's. */
export const jurisdictionForm = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/

const idCharactersMax = 60
/** A title is a line of a list. */
const titleCharactersMax = 120
/** A clause in our own words is a paragraph, not the law. */
const saysCharactersMax = 1_000
const exemptionsMax = 10
/** Of one rule: the Union has thirty with the EEA. */
const jurisdictionsMax = 60
/** Ten years; no law that tells people of a breach waits as long. */
const daysMax = 3_660

const fields = [
  'id',
  'version',
  'family',
  'jurisdiction',
  'zone',
  'title',
  'audience',
  'to',
  'owes',
  'reach',
  'starts',
  'deadline',
  'residentsMin',
  'categories',
  'encryption',
  'harm',
  'pause',
  'content',
  'never',
  'merge',
  'exemptions',
  'citation',
  'effective',
  'verified',
] as const satisfies readonly (keyof ClockRule)[]

function readRule(reader: FieldReader, raw: unknown): ClockRule {
  const given = reader.object(raw, '', fields)
  const rule: ClockRule = {
    id: readName(reader, given['id'], 'id'),
    version: reader.whole(given['version'], 'version', 1, 10_000),
    family: reader.oneOf(given['family'], 'family', clockFamilies),
    jurisdiction: reader.line(given['jurisdiction'], 'jurisdiction', 10),
    zone: reader.line(given['zone'], 'zone', 60),
    title: reader.line(given['title'], 'title', titleCharactersMax),
    audience: reader.oneOf(given['audience'], 'audience', clockAudiences),
    to: reader.line(given['to'], 'to', 200),
    owes: reader.oneOf(given['owes'], 'owes', ['owner', 'holder', 'either']),
    reach: readReach(reader, given['reach']),
    starts: readSet(reader, given['starts'], 'starts', clockTriggers),
    deadline: readDeadline(reader, given['deadline']),
    residentsMin: reader.whole(given['residentsMin'], 'residentsMin', 1, 1_000_000_000),
    categories: readSet(reader, given['categories'], 'categories', dataCategories),
    encryption: reader.oneOf(given['encryption'], 'encryption', ['counts', 'exempt', 'exempt-unless-key']),
    harm: readHarm(reader, given['harm']),
    pause: reader.maybe(given['pause'], (value) => readPause(reader, value)),
    content: readSet(reader, given['content'], 'content', contentElements),
    never: readSet(reader, given['never'], 'never', contentElements),
    merge: reader.maybe(given['merge'], (value) => readName(reader, value, 'merge')),
    exemptions: reader.list(given['exemptions'], 'exemptions', exemptionsMax, (item, field) =>
      reader.line(item, field, saysCharactersMax),
    ),
    citation: readCitation(reader, given['citation']),
    effective: readEffective(reader, given['effective']),
    verified: given['verified'] === false ? false : readSource(reader, given['verified']),
  }
  contradictions(reader, rule)
  return rule
}

/** What each field allows and all of them together do not. */
function contradictions(reader: FieldReader, rule: ClockRule): void {
  const { starts, deadline, reach, audience } = rule
  if (rule.zone !== '' && !isZone(rule.zone))
    reader.fault('zone', 'is an IANA time zone, such as Europe/Berlin')
  if (starts.length === 0) reader.fault('starts', 'names a start at least')
  if (rule.categories.length === 0) reader.fault('categories', 'names a category at least')
  if (!deadline.promptly && deadline.limit === null && deadline.individuals === null)
    reader.fault('deadline', 'says when: promptly, a limit, or with the individuals')
  const tied = deadline.individuals !== null || starts.includes('individuals-notified')
  if (audience === 'individuals' && tied)
    reader.fault('deadline.individuals', 'ties individuals to themselves')
  if (reach.of !== 'residents' && tied)
    reader.fault('deadline.individuals', 'is for the residents of a place alone')
  if (rule.content.some((part) => rule.never.includes(part)))
    reader.fault('never', 'forbids what content asks for')
  const { from, until } = rule.effective
  if (from !== null && until !== null && until <= from) reader.fault('effective.until', 'is after from')
}

function readReach(reader: FieldReader, value: unknown): ClockReach {
  const given = reader.object(value, 'reach', ['of', 'jurisdictions', 'per', 'brand'])
  switch (reader.oneOf(given['of'], 'reach.of', ['residents', 'card-brand', 'public-company'])) {
    case 'card-brand':
      return { of: 'card-brand', brand: reader.oneOf(given['brand'], 'reach.brand', cardBrands) }
    case 'public-company':
      return { of: 'public-company' }
    case 'residents': {
      const jurisdictions = reader.list(
        given['jurisdictions'],
        'reach.jurisdictions',
        jurisdictionsMax,
        (item, field) => readJurisdiction(reader, item, field),
      )
      if (jurisdictions.length === 0) reader.fault('reach.jurisdictions', 'names a place at least')
      if (new Set(jurisdictions).size < jurisdictions.length)
        reader.fault('reach.jurisdictions', 'names each place once')
      return {
        of: 'residents',
        jurisdictions,
        per: reader.oneOf(given['per'], 'reach.per', ['incident', 'lead-authority']),
      }
    }
  }
}

export function readJurisdiction(reader: FieldReader, value: unknown, field: string): string {
  if (typeof value === 'string' && jurisdictionForm.test(value)) return value
  reader.fault(field, 'is a place by ISO 3166, such as DE or US-CA')
  return ''
}

function readDeadline(reader: FieldReader, value: unknown): ClockRule['deadline'] {
  const given = reader.object(value, 'deadline', ['promptly', 'limit', 'individuals'])
  return {
    promptly: reader.flag(given['promptly'], 'deadline.promptly'),
    limit: reader.maybe(given['limit'], (limit) => readLimit(reader, limit, 'deadline.limit')),
    individuals: reader.maybe(given['individuals'], (tie) =>
      reader.oneOf(tie, 'deadline.individuals', ['not-later', 'before']),
    ),
  }
}

function readLimit(reader: FieldReader, value: unknown, field: string): ClockLimit {
  const given = reader.object(value, field, ['count', 'unit', 'calendar', 'closes'])
  const unit = reader.oneOf(given['unit'], `${field}.unit`, ['hours', 'days', 'business-days'])
  const calendar = reader.maybe(given['calendar'], (name) =>
    reader.oneOf(name, `${field}.calendar`, businessCalendars),
  )
  if ((unit === 'business-days') !== (calendar !== null))
    reader.fault(`${field}.calendar`, 'is named for business days, and for them alone')
  const closes = reader.maybe(given['closes'], (time) => {
    if (typeof time === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(time) && unit !== 'hours') return time
    reader.fault(`${field}.closes`, 'is a time of the last day, such as 17:30')
    return null
  })
  return { count: reader.whole(given['count'], `${field}.count`, 1, daysMax), unit, calendar, closes }
}

function readHarm(reader: FieldReader, value: unknown): ClockRule['harm'] {
  const given = reader.object(value, 'harm', ['rule', 'needs'])
  const rule = reader.oneOf(given['rule'], 'harm.rule', ['always', 'excused-if-unlikely', 'high-only'])
  const needs = readSet(reader, given['needs'], 'harm.needs', harmProofs)
  if (needs.length > 0 && rule !== 'excused-if-unlikely')
    reader.fault('harm.needs', 'is what excuses where harm is unlikely')
  return { rule, needs }
}

function readPause(reader: FieldReader, value: unknown): ClockPause {
  const given = reader.object(value, 'pause', ['by', 'written', 'daysMax', 'daysFrom', 'after'])
  return {
    by: reader.oneOf(given['by'], 'pause.by', ['law-enforcement', 'us-attorney-general']),
    written: reader.flag(given['written'], 'pause.written'),
    daysMax: reader.maybe(given['daysMax'], (days) => reader.whole(days, 'pause.daysMax', 1, daysMax)),
    daysFrom: reader.oneOf(given['daysFrom'], 'pause.daysFrom', ['request', 'deadline']),
    after: reader.maybe(given['after'], (limit) => readLimit(reader, limit, 'pause.after')),
  }
}

function readCitation(reader: FieldReader, value: unknown): ClockRule['citation'] {
  const given = reader.object(value, 'citation', ['section', 'says'])
  return {
    section: reader.line(given['section'], 'citation.section', 200),
    says: reader.line(given['says'], 'citation.says', saysCharactersMax),
  }
}

function readEffective(reader: FieldReader, value: unknown): ClockRule['effective'] {
  const given = reader.object(value, 'effective', ['from', 'until'])
  return {
    from: reader.maybe(given['from'], (day) => reader.day(day, 'effective.from')),
    until: reader.maybe(given['until'], (day) => reader.day(day, 'effective.until')),
  }
}

function readSource(reader: FieldReader, value: unknown): ClockRule['verified'] {
  const given = reader.object(value, 'verified', ['source', 'how', 'readOn', 'reviewer'])
  return {
    source: reader.line(given['source'], 'verified.source', 500),
    how: reader.oneOf(given['how'], 'verified.how', ['text', 'quotation']),
    readOn: reader.day(given['readOn'], 'verified.readOn'),
    reviewer: reader.maybe(given['reviewer'], (name) => reader.line(name, 'verified.reviewer', 100)),
  }
}

function readName(reader: FieldReader, value: unknown, field: string): string {
  if (
    typeof value === 'string' &&
    value.length <= idCharactersMax &&
    /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(value)
  )
    return value
  reader.fault(field, `is of at most ${idCharactersMax} small letters, digits, hyphens and points`)
  return ''
}

/** In the order in which they were given, each once. */
function readSet<T extends string>(
  reader: FieldReader,
  value: unknown,
  field: string,
  known: readonly T[],
): T[] {
  const items = reader.list(value, field, known.length, (item, at) => reader.oneOf(item, at, known))
  if (new Set(items).size < items.length) reader.fault(field, 'names each once')
  return items
}
