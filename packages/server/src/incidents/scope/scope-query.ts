import { Refusal } from '@candor/protocol/refusals.ts'

export const dataCategories = [
  'payment-card',
  'contact',
  'credentials',
  'conversation',
  'government-id',
  'passport',
  'loyalty',
  'health',
  'bank-account',
] as const
export type DataCategory = (typeof dataCategories)[number]

/**
 * What an incident's scope is asked for: which visits ran one of these on which page in this time. Data, kept with its
 * answer; the same query over the same records gives the same bytes.
 */
export interface ScopeQuery {
  version: 1
  /** RFC 3339 in UTC; `until` is not part of it. */
  from: string
  until: string
  /** What was bad: bodies of scripts by their hash (`sha256-…`), whole addresses of scripts, releases of the widget. */
  hashes: string[]
  addresses: string[]
  releases: string[]
  /** Page templates that are looked at; null: all. */
  templates: string[] | null
  exclude: {
    /** A page where nobody types a card exposes none. */
    withoutCardFields: boolean
    /** Other pages that hold none of the data, such as the payment by the store's own card. */
    templates: string[]
  }
  /** What could be read on a page: by template, else `otherwise`. */
  categories: { otherwise: DataCategory[]; byTemplate: Record<string, DataCategory[]> }
}

/** More than any incident names; each is one more number to compare with. */
const namesMax = 500
const templateCharactersMax = 600
/** A scope over more than a year is a mistake in a date. */
const daysMax = 400

/** @throws Refusal `invalid_field` with all faults. */
export function parseScopeQuery(raw: unknown): ScopeQuery {
  const faults: { field: string; message: string }[] = []
  const fault = (field: string, rule: string): void =>
    void faults.push({ field, message: `The field ${field} ${rule}.` })
  const object = (value: unknown, field: string): Record<string, unknown> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
    fault(field, 'is an object')
    return {}
  }
  const texts = (value: unknown, field: string, form: RegExp, rule: string): string[] => {
    if (!Array.isArray(value) || value.length > namesMax) {
      fault(field, `is a list of at most ${namesMax}`)
      return []
    }
    value.forEach((each, n) => {
      if (typeof each !== 'string' || !form.test(each)) fault(`${field}[${n}]`, rule)
    })
    return [...new Set(value as string[])].sort()
  }
  const time = (value: unknown, field: string): string => {
    if (
      typeof value === 'string' &&
      /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) &&
      !Number.isNaN(Date.parse(value))
    )
      return new Date(value).toISOString()
    fault(field, 'is a time in UTC, such as 2017-09-26T00:00:00Z')
    return ''
  }
  const categories = (value: unknown, field: string): DataCategory[] => {
    const named = texts(value, field, /./, 'is a category')
    named.forEach((each) => {
      if (!dataCategories.includes(each as DataCategory))
        fault(field, `has only ${dataCategories.join(', ')}`)
    })
    return named as DataCategory[]
  }

  const top = object(raw, 'scope')
  const exclude = object(top['exclude'], 'exclude')
  const given = object(top['categories'], 'categories')
  const byTemplate = Object.entries(object(given['byTemplate'], 'categories.byTemplate'))
  if (byTemplate.length > namesMax) fault('categories.byTemplate', `has at most ${namesMax}`)
  const query: ScopeQuery = {
    version: 1,
    from: time(top['from'], 'from'),
    until: time(top['until'], 'until'),
    hashes: texts(
      top['hashes'],
      'hashes',
      /^sha(256|384|512)-[A-Za-z0-9+/]+=*$/,
      'is a hash as browsers write it',
    ),
    addresses: texts(top['addresses'], 'addresses', /^https?:\/\/\S{1,2000}$/, 'is an address'),
    releases: texts(top['releases'], 'releases', /^[A-Za-z0-9_-]{43}$/, 'is the id of a release'),
    templates:
      top['templates'] === null
        ? null
        : texts(top['templates'], 'templates', templateForm, 'is a page template'),
    exclude: {
      withoutCardFields: exclude['withoutCardFields'] === true,
      templates: texts(exclude['templates'], 'exclude.templates', templateForm, 'is a page template'),
    },
    categories: {
      otherwise: categories(given['otherwise'], 'categories.otherwise'),
      byTemplate: Object.fromEntries(
        byTemplate
          .map(([template, named]): [string, DataCategory[]] => [
            template,
            categories(named, `categories.byTemplate.${template.slice(0, 40)}`),
          ])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    },
  }
  if (typeof exclude['withoutCardFields'] !== 'boolean')
    fault('exclude.withoutCardFields', 'is true or false')
  if (query.hashes.length + query.addresses.length + query.releases.length === 0)
    fault('hashes', 'names at least one, or an address, or a release')
  const days = (Date.parse(query.until) - Date.parse(query.from)) / 86_400_000
  if (days <= 0) fault('until', 'is after from')
  if (days > daysMax) fault('until', `is at most ${daysMax} days after from`)
  const [first] = faults
  if (first !== undefined) throw new Refusal('invalid_field', first.message, { field: first.field, faults })
  return query
}

const templateForm = new RegExp(`^https?://\\S{1,${templateCharactersMax}}$`)
