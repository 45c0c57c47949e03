import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const WV: StateLaw = {
  state: 'US-WV',
  act: 'W. Va. Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 46A-2A-102(a), (d)',
      says: 'Residents are told without unreasonable delay where the breach has caused, or is believed to cause, identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-information',
        'contact-of-sender',
        'consumer-agencies-contacts',
        'fraud-alerts-and-freezes',
      ],
    },
    {
      audience: 'consumer-agencies',
      section: '§ 46A-2A-102(f)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 46A-2A-102(c)',
      says: 'Who maintains data that is not theirs tells the owner as soon as practicable after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
