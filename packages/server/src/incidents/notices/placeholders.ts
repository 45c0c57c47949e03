import type { NoticeElement } from './content-rules.ts'

/**
 * Everything that a template can be filled with: a closed list. What a notice holds follows from the placeholders that
 * are in it, never from a label on free text: a label stays when the text is gone.
 * `lines` are several lines and stand alone in their paragraph.
 */
export const placeholders = {
  'person.name': { kind: 'line', holds: [] },
  'person.categories': { kind: 'lines', holds: ['what-information'] },
  'person.window': { kind: 'line', holds: [] },
  'notice.date': { kind: 'line', holds: ['date-of-notice'] },
  'company.name': { kind: 'line', holds: [] },
  'company.postal': { kind: 'line', holds: [] },
  'company.phone': { kind: 'line', holds: ['contact-of-sender'] },
  'company.email': { kind: 'line', holds: [] },
  'company.web': { kind: 'line', holds: [] },
  'company.dataProtection': { kind: 'line', holds: ['data-protection-contact'] },
  'incident.whatHappened': { kind: 'line', holds: ['what-happened'] },
  'incident.dates': { kind: 'line', holds: ['dates-of-breach'] },
  'incident.discovered': { kind: 'line', holds: ['date-of-discovery'] },
  'incident.affected': { kind: 'line', holds: ['number-affected'] },
  'incident.measures': { kind: 'line', holds: ['what-we-do'] },
  'incident.consequences': { kind: 'line', holds: ['likely-consequences'] },
  'incident.advice': { kind: 'line', holds: ['what-you-can-do'] },
  'incident.delay': { kind: 'line', holds: ['law-enforcement-delay'] },
  'advice.reviewAccounts': { kind: 'line', holds: ['review-accounts-advice', 'what-you-can-do'] },
  'advice.changePassword': { kind: 'line', holds: ['change-password-advice', 'what-you-can-do'] },
  'advice.fraudAlertsAndFreezes': { kind: 'lines', holds: ['fraud-alerts-and-freezes', 'what-you-can-do'] },
  'advice.policeReport': { kind: 'line', holds: ['police-report-right'] },
  'protection.offer': { kind: 'line', holds: ['identity-protection-offer'] },
  'contacts.consumerAgencies': { kind: 'lines', holds: ['consumer-agencies-contacts'] },
  'contacts.ftc': { kind: 'lines', holds: ['ftc-contact'] },
  'contacts.attorneyGeneral': { kind: 'lines', holds: ['attorney-general-contact'] },
} as const satisfies Record<string, { kind: 'line' | 'lines'; holds: readonly NoticeElement[] }>

export type Placeholder = keyof typeof placeholders

export const isPlaceholder = (name: string): name is Placeholder => Object.hasOwn(placeholders, name)

/** The names in `{{…}}`, in order, known or not. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map((match) => match[1]!.trim())
}

/** @param value of each placeholder that is in the text. */
export function filled(text: string, value: (name: Placeholder) => string): string {
  return text.replace(/\{\{([^{}]*)\}\}/g, (_, name: string) => value(name.trim() as Placeholder))
}
