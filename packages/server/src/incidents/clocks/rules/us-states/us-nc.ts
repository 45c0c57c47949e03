import { excused, forLawEnforcement, inWriting, numbers, readAt, type StateLaw } from '../state-law.ts'

export const NC: StateLaw = {
  state: 'US-NC',
  act: 'N.C. Gen. Stat.',
  categories: [...numbers, 'passport'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 75-65(a), (d)',
      says: 'Affected persons are told without unreasonable delay.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-happened',
        'what-information',
        'what-we-do',
        'contact-of-sender',
        'review-accounts-advice',
        'consumer-agencies-contacts',
        'ftc-contact',
        'attorney-general-contact',
      ],
      pause: inWriting,
      verified: readAt(
        'https://law.onecle.com/north-carolina/75-monopolies-trusts-and-consumer-protection/75-65.html',
      ),
    },
    {
      audience: 'attorney-general',
      to: 'Consumer Protection Division, Attorney General of North Carolina',
      section: '§ 75-65(e1)',
      says: 'Where anybody is told, the consumer protection division of the Attorney General is told without unreasonable delay of the nature of the breach, how many are affected, and what was done.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: ['what-happened', 'number-affected', 'what-we-do', 'copy-of-notice'],
      pause: inWriting,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 75-65(f)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
      pause: inWriting,
    },
    {
      audience: 'data-owner',
      section: '§ 75-65(b)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
      pause: inWriting,
      verified: readAt(
        'https://law.onecle.com/north-carolina/75-monopolies-trusts-and-consumer-protection/75-65.html',
      ),
    },
  ],
}
