import { always, forLawEnforcement, hours, numbers, type StateLaw } from '../state-law.ts'

export const MN: StateLaw = {
  state: 'US-MN',
  act: 'Minn. Stat.',
  categories: numbers,
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 325E.61(1)(a)',
      says: 'Residents whose unencrypted information was acquired are told in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 325E.61(2)',
      says: 'Who discovers that more than 500 persons are to be told at one time tells the nationwide agencies within 48 hours.',
      starts: ['confirmed'],
      limit: hours(48),
      residentsMin: 501,
    },
    {
      audience: 'data-owner',
      section: '§ 325E.61(1)(b)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
