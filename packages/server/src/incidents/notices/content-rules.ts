import type { ClockRule, ContentElement } from '@candor/protocol/incidents-api.ts'
import type { NoticeCategory } from '@candor/protocol/notices-api.ts'
import { shippedRules } from '../clocks/rules/shipped-rules.ts'

/** What a notice can be asked to hold: what the clocks' rules name, and the date that stands on it. */
export type NoticeElement = ContentElement | 'date-of-notice'

/** What a jurisdiction asks of a notice to a person. */
export interface ContentRule {
  jurisdiction: string
  requires: readonly RequiredElement[]
  forbids: readonly NoticeElement[]
  citation: string
  /** The text of every law behind it was read (clocks/rules). */
  verified: boolean
}

export interface RequiredElement {
  element: NoticeElement
  /** Only where one of these is concerned. */
  when?: readonly NoticeCategory[]
}

/** Without these it is no notice, anywhere. */
const basics: readonly NoticeElement[] = [
  'contact-of-sender',
  'what-information',
  'what-we-do',
  'what-you-can-do',
]

/**
 * What no clock's rule says. Identity theft protection is owed for numbers that identify somebody, not for a card;
 * a password is changed where one is known (Cal. Civ. Code § 1798.82(d)(1)(E), (d)(2)(G); Mass. Gen. Laws ch. 93H § 3A).
 */
const conditions: Partial<Record<NoticeElement, readonly NoticeCategory[]>> = {
  'identity-protection-offer': ['government-id', 'passport'],
  'change-password-advice': ['credentials'],
}
const additions: Readonly<Record<string, readonly NoticeElement[]>> = {
  'US-CA': ['date-of-notice', 'identity-protection-offer', 'change-password-advice'],
}

/** Of all duties to individuals there that are in force on a day, `2026-11-25`. */
export function contentRuleOf(
  jurisdiction: string,
  day: string,
  rules: readonly ClockRule[] = shippedRules,
): ContentRule {
  const regions = regionsOf(jurisdiction)
  const own = rules.filter(
    ({ audience, reach, effective: { from, until } }) =>
      audience === 'individuals' &&
      reach.of === 'residents' &&
      reach.jurisdictions.some((each) => regions.includes(each)) &&
      (from === null || from <= day) &&
      (until === null || day < until),
  )
  const asked = [
    ...basics,
    ...own.flatMap(({ content }) => content),
    ...(additions[jurisdiction] ?? []),
    // Who has no rule is told what happened all the same.
    ...(own.some(({ never }) => never.includes('what-happened')) ? [] : (['what-happened'] as const)),
  ]
  return {
    jurisdiction,
    requires: [...new Set(asked)].map((element) => {
      const when = conditions[element]
      return when === undefined ? { element } : { element, when }
    }),
    forbids: [...new Set(own.flatMap(({ never }) => never))],
    citation:
      own.map(({ citation }) => citation.section).join('; ') ||
      'no rule of its own: the basics of every notice',
    verified: own.length > 0 && own.every(({ verified }) => verified !== false),
  }
}

/** The jurisdiction itself and what it belongs to, nearest first. */
export function regionsOf(jurisdiction: string): string[] {
  const [country] = jurisdiction.split('-') as [string]
  return [
    jurisdiction,
    ...(country === jurisdiction ? [] : [country]),
    ...(europeanEconomicArea.has(country) ? ['EU'] : []),
  ]
}

/** Where the regulation applies: the 27, and Iceland, Liechtenstein and Norway by the EEA agreement. */
const europeanEconomicArea: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '),
)
