import { persons, police, told, type ClockCase } from './clock-case.ts'

const germany = [persons('DE', 1, ['contact'])]

export const europeCases: ClockCase[] = [
  {
    name: 'one German address is enough for 72 hours to run',
    facts: { determinedAt: '2026-05-04T08:30:00Z', affected: germany },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        residents: 1,
        why: 'Art. 33(1): 72 hours from 4 May 08:30 are three times 24 hours: 7 May 08:30.',
      },
      'gdpr-34-individuals': {
        status: 'not-triggered',
        missing: ['harm'],
        why: 'Art. 34 asks whether the risk is high, and nobody has said.',
      },
    },
    exactly: true,
  },
  {
    name: '72 hours are 72 hours when the clocks go forward in between',
    facts: { determinedAt: '2026-03-27T17:00:00Z', affected: germany },
    now: '2026-03-28T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-03-30T17:00:00.000Z',
        why: 'Friday 18:00 in Berlin (UTC+1) and 72 hours: Monday 19:00 in Berlin (UTC+2), which is 17:00 UTC.',
      },
    },
  },
  {
    name: '72 hours go over a weekend: the last second is in time',
    facts: { determinedAt: '2026-05-08T15:00:00Z', affected: germany },
    now: '2026-05-11T15:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-11T15:00:00.000Z',
        why: 'Friday 15:00 to Monday 15:00; the moment itself is not later than 72 hours.',
      },
    },
  },
  {
    name: '72 hours go over a weekend: a second later is late',
    facts: { determinedAt: '2026-05-08T15:00:00Z', affected: germany },
    now: '2026-05-11T15:00:01Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'overdue',
        due: '2026-05-11T15:00:00.000Z',
        why: 'One second after Monday 15:00.',
      },
    },
  },
  {
    name: '72 hours at the end of February in a leap year',
    facts: { determinedAt: '2028-02-27T10:00:00Z', affected: germany },
    now: '2028-02-28T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2028-03-01T10:00:00.000Z',
        why: '28 and 29 February, then 1 March.',
      },
    },
  },
  {
    name: '72 hours at the end of February in a common year',
    facts: { determinedAt: '2026-02-27T10:00:00Z', affected: germany },
    now: '2026-02-28T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-03-02T10:00:00.000Z',
        why: '28 February, then 1 and 2 March.',
      },
    },
  },
  {
    name: 'with a main establishment in Ireland its authority is told, for everybody',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      establishment: 'IE',
      affected: [
        persons('DE', 40, ['loyalty']),
        persons('FR', 2, ['contact']),
        persons('IE', 1, ['contact']),
      ],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@IE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        residents: 43,
        why: 'Art. 55, 56: the lead authority is that of the main establishment; 40 + 2 + 1 persons.',
      },
    },
    absent: ['gdpr-33-authority@DE', 'gdpr-33-authority@FR'],
  },
  {
    name: 'the lead authority is told although nobody of its own country is affected',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      establishment: 'LU',
      affected: [persons('DE', 40, ['contact'])],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@LU': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        residents: 40,
        why: 'The main establishment decides, not where people live.',
      },
    },
    absent: ['gdpr-33-authority@DE'],
  },
  {
    name: 'without an establishment in the EEA each authority is told',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      establishment: '',
      affected: [persons('DE', 40, ['contact']), persons('FR', 2, ['contact'])],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        residents: 40,
        why: 'No lead authority: each is competent on its own territory.',
      },
      'gdpr-33-authority@FR': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        residents: 2,
        why: 'The same.',
      },
    },
  },
  {
    name: 'while the establishment is not known each authority has a clock',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      establishment: null,
      affected: [persons('DE', 40, ['contact']), persons('FR', 2, ['contact'])],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        why: 'Nobody is told late where every authority is told.',
      },
      'gdpr-33-authority@FR': { status: 'running', due: '2026-05-07T08:30:00.000Z', why: 'The same.' },
    },
  },
  {
    name: 'no risk for people, on paper: the authority is not told',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      harm: { finding: 'unlikely', proofs: ['documented'] },
      affected: germany,
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'not-triggered',
        missing: [],
        why: 'Art. 33(1): unless a risk is unlikely; Art. 33(5): which is documented.',
      },
      'gdpr-34-individuals': { status: 'not-triggered', missing: [], why: 'No high risk either.' },
    },
  },
  {
    name: 'no risk for people, but not on paper: 72 hours run',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      harm: { finding: 'unlikely', proofs: [] },
      affected: germany,
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        why: 'A finding without a document proves nothing (Art. 33(5)).',
      },
    },
  },
  {
    name: 'a high risk: people are told without a day being named',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      harm: { finding: 'high', proofs: [] },
      affected: [persons('DE', 3, ['payment-card'])],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-34-individuals': {
        status: 'running',
        due: null,
        why: 'Art. 34(1): without undue delay, and no number.',
      },
    },
  },
  {
    name: 'encrypted data of a high risk: the authority is told, people are not',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      harm: { finding: 'high', proofs: [] },
      affected: [persons('DE', 3, ['payment-card'], 'encrypted')],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T08:30:00.000Z',
        why: 'Art. 33 has no exemption for encryption.',
      },
      'gdpr-34-individuals': {
        status: 'not-triggered',
        missing: [],
        why: 'Art. 34(3)(a): unintelligible data.',
      },
    },
  },
  {
    name: 'encrypted data whose key was taken: people are told as well',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      harm: { finding: 'high', proofs: [] },
      affected: [persons('DE', 3, ['payment-card'], 'encrypted-key-taken')],
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-34-individuals': {
        status: 'running',
        due: null,
        residents: 3,
        why: 'Not unintelligible to whoever has the key.',
      },
    },
  },
  {
    name: 'the processor said it first: awareness begins there',
    facts: {
      notifiedByProcessorAt: '2026-05-04T12:00:00Z',
      determinedAt: '2026-05-06T12:00:00Z',
      affected: germany,
    },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2026-05-07T12:00:00.000Z',
        why: 'The earlier of the two, 4 May 12:00, and 72 hours.',
      },
    },
  },
  {
    name: 'a processor tells its controller, not the authority',
    facts: { role: 'holder', determinedAt: '2026-05-04T12:00:00Z', affected: germany },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-controller': {
        status: 'running',
        due: null,
        why: 'Art. 33(2): without undue delay, and no number.',
      },
    },
    absent: ['gdpr-33-authority@DE', 'gdpr-34-individuals'],
    exactly: true,
  },
  {
    name: 'something wrong, but not known to be personal data: 72 hours wait and say for what',
    facts: { discoveredAt: '2026-05-04T12:00:00Z', affected: germany },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'not-triggered',
        missing: ['determinedAt', 'notifiedByProcessorAt'],
        why: 'Awareness is of a personal data breach; discovering that something is wrong is not yet that.',
      },
    },
  },
  {
    name: 'whose data it is has to be said before anybody owes anything',
    facts: { role: null, determinedAt: '2026-05-04T12:00:00Z', affected: germany },
    now: '2026-05-05T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': { status: 'not-triggered', missing: ['role'], why: 'A controller owes it.' },
      'gdpr-33-controller': { status: 'not-triggered', missing: ['role'], why: 'A processor owes it.' },
    },
  },
  {
    name: 'the police does not stop the 72 hours',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      affected: germany,
      pauses: [police('2026-05-04T10:00:00Z', null)],
    },
    now: '2026-05-08T00:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'overdue',
        due: '2026-05-07T08:30:00.000Z',
        why: 'Art. 33 knows no delay for investigators.',
      },
    },
  },
  {
    name: 'the Commissioner was told after 72 hours: done, and late',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      affected: [persons('GB', 9, ['conversation'])],
      met: [told('uk-gdpr-33-authority', '2026-05-07T08:30:01Z')],
    },
    now: '2026-05-20T00:00:00Z',
    expect: {
      'uk-gdpr-33-authority': {
        status: 'met',
        late: true,
        due: '2026-05-07T08:30:00.000Z',
        why: 'Due 7 May 08:30, told a second later.',
      },
    },
  },
  {
    name: 'the Commissioner was told on the last second: done, in time',
    facts: {
      determinedAt: '2026-05-04T08:30:00Z',
      affected: [persons('GB', 9, ['conversation'])],
      met: [told('uk-gdpr-33-authority', '2026-05-07T08:30:00Z')],
    },
    now: '2026-05-20T00:00:00Z',
    expect: { 'uk-gdpr-33-authority': { status: 'met', late: false, why: 'Not later than 72 hours.' } },
  },
  {
    name: 'the day before the Regulation applied it asked for nothing',
    facts: { determinedAt: '2018-05-24T12:00:00Z', affected: germany },
    now: '2018-05-25T12:00:00Z',
    expect: {},
    absent: ['gdpr-33-authority@DE', 'gdpr-34-individuals'],
    exactly: true,
  },
  {
    name: 'the day on which the Regulation applied it asked for 72 hours',
    facts: { determinedAt: '2018-05-25T12:00:00Z', affected: germany },
    now: '2018-05-25T13:00:00Z',
    expect: {
      'gdpr-33-authority@DE': {
        status: 'running',
        due: '2018-05-28T12:00:00.000Z',
        why: 'Art. 99(2): from 25 May 2018.',
      },
    },
  },
]
