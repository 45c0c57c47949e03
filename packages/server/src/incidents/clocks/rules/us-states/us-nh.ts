import { excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const NH: StateLaw = {
  state: 'US-NH',
  act: 'N.H. Rev. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 359-C:20(I)(a), (IV)',
      says: 'Individuals are told as soon as possible where misuse has occurred, is likely, or cannot be ruled out.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: ['what-happened', 'dates-of-breach', 'what-information', 'contact-of-sender'],
      verified: readAt(
        'https://lawserver.com/law/state/new-hampshire/nh-statutes/new_hampshire_revised_statutes_359-c_20',
      ),
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General of New Hampshire, or the primary regulator of the trade',
      section: '§ 359-C:20(I)(b)',
      says: 'The regulator of the trade, or else the Attorney General, is told when the notice is expected to go out and to how many.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'before',
      content: ['number-affected', 'dates-of-breach'],
      verified: readAt(
        'https://lawserver.com/law/state/new-hampshire/nh-statutes/new_hampshire_revised_statutes_359-c_20',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 359-C:20(VI)',
      says: 'Who notifies more than 1,000 consumers tells the nationwide agencies of the date, how many, and the content.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 359-C:20(I)(c)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt(
        'https://lawserver.com/law/state/new-hampshire/nh-statutes/new_hampshire_revised_statutes_359-c_20',
      ),
    },
  ],
}
