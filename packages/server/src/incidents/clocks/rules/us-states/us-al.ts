import { days, excused, forLawEnforcement, inWriting, numbers, readAt, type StateLaw } from '../state-law.ts'

export const AL: StateLaw = {
  state: 'US-AL',
  act: 'Ala. Code',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused('documented'),
  pause: forLawEnforcement,
  exemptions: [
    'Entities that follow the notice rules of their federal regulator (GLBA, HIPAA) may be deemed to comply.',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 8-38-5',
      says: "Residents are told as expeditiously as possible, within 45 days of the determination that there was a breach which is likely to cause them substantial harm, or of a third party's notice of it.",
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      limit: days(45),
      content: [
        'what-happened',
        'dates-of-breach',
        'what-information',
        'what-we-do',
        'what-you-can-do',
        'contact-of-sender',
      ],
      pause: inWriting,
      verified: readAt(
        'https://law.uslawyerdatabase.com/section-8-38-5-notice-of-security-breach-individuals-affected/',
      ),
    },
    {
      audience: 'attorney-general',
      section: '§ 8-38-6',
      says: 'Where more than 1,000 individuals are to be told, the Attorney General is told too, within the same 45 days.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      limit: days(45),
      residentsMin: 1001,
      content: ['what-happened', 'number-affected', 'identity-protection-offer', 'contact-of-sender'],
      pause: inWriting,
      verified: readAt('http://alisondb.legislature.state.al.us/alison/codeofalabama/1975/8-38-6.htm'),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 8-38-7',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 8-38-8',
      says: 'A third-party agent tells the covered entity within 10 days of determining, or having reason to believe, that there was a breach.',
      starts: ['determined'],
      promptly: true,
      limit: days(10),
    },
  ],
}
