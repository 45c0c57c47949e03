import { always, days, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const NY: StateLaw = {
  state: 'US-NY',
  act: 'N.Y. Gen. Bus. Law',
  categories: [...numbers, 'credentials', 'health'],
  harm: always,
  pause: forLawEnforcement,
  exemptions: [
    'An inadvertent disclosure by persons allowed to access the data that is unlikely to cause misuse or harm, found in writing (§ 899-aa(2)(a)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 899-aa(2)',
      says: 'Residents are told in the most expedient time possible, within 30 days of the discovery.',
      starts: ['discovered'],
      promptly: true,
      limit: days(30),
      content: ['contact-of-sender', 'what-information', 'attorney-general-contact'],
      from: '2024-12-21',
      version: 2,
      verified: quotedAt(
        'https://www.workplaceprivacyreport.com/2025/01/articles/data-breach-notification/new-york-enacts-immediate-updates-to-breach-notification-law/',
      ),
    },
    {
      audience: 'individuals',
      section: '§ 899-aa(2)',
      says: 'Residents were to be told in the most expedient time possible and without unreasonable delay.',
      starts: ['discovered'],
      promptly: true,
      content: ['contact-of-sender', 'what-information', 'attorney-general-contact'],
      until: '2024-12-21',
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General, Department of State, Division of State Police and Department of Financial Services of New York',
      section: '§ 899-aa(8)(a)',
      says: "Where residents are to be told, the Attorney General, the Department of State, the State Police and, since the end of 2024, the Department of Financial Services are told of timing, content, distribution and number, without delaying the residents' notice.",
      starts: ['discovered'],
      promptly: true,
      individuals: 'not-later',
      content: ['number-affected', 'copy-of-notice'],
    },
    {
      audience: 'consumer-agencies',
      section: '§ 899-aa(8)(b)',
      says: 'Where more than 5,000 residents are to be told at one time, the agencies are told of timing, content, distribution and number.',
      starts: ['discovered'],
      promptly: true,
      residentsMin: 5001,
    },
    {
      audience: 'data-owner',
      section: '§ 899-aa(3)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
