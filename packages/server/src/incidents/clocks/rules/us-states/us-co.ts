import { days, excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const CO: StateLaw = {
  state: 'US-CO',
  act: 'Colo. Rev. Stat.',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 6-1-716(2)',
      says: 'Residents are told in the most expedient time possible, within 30 days of the determination that there was a breach, unless misuse has not occurred and is not likely to.',
      starts: ['determined'],
      promptly: true,
      limit: days(30),
      content: [
        'dates-of-breach',
        'what-information',
        'contact-of-sender',
        'consumer-agencies-contacts',
        'ftc-contact',
        'fraud-alerts-and-freezes',
      ],
    },
    {
      audience: 'attorney-general',
      section: '§ 6-1-716(2)(f)',
      says: 'Where 500 residents or more are believed to be affected, the Attorney General is told within 30 days of the determination.',
      starts: ['determined'],
      promptly: true,
      limit: days(30),
      residentsMin: 500,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 6-1-716(2)(d)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['determined'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 6-1-716(2)(b)',
      says: 'A third party tells the covered entity in the most expedient time possible after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
