import { always, days, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const TN: StateLaw = {
  state: 'US-TN',
  act: 'Tenn. Code',
  categories: numbers,
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 47-18-2107(b)',
      says: 'Residents are told within 45 days of the discovery or notification, unless law enforcement needs longer.',
      starts: ['discovered', 'notified-by-processor'],
      limit: days(45),
      pause: { ...forLawEnforcement, after: days(45) },
      verified: quotedAt('https://www.wordsbywit.com/tennessee'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 47-18-2107(g)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 47-18-2107(c)',
      says: 'Who maintains data that is not theirs tells the owner within 45 days of the discovery or notification.',
      starts: ['discovered', 'notified-by-processor'],
      limit: days(45),
    },
  ],
}
