import { excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const DC: StateLaw = {
  state: 'US-DC',
  act: 'D.C. Code',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused('law-enforcement-consulted', 'attorney-general-told'),
  pause: forLawEnforcement,
  exemptions: [
    'Where a social security or taxpayer number was exposed, identity theft protection is offered for 18 months (§ 28-3852.02).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 28-3852(a)',
      says: 'Residents are told in the most expedient time possible. Not where harm is unlikely, found after consulting the Attorney General of the District and federal law enforcement.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-information',
        'contact-of-sender',
        'consumer-agencies-contacts',
        'ftc-contact',
        'attorney-general-contact',
        'fraud-alerts-and-freezes',
      ],
    },
    {
      audience: 'attorney-general',
      section: '§ 28-3852(b-1)',
      says: 'Where 50 residents or more are affected, the Attorney General is told, not later than they are.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'not-later',
      residentsMin: 50,
      content: [
        'what-happened',
        'what-information',
        'number-affected',
        'dates-of-breach',
        'what-we-do',
        'copy-of-notice',
      ],
    },
    {
      audience: 'consumer-agencies',
      section: '§ 28-3852(c)',
      says: 'Who notifies more than 1,000 persons tells the nationwide agencies of timing, distribution and content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 28-3852(b)',
      says: 'Who maintains data that is not theirs tells the owner in the most expedient time possible after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
