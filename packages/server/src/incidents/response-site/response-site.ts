import { Refusal } from '@candor/protocol/refusals.ts'

/**
 * What a company says to the public about one incident. Data, never markup: every text is a text, paragraphs are parted
 * by an empty line, and the renderer decides what it looks like.
 */
export interface ResponseSite {
  /** Who speaks, as customers know them. */
  company: string
  /** Last part of the address: `aurora-air`. */
  slug: string
  /** Where the site stands, without a slash at its end: in the signed statement, so that a copy elsewhere is one. */
  address: string
  /** The first one is shown at the root. */
  languages: SiteLanguage[]
  title: Localised
  /** What happened, for somebody who reads nothing else. */
  summary: Localised
  scope: {
    /** Who is affected, in words and numbers that the scope of the incident has. */
    who: Localised
    /** First and last day, RFC 3339 full-date. */
    from: string
    to: string
    involved: Localised[]
    /** What people will ask about and need not worry about. */
    notInvolved: Localised[]
  }
  /** What a reader should do, most urgent first. */
  steps: { title: Localised; text: Localised }[]
  /** That card holders do not pay for fraud; null where no payment card is involved. */
  zeroLiability: Localised | null
  questions: { question: Localised; answer: Localised }[]
  phones: { number: string; hours: Localised }[]
  /** Newest first. */
  updates: { id: string; at: string; title: Localised; text: Localised }[]
}

export const siteLanguages = ['en', 'es'] as const
export type SiteLanguage = (typeof siteLanguages)[number]
/** Has every language of its site. */
export type Localised = Partial<Record<SiteLanguage, string>>

/** A line: titles, names, hours. */
const lineCharactersMax = 200
const textCharactersMax = 4_000
/** More than anybody reads; each list is also a bound on the size of the page. */
const itemsMax = 40
const updatesMax = 200
/** All words together: they are signed as one note, which has at most 65,536 characters (`ledger/signed-note.ts`). */
const wordsCharactersMax = 48_000
const slugForm = /^[a-z0-9]+(-[a-z0-9]+)*$/
const slugCharactersMax = 60

/**
 * @param raw what an author sent.
 * @throws Refusal `invalid_field` with the path of the first field that is wrong, and all of them in `faults`.
 */
export function parseResponseSite(raw: unknown): ResponseSite {
  const faults: { field: string; message: string }[] = []
  const fault = (field: string, rule: string): void =>
    void faults.push({ field, message: `The field ${field} ${rule}.` })

  const top = fields(raw, '', fault)
  const languages = list(top['languages'], 'languages', siteLanguages.length, fault, (each, at) => {
    if (siteLanguages.includes(each as SiteLanguage)) return each as SiteLanguage
    fault(at, `is one of ${siteLanguages.join(', ')}`)
    return 'en'
  })
  if (languages.length === 0) fault('languages', 'has at least one')
  if (new Set(languages).size < languages.length) fault('languages', 'names each once')

  const localised = (value: unknown, field: string, charactersMax: number): Localised => {
    const given = fields(value, field, fault)
    const texts: Localised = {}
    for (const language of languages)
      texts[language] = text(given[language], `${field}.${language}`, charactersMax, fault)
    return texts
  }
  const line = (value: unknown, field: string): Localised => localised(value, field, lineCharactersMax)
  const prose = (value: unknown, field: string): Localised => localised(value, field, textCharactersMax)

  const scope = fields(top['scope'], 'scope', fault)
  const site: ResponseSite = {
    company: text(top['company'], 'company', lineCharactersMax, fault),
    slug: slug(top['slug'], fault),
    address: address(top['address'], fault),
    languages,
    title: line(top['title'], 'title'),
    summary: prose(top['summary'], 'summary'),
    scope: {
      who: prose(scope['who'], 'scope.who'),
      from: day(scope['from'], 'scope.from', fault),
      to: day(scope['to'], 'scope.to', fault),
      involved: list(scope['involved'], 'scope.involved', itemsMax, fault, line),
      notInvolved: list(scope['notInvolved'], 'scope.notInvolved', itemsMax, fault, line),
    },
    steps: list(top['steps'], 'steps', itemsMax, fault, (each, at) => {
      const step = fields(each, at, fault)
      return { title: line(step['title'], `${at}.title`), text: prose(step['text'], `${at}.text`) }
    }),
    zeroLiability: top['zeroLiability'] === null ? null : prose(top['zeroLiability'], 'zeroLiability'),
    questions: list(top['questions'], 'questions', itemsMax, fault, (each, at) => {
      const asked = fields(each, at, fault)
      return {
        question: line(asked['question'], `${at}.question`),
        answer: prose(asked['answer'], `${at}.answer`),
      }
    }),
    phones: list(top['phones'], 'phones', itemsMax, fault, (each, at) => {
      const phone = fields(each, at, fault)
      return {
        number: phoneNumber(phone['number'], `${at}.number`, fault),
        hours: line(phone['hours'], `${at}.hours`),
      }
    }),
    updates: list(top['updates'], 'updates', updatesMax, fault, (each, at) => {
      const update = fields(each, at, fault)
      return {
        id: text(update['id'], `${at}.id`, 36, fault),
        at: instant(update['at'], `${at}.at`, fault),
        title: line(update['title'], `${at}.title`),
        text: prose(update['text'], `${at}.text`),
      }
    }),
  }
  if (site.scope.from > site.scope.to) fault('scope.to', 'is not before scope.from')
  if (site.scope.involved.length === 0) fault('scope.involved', 'has at least one')
  if (site.phones.length === 0) fault('phones', 'has at least one: not everybody writes')
  if (site.updates.length === 0) fault('updates', 'has at least one: people ask since when this is known')
  if (new Set(site.updates.map(({ id }) => id)).size < site.updates.length)
    fault('updates', 'have ids of their own')
  for (const language of languages)
    if (wordsIn(site, language) > wordsCharactersMax)
      fault(
        `languages[${languages.indexOf(language)}]`,
        `has at most ${wordsCharactersMax} characters in all texts together`,
      )
  const [first] = faults
  if (first !== undefined) throw new Refusal('invalid_field', first.message, { field: first.field, faults })
  site.updates.sort((a, b) => b.at.localeCompare(a.at))
  return site
}

function wordsIn(site: ResponseSite, language: SiteLanguage): number {
  let characters = 0
  JSON.stringify(site, (key, value: unknown) => {
    if (key === language && typeof value === 'string') characters += value.length
    return value
  })
  return characters
}

type Fault = (field: string, rule: string) => void

function fields(value: unknown, field: string, fault: Fault): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  fault(field === '' ? 'site' : field, 'is an object')
  return {}
}

function list<Item>(
  value: unknown,
  field: string,
  itemsMax: number,
  fault: Fault,
  item: (value: unknown, field: string) => Item,
): Item[] {
  if (!Array.isArray(value)) {
    fault(field, 'is a list')
    return []
  }
  if (value.length > itemsMax) fault(field, `has at most ${itemsMax}`)
  return value.slice(0, itemsMax).map((each, n) => item(each, `${field}[${n}]`))
}

function text(value: unknown, field: string, charactersMax: number, fault: Fault): string {
  if (typeof value !== 'string' || value.trim() === '') {
    fault(field, 'is a text that is not empty')
    return ''
  }
  const kept = value.replaceAll('\r\n', '\n').trim()
  if (kept.length > charactersMax) fault(field, `has at most ${charactersMax} characters`)
  // Line feeds make paragraphs; the other control characters, and marks that turn what stands behind them, do not show.
  if (/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u.test(kept) || !kept.isWellFormed())
    fault(field, 'has no control characters')
  return kept
}

function slug(value: unknown, fault: Fault): string {
  if (typeof value === 'string' && slugForm.test(value) && value.length <= slugCharactersMax) return value
  fault('slug', 'has lower-case letters, digits and single hyphens')
  return ''
}

function address(value: unknown, fault: Fault): string {
  if (typeof value === 'string' && value.length <= lineCharactersMax && URL.canParse(value)) {
    const { protocol, hostname, search, hash, username } = new URL(value)
    const local = protocol === 'http:' && /^(localhost|127\.0\.0\.1|.+\.localhost)$/.test(hostname)
    if ((protocol === 'https:' || local) && search + hash + username === '') return value.replace(/\/+$/, '')
  }
  fault('address', 'is an https address without a query')
  return ''
}

function day(value: unknown, field: string, fault: Fault): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) {
    const date = new Date(`${value}T00:00:00Z`)
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)) return value
  }
  fault(field, 'is a day, such as 2017-09-26')
  return ''
}

function instant(value: unknown, field: string, fault: Fault): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)))
    return new Date(value).toISOString()
  fault(field, 'is a time, such as 2017-10-12T16:00:00Z')
  return ''
}

/** Written for people, and what a telephone dials of it: ITU-T E.164 has at most 15 digits. */
function phoneNumber(value: unknown, field: string, fault: Fault): string {
  if (typeof value === 'string' && /^\+?[\d ().-]{5,30}$/.test(value.trim())) {
    const digits = value.replaceAll(/\D/g, '').length
    if (digits >= 5 && digits <= 15) return value.trim()
  }
  fault(field, 'is a telephone number')
  return ''
}
