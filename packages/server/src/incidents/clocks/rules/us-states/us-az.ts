import { days, excused, forLawEnforcement, numbers, type StateLaw } from '../state-law.ts'

export const AZ: StateLaw = {
  state: 'US-AZ',
  act: 'Ariz. Rev. Stat.',
  categories: [...numbers, 'passport', 'health', 'credentials'],
  harm: excused(),
  pause: forLawEnforcement,
  exemptions: [
    'Entities that follow the notice rules of their federal regulator (GLBA, HIPAA) may be deemed to comply.',
    'An independent forensic auditor or a law enforcement agency found no substantial economic loss (§ 18-552(J)).',
  ],
  duties: [
    {
      audience: 'individuals',
      section: '§ 18-552(B)(1)',
      says: 'Individuals are told within 45 days of the determination that there was a breach.',
      starts: ['determined'],
      limit: days(45),
      content: ['dates-of-breach', 'what-information', 'consumer-agencies-contacts', 'ftc-contact'],
      pause: { ...forLawEnforcement, after: days(45) },
    },
    {
      audience: 'attorney-general',
      to: 'Attorney General of Arizona, and the director of its Department of Homeland Security',
      section: '§ 18-552(B)(2)(b)',
      says: 'Where more than 1,000 individuals are to be told, the Attorney General and the Department of Homeland Security of the state are told in writing within 45 days of the determination.',
      starts: ['determined'],
      limit: days(45),
      residentsMin: 1001,
      content: ['copy-of-notice'],
      pause: { ...forLawEnforcement, after: days(45) },
    },
    {
      audience: 'consumer-agencies',
      section: '§ 18-552(B)(2)(a)',
      says: 'Where more than 1,000 individuals are to be told, the three largest agencies are told within 45 days of the determination.',
      starts: ['determined'],
      limit: days(45),
      residentsMin: 1001,
      pause: { ...forLawEnforcement, after: days(45) },
    },
    {
      audience: 'data-owner',
      section: '§ 18-552(C)',
      says: 'Who maintains data for its owner tells the owner as soon as practicable after determining that there was a breach.',
      starts: ['determined'],
      promptly: true,
    },
  ],
}
