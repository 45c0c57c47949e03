import { persons, police, type ClockCase } from './clock-case.ts'

const listed = { publicCompany: true, affected: [persons('US-WY', 1, ['loyalty'])] }
const attorneyGeneral = { by: 'us-attorney-general' } as const

export const exchangeAndBrandCases: ClockCase[] = [
  {
    name: 'material on a Friday before Memorial Day: the holiday is no business day',
    facts: { ...listed, materialAt: '2026-05-22T15:00:00Z' },
    now: '2026-05-23T00:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-05-29T21:30:00.000Z',
        why: 'Monday 25 May is Memorial Day; 26, 27, 28, 29 May are four. 17:30 in New York (UTC-4) is 21:30.',
      },
    },
  },
  {
    name: 'material on a Saturday: the Monday is the first business day',
    facts: { ...listed, materialAt: '2026-03-07T15:00:00Z' },
    now: '2026-03-08T00:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-03-12T21:30:00.000Z',
        why: '9, 10, 11, 12 March; New York is at UTC-4 since the 8th: 21:30.',
      },
    },
  },
  {
    name: 'material in the week of Thanksgiving',
    facts: { ...listed, materialAt: '2026-11-23T15:00:00Z' },
    now: '2026-11-24T00:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-11-30T22:30:00.000Z',
        why: '24, 25, not the 26th, 27, then Monday the 30th; UTC-5: 22:30.',
      },
    },
  },
  {
    name: 'material before a New Year that is observed in the old year',
    facts: { ...listed, materialAt: '2027-12-28T15:00:00Z' },
    now: '2027-12-29T00:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2028-01-04T22:30:00.000Z',
        why: '1 January 2028 is a Saturday and observed on Friday the 31st: 29, 30 December, 3, 4 January.',
      },
    },
  },
  {
    name: 'an hour after the SEC closes on the fourth day it is late',
    facts: { ...listed, materialAt: '2026-06-01T14:00:00Z' },
    now: '2026-06-05T22:30:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'overdue',
        due: '2026-06-05T21:30:00.000Z',
        why: '2, 3, 4, 5 June, 17:30 (UTC-4).',
      },
    },
  },
  {
    name: 'the Attorney General of the United States holds the report',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [police('2026-06-03T16:00:00Z', null, attorneyGeneral)],
    },
    now: '2026-06-10T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'paused',
        due: null,
        why: 'Item 1.05(c): up to 30 days from 5 June, when it was due.',
      },
    },
  },
  {
    name: 'the 30 days of the Attorney General are counted from when the report was due',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [police('2026-06-03T16:00:00Z', null, attorneyGeneral)],
    },
    now: '2026-07-05T21:29:59Z',
    expect: {
      'sec-8k-1.05': {
        status: 'paused',
        due: null,
        why: 'Due 5 June 17:30 in New York; 30 days end on 5 July 17:30, in a second. 30 days from 3 June are over.',
      },
    },
  },
  {
    name: 'the Attorney General determines it a second time: another 30 days',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [
        police('2026-06-03T16:00:00Z', null, attorneyGeneral),
        police('2026-07-02T16:00:00Z', null, attorneyGeneral),
      ],
    },
    now: '2026-08-05T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-08-10T21:30:00.000Z',
        why: '5 July and 30 days: Tuesday, 4 August. 5, 6, 7 and, after the weekend, 10 August.',
      },
    },
  },
  {
    name: 'after the 30 days of the Attorney General there are four business days',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [police('2026-06-03T16:00:00Z', null, attorneyGeneral)],
    },
    now: '2026-07-08T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-07-09T21:30:00.000Z',
        why: '5 June, when it was due, and 30 days: Sunday, 5 July. 6, 7, 8, 9 July.',
      },
    },
  },
  {
    name: 'an agent of the FBI who asks holds no report to the SEC',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [police('2026-06-03T16:00:00Z', null)],
    },
    now: '2026-06-04T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'running',
        due: '2026-06-05T21:30:00.000Z',
        why: 'Item 1.05(c) names the Attorney General alone.',
      },
    },
  },
  {
    name: 'the Attorney General on the telephone holds nothing',
    facts: {
      ...listed,
      materialAt: '2026-06-01T14:00:00Z',
      pauses: [police('2026-06-03T16:00:00Z', null, { ...attorneyGeneral, written: false })],
    },
    now: '2026-06-04T12:00:00Z',
    expect: { 'sec-8k-1.05': { status: 'running', due: '2026-06-05T21:30:00.000Z', why: 'In writing.' } },
  },
  {
    name: 'whether the incident is material has not been decided',
    facts: { ...listed, discoveredAt: '2026-06-01T14:00:00Z' },
    now: '2026-06-20T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'not-triggered',
        missing: ['materialAt'],
        why: 'The determination starts it, not the discovery.',
      },
    },
  },
  {
    name: 'whether there are shares at an exchange is not known',
    facts: { publicCompany: null, materialAt: '2026-06-01T14:00:00Z' },
    now: '2026-06-02T12:00:00Z',
    expect: {
      'sec-8k-1.05': {
        status: 'not-triggered',
        missing: ['publicCompany'],
        why: 'Registrants alone owe it.',
      },
    },
  },
  {
    name: 'a company without shares at an exchange tells no investor, nor did any before Item 1.05',
    facts: { publicCompany: false, materialAt: '2026-06-01T14:00:00Z' },
    now: '2026-06-02T12:00:00Z',
    expect: {},
    absent: ['sec-8k-1.05'],
  },
  {
    name: 'before 18 December 2023 there was no Item 1.05',
    facts: { ...listed, materialAt: '2023-12-15T15:00:00Z' },
    now: '2023-12-20T12:00:00Z',
    expect: {},
    absent: ['sec-8k-1.05'],
  },
  {
    name: 'cards of four brands: each has its hours',
    facts: {
      discoveredAt: '2026-09-26T06:00:00Z',
      cardBrands: ['visa', 'mastercard', 'american-express', 'discover'],
      affected: [persons('US-WY', 5)],
    },
    now: '2026-09-26T12:00:00Z',
    expect: {
      'card-visa-notice': { status: 'running', due: null, why: 'At once, and no number.' },
      'card-visa-report': {
        status: 'running',
        due: '2026-09-29T23:59:59.000Z',
        why: 'Three calendar days after the 26th: the 29th.',
      },
      'card-mastercard-notice': { status: 'running', due: '2026-09-27T06:00:00.000Z', why: '24 hours.' },
      'card-american-express-notice': {
        status: 'running',
        due: '2026-09-29T06:00:00.000Z',
        why: '72 hours.',
      },
      'card-discover-notice': { status: 'running', due: '2026-09-28T06:00:00.000Z', why: '48 hours.' },
      'us-wy-individuals': { status: 'running', due: null, why: 'Wyoming names no number.' },
    },
    absent: ['card-jcb-notice'],
    exactly: true,
  },
  {
    name: 'cards were exposed, nobody knows of which brands',
    facts: { discoveredAt: '2026-09-26T06:00:00Z', cardBrands: null, affected: [persons('US-WY', 5)] },
    now: '2026-09-26T12:00:00Z',
    expect: {
      'card-mastercard-notice': {
        status: 'not-triggered',
        missing: ['cardBrands'],
        why: 'Its rules bind for its cards.',
      },
      'card-jcb-notice': { status: 'not-triggered', missing: ['cardBrands'], why: 'The same.' },
    },
  },
  {
    name: 'no cards were exposed: no brand is told',
    facts: {
      discoveredAt: '2026-09-26T06:00:00Z',
      cardBrands: ['visa'],
      affected: [persons('US-WY', 5, ['health'])],
    },
    now: '2026-09-26T12:00:00Z',
    expect: {},
    absent: ['card-visa-notice', 'card-visa-report'],
  },
  {
    name: 'cards were exposed encrypted, without the key',
    facts: {
      discoveredAt: '2026-09-26T06:00:00Z',
      cardBrands: ['mastercard'],
      affected: [persons('US-WY', 5, ['payment-card'], 'encrypted')],
    },
    now: '2026-09-26T12:00:00Z',
    expect: {
      'card-mastercard-notice': {
        status: 'not-triggered',
        missing: [],
        residents: 0,
        why: 'No account data was compromised.',
      },
    },
  },
]
