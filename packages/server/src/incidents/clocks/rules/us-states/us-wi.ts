import { days, excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const WI: StateLaw = {
  state: 'US-WI',
  act: 'Wis. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 134.98(2), (3)',
      says: 'Individuals are told within a reasonable time, within 45 days of learning of the acquisition, unless there is no material risk of identity theft or fraud.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      limit: days(45),
      verified: quotedAt('https://www.wordsbywit.com/wisconsin'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 134.98(2)(br)',
      says: 'Where 1,000 individuals or more are to be told, the nationwide agencies are told of timing, distribution and content.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1000,
    },
    {
      audience: 'data-owner',
      section: '§ 134.98(2)(bm)',
      says: 'Who stores data that is not theirs tells the owner of the acquisition as soon as practicable.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
