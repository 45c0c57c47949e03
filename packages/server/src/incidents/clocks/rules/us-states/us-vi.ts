import { always, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const VI: StateLaw = {
  state: 'US-VI',
  act: '14 V.I. Code',
  categories: numbers,
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 2209(a)',
      says: 'Residents whose unencrypted information was acquired are told in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'data-owner',
      section: '§ 2209(b)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
