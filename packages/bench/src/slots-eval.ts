import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { dateRangesIn, datesIn } from '@candor/virtual-agent/slots/read-date.ts'
import { moneyIn } from '@candor/virtual-agent/slots/read-money.ts'
import { timesIn } from '@candor/virtual-agent/slots/read-time.ts'

/** How often what a slot reader reads is what people annotated. */
export interface SlotFigures {
  type: string
  /** Annotated values. */
  values: number
  precision: number
  recall: number
  /** Texts with a value too many or too few. */
  misses: { text: string; annotated: string[]; read: string[] }[]
}

/** NLU++ resolves relative dates against this moment (data set README). */
const today = '2022-03-15'
const context = { language: 'en', today } as const

interface Utterance {
  text: string
  slots?: Record<string, { value?: unknown; values?: unknown }>
}

/**
 * Value for value against NLU++ (Casanueva et al. 2022), banking: a value counts when it is the very one, resolved
 * (a day, an amount with its currency), not when its words are found. Readers do not know which slot is meant; so
 * from, to and plain days count alike. Values that the annotators call ambiguous are not counted as annotated.
 */
export function slotFigures(folder: string): SlotFigures[] {
  const utterances = readFileSync(path.join(folder, 'banking.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Utterance)
  return kinds.map(({ type, annotated, read }) => {
    let both = 0
    let truth = 0
    let claimed = 0
    const misses: SlotFigures['misses'] = []
    for (const { text, slots } of utterances) {
      const expected = annotated(slots ?? {})
      const found = read(text)
      const rest = [...found]
      for (const value of expected) {
        const at = rest.indexOf(value)
        if (at === -1) continue
        rest.splice(at, 1)
        both++
      }
      truth += expected.length
      claimed += found.length
      if (expected.length !== found.length || rest.length > 0)
        misses.push({ text, annotated: expected, read: found })
    }
    return { type, values: truth, precision: both / claimed, recall: both / truth, misses }
  })
}

type Slots = NonNullable<Utterance['slots']>
type Day = { year: number; month: number; day: number }

const kinds: { type: string; annotated: (slots: Slots) => string[]; read: (text: string) => string[] }[] = [
  {
    type: 'date',
    annotated: (slots) => ['date', 'date_from', 'date_to'].flatMap((name) => dayOf(slots[name]?.value)),
    read: (text) => datesIn(text, context).map(({ from }) => from),
  },
  {
    type: 'date range',
    annotated: (slots) => {
      const [from] = dayOf(slots['date_from']?.value)
      const [to] = dayOf(slots['date_to']?.value)
      if (from !== undefined && to !== undefined) return [`${from}/${to}`]
      const period = slots['date_period']?.values as { from?: Day; to?: Day } | undefined
      return dayOf(period?.from).flatMap((first) => dayOf(period?.to).map((last) => `${first}/${last}`))
    },
    read: (text) =>
      dateRangesIn(text, context)
        .filter(({ from, to }) => from !== to)
        .map(({ from, to }) => `${from}/${to}`),
  },
  {
    type: 'time',
    annotated: (slots) =>
      ['time', 'time_from', 'time_to'].flatMap((name) => {
        const value = slots[name]?.value as { hour?: number; minute?: number } | undefined
        return value?.hour === undefined ? [] : [`${padded(value.hour)}:${padded(value.minute ?? 0)}`]
      }),
    read: (text) => timesIn(text, context).map(({ time }) => time),
  },
  {
    type: 'money',
    annotated: (slots) => {
      const value = slots['amount_of_money']?.value as { amount: number; currency: string } | undefined
      return value === undefined ? [] : [`${value.amount} ${value.currency}`]
    },
    read: (text) =>
      moneyIn(text, context).map(({ amount, currency }) => `${amount} ${currency ?? 'ambiguous'}`),
  },
]

function dayOf(value: unknown): string[] {
  const { year, month, day } = (value ?? {}) as Partial<Day>
  return year === undefined || month === undefined || day === undefined
    ? []
    : [`${year}-${padded(month)}-${padded(day)}`]
}

function padded(number: number): string {
  return String(number).padStart(2, '0')
}
