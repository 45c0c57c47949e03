import { businessDays, days, excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const ME: StateLaw = {
  state: 'US-ME',
  act: 'Me. Rev. Stat. tit. 10',
  categories: [...numbers, 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 1348(1), (3)',
      says: 'Residents are told as expediently as possible, within 30 days of becoming aware of the breach and identifying its scope; after a delay for law enforcement within seven business days. The clock takes the earlier reading: from the determination.',
      starts: ['determined'],
      promptly: true,
      limit: days(30),
      pause: { ...forLawEnforcement, after: businessDays(7, 'us-federal') },
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General of Maine, or the regulator in its Department of Professional and Financial Regulation',
      section: '§ 1348(5)',
      says: 'Where residents are to be told, the regulator of the industry, or else the Attorney General, is told too.',
      starts: ['determined'],
      promptly: true,
    },
    {
      audience: 'consumer-agencies',
      section: '§ 1348(4)',
      says: 'Who notifies more than 1,000 persons at one time tells the agencies of the date of the breach, how many are affected, and when they were or will be told.',
      starts: ['determined'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 1348(2)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
