import { excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const UT: StateLaw = {
  state: 'US-UT',
  act: 'Utah Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 13-44-202(1), (2)',
      says: 'Residents are told in the most expedient time possible where misuse has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt('https://statutes.laws.com/utah/title-13/chapter-44/13-44-202'),
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General of Utah, and the Utah Cyber Center',
      section: '§ 13-44-202(1)(c)',
      says: 'Where misuse of the data of 500 residents or more is likely, the Attorney General and the Utah Cyber Center are told.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 500,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 13-44-202(1)(d)',
      says: 'Where misuse of the data of 1,000 residents or more is likely, the nationwide agencies are told.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1000,
    },
    {
      audience: 'data-owner',
      section: '§ 13-44-202(3)',
      says: 'Who maintains data that is not theirs tells the owner immediately after the discovery where misuse is reasonably likely.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt('https://statutes.laws.com/utah/title-13/chapter-44/13-44-202'),
    },
  ],
}
