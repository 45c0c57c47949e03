import { days, excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const RI: StateLaw = {
  state: 'US-RI',
  act: 'R.I. Gen. Laws',
  categories: [...numbers, 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 11-49.3-4(a)(2)(ii), (d)',
      says: 'Residents are told in the most expedient time possible, within 45 calendar days of the confirmation of the breach and of being able to say what the notice has to say.',
      starts: ['confirmed'],
      promptly: true,
      limit: days(45),
      content: [
        'what-happened',
        'number-affected',
        'what-information',
        'dates-of-breach',
        'date-of-discovery',
        'identity-protection-offer',
        'consumer-agencies-contacts',
        'attorney-general-contact',
        'police-report-right',
        'fraud-alerts-and-freezes',
      ],
      verified: readAt(
        'https://lawserver.com/law/state/rhode-island/ri-laws/rhode_island_general_laws_11-49-3-4',
      ),
    },
    {
      audience: 'attorney-general',
      section: '§ 11-49.3-4(a)(2)',
      says: 'Where more than 500 residents are to be told, the Attorney General is told of timing, content, distribution and number, without delaying their notice.',
      starts: ['confirmed'],
      promptly: true,
      individuals: 'not-later',
      residentsMin: 501,
      content: ['number-affected', 'copy-of-notice'],
    },
    {
      audience: 'consumer-agencies',
      section: '§ 11-49.3-4(a)(2)',
      says: 'Where more than 500 residents are to be told, the major agencies are told of timing, content, distribution and number, without delaying their notice.',
      starts: ['confirmed'],
      promptly: true,
      individuals: 'not-later',
      residentsMin: 501,
    },
  ],
}
