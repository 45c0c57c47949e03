import { excused, forLawEnforcement, inWriting, numbers, type StateLaw } from '../state-law.ts'

export const MO: StateLaw = {
  state: 'US-MO',
  act: 'Mo. Rev. Stat.',
  categories: [...numbers, 'health'],
  harm: excused('documented'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 407.1500.2',
      says: 'Affected consumers are told without unreasonable delay. Not where identity theft or fraud is unlikely, found in writing and kept for five years.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-happened',
        'what-information',
        'contact-of-sender',
        'consumer-agencies-contacts',
        'review-accounts-advice',
      ],
      pause: inWriting,
    },
    {
      audience: 'attorney-general',
      section: '§ 407.1500.2(8)',
      says: 'Who notifies more than 1,000 consumers at one time tells the Attorney General of timing, distribution and content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
      pause: inWriting,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 407.1500.2(8)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
      pause: inWriting,
    },
    {
      audience: 'data-owner',
      section: '§ 407.1500.2(2)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
