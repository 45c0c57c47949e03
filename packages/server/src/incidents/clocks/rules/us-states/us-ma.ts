import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const MA: StateLaw = {
  state: 'US-MA',
  act: 'Mass. Gen. Laws ch. 93H',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  exemptions: [
    'Where a social security number was exposed, credit monitoring is offered for 18 months (§ 3A).',
    'Which consumer reporting agencies are told is said by the director of consumer affairs (§ 3(b)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 3(b)',
      says: 'Residents are told as soon as practicable and without unreasonable delay where there is a substantial risk of identity theft or fraud. Their notice does not describe the nature of the breach and does not say how many are affected.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: ['police-report-right', 'fraud-alerts-and-freezes', 'identity-protection-offer'],
      never: ['what-happened', 'number-affected'],
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General of Massachusetts, and its Office of Consumer Affairs and Business Regulation',
      section: '§ 3(b)',
      says: 'The Attorney General and the director of consumer affairs and business regulation are told as soon as practicable.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: ['what-happened', 'number-affected', 'contact-of-sender', 'what-we-do'],
    },
    {
      audience: 'data-owner',
      section: '§ 3(a)',
      says: 'Who maintains data that is not theirs tells the owner as soon as practicable.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
