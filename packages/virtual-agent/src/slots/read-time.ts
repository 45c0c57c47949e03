import { languages, type Language } from '../script.ts'
import { foldText } from './folded-text.ts'
import type { ReadingContext, Span } from './slot-type.ts'

export interface TimeRead {
  /** `HH:MM` */
  time: string
  span: Span
}

/**
 * Times of day. "half past 5 in the afternoon", "20 to 2", "9 05 at night", "halb sieben", "las seis y media".
 * Without a part of the day an hour is taken as it is written: 7 is 07:00.
 */
export function timesIn(text: string, context: ReadingContext): TimeRead[] {
  const folded = foldText(text)
  const order = [context.language, ...languages.filter((language) => language !== context.language)]
  for (const language of order) {
    const found = readTimes(folded, language, context.expected === true && language === context.language)
    if (found.length > 0) return found
  }
  return []
}

interface TimeWords {
  hours: string[]
  /** Minutes that have a name. */
  minutes: Record<string, number>
  past: string
  to: string
  /** Half past; in German half of the way to the hour. */
  half: string
  halfIsBefore: boolean
  at: string
  oClock: string
  noon: string
  midnight: string
  morning: string
  afternoon: string
  evening: string
  night: string
}

const words: Record<Language, TimeWords> = {
  en: {
    hours: hours('one two three four five six seven eight nine ten eleven twelve'),
    minutes: {
      quarter: 15,
      'a quarter': 15,
      five: 5,
      ten: 10,
      twenty: 20,
      'twenty five': 25,
      'twenty-five': 25,
    },
    past: 'past|after',
    to: 'to|before',
    half: 'half past|half',
    halfIsBefore: false,
    at: 'at|around|about|by|from|until|till',
    oClock: "o'?clock|o clock|ish",
    noon: 'noon|midday',
    midnight: 'midnight',
    morning: 'a\\.?m\\b\\.?|(?:in the )?morning',
    afternoon: 'p\\.?m\\b\\.?|(?:in the )?afternoon',
    evening: '(?:in the )?evening',
    night: '(?:at |in the )?night',
  },
  es: {
    hours: hours('una dos tres cuatro cinco seis siete ocho nueve diez once doce'),
    minutes: { cuarto: 15, cinco: 5, diez: 10, veinte: 20, veinticinco: 25 },
    past: 'y',
    to: 'menos',
    half: 'y media',
    halfIsBefore: false,
    at: 'a las?|sobre las?|desde las?|hasta las?|las?',
    oClock: 'en punto|horas|h',
    noon: 'mediodia',
    midnight: 'medianoche',
    morning: 'a\\.? ?m\\b\\.?|de la (?:manana|madrugada)|por la manana',
    afternoon: 'p\\.? ?m\\b\\.?|de la tarde|por la tarde',
    evening: 'de la noche|por la noche',
    night: '(?!)',
  },
  de: {
    hours: hours('eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf'),
    minutes: { viertel: 15, funf: 5, zehn: 10, zwanzig: 20 },
    past: 'nach',
    to: 'vor',
    half: 'halb',
    halfIsBefore: true,
    at: 'um|gegen|ab|bis|von',
    oClock: 'uhr',
    noon: 'mittags?',
    midnight: 'mitternacht',
    morning: 'morgens|fruh|vormittags|am (?:morgen|vormittag)',
    afternoon: 'nachmittags|am nachmittag',
    evening: 'abends|am abend',
    night: 'nachts|in der nacht',
  },
  ar: {
    hours: hours(
      'الواحده الثانيه الثالثه الرابعه الخامسه السادسه السابعه الثامنه التاسعه العاشره الحاديهعشره الثانيهعشره',
    ),
    minutes: { ربع: 15, ثلث: 20 },
    past: 'و',
    to: 'الا',
    half: 'و ?النصف|ونصف',
    halfIsBefore: false,
    at: 'الساعه|في الساعه',
    oClock: 'تماما',
    noon: 'ظهرا',
    midnight: 'منتصف الليل',
    morning: 'صباحا|ص',
    afternoon: 'بعد الظهر|م',
    evening: 'مساء',
    night: 'ليلا',
  },
}

function hours(list: string): string[] {
  return list.split(' ')
}

function readTimes(folded: string, language: Language, expected: boolean): TimeRead[] {
  const w = words[language]
  const part = `(?: ?(?:(${w.morning})|(${w.afternoon})|(${w.evening})|(${w.night})))`
  const hour = `(\\d{1,2}|${w.hours.join('|')})`
  const minute = `(\\d{1,2}|${Object.keys(w.minutes)
    .sort((a, b) => b.length - a.length)
    .join('|')})`
  const found: (TimeRead & { rank: number })[] = []
  const add = (
    match: RegExpExecArray,
    hours: number,
    minutes: number,
    parts: (string | undefined)[],
    rank: number,
  ): void => {
    const time = timeOf(hours, minutes, parts)
    if (time !== null)
      found.push({ time, span: { start: match.index, end: match.index + match[0].length }, rank })
  }
  const hourOf = (said: string): number => (/^\d/.test(said) ? Number(said) : w.hours.indexOf(said) + 1)
  const minuteOf = (said: string): number => (/^\d/.test(said) ? Number(said) : w.minutes[said]!)
  const patterns: [pattern: string, take: (m: RegExpExecArray, rank: number) => void][] = [
    [w.noon, (m, rank) => add(m, 12, 0, [], rank)],
    [w.midnight, (m, rank) => add(m, 0, 0, [], rank)],
    // 18:30, 18h30, 18.30 Uhr, 9 05 in the morning
    [
      `(?:(?:${w.at}) )?(\\d{1,2})(?::|h)(\\d{2})(?: ?(?:${w.oClock}))?${part}?`,
      (m, rank) => add(m, Number(m[1]), Number(m[2]), m.slice(3, 7), rank),
    ],
    [
      `(?:(?:${w.at}) )?(\\d{1,2})[ .](\\d{2})(?: ?(?:${w.oClock})|${part})`,
      (m, rank) => add(m, Number(m[1]), Number(m[2]), m.slice(3, 7), rank),
    ],
    ...(language === 'de'
      ? [
          [
            `(?:(?:${w.at}) )?(\\d{1,2}) uhr (\\d{1,2})${part}?`,
            (m: RegExpExecArray, rank: number) => add(m, Number(m[1]), Number(m[2]), m.slice(3, 7), rank),
          ] as [string, (m: RegExpExecArray, rank: number) => void],
        ]
      : []),
    language === 'es' || language === 'ar'
      ? [
          `(?:(?:${w.at}) )?${hour} (?:${w.half})${part}?`,
          (m, rank) => add(m, hourOf(m[1]!), 30, m.slice(2, 6), rank),
        ]
      : [
          `(?:(?:${w.at}) )?(?:${w.half}) ${hour}${part}?`,
          (m, rank) => {
            const read = hourOf(m[1]!)
            add(m, w.halfIsBefore ? (read + 23) % 24 : read, 30, m.slice(2, 6), rank)
          },
        ],
    language === 'es' || language === 'ar'
      ? [
          `(?:(?:${w.at}) )?${hour} (?:(${w.past})|(?:${w.to})) ?${minute}${part}?`,
          (m, rank) => {
            const read = hourOf(m[1]!)
            const minutes = minuteOf(m[3]!)
            if (m[2]) add(m, read, minutes, m.slice(4, 8), rank)
            else add(m, (read + 23) % 24, 60 - minutes, m.slice(4, 8), rank)
          },
        ]
      : [
          `(?:(?:${w.at}) )?${minute}(?: min(?:ute)?s?| minuten?)? (?:(${w.past})|(?:${w.to})) ${hour}${part}?`,
          (m, rank) => {
            const minutes = minuteOf(m[1]!)
            const read = Number(/^\d/.test(m[3]!) ? m[3] : hourOf(m[3]!))
            if (minutes > 59) return
            if (m[2]) return add(m, read, minutes, m.slice(4, 8), rank)
            // "10 to 1 in the afternoon" is 12:50: the part of the day belongs to the hour that comes.
            const whole = timeOf(read, 0, m.slice(4, 8))
            if (whole !== null) add(m, (Number(whole.slice(0, 2)) + 23) % 24, 60 - minutes, [], rank)
          },
        ],
    [
      `(?:(?:${w.at}) )?${hour} ?(?:${w.oClock})?${part}`,
      (m, rank) => add(m, hourOf(m[1]!), 0, m.slice(2, 6), rank),
    ],
    [`(?:(?:${w.at}) )?${hour} ?(?:${w.oClock})`, (m, rank) => add(m, hourOf(m[1]!), 0, [], rank)],
    ...(expected
      ? ([
          [
            `(?:(?:${w.at}) )?(\\d{1,2}) ([0-5]\\d)`,
            (m, rank) => add(m, Number(m[1]), Number(m[2]), [], rank),
          ],
          [`(?:(?:${w.at}) )?${hour}`, (m, rank) => add(m, hourOf(m[1]!), 0, [], rank)],
        ] as typeof patterns)
      : ([
          [
            `(?:${language === 'es' ? 'a las?' : language === 'de' ? 'um|gegen' : language === 'ar' ? 'الساعه' : 'at|after|before'}) ${hour}(?! ?\\d| (?:min|hour|day|week|month|year|hora|dia|semana|ano|mes|stunde|tag|woche|monat|jahr))`,
            (m, rank) => add(m, hourOf(m[1]!), 0, [], rank),
          ],
        ] as typeof patterns)),
  ]
  for (const [rank, [pattern, take]] of patterns.entries())
    for (const match of folded.matchAll(
      new RegExp(`(?<![\\p{L}\\d.,/-])(?:${pattern})(?![\\p{L}\\d]|[.,:]\\d)`, 'gu'),
    ))
      take(match, rank)
  // The fuller reading of the same words wins.
  found.sort((a, b) => b.span.end - b.span.start - (a.span.end - a.span.start) || a.rank - b.rank)
  const taken: TimeRead[] = []
  for (const { time, span } of found)
    if (!taken.some((other) => other.span.start < span.end && span.start < other.span.end))
      taken.push({ time, span })
  return taken.sort((a, b) => a.span.start - b.span.start)
}

function timeOf(hours: number, minutes: number, parts: (string | undefined)[]): string | null {
  if (hours > 24 || minutes > 59 || Number.isNaN(hours) || Number.isNaN(minutes)) return null
  const [morning, afternoon, evening, night] = parts
  let read = hours % 24
  if (morning !== undefined && read === 12) read = 0
  if ((afternoon !== undefined || evening !== undefined) && read < 12) read += 12
  // "11 at night" is before midnight, "3 at night" after it.
  if (night !== undefined && read >= 5 && read < 12) read += 12
  if (night !== undefined && read === 12) read = 0
  return `${String(read).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}
