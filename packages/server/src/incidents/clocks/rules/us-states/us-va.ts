import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const VA: StateLaw = {
  state: 'US-VA',
  act: 'Va. Code',
  categories: [...numbers, 'passport'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 18.2-186.6(B)',
      says: 'Residents are told without unreasonable delay where the breach has caused, or is believed to cause, identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-happened',
        'what-information',
        'what-we-do',
        'contact-of-sender',
        'review-accounts-advice',
      ],
    },
    {
      audience: 'attorney-general',
      section: '§ 18.2-186.6(B)',
      says: 'The Office of the Attorney General is told without unreasonable delay, whenever residents are.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 18.2-186.6(E)',
      says: 'Who notifies more than 1,000 persons at one time tells the nationwide agencies, and the Attorney General, of timing, distribution and content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 18.2-186.6(D)',
      says: 'Who maintains data that is not theirs tells the owner without unreasonable delay after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
