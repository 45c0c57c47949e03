import { excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const KY: StateLaw = {
  state: 'US-KY',
  act: 'Ky. Rev. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 365.732(2)',
      says: 'Residents are told in the most expedient time possible where the breach has caused, or is believed to cause, identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: quotedAt('https://www.wordsbywit.com/kentucky'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 365.732(7)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 365.732(3)',
      says: 'Who maintains data that is not theirs tells the owner as soon as reasonably practicable after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
