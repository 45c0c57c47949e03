/**
 * The guard as every visitor's browser loads it: small, so it finds what is written as a card number and nothing else is,
 * in one text or over messages. The server screens again with the whole guard (`card-guard.ts`), which also undoes
 * encodings, reads numbers of several words, weighs uneven groups, and masks tracks, dates and codes without a name.
 */
import type { CardSpan } from './card-windows.ts'
import { cardsIn, endOfPlainCard } from './card-windows.ts'
import type { GuardWindow, WindowOptions } from './guard-window.ts'
import { openWindowOf } from './guard-window.ts'
import { panDigitsMin } from './issuer-ranges.ts'
import { bare, printed } from './join-messages.ts'
import type { Finding } from './mask.ts'
import { union } from './mask.ts'
import { piecesOfMessage } from './pieces.ts'
import type { Reading } from './read-digits.ts'
import { layOut } from './read-digits.ts'
import type { Guard, Screened } from './screen-text.ts'
import { screenWith } from './screen-text.ts'

export type { Screened } from './screen-text.ts'
export type { Finding, FindingKind, ScreenedText } from './mask.ts'
export { maskOf } from './mask.ts'
export type { EarlierScreened, GuardWindow, WindowLimits, WindowScreened } from './guard-window.ts'

/** Finds and masks the card data of one text. */
export function screen(text: string): Screened {
  return screenWith(guard, text, {})
}

/** Opens a window on what this visitor writes. */
export function openWindow(options: WindowOptions = {}): GuardWindow {
  return openWindowOf(guard, [bare, printed], options)
}

const asDigits: Reading = { alike: 'first' }
const readings: readonly Reading[] = [asDigits, { alike: 'second' }, { alike: 'no' }]

const guard: Guard = {
  find(text, lexed) {
    const cards: CardSpan[] = []
    if (lexed.digitsMax >= panDigitsMin) {
      for (const reading of lexed.alikes ? readings : [asDigits])
        cards.push(...cardsIn(layOut(lexed, reading), text, false, endOfPlainCard))
    }
    const found = cards.map(({ start, end, network }): Finding => ({ kind: 'pan', start, end, ...(network && { network }) })) // prettier-ignore
    for (const match of text.matchAll(namedCode)) {
      const end = match.index + match[0].length
      found.push({ kind: 'verification-code', start: end - match[1]!.length, end })
    }
    return union(found)
  },
  piecesIn: (text, lexed) =>
    lexed.digitsMax === 0 ? [] : piecesOfMessage(text, lexed, layOut(lexed, asDigits), tellings),
}

const namedCode = /(?:\bc[ .]?v[ .]?[vc]2?|security code)[^\d\n\]]{0,12}(\d{3,4})(?!\d)/gi

const tellings: Parameters<typeof piecesOfMessage>[3] = {
  voice: (_, { otherWords }) => (otherWords === 0 ? 'bare' : otherWords < 5 ? 'worded' : 'chatter'),
  // Dates, times, amounts.
  otherwise: (text, run) =>
    /[:/.,$€£]/.test(text.slice(Math.max(0, run[0]!.start - 1), run.at(-1)!.end)) ? 'shape' : undefined,
}
