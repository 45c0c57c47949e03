import { excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const ID: StateLaw = {
  state: 'US-ID',
  act: 'Idaho Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 28-51-105(1)',
      says: 'Residents are told as soon as possible where misuse has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: quotedAt('https://www.wordsbywit.com/idaho'),
    },
    {
      audience: 'data-owner',
      section: '§ 28-51-105(2)',
      says: 'Who maintains data that is not theirs tells the owner immediately after the discovery where misuse is reasonably likely.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
