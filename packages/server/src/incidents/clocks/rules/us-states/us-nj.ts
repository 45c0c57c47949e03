import { excused, forLawEnforcement, numbers, quotedAt, type StateLaw } from '../state-law.ts'

export const NJ: StateLaw = {
  state: 'US-NJ',
  act: 'N.J. Stat.',
  categories: [...numbers, 'credentials'],
  harm: excused('documented'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 56:8-163(a)',
      says: 'Customers who are residents are told in the most expedient time possible. Not where misuse is not reasonably possible, found in writing and kept for five years.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: quotedAt('https://www.wordsbywit.com/new-jersey'),
    },
    {
      audience: 'regulator',
      to: 'Division of State Police of New Jersey',
      section: '§ 56:8-163(c)(1)',
      says: 'The breach is reported to the Division of State Police in advance of the disclosure to the customer.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'before',
      content: ['what-happened'],
      verified: quotedAt('https://www.cyber.nj.gov/data-breach-notifications/'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 56:8-163(f)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 56:8-163(b)',
      says: 'Who maintains records for another business tells that business, as soon as possible after the discovery.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
