import { excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const KS: StateLaw = {
  state: 'US-KS',
  act: 'Kan. Stat.',
  categories: numbers,
  harm: excused(),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 50-7a02(a)',
      says: 'Residents are told as soon as possible where misuse has occurred or is reasonably likely to.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt(
        'https://getpocketlaw.com/law/state_kansas/section-50-7a02-security-breach-requirements_a658ec5e22be',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 50-7a02(f)',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 50-7a02(b)',
      says: 'Who maintains data that is not theirs tells the owner following the discovery.',
      starts: ['discovered'],
      promptly: true,
      verified: readAt(
        'https://getpocketlaw.com/law/state_kansas/section-50-7a02-security-breach-requirements_a658ec5e22be',
      ),
    },
  ],
}
