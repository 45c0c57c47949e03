import { persons, told, type ClockCase } from './clock-case.ts'

/** One below, on, and one above each number of residents from which a duty begins. */
export const thresholdCases: ClockCase[] = [
  ...at('California asks for more than 500', 'us-ca-attorney-general', 501, (count) => ({
    facts: {
      discoveredAt: '2026-03-01T20:00:00Z',
      affected: [persons('US-CA', count)],
      met: [told('us-ca-individuals', '2026-03-20T18:00:00Z')],
    },
    now: '2026-03-21T00:00:00Z',
    due: '2026-04-05T06:59:59.000Z',
    why: 'Residents told 20 March 11:00 in Los Angeles; 15 days: 4 April, ending at 07:00 UTC (UTC-7).',
  })),
  ...at('Texas asks for at least 250', 'us-tx-attorney-general', 250, (count) => ({
    facts: { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-TX', count)] },
    now: '2026-06-02T00:00:00Z',
    due: '2026-07-02T04:59:59.000Z',
    why: '1 June and 30 days: 1 July, ending at 05:00 UTC (UTC-5).',
  })),
  ...at('Colorado asks for 500 or more', 'us-co-attorney-general', 500, (count) => ({
    facts: { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-CO', count)] },
    now: '2026-06-02T00:00:00Z',
    due: '2026-07-02T05:59:59.000Z',
    why: '1 June and 30 days: 1 July, ending at 06:00 UTC (UTC-6).',
  })),
  ...at('Florida asks for 500 or more', 'us-fl-attorney-general', 500, (count) => ({
    facts: { determinedAt: '2026-10-15T12:00:00Z', affected: [persons('US-FL', count)] },
    now: '2026-10-16T00:00:00Z',
    due: '2026-11-15T04:59:59.000Z',
    why: '15 October and 30 days: 14 November, by then at UTC-5, ending at 05:00 UTC.',
  })),
  ...at('Minnesota asks for more than 500, in 48 hours', 'us-mn-consumer-agencies', 501, (count) => ({
    facts: {
      discoveredAt: '2026-06-01T15:00:00Z',
      confirmedAt: '2026-06-10T15:00:00Z',
      affected: [persons('US-MN', count)],
    },
    now: '2026-06-11T00:00:00Z',
    due: '2026-06-12T15:00:00.000Z',
    why: '48 hours from when it was known that so many are to be told.',
  })),
  ...at('New York asks for more than 5,000', 'us-ny-consumer-agencies', 5001, (count) => ({
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-NY', count)] },
    now: '2026-06-02T00:00:00Z',
    due: null,
    why: 'No number of days is named.',
  })),
  ...at('Georgia asks for more than 10,000', 'us-ga-consumer-agencies', 10_001, (count) => ({
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-GA', count)] },
    now: '2026-06-02T00:00:00Z',
    due: null,
    why: 'Without unreasonable delay.',
  })),
  ...at('the District of Columbia asks for 50 or more', 'us-dc-attorney-general', 50, (count) => ({
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-DC', count)] },
    now: '2026-06-02T00:00:00Z',
    due: null,
    why: 'Not later than residents, whose notice has no day.',
  })),
  ...at('Oregon asks for more than 250', 'us-or-attorney-general', 251, (count) => ({
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-OR', count)] },
    now: '2026-06-02T00:00:00Z',
    due: '2026-07-17T06:59:59.000Z',
    why: '1 June and 45 days: 16 July, ending at 07:00 UTC (UTC-7).',
  })),
  ...at(
    'Oklahoma asks for 500 or more, 60 days after they were told',
    'us-ok-attorney-general',
    500,
    (count) => ({
      facts: {
        discoveredAt: '2026-03-01T15:00:00Z',
        affected: [persons('US-OK', count)],
        met: [told('us-ok-individuals', '2026-04-01T15:00:00Z')],
      },
      now: '2026-04-02T00:00:00Z',
      due: '2026-06-01T04:59:59.000Z',
      why: '1 April and 60 days: 31 May, ending at 05:00 UTC (UTC-5).',
    }),
  ),
  ...at('Wisconsin asks for 1,000 or more', 'us-wi-consumer-agencies', 1000, (count) => ({
    facts: { determinedAt: '2026-06-01T15:00:00Z', affected: [persons('US-WI', count)] },
    now: '2026-06-02T00:00:00Z',
    due: null,
    why: 'Without unreasonable delay.',
  })),
  ...at(
    'Iowa asks for more than 500, five business days after they were told',
    'us-ia-attorney-general',
    501,
    (count) => ({
      facts: {
        discoveredAt: '2026-12-01T15:00:00Z',
        affected: [persons('US-IA', count)],
        met: [told('us-ia-individuals', '2026-12-23T17:00:00Z')],
      },
      now: '2026-12-24T00:00:00Z',
      due: '2027-01-01T05:59:59.000Z',
      why: 'Thursday 24, not Christmas, 28, 29, 30, 31 December, ending at 06:00 UTC (UTC-6).',
    }),
  ),
]

function at(
  name: string,
  clock: string,
  min: number,
  incident: (count: number) => Pick<ClockCase, 'facts' | 'now'> & { due: string | null; why: string },
): ClockCase[] {
  return [min - 1, min, min + 1].map((count) => {
    const { facts, now, due, why } = incident(count)
    return {
      name: `${name}: ${count}`,
      facts,
      now,
      expect: {
        [clock]:
          count < min
            ? {
                status: 'not-triggered',
                missing: [],
                residents: count,
                why: `${count} are fewer than ${min}.`,
              }
            : { status: 'running', due, residents: count, why },
      },
    }
  })
}
