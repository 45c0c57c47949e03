import { days, excused, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const DE: StateLaw = {
  state: 'US-DE',
  act: 'Del. Code tit. 6',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  exemptions: [
    'Where a social security number was exposed, credit monitoring is offered for a year (§ 12B-102(e)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 12B-102(a), (c)',
      says: 'Residents are told without unreasonable delay, within 60 days of the determination of the breach, unless harm is unlikely after an investigation.',
      starts: ['determined'],
      promptly: true,
      limit: days(60),
      verified: readAt(
        'https://d1tvxue8o4w0fl.cloudfront.net/statute/delaware-code/title-6-commerce-and-trade/subtitle-ii-other-laws-relating-to-commerce-and-trade/chapter-12b-computer-security-breaches/section-12b-102-disclosure-of-breach-of-security-of-computerized-personal-information-by-an-individual-or-a-commercial-entity-security-notice',
      ),
    },
    {
      audience: 'attorney-general',
      section: '§ 12B-102(d)',
      says: 'Where more than 500 residents are to be told, the Attorney General is told not later than they are.',
      starts: ['determined'],
      promptly: true,
      individuals: 'not-later',
      residentsMin: 501,
    },
    {
      audience: 'data-owner',
      section: '§ 12B-102(b)',
      says: 'Who maintains data that is not theirs tells the owner immediately after the determination of the breach.',
      starts: ['determined'],
      promptly: true,
      verified: readAt(
        'https://d1tvxue8o4w0fl.cloudfront.net/statute/delaware-code/title-6-commerce-and-trade/subtitle-ii-other-laws-relating-to-commerce-and-trade/chapter-12b-computer-security-breaches/section-12b-102-disclosure-of-breach-of-security-of-computerized-personal-information-by-an-individual-or-a-commercial-entity-security-notice',
      ),
    },
  ],
}
