import type {
  CardBrand,
  ClockLimit,
  ClockRule,
  ClockSource,
  ContentElement,
} from '@candor/protocol/incidents-api.ts'
import { always, days, hours, readAt } from './state-law.ts'

const names: Readonly<Record<CardBrand, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  'american-express': 'American Express',
  discover: 'Discover',
  jcb: 'JCB',
}

/**
 * Contract, not law: a merchant owes it to its acquirer, and the acquirer's own contract may say less time. Brands
 * change their manuals without notice and show the current ones to their customers alone.
 */
export const cardBrandRules: ClockRule[] = [
  brandRule({
    id: 'visa-notice',
    brand: 'visa',
    to: 'Acquirer, and Visa Fraud Control',
    limit: null,
    content: ['what-happened', 'dates-of-breach'],
    section: 'Visa, If you have been compromised',
    says: 'Suspected or confirmed loss of card data is told to the acquirer, and to Visa where the acquirer is not known, at once.',
    verified: readAt(
      'https://usa.visa.com/support/small-business/data-security.html/pin-security-program.jsp',
    ),
  }),
  brandRule({
    id: 'visa-report',
    brand: 'visa',
    to: 'Acquirer, for Visa',
    limit: days(3),
    content: ['what-happened', 'dates-of-breach', 'what-we-do'],
    section: 'Visa, What To Do If Compromised (version 6 and later)',
    says: 'A first report of the investigation follows within three calendar days of the discovery.',
  }),
  brandRule({
    id: 'mastercard-notice',
    brand: 'mastercard',
    to: 'Acquirer, for Mastercard',
    limit: hours(24),
    content: ['what-happened', 'dates-of-breach', 'compromised-accounts'],
    section:
      'Mastercard, Account Data Compromise User Guide, chapter 2; Security Rules and Procedures, chapter 10',
    says: 'The customer of Mastercard, as a rule the acquirer, reports within 24 hours of becoming aware of an event or a potential event, and keeps reporting. A merchant tells its acquirer in time for that.',
    verified: readAt('https://studylib.net/doc/18515487/account-data-compromise-user-guide'),
  }),
  brandRule({
    id: 'american-express-notice',
    brand: 'american-express',
    to: 'American Express Enterprise Incident Response Program',
    limit: hours(72),
    content: ['what-happened', 'dates-of-breach', 'compromised-accounts'],
    section: 'American Express Data Security Operating Policy, section 3',
    says: 'The initial notice form is sent within 72 hours of the discovery; compromised numbers follow promptly.',
    verified: readAt(
      'https://www.aexp-static.com/cdaas/merchant-interactive-content/infopros/weboutput-international-Regs-latest/Topics/IMR-DSOP.htm',
    ),
  }),
  brandRule({
    id: 'discover-notice',
    brand: 'discover',
    to: 'Acquirer, for Discover',
    limit: hours(48),
    content: ['what-happened', 'dates-of-breach', 'compromised-accounts'],
    section: 'Discover Information Security and Compliance (DISC), data security breach',
    says: 'A breach is told within 48 hours of its discovery.',
  }),
  brandRule({
    id: 'jcb-notice',
    brand: 'jcb',
    to: 'Acquirer, for JCB',
    limit: null,
    content: ['what-happened', 'dates-of-breach', 'compromised-accounts'],
    section: 'JCB Data Security Program',
    says: 'A compromise is told to the acquirer without delay.',
  }),
]

function brandRule(duty: {
  id: string
  brand: CardBrand
  to: string
  limit: ClockLimit | null
  content: ContentElement[]
  section: string
  says: string
  verified?: ClockSource
}): ClockRule {
  const { id, brand, to, limit, content, section, says, verified = false } = duty
  return {
    id: `card-${id}`,
    version: 1,
    family: 'card-brand',
    jurisdiction: 'CARDS',
    zone: 'UTC',
    title: `Card brands: ${names[brand]}`,
    audience: 'card-brands',
    to,
    owes: 'either',
    reach: { of: 'card-brand', brand },
    starts: ['discovered', 'notified-by-processor'],
    deadline: { promptly: true, limit, individuals: null },
    residentsMin: 1,
    categories: ['payment-card'],
    encryption: 'exempt-unless-key',
    harm: always,
    pause: null,
    content,
    never: [],
    merge: to.startsWith('Acquirer') ? 'card-acquirer' : null,
    exemptions: ['The agreement with the acquirer may ask for more, or for it sooner.'],
    citation: { section, says },
    effective: { from: null, until: null },
    verified,
  }
}
