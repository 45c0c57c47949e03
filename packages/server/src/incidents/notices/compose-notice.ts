import type { AffectedPerson, NoticeFacts, NoticeLanguage } from '@candor/protocol/notices-api.ts'
import { contentRuleOf, regionsOf } from './content-rules.ts'
import { vocabularies } from './notice-words.ts'
import { filled, isPlaceholder, placeholders, placeholdersIn, type Placeholder } from './placeholders.ts'
import {
  attorneysGeneral,
  contactLine,
  creditBureaus,
  federalTradeCommission,
  type PublicContact,
} from './public-contacts.ts'
import type { Heading, Template, TemplateParagraph } from './template.ts'

/** One person's notice, before it is a mail or a letter. */
export interface Notice {
  language: NoticeLanguage
  title: string
  salutation: string
  sections: { heading: Heading; title: string; blocks: NoticeBlock[] }[]
  closing: string[]
  /** The placeholders that are in it, with the sections they are in. */
  used: { placeholder: Placeholder; heading: Heading | 'closing' | 'salutation' }[]
}

export type NoticeBlock = { kind: 'paragraph'; text: string } | { kind: 'list'; lines: string[] }

/** What one filled-in notice depends on besides the person. */
export interface NoticeMaterial {
  templates: Partial<Record<NoticeLanguage, Template>>
  facts: NoticeFacts
  /** The date that stands on it, `2026-11-25`. */
  date: string
}

/** Pure: the same material and person make the same notice. A paragraph whose placeholder has no value is left out. */
export function composeNotice(material: NoticeMaterial, person: AffectedPerson): Notice {
  const template = material.templates[person.language]
  if (template === undefined) throw new TypeError(`no template in ${person.language}`)
  const values = valuesOf(material, person)
  const used: Notice['used'] = []
  const regions = regionsOf(person.jurisdiction)

  const fill = (text: string, heading: Heading | 'closing' | 'salutation'): string | null => {
    const names = placeholdersIn(text).filter(isPlaceholder)
    if (names.some((name) => values[name] === null)) {
      // One sentence of several may be without a value; a paragraph that is nothing else is left out.
      if (names.every((name) => values[name] === null) || names.length === 1) return null
    }
    for (const placeholder of names) if (values[placeholder] !== null) used.push({ placeholder, heading })
    return filled(text, (name) => (values[name] as string | null) ?? '').trim()
  }

  const block = (paragraph: TemplateParagraph, heading: Heading): NoticeBlock[] => {
    if (!holds(paragraph, person, regions)) return []
    const [only] = placeholdersIn(paragraph.text)
    if (only !== undefined && isPlaceholder(only) && placeholders[only].kind === 'lines') {
      const lines = values[only] as string[] | null
      if (lines === null || lines.length === 0) return []
      used.push({ placeholder: only, heading })
      return [{ kind: 'list', lines }]
    }
    const text = fill(paragraph.text, heading)
    return text === null || text === '' ? [] : [{ kind: 'paragraph', text }]
  }

  const vocabulary = vocabularies[person.language]
  return {
    language: person.language,
    title: template.title,
    salutation: fill(template.salutation, 'salutation') ?? '',
    sections: template.sections.map(({ heading, paragraphs }) => ({
      heading,
      title: vocabulary.headings[heading],
      blocks: paragraphs.flatMap((paragraph) => block(paragraph, heading)),
    })),
    closing: template.closing.flatMap((line) => fill(line, 'closing') ?? []),
    used,
  }
}

function holds({ when }: TemplateParagraph, person: AffectedPerson, regions: readonly string[]): boolean {
  if (when === undefined) return true
  const { jurisdictions, notJurisdictions, categories } = when
  if (jurisdictions !== undefined && !jurisdictions.some((each) => regions.includes(each))) return false
  if (notJurisdictions?.some((each) => regions.includes(each))) return false
  return categories === undefined || categories.some((each) => person.categories.includes(each))
}

/** Null: there is nothing to say. */
function valuesOf(
  { facts, date }: NoticeMaterial,
  person: AffectedPerson,
): Record<Placeholder, string | string[] | null> {
  const vocabulary = vocabularies[person.language]
  const { company, incident, protection } = facts
  const words = facts.words[person.language]
  const day = (text: string): string => vocabulary.day(new Date(text))
  const range = (from: string, to: string): string =>
    day(from) === day(to) ? vocabulary.on(day(from)) : vocabulary.between(day(from), day(to))
  const attorneyGeneral: PublicContact | undefined = attorneysGeneral[person.jurisdiction]
  // Named where the law asks for it; elsewhere a state's office would only puzzle.
  const asked = contentRuleOf(person.jurisdiction, date).requires.some(
    ({ element }) => element === 'attorney-general-contact',
  )
  return {
    'person.name': person.name,
    'person.categories': person.categories.map((category) => vocabulary.categories[category]),
    'person.window': range(person.firstAt, person.lastAt),
    'notice.date': day(date),
    'company.name': company.name,
    'company.postal': company.postal.join(', '),
    'company.phone': company.phone,
    'company.email': company.email,
    'company.web': company.web === null ? null : vocabulary.web(company.web),
    'company.dataProtection': vocabulary.dataProtection(company.dataProtectionOfficer ?? company.email),
    'incident.whatHappened': words?.whatHappened ?? null,
    'incident.dates': range(incident.from, incident.to) + (incident.estimated ? vocabulary.estimated : ''),
    'incident.discovered':
      incident.discovered === null ? null : vocabulary.discovered(day(incident.discovered)),
    'incident.affected':
      incident.personsAffected === null
        ? null
        : vocabulary.affected(incident.personsAffected.toLocaleString(person.language)),
    'incident.measures': words?.measures ?? null,
    'incident.consequences': words?.consequences ?? null,
    'incident.advice': words?.advice ?? null,
    'incident.delay': incident.delayedByLawEnforcement ? vocabulary.delayed : vocabulary.notDelayed,
    'advice.reviewAccounts': vocabulary.reviewAccounts,
    'advice.changePassword': vocabulary.changePassword,
    'advice.fraudAlertsAndFreezes': vocabulary.fraudAlertsAndFreezes,
    'advice.policeReport': vocabulary.policeReport,
    'protection.offer':
      protection === null
        ? null
        : vocabulary.offer(
            protection.provider,
            protection.months,
            protection.enrolAt,
            day(protection.enrolUntil),
          ),
    'contacts.consumerAgencies': creditBureaus.map(contactLine),
    'contacts.ftc': [contactLine(federalTradeCommission)],
    'contacts.attorneyGeneral':
      asked && attorneyGeneral !== undefined ? [contactLine(attorneyGeneral)] : null,
  }
}
