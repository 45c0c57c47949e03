import { always, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const NV: StateLaw = {
  state: 'US-NV',
  act: 'Nev. Rev. Stat.',
  categories: [...numbers, 'health', 'credentials'],
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 603A.220(1)',
      says: 'Residents whose unencrypted information was acquired are told in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt(
        'https://casetext.com/statute/nevada-revised-statutes/title-52-trade-regulations-and-practices/chapter-603a-security-and-privacy-of-personal-information/security-of-information-maintained-by-data-collectors-and-other-businesses/regulation-of-business-practices/section-603a220-disclosure-of-breach-of-security-of-system-data-methods-of-disclosure',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 603A.220(6)',
      says: 'Who notifies more than 1,000 persons tells the nationwide agencies when and what.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 603A.220(2)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt(
        'https://casetext.com/statute/nevada-revised-statutes/title-52-trade-regulations-and-practices/chapter-603a-security-and-privacy-of-personal-information/security-of-information-maintained-by-data-collectors-and-other-businesses/regulation-of-business-practices/section-603a220-disclosure-of-breach-of-security-of-system-data-methods-of-disclosure',
      ),
    },
  ],
}
