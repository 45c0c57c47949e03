import { always, forLawEnforcement, hours, numbers, readAt, type StateLaw } from '../state-law.ts'

export const GA: StateLaw = {
  state: 'US-GA',
  act: 'Ga. Code',
  categories: numbers,
  harm: always,
  pause: forLawEnforcement,
  exemptions: [
    'Whether a company is an «information broker» at all (§ 10-1-911(3)): the law is narrower than others.',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 10-1-912(a)',
      says: 'An information broker or a data collector tells residents whose unencrypted information was acquired, in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt(
        'https://law.justia.com/codes/georgia/2016/title-10/chapter-1/article-34/section-10-1-912',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 10-1-912(d)',
      says: 'Where more than 10,000 residents are to be told at one time, the nationwide agencies are told of timing, distribution and content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 10001,
      verified: readAt(
        'https://law.justia.com/codes/georgia/2016/title-10/chapter-1/article-34/section-10-1-912',
      ),
    },
    {
      audience: 'data-owner',
      section: '§ 10-1-912(b)',
      says: 'Who maintains data for an information broker or data collector tells it within 24 hours of the discovery.',
      starts: ['discovered'],
      limit: hours(24),
      verified: readAt(
        'https://law.justia.com/codes/georgia/2016/title-10/chapter-1/article-34/section-10-1-912',
      ),
    },
  ],
}
