import { days, excused, forLawEnforcement, numbers, quotedAt, readAt, type StateLaw } from '../state-law.ts'

export const NM: StateLaw = {
  state: 'US-NM',
  act: 'N.M. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§§ 57-12C-6(A), 57-12C-7',
      says: 'Residents are told in the most expedient time possible, within 45 calendar days of the discovery, unless there is no significant risk of identity theft or fraud.',
      starts: ['discovered'],
      promptly: true,
      limit: days(45),
      content: [
        'contact-of-sender',
        'what-information',
        'dates-of-breach',
        'what-happened',
        'consumer-agencies-contacts',
        'review-accounts-advice',
        'fraud-alerts-and-freezes',
      ],
      verified: quotedAt('https://www.wordsbywit.com/new-mexico'),
    },
    {
      audience: 'attorney-general',
      section: '§ 57-12C-10',
      says: 'Where more than 1,000 residents are to be told, the Attorney General is told within 45 calendar days, with their number and a copy of the notice.',
      starts: ['discovered'],
      promptly: true,
      limit: days(45),
      residentsMin: 1001,
      content: ['number-affected', 'copy-of-notice'],
      verified: readAt(
        'https://codes.findlaw.com/nm/chapter-57-trade-practices-and-regulations/nm-st-sect-57-12c-10/',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 57-12C-10',
      says: 'Where more than 1,000 residents are to be told, the nationwide agencies are told within 45 calendar days.',
      starts: ['discovered'],
      promptly: true,
      limit: days(45),
      residentsMin: 1001,
      verified: readAt(
        'https://codes.findlaw.com/nm/chapter-57-trade-practices-and-regulations/nm-st-sect-57-12c-10/',
      ),
    },
    {
      audience: 'data-owner',
      section: '§ 57-12C-6(C)',
      says: 'Who maintains data that is not theirs tells the owner in the most expedient time possible, within 45 calendar days of the discovery.',
      starts: ['discovered'],
      promptly: true,
      limit: days(45),
    },
  ],
}
