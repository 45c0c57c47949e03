import type { AffectedPerson, NoticeCategory, NoticeFault } from '@candor/protocol/notices-api.ts'
import { composeNotice, type Notice, type NoticeMaterial } from './compose-notice.ts'
import { contentRuleOf } from './content-rules.ts'
import { elements, type NoticeElement } from './elements.ts'
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
  const rule = contentRuleOf(jurisdiction)
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
    .map(({ element }) =>
      fault(placeOf(element), element, `Add ${elements[element]}${byWhat(element, jurisdiction)}.`),
    )
  const forbidden = rule.forbids.flatMap((element) =>
    carriers(notice, element).map(({ placeholder, heading }) =>
      fault(
        heading,
        element,
        `Take out ${elements[element]}: {{${placeholder}}} must not be in this jurisdiction’s notices. Give the paragraph notJurisdictions: ["${jurisdiction}"].`,
      ),
    ),
  )
  return [...missing, ...forbidden]
}

function has(notice: Notice, element: NoticeElement): boolean {
  if (element === 'title') return titles[notice.language].test(notice.title)
  if (element === 'headings')
    return (
      notice.sections.map(({ heading }) => heading).join() === headings.join() &&
      notice.sections.every(({ blocks }) => blocks.length > 0)
    )
  return carriers(notice, element).length > 0
}

/** California asks for these very words; a translation stands for them in another language. */
const titles = { en: /^notice of data breach$/i, es: /filtración de datos|violación de (la )?seguridad/i }

function carriers(notice: Notice, element: NoticeElement): Notice['used'] {
  return notice.used.filter(({ placeholder }) => carriesOf(placeholder).includes(element))
}

const carriesOf = (placeholder: Placeholder): readonly NoticeElement[] => placeholders[placeholder].holds

/** Where such a thing is looked for. */
function placeOf(element: NoticeElement): Heading | 'title' | 'closing' | 'sections' {
  switch (element) {
    case 'title':
      return 'title'
    case 'headings':
      return 'sections'
    case 'notice-date':
      return 'closing'
    case 'nature':
    case 'dates':
    case 'discovered':
    case 'law-enforcement-delay':
      return 'what-happened'
    case 'categories':
      return 'what-information'
    case 'measures':
    case 'consequences':
    case 'identity-protection':
      return 'what-we-are-doing'
    case 'advice':
    case 'fraud-alert':
    case 'security-freeze':
    case 'police-report':
    case 'change-credentials':
    case 'credit-bureaus':
      return 'what-you-can-do'
    case 'company':
    case 'contact':
    case 'ftc':
    case 'attorney-general':
    case 'data-protection-officer':
      return 'more-information'
  }
}

function byWhat(element: NoticeElement, jurisdiction: string): string {
  const names = (Object.keys(placeholders) as Placeholder[]).filter((name) =>
    carriesOf(name).includes(element),
  )
  if (names.length === 0) return ''
  const where = element === 'police-report' ? ` in a paragraph for ${jurisdiction}` : ''
  const facts = factsOf[element]
  return `, by ${names.map((name) => `{{${name}}}`).join(' or ')}${where}${facts === undefined ? '' : ` (from ${facts})`}`
}

/** Where the value comes from, when it is the tenant's to give. */
const factsOf: Partial<Record<NoticeElement, string>> = {
  nature: 'facts.words.whatHappened',
  measures: 'facts.words.measures',
  consequences: 'facts.words.consequences',
  discovered: 'facts.incident.discovered',
  'identity-protection': 'facts.protection',
  'data-protection-officer': 'facts.company.dataProtectionOfficer',
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
