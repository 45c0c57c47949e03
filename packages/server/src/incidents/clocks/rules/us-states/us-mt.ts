import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const MT: StateLaw = {
  state: 'US-MT',
  act: 'Mont. Code',
  categories: [...numbers, 'health'],
  harm: excused(),
  pause: forLawEnforcement,
  exemptions: [
    'A notice that suggests to get a credit report is coordinated with the agency (§ 30-14-1704(7)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 30-14-1704(1)',
      says: 'Residents whose unencrypted information was acquired are told without unreasonable delay.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'attorney-general',
      to: 'Office of consumer protection, Attorney General of Montana',
      section: '§ 30-14-1704(8)',
      says: 'An electronic copy of the notice, with how many residents get it, goes to the consumer protection office of the Attorney General simultaneously.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'not-later',
      content: ['copy-of-notice', 'number-affected', 'dates-of-breach'],
    },
    {
      audience: 'data-owner',
      section: '§ 30-14-1704(2)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
