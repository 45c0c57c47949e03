import type { ContentElement } from '@candor/protocol/incidents-api.ts'
import type { AffectedPerson, NoticeCategory, NoticeFault } from '@candor/protocol/notices-api.ts'
import { composeNotice, type Notice, type NoticeMaterial } from './compose-notice.ts'
import { contentRuleOf, type NoticeElement } from './content-rules.ts'
import { placeholders, type Placeholder } from './placeholders.ts'
import { headings, type Heading } from './template.ts'

/** Persons who get the same notice but for their name and dates. */
export interface NoticeGroup {
  jurisdiction: string
  language: AffectedPerson['language']
  /** Every category that one of them has. */
  categories: readonly NoticeCategory[]
}

/**
 * Holds a notice against what the law of the jurisdiction asks of it. It sees what is in the notice through the
 * placeholders that were filled; whether free text says enough, or too much, is for people to read.
 */
export function lintNotice(material: NoticeMaterial, group: NoticeGroup): NoticeFault[] {
  const { jurisdiction, language } = group
  const rule = contentRuleOf(jurisdiction, material.date)
  const fault = (place: string, element: NoticeElement | 'language', message: string): NoticeFault => ({
    ...{ jurisdiction, language, place, element, message },
    citation: rule.citation,
    verified: rule.verified,
  })
  if (material.templates[language] === undefined)
    return [fault('templates', 'language', `Add a template in ${language}: there are persons who read it.`)]
  if (material.facts.words[language] === undefined)
    return [fault(`facts.words.${language}`, 'language', `Say in ${language} what happened and what you do.`)]

  const notice = composeNotice(material, exampleOf(group))
  const missing = rule.requires
    .filter(({ when }) => when === undefined || when.some((each) => group.categories.includes(each)))
    .filter(({ element }) => !has(notice, element))
    .map(({ element }) => {
      const { place, is } = about[element]
      return fault(place, element, `Add ${is}${byWhat(element)}.`)
    })
  const forbidden = rule.forbids.flatMap((element) =>
    carriers(notice, element).map(({ placeholder, heading }) =>
      fault(
        heading,
        element,
        `Take out ${about[element].is}: {{${placeholder}}} must not be in this jurisdiction’s notices. Give its paragraph notJurisdictions: ["${jurisdiction}"].`,
      ),
    ),
  )
  return [...missing, ...forbidden]
}

function has(notice: Notice, element: NoticeElement): boolean {
  if (element === 'headings-of-california')
    return (
      titles[notice.language].test(notice.title) &&
      notice.sections.map(({ heading }) => heading).join() === headings.join() &&
      notice.sections.every(({ blocks }) => blocks.length > 0)
    )
  return carriers(notice, element).length > 0
}

/** California asks for these very words; a translation stands for them in another language. */
const titles = { en: /^notice of data breach$/i, es: /filtración de datos|violación de (la )?seguridad/i }

function carriers(notice: Notice, element: NoticeElement): Notice['used'] {
  return notice.used.filter(({ placeholder }) => holdsOf(placeholder).includes(element))
}

const holdsOf = (placeholder: Placeholder): readonly NoticeElement[] => placeholders[placeholder].holds

function byWhat(element: NoticeElement): string {
  const names = (Object.keys(placeholders) as Placeholder[]).filter((name) => holdsOf(name).includes(element))
  if (names.length === 0) return ''
  const from = about[element].from
  return `, by ${names.map((name) => `{{${name}}}`).join(' or ')}${from === undefined ? '' : ` (from ${from})`}`
}

interface About {
  is: string
  /** Where it is looked for. */
  place: Heading | 'title' | 'closing'
  /** The fact that it comes from, when it is the tenant's to give. */
  from?: string
}

/** What is asked of regulators' notices only; none of a person's holds it. */
const notForPersons = (is: string): About => ({ is, place: 'more-information' })

const about: Readonly<Record<ContentElement | 'date-of-notice', About>> = {
  'headings-of-california': {
    is: 'the title “Notice of Data Breach” and something below each of the five headings',
    place: 'title',
  },
  'date-of-notice': { is: 'the date of the notice', place: 'closing' },
  'what-happened': {
    is: 'a general description of what happened',
    place: 'what-happened',
    from: 'facts.words.whatHappened',
  },
  'dates-of-breach': { is: 'the date of the breach, its range or an estimate', place: 'what-happened' },
  'date-of-discovery': {
    is: 'when it was discovered',
    place: 'what-happened',
    from: 'facts.incident.discovered',
  },
  'number-affected': {
    is: 'how many are affected',
    place: 'what-happened',
    from: 'facts.incident.personsAffected',
  },
  'law-enforcement-delay': {
    is: 'whether the notice was delayed for law enforcement',
    place: 'what-happened',
  },
  'what-information': { is: 'the kinds of personal information concerned', place: 'what-information' },
  'what-we-do': {
    is: 'what the company does about it',
    place: 'what-we-are-doing',
    from: 'facts.words.measures',
  },
  'likely-consequences': {
    is: 'the likely consequences',
    place: 'what-we-are-doing',
    from: 'facts.words.consequences',
  },
  'identity-protection-offer': {
    is: 'the offer of identity theft protection',
    place: 'what-we-are-doing',
    from: 'facts.protection',
  },
  'what-you-can-do': { is: 'what the person can do', place: 'what-you-can-do', from: 'facts.words.advice' },
  'fraud-alerts-and-freezes': {
    is: 'how to place a fraud alert and a security freeze',
    place: 'what-you-can-do',
  },
  'review-accounts-advice': { is: 'the advice to look through one’s accounts', place: 'what-you-can-do' },
  'change-password-advice': { is: 'the advice to change the password', place: 'what-you-can-do' },
  'police-report-right': { is: 'the right to a police report', place: 'what-you-can-do' },
  'consumer-agencies-contacts': {
    is: 'telephone numbers, addresses and web sites of the consumer reporting agencies',
    place: 'what-you-can-do',
  },
  'contact-of-sender': { is: 'a telephone number for questions', place: 'more-information' },
  'attorney-general-contact': {
    is: 'telephone number, address and web site of the attorney general',
    place: 'more-information',
  },
  'ftc-contact': {
    is: 'telephone number, address and web site of the Federal Trade Commission',
    place: 'more-information',
  },
  'data-protection-contact': {
    is: 'where to ask about data protection',
    place: 'more-information',
    from: 'facts.company.dataProtectionOfficer',
  },
  'copy-of-notice': notForPersons('a copy of the notice'),
  'reasons-for-delay': notForPersons('the reasons for a delay'),
  'nature-scope-and-timing': notForPersons('nature, scope and timing'),
  'material-impact': notForPersons('the material impact'),
  'compromised-accounts': notForPersons('the compromised accounts'),
  'forensic-report': notForPersons('the forensic report'),
  'names-of-residents': notForPersons('the names of the residents'),
}

/** Nobody: only what their group has in common is asked of the notice. */
function exampleOf({ jurisdiction, language, categories }: NoticeGroup): AffectedPerson {
  return {
    id: '00000000-0000-0000-0000-000000000000',
    name: 'A Person',
    email: null,
    address: null,
    language,
    jurisdiction,
    categories: [...categories],
    firstAt: '2026-01-01T00:00:00.000Z',
    lastAt: '2026-01-02T00:00:00.000Z',
  }
}
