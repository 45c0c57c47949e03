/**
 * Shapes of clocks: what a law or a card brand asks for after an incident, and by when. JSON under
 * /v1/incidents/{incident}/clocks, for privacy officers; docs/clocks.md tells the story. Every time is RFC 3339 in
 * UTC, every day is `YYYY-MM-DD` in the zone named beside it.
 */

/** Shown with every list of clocks. */
export const counselConfirms =
  'A clock shows what a rule says and how it was counted. It is no legal advice: counsel confirms each clock, and whether the rule is still the law.'

/** What was exposed of a person. */
export const dataCategories = [
  'payment-card',
  'contact',
  'credentials',
  'conversation',
  'government-id',
  'passport',
  'loyalty',
  'health',
  'bank-account',
] as const
export type DataCategory = (typeof dataCategories)[number]

export const clockFamilies = ['gdpr', 'uk', 'us-state', 'card-brand', 'sec', 'own'] as const
/** `own`: added by a tenant's counsel. */
export type ClockFamily = (typeof clockFamilies)[number]

export const clockAudiences = [
  'regulator',
  'attorney-general',
  'individuals',
  'consumer-agencies',
  'card-brands',
  'data-owner',
  'exchange',
] as const
export type ClockAudience = (typeof clockAudiences)[number]

export const clockTriggers = [
  'discovered',
  'determined',
  'confirmed',
  'notified-by-processor',
  'material-determination',
  'individuals-notified',
] as const
/**
 * `discovered`: something was wrong; `determined`: it was personal data; `confirmed`: whose. Three times, each with
 * proof of its own. `individuals-notified`: the duty towards individuals of the same place was met.
 */
export type ClockTrigger = (typeof clockTriggers)[number]

export const businessCalendars = ['us-federal', 'weekdays'] as const
/** `us-federal`: 5 U.S.C. § 6103, as observed. `weekdays`: Monday to Friday, no holiday counted: never too late. */
export type BusinessCalendar = (typeof businessCalendars)[number]

export const cardBrands = ['visa', 'mastercard', 'american-express', 'discover', 'jcb'] as const
export type CardBrand = (typeof cardBrands)[number]

export interface ClockLimit {
  count: number
  unit: 'hours' | 'days' | 'business-days'
  /** For business days alone. */
  calendar: BusinessCalendar | null
  /** `HH:MM` at which the last day closes for this audience; null: it ends with the day. Days alone. */
  closes: string | null
}

export interface ClockDeadline {
  /** «Without unreasonable delay», in whichever words. */
  promptly: boolean
  /** null: the rule names no number. */
  limit: ClockLimit | null
  /** Tied to the notice to individuals of the same place: not later than it, or before it. */
  individuals: 'not-later' | 'before' | null
}

/** Whom a rule looks at. */
export type ClockReach =
  | {
      of: 'residents'
      /** ISO 3166: `DE`, or with a subdivision: `US-CA`. */
      jurisdictions: string[]
      /**
       * `incident`: one clock over all of them. `lead-authority`: one clock where the tenant has its main
       * establishment in one of them, else one for each in which somebody is affected.
       */
      per: 'incident' | 'lead-authority'
    }
  | { of: 'card-brand'; brand: CardBrand }
  | { of: 'public-company' }

export interface ClockHarm {
  /** `excused-if-unlikely`: no duty where harm was found unlikely. `high-only`: a duty where the risk is high. */
  rule: 'always' | 'excused-if-unlikely' | 'high-only'
  /** What a finding of «unlikely» takes to count. */
  needs: HarmProof[]
}
export const harmProofs = ['documented', 'law-enforcement-consulted', 'attorney-general-told'] as const
export type HarmProof = (typeof harmProofs)[number]

export interface ClockPause {
  by: 'law-enforcement' | 'us-attorney-general'
  /** Only a request in writing counts, or one that was put down in writing at once. */
  written: boolean
  /** A single request runs out after so many days; null: when it is lifted. */
  daysMax: number | null
  /** From when they are counted: from the request, or from when the notice would have been due, each after the other. */
  daysFrom: 'request' | 'deadline'
  /**
   * What remains after it is lifted. null: what was left when it began. A limit: so much from then on, or the
   * deadline as it was, whichever is later.
   */
  after: ClockLimit | null
}

export const contentElements = [
  'what-happened',
  'dates-of-breach',
  'date-of-discovery',
  'what-information',
  'what-we-do',
  'what-you-can-do',
  'contact-of-sender',
  'consumer-agencies-contacts',
  'attorney-general-contact',
  'ftc-contact',
  'fraud-alerts-and-freezes',
  'identity-protection-offer',
  'review-accounts-advice',
  'change-password-advice',
  'police-report-right',
  'law-enforcement-delay',
  'headings-of-california',
  'number-affected',
  'copy-of-notice',
  'likely-consequences',
  'data-protection-contact',
  'reasons-for-delay',
  'nature-scope-and-timing',
  'material-impact',
  'compromised-accounts',
  'forensic-report',
  'names-of-residents',
] as const
export type ContentElement = (typeof contentElements)[number]

export interface ClockSource {
  /** Where its text was read; a stored copy, which may be older than the law. */
  source: string
  /** The law's own text, or its words in quotation marks in a text about it. */
  how: 'text' | 'quotation'
  /** `YYYY-MM-DD` */
  readOn: string
  /** Counsel who confirmed it; null: nobody yet. */
  reviewer: string | null
}

/** One duty of one law, as data. Rules of one id with different versions follow each other in `effective`. */
export interface ClockRule {
  id: string
  version: number
  family: ClockFamily
  /** For people: `US-CA`, `EU`, `GB`, `US`, `CARDS`. */
  jurisdiction: string
  /** IANA name; the days of a deadline are days there. */
  zone: string
  title: string
  audience: ClockAudience
  /** Who exactly is told. */
  to: string
  /** Who owes it: whose data it is, who holds it for somebody else, or both. */
  owes: 'owner' | 'holder' | 'either'
  reach: ClockReach
  /** The earliest of them that is known starts the clock. */
  starts: ClockTrigger[]
  deadline: ClockDeadline
  /** So many affected residents at least. */
  residentsMin: number
  /** One of them at least, of a person, makes the person count. */
  categories: DataCategory[]
  /** Whether persons count whose data was encrypted. */
  encryption: 'counts' | 'exempt' | 'exempt-unless-key'
  harm: ClockHarm
  /** null: nothing delays it. */
  pause: ClockPause | null
  content: ContentElement[]
  /** What the notice must not say. */
  never: ContentElement[]
  /** Duties with the same key are met by one notice; null: a notice of its own. */
  merge: string | null
  /** Exemptions that no fact decides: for counsel. */
  exemptions: string[]
  /** `says`: our own words, never the law's. */
  citation: { section: string; says: string }
  /** First day, and the day after the last; null: not known to begin or end. */
  effective: { from: string | null; until: string | null }
  verified: ClockSource | false
}

/** Persons of one place of whom the same was exposed; each person is in one group. */
export interface AffectedGroup {
  jurisdiction: string
  persons: number
  categories: DataCategory[]
  /** null is treated as `clear`. */
  protection: 'clear' | 'encrypted' | 'encrypted-key-taken' | null
}

export interface PauseRequest {
  id: string
  by: ClockPause['by']
  /** Which agency, and whose request. */
  reason: string
  /** Name of the document in the incident's evidence. */
  document: string
  written: boolean
  /** null: it holds everywhere. */
  jurisdictions: string[] | null
  from: string
  /** null: not lifted. */
  until: string | null
}

export interface ClockMet {
  /** A clock's id. */
  clock: string
  at: string
  /** What proves it: a receipt, a tracking number, a hash. */
  evidence: string
}

/** All that the clocks depend on. null: not known yet. */
export interface ClockFacts {
  discoveredAt: string | null
  determinedAt: string | null
  confirmedAt: string | null
  notifiedByProcessorAt: string | null
  materialAt: string | null
  /** Whether the data is the tenant's own, or it holds it for somebody else. */
  role: 'owner' | 'holder' | null
  /** Files reports with the SEC. */
  publicCompany: boolean | null
  /** Brands whose cards were exposed. */
  cardBrands: CardBrand[] | null
  /** Main establishment in the EU, EEA: `DE`; '' is none; null is not known. */
  establishment: string | null
  harm: { finding: 'unlikely' | 'possible' | 'high'; proofs: HarmProof[] } | null
  affected: AffectedGroup[]
  pauses: PauseRequest[]
  met: ClockMet[]
}

export const clockFactNames = [
  'discoveredAt',
  'determinedAt',
  'confirmedAt',
  'notifiedByProcessorAt',
  'materialAt',
  'role',
  'publicCompany',
  'cardBrands',
  'harm',
  'individualsNotified',
] as const
export type ClockFactName = (typeof clockFactNames)[number]

export type ClockStatus = 'overdue' | 'running' | 'paused' | 'not-triggered' | 'met'

export interface Clock {
  /** The rule's id; with `@DE` where one rule makes a clock for each place. */
  id: string
  rule: string
  version: number
  family: ClockFamily
  jurisdiction: string
  title: string
  audience: ClockAudience
  to: string
  status: ClockStatus
  /** In words: why it runs, waits, stands still or does not concern. */
  reason: string
  /** Facts without which it cannot start; any one of them where several are named for the start. */
  missing: ClockFactName[]
  startedAt: string | null
  startedBy: ClockTrigger | null
  /** The last second. null: no day is named, or it stands still, or it has not started. */
  dueAt: string | null
  /** The same as a day in `zone`. */
  dueOn: string | null
  zone: string
  /** In words: how the days were counted. */
  counting: string
  promptly: boolean
  /** Affected persons that count under this rule. */
  residents: number
  /** Ids of the pauses that moved it or hold it. */
  pauses: string[]
  met: { at: string; evidence: string; late: boolean } | null
  citation: ClockRule['citation']
  content: ContentElement[]
  never: ContentElement[]
  merge: string | null
  verified: ClockSource | false
}

/** One notice that meets several clocks. */
export interface MergedNotice {
  /** The id of the only clock, or `merge` of its rules with the id of the first one: `us-individuals-us-ca-individuals`. */
  id: string
  audience: ClockAudience
  /** An agency asked to wait: it goes out when the pauses of its clocks are lifted, and not with another notice. */
  waits: boolean
  to: string[]
  clocks: string[]
  /** The earliest of them. */
  dueAt: string | null
  content: ContentElement[]
  never: ContentElement[]
  /** Who is told at the same time or before, in words. */
  together: string[]
}

/** One change of one clock, with what caused it. */
export interface ClockHistory {
  clock: string
  at: string
  by: string
  from: { status: ClockStatus; dueAt: string | null } | null
  to: { status: ClockStatus; dueAt: string | null } | null
  /** In words. */
  because: string[]
}

export interface ClockList {
  items: Clock[]
  notices: MergedNotice[]
  facts: ClockFacts
  /** Counts up with every change; who changes the facts sends the one that they have read. */
  revision: number
  confirm: string
  now: string
}
