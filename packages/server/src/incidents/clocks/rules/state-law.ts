import type {
  BusinessCalendar,
  ClockAudience,
  ClockDeadline,
  ClockHarm,
  ClockLimit,
  ClockPause,
  ClockRule,
  ClockSource,
  ClockTrigger,
  ContentElement,
  DataCategory,
} from '@candor/protocol/incidents-api.ts'
import { placeOf } from '../places.ts'

/** A state's law on notices of breaches: what its duties have in common, and each of them. */
export interface StateLaw {
  /** `US-CA` */
  state: string
  /** What the law calls itself, up to the section: `Cal. Civ. Code`. */
  act: string
  /** What makes a person's data the law's business. Where a law names further kinds, they are none of ours. */
  categories: DataCategory[]
  harm: ClockHarm
  pause: ClockPause | null
  exemptions?: string[]
  duties: StateDuty[]
}

export interface StateDuty {
  audience: Extract<
    ClockAudience,
    'individuals' | 'attorney-general' | 'regulator' | 'consumer-agencies' | 'data-owner'
  >
  /** Who exactly, where it is not the usual one. */
  to?: string
  /** Where one audience has two duties. */
  name?: string
  section: string
  /** Our own words. */
  says: string
  starts: ClockTrigger[]
  promptly?: boolean
  limit?: ClockLimit
  individuals?: ClockDeadline['individuals']
  /** 1 where nothing is said. */
  residentsMin?: number
  content?: ContentElement[]
  never?: ContentElement[]
  merge?: string | null
  harm?: ClockHarm
  pause?: ClockPause | null
  from?: string
  until?: string
  version?: number
  verified?: ClockSource
}

export function rulesOf(law: StateLaw): ClockRule[] {
  const place = placeOf(law.state)!
  return law.duties.map((duty) => ({
    id: `${law.state.toLowerCase()}-${duty.name ?? duty.audience}`,
    version: duty.version ?? 1,
    family: 'us-state',
    jurisdiction: law.state,
    zone: place.zone,
    title: `${capital(place.name)}: ${audienceWords[duty.audience]}`,
    audience: duty.audience,
    to: duty.to ?? defaultTo(duty.audience, place.name),
    owes: duty.audience === 'data-owner' ? 'holder' : 'owner',
    reach: { of: 'residents', jurisdictions: [law.state], per: 'incident' },
    starts: duty.starts,
    deadline: {
      promptly: duty.promptly ?? false,
      limit: duty.limit ?? null,
      individuals: duty.individuals ?? null,
    },
    residentsMin: duty.residentsMin ?? 1,
    categories: law.categories,
    encryption: 'exempt-unless-key',
    harm: duty.harm ?? (duty.audience === 'data-owner' ? always : law.harm),
    pause: duty.pause === undefined ? law.pause : duty.pause,
    content: duty.content ?? [],
    never: duty.never ?? [],
    merge: duty.merge === undefined ? mergeKey(duty.audience) : duty.merge,
    exemptions: law.exemptions ?? [],
    citation: { section: `${law.act} ${duty.section}`, says: duty.says },
    effective: { from: duty.from ?? null, until: duty.until ?? null },
    verified: duty.verified ?? false,
  }))
}

export function days(count: number): ClockLimit {
  return { count, unit: 'days', calendar: null, closes: null }
}

export function hours(count: number): ClockLimit {
  return { count, unit: 'hours', calendar: null, closes: null }
}

export function businessDays(count: number, calendar: BusinessCalendar): ClockLimit {
  return { count, unit: 'business-days', calendar, closes: null }
}

/** Its text was read there; nobody has confirmed it yet. */
export function readAt(source: string): ClockSource {
  return { source, how: 'text', readOn: '2026-11-25', reviewer: null }
}

/** The words that name the deadline were read there in quotation marks, in a text about the law. */
export function quotedAt(source: string): ClockSource {
  return { source, how: 'quotation', readOn: '2026-11-25', reviewer: null }
}

export const always: ClockHarm = { rule: 'always', needs: [] }
export function excused(...needs: ClockHarm['needs']): ClockHarm {
  return { rule: 'excused-if-unlikely', needs }
}

/** An agency says that notice would get in the way of an investigation: it waits until the agency lifts it. */
export const forLawEnforcement: ClockPause = {
  by: 'law-enforcement',
  written: false,
  daysMax: null,
  daysFrom: 'request',
  after: null,
}
export const inWriting: ClockPause = { ...forLawEnforcement, written: true }

/** Account numbers with what opens the account, and numbers of a driver's licence or of the social security. */
export const numbers: DataCategory[] = ['payment-card', 'bank-account', 'government-id']

const audienceWords: Readonly<Record<StateDuty['audience'], string>> = {
  individuals: 'residents',
  'attorney-general': 'Attorney General',
  regulator: 'regulator',
  'consumer-agencies': 'consumer reporting agencies',
  'data-owner': 'owner of the data',
}

function defaultTo(audience: StateDuty['audience'], name: string): string {
  if (audience === 'individuals') return `Affected residents of ${name}`
  if (audience === 'consumer-agencies') return 'Nationwide consumer reporting agencies'
  if (audience === 'data-owner') return 'Owner or licensee of the data'
  return `${audience === 'regulator' ? 'Regulator' : 'Attorney General'} of ${name}`
}

/** One letter, and one message to the agencies, does for all states whose laws do not contradict each other. */
function mergeKey(audience: StateDuty['audience']): string | null {
  if (audience === 'individuals') return 'us-individuals'
  if (audience === 'consumer-agencies') return 'us-consumer-agencies'
  return audience === 'data-owner' ? 'us-data-owner' : null
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1)
}
