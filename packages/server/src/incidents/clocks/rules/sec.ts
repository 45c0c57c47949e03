import { dataCategories, type ClockRule } from '@candor/protocol/incidents-api.ts'
import { always, quotedAt } from './state-law.ts'

export const secRules: ClockRule[] = [
  {
    id: 'sec-8k-1.05',
    version: 1,
    family: 'sec',
    jurisdiction: 'US',
    zone: 'America/New_York',
    title: 'SEC: Form 8-K, Item 1.05',
    audience: 'exchange',
    to: 'Securities and Exchange Commission (EDGAR), for investors',
    owes: 'either',
    reach: { of: 'public-company' },
    starts: ['material-determination'],
    deadline: {
      promptly: false,
      // Regulation S-T Rule 13(a)(2): what is sent by 5:30 p.m. Eastern is filed that day.
      limit: { count: 4, unit: 'business-days', calendar: 'us-federal', closes: '17:30' },
      individuals: null,
    },
    residentsMin: 1,
    categories: [...dataCategories],
    encryption: 'counts',
    harm: always,
    pause: {
      by: 'us-attorney-general',
      written: true,
      daysMax: 30,
      daysFrom: 'deadline',
      after: { count: 4, unit: 'business-days', calendar: 'us-federal', closes: '17:30' },
    },
    content: ['nature-scope-and-timing', 'material-impact'],
    never: [],
    merge: null,
    exemptions: [
      'Each further delay that the Attorney General determines is a pause of its own. The last may take 60 days in extraordinary circumstances; the clock counts 30.',
      'Whether the incident is material is decided without unreasonable delay after it was discovered (Instruction 1).',
      'Foreign private issuers furnish a Form 6-K instead.',
    ],
    citation: {
      section: 'Form 8-K Item 1.05(a), (c) (17 CFR 249.308); General Instruction B.1',
      says: 'A registrant that has determined an incident to be material says so within four business days of that determination: its nature, scope and timing, and its impact. The Attorney General can delay it where it would endanger national security or public safety, by up to 30 days from when it was due, and again; a request alone does not. Once that has ended, four business days are left, as the staff of the Commission reads it.',
    },
    // Smaller reporting companies: since 15 June 2024.
    effective: { from: '2023-12-18', until: null },
    verified: quotedAt(
      'https://mktbolt.com/articles/what-is-an-8-k-filing-item-1-05-cybersecurity-explainer-2026-06-22, and for (c) https://seciblog.pli.edu/?p=2814',
    ),
  },
]
