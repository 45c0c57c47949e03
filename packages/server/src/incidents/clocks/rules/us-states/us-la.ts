import { days, excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const LA: StateLaw = {
  state: 'US-LA',
  act: 'La. Rev. Stat.',
  categories: [...numbers, 'passport'],
  harm: excused('documented'),
  pause: forLawEnforcement,
  exemptions: [
    'Where the scope is not determined within the 60 days, the Attorney General may extend them, told of the reasons in writing before they end (§ 51:3074(E)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 51:3074(C), (E)',
      says: 'Residents are told in the most expedient time possible, within 60 days of the discovery. Not where harm is unlikely, found in writing and kept for five years.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      limit: days(60),
    },
    {
      audience: 'attorney-general',
      to: 'Consumer Protection Section, Attorney General of Louisiana',
      section: '§ 51:3074; La. Admin. Code tit. 16 pt. III § 701',
      says: 'Where residents are to be told, the consumer protection section of the Attorney General is told in writing within 10 days of the distribution of their notice.',
      starts: ['individuals-notified'],
      limit: days(10),
      content: ['names-of-residents', 'what-happened'],
      pause: null,
    },
    {
      audience: 'data-owner',
      section: '§ 51:3074(D), (E)',
      says: 'Who maintains data that is not theirs tells the owner following the discovery, within 60 days.',
      starts: ['discovered'],
      promptly: true,
      limit: days(60),
    },
  ],
}
