import { always, days, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const TX: StateLaw = {
  state: 'US-TX',
  act: 'Tex. Bus. & Com. Code',
  categories: [...numbers, 'health'],
  harm: always,
  pause: forLawEnforcement,
  exemptions: [
    'A resident of another state with a law of its own may be told under that law (§ 521.053(b-1)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 521.053(b)',
      says: 'Individuals are told without unreasonable delay, not later than the 60th day after the determination that the breach occurred.',
      starts: ['determined'],
      promptly: true,
      limit: days(60),
      verified: readAt(
        'https://lawserver.com/law/state/texas/tx-codes/texas_business_and_commerce_code_521-053',
      ),
    },
    {
      audience: 'attorney-general',
      section: '§ 521.053(i)',
      says: 'Where at least 250 residents are to be told, the Attorney General is told as soon as practicable, within 30 days of the determination.',
      starts: ['determined'],
      promptly: true,
      limit: days(30),
      residentsMin: 250,
      content: ['what-happened', 'number-affected', 'what-we-do'],
      from: '2023-09-01',
      version: 2,
    },
    {
      audience: 'attorney-general',
      section: '§ 521.053(i)',
      says: 'Where at least 250 residents were to be told, the Attorney General was told within 60 days of the determination.',
      starts: ['determined'],
      promptly: true,
      limit: days(60),
      residentsMin: 250,
      content: ['what-happened', 'number-affected', 'what-we-do'],
      from: '2020-01-01',
      until: '2023-09-01',
    },
    {
      audience: 'consumer-agencies',
      section: '§ 521.053(h)',
      says: 'Who notifies more than 10,000 persons at one time tells the nationwide agencies of timing, distribution and content.',
      starts: ['determined'],
      promptly: true,
      residentsMin: 10001,
    },
    {
      audience: 'data-owner',
      section: '§ 521.053(c)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
