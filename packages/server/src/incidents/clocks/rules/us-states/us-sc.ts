import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const SC: StateLaw = {
  state: 'US-SC',
  act: 'S.C. Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 39-1-90(A)',
      says: 'Residents are told in the most expedient time possible where illegal use has occurred, is likely, or there is a material risk of harm.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'regulator',
      to: 'Consumer Protection Division, South Carolina Department of Consumer Affairs',
      section: '§ 39-1-90(K)',
      says: 'Who notifies more than 1,000 persons at one time tells the consumer protection division of the Department of Consumer Affairs of timing, distribution and content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 39-1-90(K)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 39-1-90(B)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
