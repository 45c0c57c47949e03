import type { NoticeElement } from './elements.ts'

/**
 * Everything that a template can be filled with: a closed list. What a notice holds follows from the placeholders that
 * are in it, never from a label on free text: a label stays when the text is gone.
 * `lines` are several lines and stand alone in their paragraph.
 */
export const placeholders = {
  'person.name': { kind: 'line', holds: [] },
  'person.categories': { kind: 'lines', holds: ['categories'] },
  'person.window': { kind: 'line', holds: [] },
  'notice.date': { kind: 'line', holds: ['notice-date'] },
  'company.name': { kind: 'line', holds: [] },
  'company.postal': { kind: 'line', holds: ['company'] },
  'company.phone': { kind: 'line', holds: ['contact'] },
  'company.email': { kind: 'line', holds: [] },
  'company.web': { kind: 'line', holds: [] },
  'company.dataProtectionOfficer': { kind: 'line', holds: ['data-protection-officer'] },
  'incident.whatHappened': { kind: 'line', holds: ['nature'] },
  'incident.dates': { kind: 'line', holds: ['dates'] },
  'incident.discovered': { kind: 'line', holds: ['discovered'] },
  'incident.measures': { kind: 'line', holds: ['measures'] },
  'incident.consequences': { kind: 'line', holds: ['consequences'] },
  'incident.advice': { kind: 'line', holds: ['advice'] },
  'incident.delay': { kind: 'line', holds: ['law-enforcement-delay'] },
  'advice.watch': { kind: 'line', holds: ['advice'] },
  'advice.credentials': { kind: 'line', holds: ['change-credentials'] },
  'advice.fraudAlert': { kind: 'line', holds: ['fraud-alert'] },
  'advice.securityFreeze': { kind: 'line', holds: ['security-freeze'] },
  'advice.policeReport': { kind: 'line', holds: ['police-report'] },
  'protection.offer': { kind: 'line', holds: ['identity-protection'] },
  'contacts.creditBureaus': { kind: 'lines', holds: ['credit-bureaus'] },
  'contacts.ftc': { kind: 'lines', holds: ['ftc'] },
  'contacts.attorneyGeneral': { kind: 'lines', holds: ['attorney-general'] },
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
