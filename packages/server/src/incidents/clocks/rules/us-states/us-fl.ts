import { always, days, excused, forLawEnforcement, inWriting, numbers, type StateLaw } from '../state-law.ts'

export const FL: StateLaw = {
  state: 'US-FL',
  act: 'Fla. Stat.',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused('documented', 'law-enforcement-consulted'),
  pause: forLawEnforcement,
  exemptions: [
    'The Department may allow 15 further days for good cause, asked for in writing within the 30 (§ 501.171(3)(a), (4)(b)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 501.171(4)',
      says: 'Individuals are told as expeditiously as practicable, within 30 days of the determination of a breach or of reason to believe in one. Not where harm is unlikely, found after consulting law enforcement and kept in writing for five years.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      limit: days(30),
      content: ['dates-of-breach', 'what-information', 'contact-of-sender'],
      pause: inWriting,
    },
    {
      audience: 'attorney-general',
      to: 'Florida Department of Legal Affairs',
      section: '§ 501.171(3)',
      says: 'A breach of 500 individuals or more is told to the Department of Legal Affairs within 30 days of the determination or of reason to believe in it.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      limit: days(30),
      residentsMin: 500,
      content: [
        'what-happened',
        'number-affected',
        'identity-protection-offer',
        'copy-of-notice',
        'contact-of-sender',
      ],
      harm: always,
      pause: null,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 501.171(5)',
      says: 'Who notifies more than 1,000 individuals at one time tells the nationwide agencies of timing, distribution and content.',
      starts: ['determined', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 501.171(6)(a)',
      says: 'A third-party agent tells the covered entity as expeditiously as practicable, within 10 days of the determination of the breach or of reason to believe in it.',
      starts: ['determined'],
      promptly: true,
      limit: days(10),
    },
  ],
}
