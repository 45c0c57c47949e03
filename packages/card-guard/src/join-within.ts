/** Joins the pieces of a number that stand in one text with other words between. */

import { headOf, isCardShape, luhnSums } from './card-windows.ts'
import { isIssuerHead, networkOf, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'
import type { OtherThings } from './not-cards.ts'
import type { JoinedNumber, Piece } from './pieces.ts'
import { groupSizes, pieceOf, runsIn } from './pieces.ts'
import type { Lexed, Reading } from './read-digits.ts'
import { layOut } from './read-digits.ts'
import { otherwiseAt, toldIn } from './split-talk.ts'

/** The stretches of one text that stand between other words: they are joined by print alone, so every one counts. */
export function piecesWithin(text: string, lexed: Lexed, reading: Reading, others: OtherThings): Piece[] {
  const stream = layOut(lexed, reading)
  return runsIn(stream, toldIn(text, lexed, stream)).flatMap((run) => {
    // "a1b": no one tells a number inside words. "4111x1111" is another thing.
    if (run[0]!.size % 4 !== 0 && isLetter(text[run[0]!.start - 1]) && isLetter(text[run.at(-1)!.end]))
      return []
    const piece = pieceOf(stream, run, { voice: 'bare', alone: false }, () => otherwiseAt(text, run, others))
    return piece ? [piece] : []
  })
}

/** Numbers whose pieces stand in one text, other words between: "4111 and then 1111 …". Linear in the number of pieces. */
export function joinWithin(pieces: readonly Piece[], aboutCards: boolean): JoinedNumber[] {
  const joined: JoinedNumber[] = []
  const digits = pieces.flatMap((piece) => piece.digits)
  const sums = luhnSums(digits)
  let headAt = 0
  for (const [first, head] of pieces.entries()) {
    for (const { at } of head.groups) {
      const from = headAt + at - head.groups[0]!.at
      if (from + panDigitsMin > digits.length || !isIssuerHead(headOf(digits, from))) continue
      let tailAt = headAt + head.digits.length
      for (let last = first + 1; last < pieces.length && tailAt - from < panDigitsMax; last++) {
        const tail = pieces[last]!
        if (tail.start - pieces[last - 1]!.end > sameTextGapMax) break
        for (const { at, size } of tail.groups) {
          const to = tailAt + at - tail.groups[0]!.at + size
          if (to - from < panDigitsMin || to - from > panDigitsMax || !sums.hold(from, to)) continue
          const tier = tierOf(headOf(digits, from), to - from)
          if (!tier) continue
          const chain = pieces.slice(first, last + 1)
          if (!isPrinted(chain, from - headAt, to - headAt, tier, aboutCards)) continue
          joined.push({ pieces: chain, network: networkOf(digits.slice(from, to).join('')) })
        }
        tailAt += tail.digits.length
      }
    }
    headAt += head.digits.length
  }
  return joined
}

/** "4111, now comes the second group: 1111" */
const sameTextGapMax = 48
function isLetter(character = ''): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
}

/** Would a person write one number in these pieces of one text? Bare digits prove nothing here. */
function isPrinted(
  chain: readonly Piece[],
  from: number,
  to: number,
  tier: 'firm' | 'wide',
  aboutCards: boolean,
): boolean {
  const sizes = groupSizes(chain, from, to)
  const printed = isCardShape(sizes) || sizes.every((size) => size === 1)
  if (tier === 'wide' && !(to - from > 15 && printed && aboutCards)) return false
  if (!printed && !aboutCards) return false
  return chain.every(({ otherwise }) => {
    const other = otherwise()
    return other === undefined || (other === 'name' && printed && aboutCards)
  })
}
