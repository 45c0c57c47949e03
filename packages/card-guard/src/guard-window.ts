/** The streaming form: one author's messages in one conversation, where a number may come in pieces. */

import type { GuardOptions, Screened } from './card-guard.ts'
import { screen, toOriginal } from './card-guard.ts'
import type { Finding, ScreenedText } from './mask.ts'
import { mask, union } from './mask.ts'
import { speaksOfCards } from './not-cards.ts'
import type { Piece } from './pieces.ts'
import { joinPieces, piecesIn } from './pieces.ts'
import { lex } from './read-digits.ts'

export interface EarlierScreened {
  readonly id: string
  /** Replaces the text returned before for this id. */
  readonly text: ScreenedText
  /** Offsets into the text returned before for this id. */
  readonly findings: readonly Finding[]
}

export interface WindowScreened extends Screened {
  /** Earlier messages that turned out to be pieces of a number which this message completed. All had `mayContinue`. */
  readonly earlier: readonly EarlierScreened[]
}

/**
 * Screens the messages of ONE author in ONE conversation, in order. Holds no more than its limits and nothing that was
 * masked. After a restart, screening the last messages again brings it back.
 */
export interface GuardWindow {
  screen(id: string, text: string): WindowScreened
}

export interface WindowLimits {
  /** Messages with digits that are held; older ones can no longer be completed. */
  readonly piecesMax?: number
  /** UTF-16 units of text held in all. */
  readonly charactersMax?: number
}

/** Sixteen digits sent one by one, with as many other numbers in the talk between. */
export const windowPiecesMax = 48
/** Some 48 chat messages; a longer one is held alone. */
export const windowCharactersMax = 12_000

export function openWindow(options: GuardOptions & { readonly limits?: WindowLimits } = {}): GuardWindow {
  const { limits, ...guard } = options
  const piecesMax = limits?.piecesMax ?? windowPiecesMax
  const charactersMax = limits?.charactersMax ?? windowCharactersMax
  let held: Held[] = []
  let characters = 0
  let count = 0
  let lastCardAt = -Infinity
  let lastCardTalkAt = -Infinity

  return { screen: screenNext }

  function screenNext(id: string, text: string): WindowScreened {
    const message = count++
    const alone = screen(text, { ...guard, nearCard: message - lastCardAt <= nearCardMessages })
    if (speaksOfCards(text)) lastCardTalkAt = message
    if (alone.findings.some(({ kind }) => kind === 'pan' || kind === 'track')) lastCardAt = message
    const now = hold(id, alone.text, message)

    const code = loneCode(now)
    if (code && message > lastCardAt && message - lastCardAt <= nearCardMessages) {
      return { ...finish(text, alone.findings, now, [code]), earlier: [] }
    }

    const aboutCards = message - lastCardTalkAt <= cardTalkMessages
    const pieces = [...held.flatMap((one) => one.pieces), ...now.pieces]
    const fresh: Finding[] = []
    const masked = new Map<Held, Finding[]>()
    for (const { pieces: joined, network } of joinPieces(
      pieces,
      pieces.length - now.pieces.length,
      aboutCards,
    )) {
      lastCardAt = message
      for (const { start, end, message: of } of joined) {
        const finding: Finding = { kind: 'pan', start, end, ...(network === undefined ? {} : { network }) }
        const owner = held.find((one) => one.message === of)
        if (!owner) fresh.push(finding)
        else masked.set(owner, [...(masked.get(owner) ?? []), finding])
      }
    }
    const earlier = [...masked].map(([owner, findings]) => {
      const changed = hold(owner.id, mask(owner.text, union(findings)), owner.message)
      replace(owner, changed)
      return { id: owner.id, text: changed.text, findings: union(findings) }
    })
    return { ...finish(text, alone.findings, now, fresh), earlier }
  }

  /** Adds what the window found to what the message showed alone, and keeps the message if it may go on. */
  function finish(text: string, alone: readonly Finding[], now: Held, fresh: readonly Finding[]): Screened {
    const findings = union([...alone, ...toOriginal(fresh, alone)])
    const kept = fresh.length ? hold(now.id, mask(text, findings), now.message) : now
    if (kept.pieces.length > 0) {
      held.push(kept)
      characters += kept.text.length
    }
    while (held.length > 1 && (held.length > piecesMax || characters > charactersMax))
      characters -= held.shift()!.text.length
    return { text: kept.text, findings, mayContinue: kept.pieces.length > 0 }
  }

  function replace(owner: Held, changed: Held): void {
    characters += (changed.pieces.length ? changed.text.length : 0) - owner.text.length
    held = held.flatMap((one) => (one === owner ? (changed.pieces.length ? [changed] : []) : [one]))
  }
}

interface Held {
  readonly id: string
  readonly text: ScreenedText
  readonly message: number
  readonly otherWords: number
  readonly pieces: readonly Piece[]
}

/** A code comes with the card or in one of the next messages. */
const nearCardMessages = 4
/** Talk of a card colours the digits of so many messages. */
const cardTalkMessages = 24

function hold(id: string, text: ScreenedText, message: number): Held {
  const lexed = lex(text)
  return { id, text, message, otherWords: lexed.otherWords, pieces: piecesIn(text, lexed, message) }
}

/** A message that is three digits and nothing else. */
function loneCode(now: Held): Finding | undefined {
  const [piece] = now.pieces
  if (now.pieces.length !== 1 || now.otherWords > 0 || piece!.digits.length !== 3) return undefined
  return { kind: 'verification-code', start: piece!.start, end: piece!.end }
}
