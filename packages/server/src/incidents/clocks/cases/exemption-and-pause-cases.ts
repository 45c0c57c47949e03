import { persons, police, told, type ClockCase } from './clock-case.ts'

export const exemptionAndPauseCases: ClockCase[] = [
  {
    name: 'a thousand Texans whose data was encrypted',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 1000, ['payment-card'], 'encrypted')],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-individuals': {
        status: 'not-triggered',
        missing: [],
        residents: 0,
        why: '§ 521.053(a): encrypted data counts with its key alone.',
      },
      'us-tx-attorney-general': { status: 'not-triggered', why: 'The same.' },
    },
    exactly: true,
  },
  {
    name: 'a thousand Texans whose data was encrypted, and the key was taken',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 1000, ['payment-card'], 'encrypted-key-taken')],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-individuals': {
        status: 'running',
        due: '2026-08-01T04:59:59.000Z',
        residents: 1000,
        why: '1 June and 60 days: 31 July.',
      },
    },
  },
  {
    name: 'encrypted residents do not count towards a threshold',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 249), persons('US-TX', 500, ['payment-card'], 'encrypted')],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-attorney-general': { status: 'not-triggered', residents: 249, why: '249 are not at least 250.' },
    },
  },
  {
    name: 'whether it was encrypted is not known: it counts',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 250, ['payment-card'], null)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-attorney-general': {
        status: 'running',
        residents: 250,
        due: '2026-07-02T04:59:59.000Z',
        why: 'Who does not know cannot rely on it.',
      },
    },
  },
  {
    name: 'Texas does not ask whether harm is likely',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      harm: {
        finding: 'unlikely',
        proofs: ['documented', 'law-enforcement-consulted', 'attorney-general-told'],
      },
      affected: [persons('US-TX', 5)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-tx-individuals': {
        status: 'running',
        due: '2026-08-01T04:59:59.000Z',
        why: '§ 521.053 has no such exception.',
      },
    },
  },
  {
    name: 'Alaska: a harmless breach still has to be told to the attorney general',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      harm: { finding: 'unlikely', proofs: ['documented'] },
      affected: [persons('US-AK', 5)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-ak-individuals': {
        status: 'running',
        due: null,
        why: '§ 45.48.010(c): after written notification to the attorney general.',
      },
    },
  },
  {
    name: 'Alaska: harmless, documented, and the attorney general knows',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      harm: { finding: 'unlikely', proofs: ['documented', 'attorney-general-told'] },
      affected: [persons('US-AK', 5)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-ak-individuals': { status: 'not-triggered', missing: [], why: 'All that subsection (c) asks for.' },
    },
  },
  {
    name: 'Florida: residents need not be told, the Department has to be',
    facts: {
      determinedAt: '2026-06-01T12:00:00Z',
      harm: { finding: 'unlikely', proofs: ['documented', 'law-enforcement-consulted'] },
      affected: [persons('US-FL', 500)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-fl-individuals': { status: 'not-triggered', why: '§ 501.171(4)(c).' },
      'us-fl-attorney-general': {
        status: 'running',
        due: '2026-07-02T03:59:59.000Z',
        why: '§ 501.171(3) knows no such exception; 1 July.',
      },
    },
  },
  {
    name: 'Louisiana: no notice to residents, so none to the Attorney General',
    facts: {
      discoveredAt: '2026-06-01T12:00:00Z',
      harm: { finding: 'unlikely', proofs: ['documented'] },
      affected: [persons('US-LA', 500)],
    },
    now: '2026-06-02T00:00:00Z',
    expect: {
      'us-la-individuals': { status: 'not-triggered', why: 'Harm unlikely, on paper.' },
      'us-la-attorney-general': {
        status: 'not-triggered',
        missing: [],
        why: 'It follows the notice to citizens.',
      },
    },
    exactly: true,
  },
  {
    name: 'Alabama: the police asks by telephone',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-AL', 5)],
      pauses: [police('2026-06-10T14:00:00Z', null, { written: false })],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-al-individuals': {
        status: 'running',
        due: '2026-07-17T04:59:59.000Z',
        why: '§ 8-38-5(c): a written request. 1 June and 45 days: 16 July.',
      },
    },
  },
  {
    name: 'Alabama: the police asks in writing',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-AL', 5)],
      pauses: [police('2026-06-10T14:00:00Z', null)],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-al-individuals': { status: 'paused', due: null, why: 'Delayed for as long as the agency needs.' },
    },
  },
  {
    name: 'Alabama: the police lifts it after ten days',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-AL', 5)],
      pauses: [police('2026-06-10T14:00:00Z', '2026-06-20T14:00:00Z')],
    },
    now: '2026-06-21T00:00:00Z',
    expect: {
      'us-al-individuals': {
        status: 'running',
        due: '2026-07-27T04:59:59.000Z',
        why: '16 July and ten days: 26 July.',
      },
    },
  },
  {
    name: 'Indiana: two agencies at once stop the clock once',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-IN', 5)],
      pauses: [
        police('2026-06-10T14:00:00Z', '2026-06-20T14:00:00Z'),
        police('2026-06-15T14:00:00Z', '2026-06-25T14:00:00Z'),
      ],
    },
    now: '2026-06-26T00:00:00Z',
    expect: {
      'us-in-individuals': {
        status: 'running',
        due: '2026-08-01T03:59:59.000Z',
        why: '16 July, and 10 to 25 June are fifteen days: 31 July (UTC-4).',
      },
    },
  },
  {
    name: 'Washington: a pause over the change of the clocks counts days, not hours',
    facts: {
      discoveredAt: '2026-10-20T17:00:00Z',
      affected: [persons('US-WA', 5)],
      pauses: [police('2026-10-30T17:00:00Z', '2026-11-03T18:00:00Z')],
    },
    now: '2026-11-04T00:00:00Z',
    expect: {
      'us-wa-individuals': {
        status: 'running',
        due: '2026-11-24T07:59:59.000Z',
        why: '19 November and four days: 23 November, at UTC-8.',
      },
    },
  },
  {
    name: 'Arizona: 45 days from when the police lifts it',
    facts: {
      determinedAt: '2026-06-01T15:00:00Z',
      affected: [persons('US-AZ', 5)],
      pauses: [police('2026-06-10T15:00:00Z', '2026-07-01T15:00:00Z')],
    },
    now: '2026-07-02T00:00:00Z',
    expect: {
      'us-az-individuals': {
        status: 'running',
        due: '2026-08-16T06:59:59.000Z',
        why: '1 July and 45 days: 15 August (UTC-7 all year).',
      },
    },
  },
  {
    name: 'Maryland: a short pause changes nothing',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-MD', 5)],
      pauses: [police('2026-06-10T14:00:00Z', '2026-06-20T14:00:00Z')],
    },
    now: '2026-06-21T00:00:00Z',
    expect: {
      'us-md-individuals': {
        status: 'running',
        due: '2026-07-17T03:59:59.000Z',
        why: 'Seven days after: 27 June; the 45 days end on 16 July, which is later.',
      },
      'us-md-attorney-general': {
        status: 'running',
        due: '2026-07-17T03:59:59.000Z',
        why: 'Before the individuals.',
      },
    },
  },
  {
    name: 'Maryland: a long pause leaves seven days',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-MD', 5)],
      pauses: [police('2026-06-10T14:00:00Z', '2026-08-03T14:00:00Z')],
    },
    now: '2026-08-04T00:00:00Z',
    expect: {
      'us-md-individuals': {
        status: 'running',
        due: '2026-08-11T03:59:59.000Z',
        why: '3 August and seven days: 10 August.',
      },
    },
  },
  {
    name: 'Maine: seven business days after the pause, over Juneteenth',
    facts: {
      determinedAt: '2026-05-01T14:00:00Z',
      affected: [persons('US-ME', 5)],
      pauses: [police('2026-05-20T14:00:00Z', '2026-06-15T14:00:00Z')],
    },
    now: '2026-06-16T00:00:00Z',
    expect: {
      'us-me-individuals': {
        status: 'running',
        due: '2026-06-26T03:59:59.000Z',
        why: '16, 17, 18, not the 19th, 22, 23, 24, 25 June.',
      },
    },
  },
  {
    name: 'a request that comes after the deadline saves nothing',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-IN', 5)],
      pauses: [police('2026-07-20T14:00:00Z', null)],
    },
    now: '2026-07-21T00:00:00Z',
    expect: {
      'us-in-individuals': {
        status: 'overdue',
        due: '2026-07-17T03:59:59.000Z',
        why: 'It was due 16 July; the request came on the 20th.',
      },
    },
  },
  {
    name: 'a request for Texas does not stop Colorado',
    facts: {
      determinedAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-TX', 5), persons('US-CO', 5)],
      pauses: [police('2026-06-10T14:00:00Z', null, { jurisdictions: ['US-TX'] })],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-tx-individuals': { status: 'paused', due: null, why: 'Named.' },
      'us-co-individuals': { status: 'running', due: '2026-07-02T05:59:59.000Z', why: 'Not named.' },
    },
  },
  {
    name: 'the Department of Florida is told whatever the police asks',
    facts: {
      determinedAt: '2026-06-01T12:00:00Z',
      affected: [persons('US-FL', 500)],
      pauses: [police('2026-06-10T14:00:00Z', null)],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-fl-individuals': { status: 'paused', due: null, why: '§ 501.171(4)(b) is about individuals.' },
      'us-fl-attorney-general': {
        status: 'running',
        due: '2026-07-02T03:59:59.000Z',
        why: 'Subsection (3) has no such delay.',
      },
    },
  },
  {
    name: 'a pause holds a duty without a day as well',
    facts: {
      discoveredAt: '2026-06-01T12:00:00Z',
      affected: [persons('US-KS', 5)],
      pauses: [police('2026-06-10T14:00:00Z', null)],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-ks-individuals': { status: 'paused', due: null, why: 'Delayed until the agency says so.' },
    },
  },
  {
    name: 'a service provider tells its clients: ten days in Florida, at once in Texas, a day in Georgia',
    facts: {
      role: 'holder',
      discoveredAt: '2026-05-31T12:00:00Z',
      determinedAt: '2026-06-01T12:00:00Z',
      affected: [persons('US-FL', 900), persons('US-TX', 900), persons('US-GA', 900)],
    },
    now: '2026-06-01T13:00:00Z',
    expect: {
      'us-fl-data-owner': {
        status: 'running',
        due: '2026-06-12T03:59:59.000Z',
        why: '1 June and 10 days: 11 June.',
      },
      'us-tx-data-owner': { status: 'running', due: null, why: 'Immediately.' },
      'us-ga-data-owner': {
        status: 'overdue',
        due: '2026-06-01T12:00:00.000Z',
        why: '24 hours from the discovery, 31 May 12:00.',
      },
    },
    absent: ['us-fl-individuals', 'us-tx-attorney-general'],
    exactly: true,
  },
  {
    name: 'a vendor in Oregon has ten days from the discovery, and no police to wait for',
    facts: {
      role: 'holder',
      discoveredAt: '2026-06-01T15:00:00Z',
      affected: [persons('US-OR', 9)],
      pauses: [police('2026-06-02T14:00:00Z', null)],
    },
    now: '2026-06-03T00:00:00Z',
    expect: {
      'us-or-data-owner': {
        status: 'running',
        due: '2026-06-12T06:59:59.000Z',
        why: '1 June and 10 days: 11 June (UTC-7).',
      },
    },
  },
  {
    name: 'a client that its vendor told: Alabama counts from the vendor’s notice',
    facts: { notifiedByProcessorAt: '2026-03-16T15:00:00Z', affected: [persons('US-AL', 5)] },
    now: '2026-03-17T00:00:00Z',
    expect: {
      'us-al-individuals': {
        status: 'running',
        due: '2026-05-01T04:59:59.000Z',
        why: '16 March and 45 days: 30 April (UTC-5).',
      },
    },
  },
  {
    name: 'a letter sent during a pause is sent all the same',
    facts: {
      discoveredAt: '2026-06-01T14:00:00Z',
      affected: [persons('US-IN', 5)],
      pauses: [police('2026-06-10T14:00:00Z', null)],
      met: [told('us-in-individuals', '2026-06-12T14:00:00Z')],
    },
    now: '2026-06-20T00:00:00Z',
    expect: {
      'us-in-individuals': { status: 'met', late: false, why: 'Done; what stands still cannot be late.' },
    },
  },
]
