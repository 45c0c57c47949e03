import { excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const NE: StateLaw = {
  state: 'US-NE',
  act: 'Neb. Rev. Stat.',
  categories: [...numbers, 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 87-803(1)',
      says: 'Residents are told as soon as possible where use for an unauthorized purpose has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt('https://self-law.org/code/ne/chapter-87/87-803'),
    },
    {
      audience: 'attorney-general',
      section: '§ 87-803(2)',
      says: 'The Attorney General is told not later than the residents are.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'not-later',
      verified: readAt('https://self-law.org/code/ne/chapter-87/87-803'),
    },
    {
      audience: 'data-owner',
      section: '§ 87-803(3)',
      says: 'Who maintains data that is not theirs tells the owner, and works with it, where use for an unauthorized purpose is reasonably likely.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
