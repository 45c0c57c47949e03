/** The streaming form: one author's messages in one conversation, where a number may come in pieces. */

import { speaksOfCards } from './card-talk.ts'
import type { IdentifierFormat } from './identifier-formats.ts'
import type { Strays, Way, WaitingPiece } from './join-messages.ts'
import { joinMessages, noStrays, straysBehind } from './join-messages.ts'
import type { Finding, ScreenedText } from './mask.ts'
import { mask, maskOf, union } from './mask.ts'
import type { JoinedNumber, Piece } from './pieces.ts'
import { lex } from './read-digits.ts'
import type { Guard, Screened } from './screen-text.ts'
import { screenText, toOriginal } from './screen-text.ts'

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
 * Screens the messages of ONE author in ONE conversation, in order. Holds no more than its limits. After a restart, screening the last messages again brings it back.
 */
export interface GuardWindow {
  /** `identifiers` hold for this message: a tenant may change its formats while the window is open. */
  screen(id: string, text: string, identifiers?: readonly IdentifierFormat[]): WindowScreened
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

export interface WindowOptions {
  readonly limits?: WindowLimits
}

/** A window of this guard, which joins pieces in these ways. */
export function openWindowOf(guard: Guard, ways: readonly Way[], options: WindowOptions): GuardWindow {
  const { limits } = options
  const piecesMax = limits?.piecesMax ?? windowPiecesMax
  const charactersMax = limits?.charactersMax ?? windowCharactersMax
  const held: Held[] = []
  let characters = 0
  let count = 0
  let lastCardAt = -Infinity
  let lastCardTalkAt = -Infinity
  let lastPiecesAt = -Infinity
  let strays: Strays = noStrays

  return { screen: screenNext }

  function screenNext(
    id: string,
    text: string,
    identifiers: readonly IdentifierFormat[] = [],
  ): WindowScreened {
    const message = count++
    const alone = screenText(guard, text, {
      identifiers,
      nearCard: message - lastCardAt <= nearCardMessages,
    })
    if (speaksOfCards(text)) lastCardTalkAt = message
    if (alone.findings.some(({ kind }) => kind === 'pan' || kind === 'track')) lastCardAt = message
    const afterSilence = lastPiecesAt < message - 1
    const waiting = (piece: Piece, masked: boolean): WaitingPiece => ({
      ...piece, message, strays, afterSilence, masked,
    }) // prettier-ignore
    const now: Held = {
      id,
      text: alone.text,
      otherWords: alone.otherWords,
      pieces: [
        ...alone.pieces.map((piece) => waiting(piece, false)),
        ...wholeNumber(guard, text, alone.text, alone.findings).map((piece) => waiting(piece, true)),
      ],
    }
    strays = straysBehind(strays, alone.pieces)
    if (now.pieces.length > 0) lastPiecesAt = message

    const aboutCards = message - lastCardTalkAt <= cardTalkMessages
    const earlierPieces = now.pieces.length > 0 ? held.flatMap((one) => one.pieces) : []
    const joined = joinMessages([...earlierPieces, ...now.pieces], earlierPieces.length, aboutCards, ways)
    const code = joined.length === 0 ? loneCode(now) : undefined
    if (code && message > lastCardAt && message - lastCardAt <= nearCardMessages) {
      return { ...finish(text, alone.findings, now, [code]), earlier: [] }
    }
    if (joined.length > 0) {
      lastCardAt = message
      // Each number costs one, or numbers that mean nothing could go on for ever.
      const { bare, worded, fours } = joined[0]!.pieces[0]!.strays
      strays = { bare: bare + 1, worded: worded + 1, fours: fours + 1 }
    }
    if (joined.length === 0) return { ...finish(text, alone.findings, now, []), earlier: [] }
    const fresh = now.pieces.flatMap((piece) => findingFor(piece, joined))
    const earlier: EarlierScreened[] = []
    for (const [i, owner] of held.entries()) {
      const findings = union(owner.pieces.flatMap((piece) => (piece.masked ? [] : findingFor(piece, joined))))
      if (findings.length === 0) continue
      const changed = withMasks(owner, findings)
      characters += changed.text.length - owner.text.length
      held[i] = changed
      earlier.push({ id: owner.id, text: changed.text, findings })
    }
    return { ...finish(text, alone.findings, now, fresh), earlier }
  }

  /** Adds what the window found to what the message showed alone, and keeps the message if it may go on. */
  function finish(text: string, alone: readonly Finding[], now: Held, fresh: readonly Finding[]): Screened {
    const kept = fresh.length > 0 ? withMasks(now, union(fresh)) : now
    if (kept.pieces.length > 0) {
      held.push(kept)
      characters += kept.text.length
    }
    while (held.length > 1 && (held.length > piecesMax || characters > charactersMax)) {
      characters -= held.shift()!.text.length
    }
    const findings = union([...alone, ...toOriginal(fresh, alone)])
    return { text: mask(text, findings), findings, mayContinue: kept.pieces.some(({ masked }) => !masked) }
  }
}

function findingFor(piece: WaitingPiece, joined: readonly JoinedNumber<WaitingPiece>[]): Finding[] {
  const number = joined.find(({ pieces }) => pieces.includes(piece))
  if (!number) return []
  return [
    { kind: 'pan', start: piece.start, end: piece.end, ...(number.network && { network: number.network }) },
  ]
}

interface Held {
  readonly id: string
  readonly text: ScreenedText
  readonly otherWords: number
  readonly pieces: readonly WaitingPiece[]
}

/** A code comes with the card or in one of the next messages. */
const nearCardMessages = 4
/** Talk of a card colours the digits of so many messages. */
const cardTalkMessages = 24

/**
 * Masks pieces and keeps their digits in memory: fourteen of sixteen may happen to be a valid number, and the last two
 * have still to find the rest.
 */
function withMasks(owner: Held, findings: readonly Finding[]): Held {
  const shift = (offset: number) =>
    findings.reduce(
      (to, { kind, start, end }) => (end <= offset ? to + maskOf[kind].length - (end - start) : to),
      offset,
    )
  const pieces = owner.pieces.map((piece): WaitingPiece => {
    const covered = findings.some(({ start, end }) => start <= piece.start && end >= piece.end)
    return { ...piece, start: shift(piece.start), end: shift(piece.end), masked: piece.masked || covered }
  })
  return { ...owner, text: mask(owner.text, findings), pieces }
}

/** A message that is a card number and no more may still be the larger part of a longer one. */
function wholeNumber(guard: Guard, text: string, masked: string, findings: readonly Finding[]): Piece[] {
  const [found] = findings
  if (findings.length !== 1 || found!.kind !== 'pan') return []
  const pieces = guard.piecesIn(text, lex(text))
  if (pieces.length !== 1 || pieces[0]!.voice !== 'bare') return []
  return [{ ...pieces[0]!, start: found!.start, end: found!.end + masked.length - text.length }]
}

/** A message that is three digits and nothing else. */
function loneCode(now: Held): Finding | undefined {
  const [piece] = now.pieces
  if (now.pieces.length !== 1 || piece!.masked || now.otherWords > 0 || piece!.digits.length !== 3)
    return undefined
  return { kind: 'verification-code', start: piece!.start, end: piece!.end }
}
