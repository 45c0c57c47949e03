import { noticeLanguages, type NoticeFacts } from '@candor/protocol/notices-api.ts'
import { checkEmail, checkLine, refuseField } from '../../tenants/fields.ts'

const lineCharactersMax = 200
const textCharactersMax = 2_000
const postalLinesMax = 6
/** Offers run one or two years; more than ten is a slip. */
const monthsMax = 120

/** @throws Refusal `invalid_field` */
export function parseFacts(raw: unknown): NoticeFacts {
  const facts = record(raw, 'facts')
  const company = record(facts['company'], 'facts.company')
  const incident = record(facts['incident'], 'facts.incident')
  const words = record(facts['words'], 'facts.words')
  const from = day(incident['from'], 'facts.incident.from')
  const to = day(incident['to'], 'facts.incident.to')
  if (to < from) refuseField('facts.incident.to', 'is not before facts.incident.from')
  const known = noticeLanguages.filter((language) => words[language] !== undefined)
  if (known.length === 0) refuseField('facts.words', `has at least one of ${noticeLanguages.join(', ')}`)
  return {
    company: {
      name: checkLine(company['name'], 'facts.company.name', lineCharactersMax),
      postal: postalLines(company['postal'], 'facts.company.postal'),
      phone: checkLine(company['phone'], 'facts.company.phone', lineCharactersMax),
      email: checkEmail(company['email'], 'facts.company.email'),
      web: orNull(company['web'], (value) => checkLine(value, 'facts.company.web', lineCharactersMax)),
      dataProtectionOfficer: orNull(company['dataProtectionOfficer'], (value) =>
        checkLine(value, 'facts.company.dataProtectionOfficer', lineCharactersMax),
      ),
    },
    incident: {
      from,
      to,
      estimated: flag(incident['estimated'], 'facts.incident.estimated'),
      personsAffected: orNull(incident['personsAffected'], (value) => {
        if (!Number.isSafeInteger(value) || (value as number) < 1)
          refuseField('facts.incident.personsAffected', 'is a whole number of at least 1')
        return value as number
      }),
      discovered: orNull(incident['discovered'], (value) => day(value, 'facts.incident.discovered')),
      delayedByLawEnforcement: flag(
        incident['delayedByLawEnforcement'],
        'facts.incident.delayedByLawEnforcement',
      ),
    },
    words: Object.fromEntries(
      known.map((language) => {
        const at = `facts.words.${language}`
        const said = record(words[language], at)
        const text = (name: string): string => checkLine(said[name], `${at}.${name}`, textCharactersMax)
        return [
          language,
          {
            whatHappened: text('whatHappened'),
            measures: text('measures'),
            consequences: orNull(said['consequences'], () => text('consequences')),
            advice: orNull(said['advice'], () => text('advice')),
          },
        ]
      }),
    ),
    protection: orNull(facts['protection'], (value) => {
      const protection = record(value, 'facts.protection')
      const { months } = protection
      if (!Number.isInteger(months) || (months as number) < 1 || (months as number) > monthsMax)
        refuseField('facts.protection.months', `is a whole number from 1 to ${monthsMax}`)
      return {
        provider: checkLine(protection['provider'], 'facts.protection.provider', lineCharactersMax),
        months: months as number,
        enrolAt: checkLine(protection['enrolAt'], 'facts.protection.enrolAt', lineCharactersMax),
        enrolUntil: day(protection['enrolUntil'], 'facts.protection.enrolUntil'),
      }
    }),
  }
}

/** The lines of an envelope below the name. */
export function postalLines(value: unknown, field: string): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > postalLinesMax)
    refuseField(field, `is a list of 1 to ${postalLinesMax} lines`)
  return value.map((line: unknown, i) => checkLine(line, `${field}[${i}]`, 100))
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseField(field, 'is an object')
  return value as Record<string, unknown>
}

function orNull<T>(value: unknown, parse: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : parse(value)
}

function flag(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') refuseField(field, 'is true or false')
  return value
}

function day(value: unknown, field: string): string {
  if (
    typeof value !== 'string' ||
    !/^\d{4}-\d{2}-\d{2}$/.test(value) ||
    Number.isNaN(Date.parse(value)) ||
    new Date(value).toISOString().slice(0, 10) !== value
  )
    refuseField(field, 'is a day, such as 2026-09-26')
  return value
}
