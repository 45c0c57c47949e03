import { days, excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const OK: StateLaw = {
  state: 'US-OK',
  act: 'Okla. Stat. tit. 24',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 163(A)',
      says: 'Residents are told without unreasonable delay where the breach has caused, or is believed to cause, identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'attorney-general',
      section: '§ 163',
      says: 'Where 500 residents or more are affected, the Attorney General is told without unreasonable delay, within 60 days of the notice to them.',
      starts: ['individuals-notified'],
      promptly: true,
      limit: days(60),
      residentsMin: 500,
      content: [
        'dates-of-breach',
        'date-of-discovery',
        'what-happened',
        'what-information',
        'number-affected',
      ],
      pause: null,
      from: '2026-01-01',
    },
    {
      audience: 'data-owner',
      section: '§ 163(C)',
      says: 'Who maintains data that is not theirs tells the owner as soon as practicable after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
