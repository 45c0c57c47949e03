import { days, excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const OH: StateLaw = {
  state: 'US-OH',
  act: 'Ohio Rev. Code',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 1349.19(B)(2)',
      says: 'Residents are told in the most expedient time possible, within 45 days of the discovery or notification, where there is a material risk of identity theft or fraud.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      limit: days(45),
      verified: quotedAt('https://www.wordsbywit.com/ohio'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 1349.19(G)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 1349.19(C)',
      says: 'Who holds data for another tells them in an expeditious manner.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
