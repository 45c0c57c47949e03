import { persons, told, type ClockCase } from './clock-case.ts'

export const stateCases: ClockCase[] = [
  {
    name: 'California since 2026: thirty days over the change of the clocks',
    facts: { discoveredAt: '2026-03-01T20:00:00Z', affected: [persons('US-CA', 1)] },
    now: '2026-03-02T00:00:00Z',
    expect: {
      'us-ca-individuals': {
        status: 'running',
        due: '2026-04-01T06:59:59.000Z',
        version: 2,
        why: '1 March and 30 days: 31 March, by then at UTC-7, ending at 07:00 UTC.',
      },
      'us-ca-attorney-general': {
        status: 'not-triggered',
        missing: [],
        why: 'One person is not more than 500.',
      },
    },
    exactly: true,
  },
  {
    name: 'half an hour before 2026 in Los Angeles, which is 2026 in Greenwich',
    facts: { discoveredAt: '2026-01-01T07:30:00Z', affected: [persons('US-CA', 1)] },
    now: '2026-03-02T00:00:00Z',
    expect: {
      'us-ca-individuals': {
        status: 'running',
        due: null,
        version: 1,
        why: '31 December 23:30 there: the law of 2025, without a number.',
      },
    },
  },
  {
    name: 'half an hour into 2026 in Los Angeles',
    facts: { discoveredAt: '2026-01-01T08:30:00Z', affected: [persons('US-CA', 1)] },
    now: '2026-01-02T00:00:00Z',
    expect: {
      'us-ca-individuals': {
        status: 'running',
        due: '2026-02-01T07:59:59.000Z',
        version: 2,
        why: '1 January and 30 days: 31 January, ending at 08:00 UTC (UTC-8).',
      },
    },
  },
  {
    name: 'California: the Attorney General waits for the residents',
    facts: { discoveredAt: '2026-03-01T20:00:00Z', affected: [persons('US-CA', 501)] },
    now: '2026-03-02T00:00:00Z',
    expect: {
      'us-ca-attorney-general': {
        status: 'not-triggered',
        missing: ['individualsNotified'],
        why: 'Its 15 days begin when residents are told.',
      },
    },
  },
  {
    name: 'New York: thirty days from the end of January of a common year',
    facts: { discoveredAt: '2026-01-31T15:00:00Z', affected: [persons('US-NY', 1)] },
    now: '2026-02-01T00:00:00Z',
    expect: {
      'us-ny-individuals': {
        status: 'running',
        due: '2026-03-03T04:59:59.000Z',
        why: '28 days to 28 February, two more: 2 March, ending at 05:00 UTC.',
      },
      'us-ny-attorney-general': {
        status: 'running',
        due: '2026-03-03T04:59:59.000Z',
        why: 'Not later than residents.',
      },
      'us-ny-consumer-agencies': { status: 'not-triggered', why: 'One person is not more than 5,000.' },
    },
    exactly: true,
  },
  {
    name: 'New York: thirty days from the end of January of a leap year',
    facts: { discoveredAt: '2028-01-31T15:00:00Z', affected: [persons('US-NY', 1)] },
    now: '2028-02-01T00:00:00Z',
    expect: {
      'us-ny-individuals': {
        status: 'running',
        due: '2028-03-02T04:59:59.000Z',
        why: '29 days to 29 February, one more: 1 March.',
      },
    },
  },
  {
    name: 'New York the day before its thirty days became law',
    facts: { discoveredAt: '2024-12-20T15:00:00Z', affected: [persons('US-NY', 1)] },
    now: '2025-02-01T00:00:00Z',
    expect: {
      'us-ny-individuals': {
        status: 'running',
        due: null,
        version: 1,
        why: 'In force since 21 December 2024.',
      },
    },
  },
  {
    name: 'New York: residents were told, the state was not',
    facts: {
      discoveredAt: '2026-01-31T15:00:00Z',
      affected: [persons('US-NY', 1)],
      met: [told('us-ny-individuals', '2026-02-10T15:00:00Z')],
    },
    now: '2026-02-10T15:00:01Z',
    expect: {
      'us-ny-individuals': { status: 'met', late: false, why: '10 February is before 2 March.' },
      'us-ny-attorney-general': {
        status: 'overdue',
        due: '2026-02-10T15:00:00.000Z',
        why: 'Not later than residents, who know already.',
      },
    },
  },
  {
    name: 'Vermont: fourteen business days over Memorial Day',
    facts: { discoveredAt: '2026-05-18T14:00:00Z', affected: [persons('US-VT', 1)] },
    now: '2026-05-19T00:00:00Z',
    expect: {
      'us-vt-attorney-general': {
        status: 'running',
        due: '2026-06-09T03:59:59.000Z',
        why: '19–22 May are four, 26–29 May eight, 1–5 June thirteen, 8 June is the fourteenth; ends at 04:00 UTC.',
      },
      'us-vt-individuals': {
        status: 'running',
        due: '2026-07-03T03:59:59.000Z',
        why: '18 May and 45 days: 2 July.',
      },
    },
  },
  {
    name: 'Vermont: fourteen business days over Juneteenth and an Independence Day on a Saturday',
    facts: { discoveredAt: '2026-06-12T14:00:00Z', affected: [persons('US-VT', 1)] },
    now: '2026-06-13T00:00:00Z',
    expect: {
      'us-vt-attorney-general': {
        status: 'running',
        due: '2026-07-07T03:59:59.000Z',
        why: '15–18 June four, 22–26 June nine, 29 June–2 July thirteen, not Friday the 3rd, 6 July fourteen.',
      },
    },
  },
  {
    name: 'Vermont: consumers were told before the fourteen business days were over',
    facts: {
      discoveredAt: '2026-05-18T14:00:00Z',
      affected: [persons('US-VT', 1)],
      met: [told('us-vt-individuals', '2026-05-29T16:00:00Z')],
    },
    now: '2026-05-29T15:00:00Z',
    expect: {
      'us-vt-attorney-general': {
        status: 'running',
        due: '2026-05-29T16:00:00.000Z',
        why: 'When consumers are told, if that is sooner.',
      },
    },
  },
  {
    name: 'Louisiana: ten days from the letters, over the change of the clocks',
    facts: {
      discoveredAt: '2026-02-01T18:00:00Z',
      affected: [persons('US-LA', 1)],
      met: [told('us-la-individuals', '2026-03-01T18:00:00Z')],
    },
    now: '2026-03-02T00:00:00Z',
    expect: {
      'us-la-attorney-general': {
        status: 'running',
        due: '2026-03-12T04:59:59.000Z',
        why: '1 March and 10 days: 11 March, by then at UTC-5.',
      },
    },
  },
  {
    name: 'Connecticut before 1 October 2021: ninety days',
    facts: { discoveredAt: '2021-09-30T15:00:00Z', affected: [persons('US-CT', 1)] },
    now: '2021-10-02T00:00:00Z',
    expect: {
      'us-ct-individuals': {
        status: 'running',
        due: '2021-12-30T04:59:59.000Z',
        version: 1,
        why: '31 October is 31, 30 November 61, 29 December 90.',
      },
    },
  },
  {
    name: 'Connecticut since 1 October 2021: sixty days',
    facts: { discoveredAt: '2021-10-01T15:00:00Z', affected: [persons('US-CT', 1)] },
    now: '2021-10-02T00:00:00Z',
    expect: {
      'us-ct-individuals': {
        status: 'running',
        due: '2021-12-01T04:59:59.000Z',
        version: 2,
        why: '31 October is 30, 30 November 60.',
      },
      'us-ct-attorney-general': {
        status: 'running',
        due: '2021-12-01T04:59:59.000Z',
        why: 'Not later than residents.',
      },
    },
    exactly: true,
  },
  {
    name: 'Rhode Island waits for the confirmation',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      determinedAt: '2026-06-05T14:00:00Z',
      affected: [persons('US-RI', 501)],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-ri-individuals': {
        status: 'not-triggered',
        missing: ['confirmedAt'],
        why: 'After confirmation, and not before.',
      },
      'us-ri-attorney-general': { status: 'not-triggered', missing: ['confirmedAt'], why: 'The same.' },
    },
  },
  {
    name: 'Rhode Island: 45 calendar days from the confirmation, 500 are not more than 500',
    facts: { confirmedAt: '2026-06-15T14:00:00Z', affected: [persons('US-RI', 500)] },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-ri-individuals': {
        status: 'running',
        due: '2026-07-31T03:59:59.000Z',
        why: '15 June and 45 days: 30 July.',
      },
      'us-ri-attorney-general': { status: 'not-triggered', why: '500 are not more than 500.' },
      'us-ri-consumer-agencies': { status: 'not-triggered', why: 'The same.' },
    },
    exactly: true,
  },
  {
    name: 'New Mexico over the end of the year',
    facts: { discoveredAt: '2026-12-10T18:00:00Z', affected: [persons('US-NM', 1)] },
    now: '2026-12-11T00:00:00Z',
    expect: {
      'us-nm-individuals': {
        status: 'running',
        due: '2027-01-25T06:59:59.000Z',
        why: '21 days to the end of December, 24 more: 24 January (UTC-7).',
      },
    },
  },
  {
    name: 'Puerto Rico: ten days that nobody extends',
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-PR', 1)] },
    now: '2026-06-12T04:00:00Z',
    expect: {
      'us-pr-regulator': {
        status: 'overdue',
        due: '2026-06-12T03:59:59.000Z',
        why: '1 June and 10 days: 11 June in San Juan (UTC-4), a second ago.',
      },
      'us-pr-individuals': { status: 'running', due: null, why: 'As expeditiously as possible.' },
    },
    exactly: true,
  },
  {
    name: 'Arkansas: the Attorney General is told with the residents, or after 45 days',
    facts: {
      discoveredAt: '2026-06-01T15:00:00Z',
      determinedAt: '2026-06-03T15:00:00Z',
      affected: [persons('US-AR', 1001)],
    },
    now: '2026-06-04T00:00:00Z',
    expect: {
      'us-ar-attorney-general': {
        status: 'running',
        due: '2026-07-19T04:59:59.000Z',
        why: '3 June and 45 days: 18 July; residents have no day that could be sooner.',
      },
    },
  },
  {
    name: 'Massachusetts and New Jersey: who is told, and nobody else',
    facts: { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-MA', 10), persons('US-NJ', 10)] },
    now: '2026-06-04T00:00:00Z',
    expect: {
      'us-ma-individuals': { status: 'running', due: null, why: 'As soon as practicable.' },
      'us-ma-attorney-general': {
        status: 'running',
        due: null,
        why: 'As soon as practicable, however few they are.',
      },
      'us-nj-individuals': { status: 'running', due: null, why: 'In the most expedient time possible.' },
      'us-nj-regulator': { status: 'running', due: null, why: 'The State Police, before the customers.' },
      'us-nj-consumer-agencies': {
        status: 'not-triggered',
        residents: 10,
        why: '10 are not more than 1,000.',
      },
    },
    exactly: true,
  },
  {
    name: 'residents are counted state by state, never together',
    facts: { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-TX', 249), persons('US-CO', 499)] },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-attorney-general': { status: 'not-triggered', residents: 249, why: 'Texas counts Texans.' },
      'us-co-attorney-general': { status: 'not-triggered', residents: 499, why: 'Colorado counts its own.' },
      'us-tx-individuals': {
        status: 'running',
        due: '2026-08-01T04:59:59.000Z',
        why: '1 June and 60 days: 31 July.',
      },
      'us-co-individuals': {
        status: 'running',
        due: '2026-07-02T05:59:59.000Z',
        why: '1 June and 30 days: 1 July.',
      },
    },
  },
  {
    name: 'several groups of one state add up',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 249), persons('US-TX', 1, ['health']), persons('US-TX', 90, ['loyalty'])],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-attorney-general': {
        status: 'running',
        due: '2026-07-02T04:59:59.000Z',
        residents: 250,
        why: '249 cards and one of health; loyalty is not sensitive information there.',
      },
    },
  },
  {
    name: 'addresses and loyalty numbers alone are no breach under a law of a state',
    facts: {
      discoveredAt: '2026-06-01T15:00:00Z',
      affected: [persons('US-CA', 90_000, ['contact', 'loyalty', 'conversation'])],
    },
    now: '2026-06-04T00:00:00Z',
    expect: {
      'us-ca-individuals': {
        status: 'not-triggered',
        missing: [],
        residents: 0,
        why: 'None of them is in § 1798.82(h).',
      },
    },
    exactly: true,
  },
  {
    name: 'a password counts in California and does not in Texas',
    facts: {
      discoveredAt: '2026-06-01T15:00:00Z',
      determinedAt: '2026-06-01T15:00:00Z',
      affected: [persons('US-CA', 5, ['credentials']), persons('US-TX', 5, ['credentials'])],
    },
    now: '2026-06-04T00:00:00Z',
    expect: {
      'us-ca-individuals': {
        status: 'running',
        due: '2026-07-02T06:59:59.000Z',
        why: '§ 1798.82(h)(2); 1 June and 30 days: 1 July.',
      },
      'us-tx-individuals': { status: 'not-triggered', residents: 0, why: '§ 521.002 has no such element.' },
    },
  },
  {
    name: 'a passport counts in Florida and does not in Ohio',
    facts: {
      discoveredAt: '2026-06-01T12:00:00Z',
      determinedAt: '2026-06-01T12:00:00Z',
      affected: [persons('US-FL', 5, ['passport']), persons('US-OH', 5, ['passport'])],
    },
    now: '2026-06-04T00:00:00Z',
    expect: {
      'us-fl-individuals': {
        status: 'running',
        due: '2026-07-02T03:59:59.000Z',
        why: '§ 501.171(1)(g); 1 June and 30 days: 1 July (UTC-4).',
      },
      'us-oh-individuals': {
        status: 'not-triggered',
        residents: 0,
        why: '§ 1349.19(A)(7) has no such element.',
      },
    },
  },
]
