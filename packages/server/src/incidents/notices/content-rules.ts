import type { NoticeCategory } from '@candor/protocol/notices-api.ts'
import type { NoticeElement } from './elements.ts'

/**
 * What the law of a jurisdiction asks of a notice to a person. Data, not advice: `verified` is true where the text of
 * the law was read when the rule was written, and counsel confirms in any case.
 */
export interface ContentRule {
  /** `US-CA`; `US` and `EU` for all that have no rule of their own. */
  jurisdiction: string
  requires: readonly RequiredElement[]
  forbids: readonly NoticeElement[]
  citation: string
  verified: boolean
}

export interface RequiredElement {
  element: NoticeElement
  /** Only where one of these is concerned. */
  when?: readonly NoticeCategory[]
}

/** Stands for the Social Security number and the driver's license where a law names those. */
const identity: readonly NoticeCategory[] = ['government-id', 'passport']
const always = (...list: NoticeElement[]): RequiredElement[] => list.map((element) => ({ element }))

/** What a notice without these would not be, anywhere. */
const basics = always('company', 'contact', 'categories', 'measures', 'advice')
const federal = always('credit-bureaus', 'ftc')

export const contentRules: readonly ContentRule[] = [
  {
    jurisdiction: 'US-CA',
    requires: [
      ...basics,
      ...always('title', 'headings', 'notice-date', 'nature', 'dates', 'law-enforcement-delay'),
      { element: 'credit-bureaus', when: identity },
      { element: 'identity-protection', when: identity },
      { element: 'change-credentials', when: ['credentials'] },
    ],
    forbids: [],
    citation: 'Cal. Civ. Code § 1798.82(d)',
    verified: false,
  },
  {
    jurisdiction: 'US-MA',
    requires: [
      ...basics,
      ...always('police-report', 'security-freeze', 'credit-bureaus'),
      { element: 'identity-protection', when: identity },
    ],
    forbids: ['nature'],
    citation: 'Mass. Gen. Laws ch. 93H § 3(b), § 3A',
    verified: false,
  },
  {
    jurisdiction: 'US-NC',
    requires: [
      ...basics,
      ...federal,
      ...always('nature', 'attorney-general', 'fraud-alert', 'security-freeze'),
    ],
    forbids: [],
    citation: 'N.C. Gen. Stat. § 75-65(d)',
    verified: false,
  },
  {
    jurisdiction: 'US-MD',
    requires: [...basics, ...federal, ...always('attorney-general')],
    forbids: [],
    citation: 'Md. Code, Com. Law § 14-3504(g)',
    verified: false,
  },
  {
    jurisdiction: 'US-DC',
    requires: [
      ...basics,
      ...federal,
      ...always('attorney-general', 'security-freeze'),
      { element: 'identity-protection', when: identity },
    ],
    forbids: [],
    citation: 'D.C. Code § 28-3852(a-1)',
    verified: false,
  },
  {
    jurisdiction: 'US-NY',
    requires: [...basics, ...always('attorney-general')],
    forbids: [],
    citation: 'N.Y. Gen. Bus. Law § 899-aa(7)',
    verified: false,
  },
  {
    jurisdiction: 'US-OR',
    requires: [...basics, ...federal, ...always('nature', 'dates', 'attorney-general')],
    forbids: [],
    citation: 'Or. Rev. Stat. § 646A.604(5)',
    verified: false,
  },
  {
    jurisdiction: 'US-RI',
    requires: [
      ...basics,
      ...federal,
      ...always('nature', 'dates', 'discovered', 'attorney-general', 'security-freeze', 'police-report'),
    ],
    forbids: [],
    citation: 'R.I. Gen. Laws § 11-49.3-4(d)',
    verified: false,
  },
  {
    jurisdiction: 'US-IA',
    requires: [...basics, ...always('nature', 'dates', 'credit-bureaus', 'attorney-general')],
    forbids: [],
    citation: 'Iowa Code § 715C.2(5)',
    verified: false,
  },
  {
    jurisdiction: 'US-IL',
    requires: [...basics, ...federal, ...always('fraud-alert', 'security-freeze')],
    forbids: [],
    citation: '815 Ill. Comp. Stat. 530/10(a)',
    verified: false,
  },
  {
    jurisdiction: 'US-CO',
    requires: [...basics, ...federal, ...always('dates', 'fraud-alert', 'security-freeze')],
    forbids: [],
    citation: 'Colo. Rev. Stat. § 6-1-716(2)(a.2)',
    verified: false,
  },
  {
    jurisdiction: 'US-WA',
    requires: [...basics, ...always('dates', 'discovered', 'credit-bureaus')],
    forbids: [],
    citation: 'Wash. Rev. Code § 19.255.010(6)',
    verified: false,
  },
  {
    jurisdiction: 'US-WY',
    requires: [...basics, ...always('nature', 'dates', 'law-enforcement-delay', 'credit-bureaus')],
    forbids: [],
    citation: 'Wyo. Stat. § 40-12-502(e)',
    verified: false,
  },
  {
    jurisdiction: 'US',
    requires: [...basics, ...federal, ...always('nature', 'dates')],
    forbids: [],
    citation: 'the common denominator of the laws of the states; see the state’s own',
    verified: false,
  },
  {
    jurisdiction: 'GB',
    requires: [...basics, ...always('nature', 'consequences')],
    forbids: [],
    citation: 'UK GDPR art. 34(2), 33(3)(b)–(d)',
    verified: false,
  },
  {
    jurisdiction: 'EU',
    requires: [...basics, ...always('nature', 'consequences')],
    forbids: [],
    citation: 'Regulation (EU) 2016/679 art. 34(2), 33(3)(b)–(d)',
    verified: false,
  },
  {
    jurisdiction: '*',
    requires: [...basics, ...always('nature', 'dates')],
    forbids: [],
    citation: 'no rule of its own here: the basics of every notice',
    verified: false,
  },
]

/** The rule that holds for a jurisdiction: its own, else that of what it belongs to. */
export function contentRuleOf(jurisdiction: string): ContentRule {
  const [nearest] = regionsOf(jurisdiction).flatMap((region) =>
    contentRules.filter((rule) => rule.jurisdiction === region),
  )
  return nearest!
}

/** The jurisdiction itself, what it belongs to, and `*`, nearest first. */
export function regionsOf(jurisdiction: string): string[] {
  const [country] = jurisdiction.split('-') as [string]
  return [
    jurisdiction,
    ...(country === jurisdiction ? [] : [country]),
    ...(europeanEconomicArea.has(country) ? ['EU'] : []),
    '*',
  ]
}

/** Where the regulation applies: the 27, and Iceland, Liechtenstein and Norway by the EEA agreement. */
const europeanEconomicArea: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '),
)
