import type {
  AffectedGroup,
  ClockFactName,
  ClockFacts,
  ClockStatus,
  DataCategory,
  PauseRequest,
} from '@candor/protocol/incidents-api.ts'

/**
 * An incident that never was, and what its clocks must say. What is expected was worked out from the words of each
 * rule and a calendar on paper, before the engine was asked; `why` shows how.
 */
export interface ClockCase {
  name: string
  facts: Partial<ClockFacts>
  now: string
  expect: Record<string, ExpectedClock>
  /** Clocks that must not be there at all. */
  absent?: string[]
  /** The duties are those under `expect` and no others. */
  exactly?: true
}

export interface ExpectedClock {
  status: ClockStatus
  /** The last second; null: no day is named. */
  due?: string | null
  missing?: ClockFactName[]
  residents?: number
  version?: number
  late?: boolean
  why: string
}

/** A shop of its own: not listed, without cards, without a seat in Europe. */
export const plainFacts: ClockFacts = {
  discoveredAt: null,
  determinedAt: null,
  confirmedAt: null,
  notifiedByProcessorAt: null,
  materialAt: null,
  role: 'owner',
  publicCompany: false,
  cardBrands: [],
  establishment: '',
  harm: null,
  affected: [],
  pauses: [],
  met: [],
}

export function persons(
  jurisdiction: string,
  count: number,
  categories: DataCategory[] = ['payment-card'],
  protection: AffectedGroup['protection'] = 'clear',
): AffectedGroup {
  return { jurisdiction, persons: count, categories, protection }
}

export function police(from: string, until: string | null, more: Partial<PauseRequest> = {}): PauseRequest {
  return {
    id: `police ${from}`,
    by: 'law-enforcement',
    reason: 'The investigation would be warned',
    document: 'letter.pdf',
    written: true,
    jurisdictions: null,
    from,
    until,
    ...more,
  }
}

export function told(clock: string, at: string) {
  return { clock, at, evidence: 'receipt' }
}
