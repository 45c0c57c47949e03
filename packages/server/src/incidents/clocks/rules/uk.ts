import type { ClockRule } from '@candor/protocol/incidents-api.ts'
import { gdprRules } from './gdpr.ts'

/** The UK GDPR keeps the articles and their numbers; the Commissioner takes the authority's place, without a lead. */
export const ukRules: ClockRule[] = gdprRules.map((rule) => ({
  ...rule,
  id: rule.id.replace('gdpr-', 'uk-gdpr-'),
  family: 'uk',
  jurisdiction: 'GB',
  zone: 'Europe/London',
  title: rule.audience === 'regulator' ? 'UK GDPR: Information Commissioner' : `UK ${rule.title}`,
  to:
    rule.audience === 'regulator'
      ? 'Information Commissioner'
      : rule.audience === 'individuals'
        ? 'Affected persons in the United Kingdom'
        : rule.to,
  reach: { of: 'residents', jurisdictions: ['GB'], per: 'incident' },
  citation: {
    ...rule.citation,
    section: rule.citation.section.replace('Regulation (EU) 2016/679', 'UK GDPR'),
  },
  // Retained with the end of the transition, 31 December 2020, 23:00 in London.
  effective: { from: '2021-01-01', until: null },
  // The articles were read in the Union's text, not in the Kingdom's.
  verified: false,
}))
