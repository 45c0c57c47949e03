import {
  businessDays,
  excused,
  forLawEnforcement,
  inWriting,
  numbers,
  quotedAt,
  type StateLaw,
} from '../state-law.ts'

export const IA: StateLaw = {
  state: 'US-IA',
  act: 'Iowa Code',
  categories: numbers,
  harm: excused('documented'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 715C.2(1), (5)',
      says: 'Consumers are told in the most expeditious manner possible. Not where financial harm is unlikely, found in writing and kept for five years.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: [
        'what-happened',
        'dates-of-breach',
        'what-information',
        'consumer-agencies-contacts',
        'attorney-general-contact',
      ],
      pause: inWriting,
      verified: quotedAt('https://www.wordsbywit.com/iowa'),
    },
    {
      audience: 'attorney-general',
      to: 'Director of the consumer protection division, Attorney General of Iowa',
      section: '§ 715C.2(8)',
      says: 'Who has to notify more than 500 residents tells the director of the consumer protection division in writing within five business days of notifying a consumer.',
      starts: ['individuals-notified'],
      limit: businessDays(5, 'us-federal'),
      residentsMin: 501,
      pause: null,
    },
    {
      audience: 'data-owner',
      section: '§ 715C.2(2)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
