import { days, excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const SD: StateLaw = {
  state: 'US-SD',
  act: 'S.D. Codified Laws',
  categories: [...numbers, 'health', 'credentials'],
  harm: excused('documented', 'attorney-general-told'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 22-40-20',
      says: 'Residents are told within 60 days of the discovery or notification. Not where harm is unlikely, found after notice to the attorney general, in writing, and kept for three years.',
      starts: ['discovered', 'notified-by-processor'],
      limit: days(60),
      verified: readAt('https://self-law.org/code/sd/title-22/chapter-22-40/22-40-20'),
    },
    {
      audience: 'attorney-general',
      section: '§ 22-40-20',
      says: 'A breach of more than 250 residents is disclosed to the Attorney General by mail or electronic mail.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      limit: days(60),
      residentsMin: 251,
      verified: readAt('https://self-law.org/code/sd/title-22/chapter-22-40/22-40-20'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 22-40-24',
      says: 'Who has to tell residents tells the nationwide agencies of timing, distribution and content without unreasonable delay, however few they are.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
  ],
}
