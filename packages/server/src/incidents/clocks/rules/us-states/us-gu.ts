import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const GU: StateLaw = {
  state: 'US-GU',
  act: '9 Guam Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 48.30(a)',
      says: 'Residents are told without unreasonable delay where the breach has caused, or is believed to cause, identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'data-owner',
      section: '§ 48.30(c)',
      says: 'Who maintains data that is not theirs tells the owner as soon as practicable after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
