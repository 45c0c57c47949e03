import { languages, type Language } from '../script.ts'
import { addDays, addMonths, daysInMonth, isoDate, mondayOf, partsOf, weekdayOf } from './calendar.ts'
import { dateWords } from './date-words.ts'
import { foldText } from './folded-text.ts'
import { numbersIn } from './number-words.ts'
import type { ReadingContext, Span } from './slot-type.ts'

/** A day or a stretch of days; a single day has `from` equal to `to`. */
export interface DaysRead {
  from: string
  to: string
  span: Span
}

export interface DateContext extends ReadingContext {
  /** Which way a day without a year lies: an arrival is ahead, a purchase was before. */
  prefer?: 'past' | undefined
}

/**
 * All days that a text names, each once, in order. In the visitor's language; where nothing is found, in the other
 * languages, since a short text hardly shows which one it is in.
 *
 * A weekday is the next one after today ("Tuesday" on a Tuesday is in a week), "next Friday" the Friday of next
 * week, "last Friday" the latest before today. Weeks begin on Monday (ISO 8601).
 */
export function datesIn(text: string, context: DateContext): DaysRead[] {
  return inLanguages(context, (language) => readDays(foldText(text), { ...context, language }))
}

/** Stretches of days, such as "from Monday to Friday", "next week", "May"; single days where none is named. */
export function dateRangesIn(text: string, context: DateContext): DaysRead[] {
  const folded = foldText(text)
  return inLanguages(context, (language) => readRanges(folded, { ...context, language }))
}

function inLanguages(context: DateContext, read: (language: Language) => DaysRead[]): DaysRead[] {
  const order = [context.language, ...languages.filter((language) => language !== context.language)]
  for (const language of order) {
    const found = read(language)
    if (found.length > 0) return found
  }
  return []
}

/** What one rule makes of a match: a day, or null when there is none such. */
interface Rule {
  pattern: RegExp
  day(match: RegExpExecArray, context: DateContext): string | null
}

function readDays(folded: string, context: DateContext): DaysRead[] {
  return takeAll(
    rulesOf(context.language).flatMap((rule) =>
      matchesOf(folded, rule.pattern).flatMap((match) => {
        const day = rule.day(match, context)
        // "The 4th of each month" is no day but many.
        if (recurring.test(folded.slice(spanOf(match).end, spanOf(match).end + 12))) return []
        return day === null ? [] : [{ from: day, to: day, span: spanOf(match) }]
      }),
    ),
    context.expected === true ? bareDays(folded, context) : [],
  )
}

const recurring = /^ (?:of |in )?(?:each|every|cada|de cada|jede[sn]?)(?!\p{L})/u

/** Earlier rules are the more telling ones: a later one takes no word that an earlier one has. */
function takeAll(...lists: DaysRead[][]): DaysRead[] {
  const taken: DaysRead[] = []
  for (const read of lists.flat())
    if (!taken.some((other) => other.span.start < read.span.end && read.span.start < other.span.end))
      taken.push(read)
  return taken.sort((a, b) => a.span.start - b.span.start)
}

/** Asked for a day, "the 5" or just "5" is one. */
function bareDays(folded: string, context: DateContext): DaysRead[] {
  const numbers = numbersIn(folded, context.language)
  const only = numbers.length === 1 ? numbers[0]! : null
  if (only === null || folded.trim().length - (only.end - only.start) > 12) return []
  const day = dayOfMonth(only.value, context)
  return day === null ? [] : [{ from: day, to: day, span: { start: only.start, end: only.end } }]
}

const compiled = new Map<Language, Rule[]>()

function rulesOf(language: Language): Rule[] {
  const known = compiled.get(language)
  if (known !== undefined) return known
  const w = dateWords[language]
  const month = group(w.months.flat())
  const weekday = `(?:${group(w.weekdays.flat())})`
  const ordinal = w.ordinal === '' ? '' : `(?:${w.ordinal})?`
  const day = `(\\d{1,2})${ordinal}`
  const of = `(?: (?:${w.of}))?`
  const the = '(?:(?:the|el|der|den|dem|am|on) )?'
  const year = `(?:,? (?:(?:${w.of}) )?(\\d{4}))?`
  const unit = Object.entries(w.units)
  const someUnits = `(?:${unit.map(([, words]) => words).join('|')})`
  const count = `(\\d{1,3}|${w.a === '' ? '' : `(?:${w.a})|`}\\p{L}{2,14})`
  const monthOf = (said: string): number => indexOf(w.months, said) + 1
  const weekdayNumber = (said: string): number => indexOf(w.weekdays, said)
  const rules: Rule[] = [
    {
      pattern: at('(\\d{4})-(\\d{1,2})-(\\d{1,2})'),
      day: (m) => isoDate(Number(m[1]), Number(m[2]), Number(m[3])),
    },
    {
      pattern: at('(\\d{1,2})([/.-])(\\d{1,2})\\2(\\d{4}|\\d{2})'),
      day: (m, context) => numericDay(Number(m[1]), Number(m[3]), m[4]!, m[2]!, context),
    },
    {
      pattern: at('(\\d{1,2})/(\\d{1,2})(?![/\\d])'),
      day: (m, context) => numericDay(Number(m[1]), Number(m[2]), null, '/', context),
    },
    // "Friday, 16 October": the weekday only chooses the year.
    {
      pattern: at(`(?:(${weekday}),? ${the})?${day}${of} (${month})\\.?${year}`),
      day: (m, context) => namedDay(m[1], m[2]!, monthOf(m[3]!), m[4], weekdayNumber, context),
    },
    ...(language === 'en'
      ? [
          {
            pattern: at(
              `(?:(${weekday}),? )?(${month})\\.? (?:the )?(\\d{1,2})(?:${w.ordinal})?(?!:)(?:,? (\\d{4}))?`,
            ),
            day: (m: RegExpExecArray, context: DateContext) =>
              namedDay(m[1], m[3]!, monthOf(m[2]!), m[4], weekdayNumber, context),
          },
        ]
      : []),
    ...(language === 'de'
      ? [
          {
            pattern: at('(\\d{1,2})\\.(\\d{1,2})\\.(?!\\d)'),
            day: (m: RegExpExecArray, context: DateContext) =>
              numericDay(Number(m[1]), Number(m[2]), null, '.', context),
          },
        ]
      : []),
    // The 25th of this month.
    {
      pattern: at(`${the}${day}${of} (?:(${w.next})|(${w.last})|(?:${w.current})) (?:${w.units.month})`),
      day: (m, { today }) => {
        const { year: y, month: mo } = partsOf(addMonths(`${today.slice(0, 7)}-01`, m[2] ? 1 : m[3] ? -1 : 0))
        return isoDate(y, mo, Number(m[1]))
      },
    },
    ...w.days.map(([words, offset]) => ({
      pattern: at(`(?:${words})`),
      day: (_: RegExpExecArray, { today }: DateContext) => addDays(today, offset),
    })),
    // Friday next week, next week Friday, Friday in two weeks.
    ...[
      `(${weekday}) (?:(${w.next})|(${w.last})|(?:${w.current})) (?:${w.units.week})`,
      `(${weekday}) (?:de |der )?(?:la )?(?:${w.units.week}) (?:(${w.next})|(${w.last}))`,
    ].map((pattern) => ({
      pattern: at(pattern),
      day: (m: RegExpExecArray, { today }: DateContext) =>
        addDays(mondayOf(today), ((weekdayNumber(m[1]!) + 6) % 7) + (m[2] ? 7 : m[3] ? -7 : 0)),
    })),
    {
      pattern: at(
        `(?:(${w.next})|(${w.last})|(?:${w.current})) (?:${w.units.week}) (?:am |on |el )?(${weekday})`,
      ),
      day: (m, { today }) =>
        addDays(mondayOf(today), ((weekdayNumber(m[3]!) + 6) % 7) + (m[1] ? 7 : m[2] ? -7 : 0)),
    },
    {
      pattern: at(`(${weekday}) (?:${w.ahead}) ${count} (?:${w.units.week})`),
      day: (m, context) => {
        const weeks = countOf(m[2]!, context.language)
        return weeks === null ? null : addDays(comingWeekday(weekdayNumber(m[1]!), context.today), 7 * weeks)
      },
    },
    // In three days, three days from now, three days ago.
    ...[
      ...(w.ahead === '' ? [] : [{ pattern: `(?:${w.ahead}) ${count} (${someUnits})`, sign: 1 }]),
      ...(w.aheadAfter === '' ? [] : [{ pattern: `${count} (${someUnits}) (?:${w.aheadAfter})`, sign: 1 }]),
      ...(w.ago === '' ? [] : [{ pattern: `(?:${w.ago}) ${count} (${someUnits})`, sign: -1 }]),
      ...(w.agoAfter === '' ? [] : [{ pattern: `${count} (${someUnits}) (?:${w.agoAfter})`, sign: -1 }]),
    ].map(({ pattern, sign }) => ({
      pattern: at(pattern),
      day: (m: RegExpExecArray, context: DateContext) => {
        const number = countOf(m[1]!, context.language)
        return number === null ? null : shifted(context.today, sign * number, m[2]!, w.units)
      },
    })),
    // The end of this month, of next year.
    {
      pattern: at(
        `(?:the )?(?:end of|final de|finales de|ende) (?:the )?(?:(${w.next})|(${w.last})|(?:${w.current}))? ?(?:(${w.units.month})|(${w.units.year}))`,
      ),
      day: (m, { today }) => {
        const by = m[1] ? 1 : m[2] ? -1 : 0
        if (m[4]) return `${partsOf(today).year + by}-12-31`
        return addDays(addMonths(`${today.slice(0, 7)}-01`, by + 1), -1)
      },
    },
    ...[
      `(?:(${w.next})|(${w.last})|(?:${w.current})) (${weekday})`,
      ...(language === 'es' || language === 'ar'
        ? [`(?:(?!)()|(?!)()|)(${weekday}) (?:(${w.next})|(${w.last}))`]
        : []),
    ].map((pattern) => ({
      pattern: at(pattern),
      day: (m: RegExpExecArray, { today }: DateContext) => {
        const number = weekdayNumber(m[3]!)
        if (m[1] || m[4]) return addDays(mondayOf(today), 7 + ((number + 6) % 7))
        return m[2] || m[5] ? lastWeekday(number, today) : comingWeekday(number, today, true)
      },
    })),
    {
      pattern: at(`${the}(?:(${w.next})|(${w.last})) (\\d{1,2})(?:${w.ordinal === '' ? '' : w.ordinal})`),
      day: (m, context) => dayOfMonth(Number(m[3]), { ...context, prefer: m[2] ? 'past' : undefined }),
    },
    {
      // Two letters are a weekday on a form, not in a sentence: "so" and "do" are everyday words of German.
      pattern: at(`(${group(w.weekdays.flat().filter((word) => word.length > 2))})`),
      day: (m, context) =>
        context.prefer === 'past'
          ? lastWeekday(weekdayNumber(m[1]!), context.today)
          : comingWeekday(weekdayNumber(m[1]!), context.today),
    },
    ...(language === 'en' || language === 'de'
      ? [
          {
            pattern:
              language === 'en'
                ? at(`(?:the )?(\\d{1,2})(?:${w.ordinal})`)
                : at('(?:am|vom|zum|den|dem|der|bis) (\\d{1,2})\\.(?!\\d)'),
            day: (m: RegExpExecArray, context: DateContext) => dayOfMonth(Number(m[1]), context),
          },
        ]
      : language === 'es'
        ? [
            {
              pattern: at('(?:el|del) (?:dia )?(\\d{1,2})(?![\\d:/.])'),
              day: (m: RegExpExecArray, context: DateContext) => dayOfMonth(Number(m[1]), context),
            },
          ]
        : []),
  ]
  compiled.set(language, rules)
  return rules
}

function readRanges(folded: string, context: DateContext): DaysRead[] {
  const w = dateWords[context.language]
  const { today } = context
  const { year, month } = partsOf(today)
  const days = readDays(folded, { ...context, expected: false })
  const found: DaysRead[] = []

  // From … to …: two days with nothing between them but the word or dash that joins them.
  for (const [i, first] of days.entries()) {
    const second = days[i + 1]
    if (second === undefined) break
    const between = folded.slice(first.span.end, second.span.start)
    if (!new RegExp(`^ ?(?:-|(?:${w.to}))(?: the| el| dem| den)? ?$`, 'u').test(between)) continue
    // "Monday to Sunday": the second day is the one after the first.
    const written = folded.slice(second.span.start, second.span.end)
    const to =
      second.from >= first.from
        ? second.from
        : (readDays(written, { ...context, prefer: undefined, today: first.from })[0]?.from ?? second.from)
    if (to < first.from) continue
    const before = new RegExp(`(?:${w.from})(?: the| el)? $`, 'u').exec(folded.slice(0, first.span.start))
    found.push({
      from: first.from,
      to,
      span: { start: before?.index ?? first.span.start, end: second.span.end },
    })
  }
  // "from the 3rd to the 7th of May", "3-7 May"
  const joined = at(
    `(?:(?:${w.from}) )?(?:the )?(\\d{1,2})(?:${w.ordinal || '(?!)'})? ?(?:-|(?:${w.to})) ?(?:the |el |dem )?(\\d{1,2})(?:${w.ordinal || '(?!)'})?(?: (?:${w.of}))? (${group(w.months.flat())})(?:,? (?:(?:${w.of}) )?(\\d{4}))?`,
  )
  for (const m of matchesOf(folded, joined)) {
    const named = indexOf(w.months, m[3]!) + 1
    const to = namedDay(undefined, m[2]!, named, m[4], () => -1, context)
    const from = to === null ? null : isoDate(partsOf(to).year, named, Number(m[1]))
    if (from !== null && to !== null && from <= to) found.unshift({ from, to, span: spanOf(m) })
  }
  const since = at(`(?:${w.since}) `)
  for (const m of matchesOf(folded, since)) {
    const day = readDays(folded, { ...context, prefer: 'past' }).find(
      (read) => read.span.start === spanOf(m).end,
    )
    if (day !== undefined && day.from <= today)
      found.push({ from: day.from, to: today, span: { start: m.index, end: day.span.end } })
  }

  const whole = `(?:(${w.next})|(${w.last})|(?:${w.current}))`
  const after = `(?:(${w.next})|(${w.last}))`
  const shift = (m: RegExpExecArray): number => (m[1] ? 1 : m[2] ? -1 : 0)
  const units: [words: string, range: (by: number) => [string, string]][] = [
    [w.weekend, (by) => [addDays(mondayOf(today), 5 + 7 * by), addDays(mondayOf(today), 6 + 7 * by)]],
    [w.units.week, (by) => [addDays(mondayOf(today), 7 * by), addDays(mondayOf(today), 6 + 7 * by)]],
    [
      w.units.month,
      (by) => {
        const first = addMonths(`${today.slice(0, 7)}-01`, by)
        return [first, addDays(addMonths(first, 1), -1)]
      },
    ],
    [
      'quarter|trimestre|quartal',
      (by) => {
        const first = addMonths(isoDate(year, 3 * Math.floor((month - 1) / 3) + 1, 1)!, 3 * by)
        return [first, addDays(addMonths(first, 3), -1)]
      },
    ],
    [w.units.year, (by) => [`${year + by}-01-01`, `${year + by}-12-31`]],
  ]
  for (const [words, range] of units)
    for (const pattern of [
      `${whole} (?:${words})`,
      ...(context.language === 'es' || context.language === 'ar' ? [`(?:${words}) ${after}`] : []),
    ])
      for (const m of matchesOf(folded, at(pattern))) {
        const [from, to] = range(shift(m))
        found.push({ from, to, span: spanOf(m) })
      }
  // The last three days, the next two weeks: from or to today.
  const some = Object.values(w.units).join('|')
  const count = `(\\d{1,3}|\\p{L}{2,14})`
  for (const [words, sign] of [
    [w.next, 1],
    [w.last, -1],
  ] as const)
    for (const pattern of [
      `(?:${words}|${plural(words)}) ${count} (${some})`,
      `${count} (?:${words}|${plural(words)}) (${some})`,
    ])
      for (const m of matchesOf(folded, at(pattern))) {
        const number = countOf(m[1]!, context.language)
        const other = number === null ? null : shifted(today, sign * number, m[2]!, w.units)
        if (other === null) continue
        found.push({ from: sign < 0 ? other : today, to: sign < 0 ? today : other, span: spanOf(m) })
      }
  // A month: of the year that is named, or the coming one.
  const monthly = at(
    `(${group(w.months.flat().filter((name) => name.length > 3 || name === 'may'))})(?: (?:${w.of}))?(?: (\\d{4})| (?:(${w.next})|(${w.last})|(?:${w.current})) (?:${w.units.year}))?(?! \\d{1,2}(?!\\d))`,
  )
  for (const m of matchesOf(folded, monthly)) {
    const named = indexOf(w.months, m[1]!) + 1
    const plain =
      context.prefer === 'past' ? (named > month ? year - 1 : year) : named < month ? year + 1 : year
    const of = m[2]
      ? Number(m[2])
      : m[3]
        ? year + 1
        : m[4]
          ? year - 1
          : / /.test(m[0]) && !m[2]
            ? year
            : plain
    const first = isoDate(of, named, 1)
    // "May" is also a word: alone it is a month only when a stretch was asked for.
    if (first === null || (m[0] === 'may' && context.expected !== true)) continue
    // "23 December" names a day.
    if (days.some(({ span }) => span.start < spanOf(m).end && spanOf(m).start < span.end)) continue
    found.push({ from: first, to: isoDate(of, named, daysInMonth(of, named))!, span: spanOf(m) })
  }
  for (const m of matchesOf(
    folded,
    at('(?:(?:during|in|en|durante|im jahr) )?((?:19|20)\\d{2})(?![-/.\\d])'),
  )) {
    if (m[0] === m[1] && context.expected !== true) continue
    found.push({ from: `${m[1]}-01-01`, to: `${m[1]}-12-31`, span: spanOf(m) })
  }
  return takeAll(found.slice(0, rangesMax), days)
}

/** A sentence names two or three stretches; more is no sentence. */
const rangesMax = 12

/** German and Spanish decline: "las últimas", "die letzten". */
function plural(words: string): string {
  return words.replaceAll('[oa]', '[oa]s')
}

/** A pattern for whole words only. */
function at(pattern: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\d])(?:${pattern})(?![\\p{L}\\d])`, 'gu')
}

function matchesOf(folded: string, pattern: RegExp): RegExpExecArray[] {
  return [...folded.matchAll(pattern)]
}

function group(spellings: string[]): string {
  return [...spellings].sort((a, b) => b.length - a.length).join('|')
}

function indexOf(lists: string[][], word: string): number {
  return lists.findIndex((spellings) => spellings.includes(word))
}

function spanOf(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].length }
}

function countOf(said: string, language: Language): number | null {
  if (/^\d+$/.test(said)) return Number(said)
  if (new RegExp(`^(?:${dateWords[language].a || '(?!)'})$`, 'u').test(said)) return 1
  const numbers = numbersIn(said, language)
  return numbers.length === 1 && numbers[0]!.end - numbers[0]!.start === said.length
    ? numbers[0]!.value
    : null
}

function shifted(today: string, by: number, unit: string, units: Record<string, string>): string | null {
  const named = Object.entries(units).find(([, words]) => new RegExp(`^(?:${words})$`, 'u').test(unit))?.[0]
  if (Math.abs(by) > 1_200 || !Number.isInteger(by)) return null
  if (named === 'month') return addMonths(today, by)
  if (named === 'year') return addMonths(today, 12 * by)
  return addDays(today, by * (named === 'week' ? 7 : 1))
}

/** Day first as most of the world writes; month first where the locale does, or where there is no thirteenth month. */
function numericDay(
  a: number,
  b: number,
  year: string | null,
  sign: string,
  context: DateContext,
): string | null {
  const monthFirst = context.monthFirst === true && sign !== '.'
  const orders = monthFirst
    ? [[b, a], [a, b]] // prettier-ignore
    : [[a, b], [b, a]] // prettier-ignore
  for (const [day, month] of orders) {
    const read =
      year === null ? inComingYear(day!, month!, context) : isoDate(fullYear(year, context), month!, day!)
    if (read !== null) return read
  }
  return null
}

/** Two digits lie within the eighty years before and the twenty after today, so that dates of birth are read too. */
function fullYear(year: string, { today }: DateContext): number {
  if (year.length === 4) return Number(year)
  const now = partsOf(today).year
  const full = 100 * Math.floor(now / 100) + Number(year)
  return full > now + 20 ? full - 100 : full
}

function inComingYear(day: number, month: number, { today, prefer }: DateContext): string | null {
  const { year } = partsOf(today)
  for (const other of prefer === 'past' ? [0, -1, -2, -3, -4] : [0, 1, 2, 3, 4]) {
    // 29 February waits for its year.
    const read = isoDate(year + other, month, day)
    if (read !== null && (prefer === 'past' ? read <= today : read >= today)) return read
  }
  return null
}

function namedDay(
  weekday: string | undefined,
  day: string,
  month: number,
  year: string | undefined,
  weekdayNumber: (said: string) => number,
  context: DateContext,
): string | null {
  if (year !== undefined) return isoDate(Number(year), month, Number(day))
  const plain = inComingYear(Number(day), month, context)
  if (weekday === undefined || plain === null) return plain
  // Within six years every day of the year falls on every weekday.
  for (let i = 0; i <= 6; i++) {
    const { year: first } = partsOf(plain)
    const read = isoDate(first + (context.prefer === 'past' ? -i : i), month, Number(day))
    if (read !== null && weekdayOf(read) === weekdayNumber(weekday)) return read
  }
  return plain
}

/** The next such day of a month, or the latest; today counts. */
function dayOfMonth(day: number, { today, prefer }: DateContext): string | null {
  const first = `${today.slice(0, 7)}-01`
  for (let i = 0; i <= 12; i++) {
    const { year, month } = partsOf(addMonths(first, prefer === 'past' ? -i : i))
    const read = isoDate(year, month, day)
    if (read !== null && (prefer === 'past' ? read <= today : read >= today)) return read
  }
  return null
}

function comingWeekday(weekday: number, today: string, orToday = false): string {
  const days = (weekday - weekdayOf(today) + 7) % 7
  return addDays(today, days === 0 && !orToday ? 7 : days)
}

function lastWeekday(weekday: number, today: string): string {
  return addDays(today, -((weekdayOf(today) - weekday + 6) % 7) - 1)
}
