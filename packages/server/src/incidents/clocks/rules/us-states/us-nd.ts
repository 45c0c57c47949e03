import { always, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const ND: StateLaw = {
  state: 'US-ND',
  act: 'N.D. Cent. Code',
  categories: [...numbers, 'health'],
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 51-30-02',
      says: 'Residents whose unencrypted information was acquired are told in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'attorney-general',
      section: '§ 51-30-02',
      says: 'A breach of more than 250 individuals is disclosed to the Attorney General by mail or electronic mail.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 251,
    },
    {
      audience: 'data-owner',
      section: '§ 51-30-03',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
