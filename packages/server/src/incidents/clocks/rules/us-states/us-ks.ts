import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const KS: StateLaw = {
  state: 'US-KS',
  act: 'Kan. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 50-7a02(a)',
      says: 'Residents are told as soon as possible where misuse has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 50-7a02(f)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 50-7a02(b)',
      says: 'Who maintains data that is not theirs tells the owner following the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
