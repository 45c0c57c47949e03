/** What a notice can hold, as the laws of breach notification name it. A rule asks for elements by these names. */
export const elements = {
  title: 'a title that says it is a notice of a data breach',
  headings: 'the five headings, in order',
  'notice-date': 'the date of the notice',
  company: 'name and postal address of the company that writes',
  contact: 'a telephone number and an address for questions',
  nature: 'a general description of what happened',
  dates: 'the date of the breach, or its range, or an estimate',
  discovered: 'when it was discovered',
  categories: 'the kinds of personal information concerned',
  measures: 'what the company does about it',
  consequences: 'the likely consequences',
  advice: 'what the person can do',
  'law-enforcement-delay': 'whether the notice was delayed for law enforcement',
  'credit-bureaus': 'toll-free numbers, addresses and web sites of the consumer reporting agencies',
  ftc: 'telephone number, address and web site of the Federal Trade Commission',
  'attorney-general': 'telephone number, address and web site of the attorney general',
  'fraud-alert': 'how to place a fraud alert',
  'security-freeze': 'how to place a security freeze, and that it costs nothing',
  'police-report': 'the right to a police report',
  'change-credentials': 'the advice to change passwords and security questions',
  'identity-protection': 'the offer of identity theft protection',
  'data-protection-officer': 'name and contact of the data protection officer',
} as const satisfies Record<string, string>

export type NoticeElement = keyof typeof elements
