import { days, excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const AR: StateLaw = {
  state: 'US-AR',
  act: 'Ark. Code',
  categories: [...numbers, 'health'],
  harm: excused('documented'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 4-110-105(a)',
      says: 'Residents whose unencrypted information was acquired are told in the most expedient time possible.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt(
        'https://getpocketlaw.com/law/state_arkansas/section-4-110-105-disclosure-of-security-breaches_d8c966436fc7',
      ),
    },
    {
      audience: 'attorney-general',
      section: '§ 4-110-105(b)(2)',
      says: 'Where more than 1,000 individuals are affected, the Attorney General is told when they are, or within 45 days of the determination that harm is reasonably likely, whichever comes first.',
      starts: ['determined'],
      limit: days(45),
      individuals: 'not-later',
      residentsMin: 1001,
      verified: readAt(
        'https://getpocketlaw.com/law/state_arkansas/section-4-110-105-disclosure-of-security-breaches_d8c966436fc7',
      ),
    },
    {
      audience: 'data-owner',
      section: '§ 4-110-105(b)(1)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt(
        'https://getpocketlaw.com/law/state_arkansas/section-4-110-105-disclosure-of-security-breaches_d8c966436fc7',
      ),
    },
  ],
}
