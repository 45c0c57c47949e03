import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const MI: StateLaw = {
  state: 'US-MI',
  act: 'Mich. Comp. Laws',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 445.72(1), (6)',
      says: 'Residents are told without unreasonable delay, unless substantial loss, injury or identity theft is unlikely.',
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
      audience: 'consumer-agencies',
      section: '§ 445.72(8)',
      says: 'Who notifies more than 1,000 residents tells the nationwide agencies how many notices there are and when they were given.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 445.72(2)',
      says: "Who maintains a database of somebody else's tells the owner or licensor without unreasonable delay.",
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
