import { always, days, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const PR: StateLaw = {
  state: 'US-PR',
  act: 'P.R. Laws tit. 10',
  categories: [...numbers, 'health', 'credentials'],
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§§ 4052, 4053',
      says: 'Citizens are told as expeditiously as possible, with regard to what law enforcement needs.',
      starts: ['discovered'],
      promptly: true,
      content: ['what-happened', 'what-information', 'contact-of-sender'],
      verified: readAt(
        'https://casetext.com/statute/laws-of-puerto-rico/title-ten-commerce/subtitle-3-business-regulations-generally/chapter-310-citizen-information-on-data-banks-security-act/4052-notification',
      ),
    },
    {
      audience: 'regulator',
      to: 'Department of Consumer Affairs of Puerto Rico (DACO)',
      section: '§ 4052',
      says: 'The Department of Consumer Affairs is informed within 10 days of the detection; the term cannot be extended. The Department announces it to the public within 24 hours.',
      starts: ['discovered'],
      limit: days(10),
      pause: null,
      verified: readAt(
        'https://casetext.com/statute/laws-of-puerto-rico/title-ten-commerce/subtitle-3-business-regulations-generally/chapter-310-citizen-information-on-data-banks-security-act/4052-notification',
      ),
    },
    {
      audience: 'data-owner',
      section: '§ 4052',
      says: 'Who resells or gives access to data banks tells whoever owns or holds the data.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt(
        'https://casetext.com/statute/laws-of-puerto-rico/title-ten-commerce/subtitle-3-business-regulations-generally/chapter-310-citizen-information-on-data-banks-security-act/4052-notification',
      ),
    },
  ],
}
