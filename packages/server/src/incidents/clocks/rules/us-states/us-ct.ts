import { days, excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const CT: StateLaw = {
  state: 'US-CT',
  act: 'Conn. Gen. Stat.',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  exemptions: [
    'Where a social security or taxpayer number was exposed, identity theft protection is offered for 24 months (§ 36a-701b(b)(2)(B)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 36a-701b(b)(1)',
      says: 'Residents are told without unreasonable delay, within 60 days of the discovery.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      limit: days(60),
      content: ['identity-protection-offer'],
      from: '2021-10-01',
      version: 2,
    },
    {
      audience: 'individuals',
      section: '§ 36a-701b(b)(1)',
      says: 'Residents were to be told without unreasonable delay, within 90 days of the discovery.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      limit: days(90),
      content: ['identity-protection-offer'],
      until: '2021-10-01',
      verified: quotedAt('https://www.wordsbywit.com/connecticut'),
    },
    {
      audience: 'attorney-general',
      section: '§ 36a-701b(b)(2)(A)',
      says: 'The Attorney General is told not later than the residents are, however few they are.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'not-later',
      content: ['what-happened', 'number-affected', 'copy-of-notice'],
    },
    {
      audience: 'data-owner',
      section: '§ 36a-701b(c)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
