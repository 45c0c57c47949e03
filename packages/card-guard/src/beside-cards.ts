/** What stands beside a card number: the verification code, the expiry date, the rest of a magnetic track. */

import type { Finding } from './mask.ts'
import type { Span } from './not-cards.ts'
import { firstFrom } from './not-cards.ts'
import type { DigitStream, Group } from './read-digits.ts'
import { broken } from './read-digits.ts'

/** Grows the number to the whole track it stands in (ISO/IEC 7813), if it does. */
export function trackAround(text: string, span: Span): Span | undefined {
  const behind = text.slice(span.end, span.end + trackMax)
  const rest = trackOne.exec(behind) ?? trackTwo.exec(behind)
  if (!rest) return undefined
  const sentinel = /(?:%?\s?B|;)\s?$/i.exec(text.slice(Math.max(0, span.start - 4), span.start))
  return { start: span.start - (sentinel?.[0].length ?? 0), end: span.end + rest[0].length }
}

/** Codes and dates beside card numbers. `nearCard`: the author gave one in a message just before. */
export function secretsBeside(
  text: string,
  stream: DigitStream,
  cards: readonly Span[],
  aboutCards: () => boolean,
  nearCard: boolean,
): Finding[] {
  const found: Finding[] = []
  const { groups } = stream
  const inCard = new Uint8Array(groups.length)
  for (const { start, end } of cards) {
    for (let i = firstFrom(groups, start); i < groups.length && groups[i]!.start < end; i++) inCard[i] = 1
  }
  const runs = runsOf(stream, inCard)

  for (const match of runs.some((run) => isCode(run.digits)) ? text.matchAll(codeNames) : []) {
    if (isInMask(text, match)) continue
    const certain = certainCode.test(match[0])
    const fits = certain || cards.length > 0 || nearCard || (!anyCode.test(match[0]) && aboutCards())
    if (!fits) continue
    const from = match.index + match[0].length
    const behind = nearest(runs, from, 1, (run) => run.start - from <= codeBehindMax)
    const ahead = nearest(runs, match.index, -1, (run) => match.index - run.end <= codeAheadMax)
    if (behind && passesMask(text, match.index, behind.start)) continue
    if (!behind && passesMask(text, from, from + codeBehindMax)) continue
    const run = behind ?? (ahead && !/\n/.test(text.slice(ahead.end, match.index)) ? ahead : undefined)
    if (run) found.push({ kind: 'verification-code', start: run.start, end: run.end })
  }
  if (cards.length === 0) return found

  for (const match of text.matchAll(expiryNames)) {
    if (isInMask(text, match)) continue
    const from = match.index + match[0].length
    let at = firstFrom(groups, from)
    // "is" looks like 15.
    while (inCard[at] || groups[at]?.form === 'plain' || groups[at]?.form === 'loose') at++
    if (at === groups.length || passesMask(text, match.index, stream.groups[at]!.start)) continue
    const date = stream.groups[at]!.start - from <= expiryBehindMax ? dateAt(stream, at) : undefined
    if (date) found.push({ kind: 'expiry', start: date.start, end: date.end })
  }
  for (const card of cards) {
    let at = firstFrom(groups, card.end)
    if (
      at === groups.length ||
      stream.groups[at]!.start - card.end > directlyMax ||
      !isLoneGap(text, card.end, stream.groups[at]!.start)
    )
      continue
    let end = card.end
    const date = dateAt(stream, at)
    if (date) {
      found.push({ kind: 'expiry', start: date.start, end: date.end })
      at = date.next
      end = date.end
    }
    const code = stream.groups[at]
    if (!code || code.start - end > directlyMax || !isLoneGap(text, end, code.start)) continue
    if ((code.size === 3 || (code.size === 4 && date)) && stream.groups[at + 1]?.before !== 0) {
      found.push({ kind: 'verification-code', start: code.start, end: code.end })
    }
  }
  return found
}

/** A name of up to 26, a date, a service code and free data; track 1 holds 79 characters in all. */
const trackMax = 90
const trackOne = /^\s?\^[^^\n]{2,26}\^[\d= ]{4,}[^?\s]{0,40}\??/
const trackTwo = /^\s?[=D]\s?\d{4}[\d=]*\??/i

const certainCode = /c.?v.?[vc]|cvn|csc|cryptogramme|pr(?:ü|u|ue)f|card|karte|tarjeta|cart[aã]o/i
const anyCode = /^(?:code|c[oó]digo|cid)$/i
const codeNames =
  /(?<![\p{L}])(?:c[ .]?v[ .]?[vc]2?|cvn|csc|cid|(?:card )?(?:security|verification) (?:code|value|number|digits)|cryptogramme(?: visuel)?|(?:karten)?pr(?:ü|u|ue)f(?:nummer|ziffer|zahl|code)|sicherheitscode|c[oó]digo de (?:la tarjeta|seguridad|seguran[cç]a|verificaci[oó]n|verifica[cç][aã]o)|code de (?:s[eé]curit[eé]|v[eé]rification)|code|c[oó]digo)(?![\p{L}])/giu
/** "the three digits on the back of it are" stands between the name and the code. */
const codeBehindMax = 40
/** "123 is my CVV" */
const codeAheadMax = 14

const expiryNames =
  /(?<![\p{L}])(?:exp\p{L}*|valid\p{L}*|good (?:thru|through)|venc\p{L}*|caduc\p{L}*|g(?:ü|ue?)ltig\p{L}*|ablauf\p{L}*|mm ?\/ ?yy|date d'exp\p{L}*)(?![\p{L}])/giu
const expiryBehindMax = 24
/** Nothing but a gap of this length stands between a number and what belongs to it. */
const directlyMax = 8

function isCode(digits: number): boolean {
  return digits === 3 || digits === 4
}

function isLoneGap(text: string, from: number, to: number): boolean {
  return !/[\p{L}\d]/u.test(text.slice(from, to))
}

function isInMask(text: string, match: RegExpExecArray): boolean {
  return (
    text[match.index - 1] === '[' &&
    text.startsWith('removed]', text.indexOf(' ', match.index + match[0].length) + 1)
  )
}

/** The name belongs to what was masked already. */
function passesMask(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes(' removed]')
}

interface Run extends Span {
  readonly digits: number
}

/** The first run from the offset on, or back from it, that could be a code; none when it is too far. */
function nearest(
  runs: readonly Run[],
  offset: number,
  step: 1 | -1,
  isNear: (run: Run) => boolean,
): Run | undefined {
  for (
    let i = firstFrom(runs, offset) - (step < 0 ? 1 : 0);
    i >= 0 && i < runs.length && isNear(runs[i]!);
    i += step
  ) {
    if (isCode(runs[i]!.digits)) return runs[i]
  }
  return undefined
}

/** Groups that hang together and are no card, "1 2 3" as much as "123". A date before a code ends where the code begins. */
function runsOf(stream: DigitStream, inCard: Uint8Array): Run[] {
  const runs: Run[] = []
  let last: { start: number; end: number; digits: number; single: boolean } | undefined
  for (const [i, group] of stream.groups.entries()) {
    if (inCard[i]) {
      last = undefined
      continue
    }
    const single = group.size === 1
    if (last && group.before !== broken && single && last.single) {
      last.end = group.end
      last.digits++
    } else {
      last = { start: group.start, end: group.end, digits: group.size, single }
      runs.push(last)
    }
  }
  return runs
}

/** 12/26, 1226, 12 2026, "twelve twenty-six", 2026-12. */
function dateAt(stream: DigitStream, at: number): { start: number; end: number; next: number } | undefined {
  const value = (group: Group | undefined) =>
    group ? Number(stream.digits.slice(group.at, group.at + group.size).join('')) : -1
  const first = stream.groups[at]!
  const next = stream.groups[at + 1]
  const isMonth = (n: number) => n >= 1 && n <= 12
  const isYear = (n: number) => (n >= 20 && n < 50) || (n >= 2020 && n < 2050)
  if (next && next.before !== broken && first.size <= 4 && next.size <= 4) {
    const [a, b] = [value(first), value(next)]
    if ((first.size <= 2 && isMonth(a) && isYear(b)) || (isYear(a) && next.size <= 2 && isMonth(b))) {
      return { start: first.start, end: next.end, next: at + 2 }
    }
  }
  const whole = stream.digits.slice(first.at, first.at + first.size).join('')
  if (/^(?:0[1-9]|1[0-2])(?:20)?[2-4]\d$/.test(whole))
    return { start: first.start, end: first.end, next: at + 1 }
  return undefined
}
