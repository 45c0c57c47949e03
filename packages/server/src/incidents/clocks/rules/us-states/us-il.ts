import { always, forLawEnforcement, numbers, readAt, type StateLaw } from '../state-law.ts'

export const IL: StateLaw = {
  state: 'US-IL',
  act: '815 ILCS',
  categories: [...numbers, 'health', 'credentials'],
  harm: always,
  pause: forLawEnforcement,
  duties: [
    {
      audience: 'individuals',
      section: '530/10(a)',
      says: 'Residents are told at no charge and in the most expedient time possible. The notice does not say how many residents are affected.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      content: ['consumer-agencies-contacts', 'ftc-contact', 'fraud-alerts-and-freezes'],
      never: ['number-affected'],
      verified: readAt('https://witnessslips.ilga.gov/legislation/ilcs/documents/081505300K10.htm'),
    },
    {
      audience: 'attorney-general',
      section: '530/10(e)',
      says: 'Who has to notify more than 500 residents tells the Attorney General, not later than them.',
      starts: ['discovered', 'notified-by-processor'],
      promptly: true,
      individuals: 'not-later',
      residentsMin: 501,
      content: ['what-happened', 'number-affected', 'what-we-do'],
    },
    {
      audience: 'data-owner',
      section: '530/10(b)',
      says: 'Who holds data that is not theirs tells the owner or licensee at once after discovering the breach.',
      starts: ['discovered'],
      promptly: true,
    },
  ],
}
