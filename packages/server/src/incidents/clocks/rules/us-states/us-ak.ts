import { excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const AK: StateLaw = {
  state: 'US-AK',
  act: 'Alaska Stat.',
  categories: numbers,
  harm: excused('documented', 'attorney-general-told'),
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '§ 45.48.010',
      says: 'Residents are told in the most expeditious time possible. Not where harm is unlikely after an investigation, once the attorney general was told in writing and the finding is on paper for five years.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      verified: readAt(
        'https://law.justia.com/codes/alaska/2019/title-45/chapter-48/article-1/section-45-48-010/',
      ),
    },
    {
      audience: 'consumer-agencies',
      section: '§ 45.48.040',
      says: 'Who notifies more than 1,000 residents at one time tells the nationwide agencies of the timing, the distribution and the content of the notices.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      residentsMin: 1001,
    },
    {
      audience: 'data-owner',
      section: '§ 45.48.070',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
