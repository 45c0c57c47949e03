import { excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const MS: StateLaw = {
  state: 'US-MS',
  act: 'Miss. Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 75-24-29(3)',
      says: 'Affected individuals are told without unreasonable delay, unless harm is unlikely after an investigation.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: quotedAt('https://www.wordsbywit.com/mississippi'),
    },
    {
      audience: 'data-owner',
      section: '§ 75-24-29(4)',
      says: 'Who maintains data that is not theirs tells the owner as soon as practicable after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
