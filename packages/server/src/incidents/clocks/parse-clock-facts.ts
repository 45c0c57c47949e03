import {
  cardBrands,
  dataCategories,
  harmProofs,
  type AffectedGroup,
  type ClockFacts,
  type ClockMet,
  type PauseRequest,
} from '@candor/protocol/incidents-api.ts'
import { openFieldReader, type FieldReader } from './field-reader.ts'
import { jurisdictionForm, readJurisdiction } from './parse-clock-rule.ts'

/** What the case says of an incident; pauses and what was met are deeds of their own. */
export type CaseFacts = Omit<ClockFacts, 'pauses' | 'met'>

/**
 * The facts from JSON. Each field that is given is read; one that is left out stays as it was.
 * @throws Refusal `invalid_field` with all that is wrong
 */
export function parseCaseFacts(raw: unknown, before: CaseFacts, now: number): CaseFacts {
  const reader = openFieldReader()
  const given = reader.object(raw, '', fields)
  const facts: CaseFacts = { ...before }
  for (const name of times)
    if (given[name] !== undefined)
      facts[name] = reader.maybe(given[name], (value) => readPast(reader, value, name, now))
  if (given['role'] !== undefined)
    facts.role = reader.maybe(given['role'], (value) => reader.oneOf(value, 'role', ['owner', 'holder']))
  if (given['publicCompany'] !== undefined)
    facts.publicCompany = reader.maybe(given['publicCompany'], (value) => reader.flag(value, 'publicCompany'))
  if (given['cardBrands'] !== undefined)
    facts.cardBrands = reader.maybe(given['cardBrands'], (value) =>
      unique(
        reader.list(value, 'cardBrands', cardBrands.length, (item, field) =>
          reader.oneOf(item, field, cardBrands),
        ),
      ),
    )
  if (given['establishment'] !== undefined)
    facts.establishment = reader.maybe(given['establishment'], (value) =>
      value === '' ? '' : readJurisdiction(reader, value, 'establishment'),
    )
  if (given['harm'] !== undefined)
    facts.harm = reader.maybe(given['harm'], (value) => readHarm(reader, value))
  if (given['affected'] !== undefined)
    facts.affected = reader.list(given['affected'], 'affected', groupsMax, (item, field) =>
      readGroup(reader, item, field),
    )
  if (reader.clean()) inOrder(reader, facts)
  reader.done()
  return facts
}

/** @throws Refusal `invalid_field` with all that is wrong */
export function parsePause(raw: unknown, id: string, now: number): PauseRequest {
  const reader = openFieldReader()
  const given = reader.object(raw, '', ['by', 'reason', 'document', 'written', 'jurisdictions', 'from'])
  const pause: PauseRequest = {
    id,
    by: reader.oneOf(given['by'], 'by', ['law-enforcement', 'us-attorney-general']),
    reason: reader.line(given['reason'], 'reason', textCharactersMax),
    document: reader.line(given['document'], 'document', textCharactersMax),
    written: reader.flag(given['written'], 'written'),
    jurisdictions: reader.maybe(given['jurisdictions'], (value) =>
      reader.list(value, 'jurisdictions', jurisdictionsMax, (item, field) => {
        // EU, US and CARDS are places of rules as well.
        if (typeof item === 'string' && (jurisdictionForm.test(item) || item === 'CARDS')) return item
        reader.fault(field, 'is a place by ISO 3166, such as DE or US-CA')
        return ''
      }),
    ),
    from: readPast(reader, given['from'], 'from', now),
    until: null,
  }
  if (pause.jurisdictions?.length === 0) reader.fault('jurisdictions', 'names a place at least, or is null')
  reader.done()
  return pause
}

/** When a pause was lifted. @throws Refusal `invalid_field` */
export function parseLifted(raw: unknown, pause: PauseRequest, now: number): string {
  const reader = openFieldReader()
  const given = reader.object(raw, '', ['at'])
  const at = readPast(reader, given['at'], 'at', now)
  if (at < pause.from) reader.fault('at', 'is not before the pause began')
  reader.done()
  return at
}

/** @throws Refusal `invalid_field` */
export function parseMet(raw: unknown, now: number): ClockMet {
  const reader = openFieldReader()
  const given = reader.object(raw, '', ['clock', 'at', 'evidence'])
  const met: ClockMet = {
    clock: reader.line(given['clock'], 'clock', 80),
    at: readPast(reader, given['at'], 'at', now),
    evidence: reader.line(given['evidence'], 'evidence', textCharactersMax),
  }
  reader.done()
  return met
}

export const nothingKnown: ClockFacts = {
  discoveredAt: null,
  determinedAt: null,
  confirmedAt: null,
  notifiedByProcessorAt: null,
  materialAt: null,
  role: null,
  publicCompany: null,
  cardBrands: null,
  establishment: null,
  harm: null,
  affected: [],
  pauses: [],
  met: [],
}

const times = ['discoveredAt', 'determinedAt', 'confirmedAt', 'notifiedByProcessorAt', 'materialAt'] as const
const fields = [...times, 'role', 'publicCompany', 'cardBrands', 'establishment', 'harm', 'affected']
/** Each place with each set of categories that was really seen; 250 places with eight sets. */
const groupsMax = 2_000
/** More people than there are cannot be affected. */
const personsMax = 10_000_000_000
const jurisdictionsMax = 300
const textCharactersMax = 500

function readGroup(reader: FieldReader, value: unknown, field: string): AffectedGroup {
  const given = reader.object(value, field, ['jurisdiction', 'persons', 'categories', 'protection'])
  return {
    jurisdiction: readJurisdiction(reader, given['jurisdiction'], `${field}.jurisdiction`),
    persons: reader.whole(given['persons'], `${field}.persons`, 0, personsMax),
    categories: unique(
      reader.list(given['categories'], `${field}.categories`, dataCategories.length, (item, at) =>
        reader.oneOf(item, at, dataCategories),
      ),
    ),
    protection: reader.maybe(given['protection'], (how) =>
      reader.oneOf(how, `${field}.protection`, ['clear', 'encrypted', 'encrypted-key-taken']),
    ),
  }
}

function readHarm(reader: FieldReader, value: unknown): ClockFacts['harm'] {
  const given = reader.object(value, 'harm', ['finding', 'proofs'])
  return {
    finding: reader.oneOf(given['finding'], 'harm.finding', ['unlikely', 'possible', 'high']),
    proofs: unique(
      reader.list(given['proofs'], 'harm.proofs', harmProofs.length, (item, field) =>
        reader.oneOf(item, field, harmProofs),
      ),
    ),
  }
}

/** Nothing that has not happened starts, stops or meets a clock. */
function readPast(reader: FieldReader, value: unknown, field: string, now: number): string {
  const moment = reader.moment(value, field)
  if (Date.parse(moment) > now) reader.fault(field, 'has not come yet')
  return moment
}

/** Nobody determines what nobody has discovered, and whose it is comes last. */
function inOrder(reader: FieldReader, facts: CaseFacts): void {
  const { discoveredAt, determinedAt, confirmedAt } = facts
  if (discoveredAt !== null && determinedAt !== null && determinedAt < discoveredAt)
    reader.fault('determinedAt', 'is not before discoveredAt')
  const known = determinedAt ?? discoveredAt
  if (known !== null && confirmedAt !== null && confirmedAt < known)
    reader.fault('confirmedAt', `is not before ${determinedAt === null ? 'discoveredAt' : 'determinedAt'}`)
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)]
}
