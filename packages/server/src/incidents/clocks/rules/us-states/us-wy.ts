import { excused, forLawEnforcement, inWriting, numbers, readAt, type StateLaw } from '../state-law.ts'

export const WY: StateLaw = {
  state: 'US-WY',
  act: 'Wyo. Stat.',
  categories: [...numbers, 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 40-12-502(a), (e)',
      says: 'Residents are told as soon as possible where misuse has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-information',
        'what-happened',
        'dates-of-breach',
        'what-we-do',
        'contact-of-sender',
        'consumer-agencies-contacts',
        'review-accounts-advice',
        'law-enforcement-delay',
      ],
      pause: inWriting,
      verified: readAt('https://law.counselstack.com/statute/wy/12/40-12-502'),
    },
    {
      audience: 'data-owner',
      section: '§ 40-12-502(g)',
      says: 'Who maintains data for another tells them as soon as practicable.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
