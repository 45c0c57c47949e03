/** Would what is about to be sent carry a card number, alone or together with what this person wrote before? */
import { openWindow } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'

export interface GuardNotice {
  /** The draft without the number. */
  masked: string
  network: string | null
  /** The number is complete only together with earlier messages. */
  split: boolean
}

/** Own messages before the draft that may hold the first pieces of a number. */
const earlierMax = 12

/** @param formats the tenant's own kinds of numbers, which may pass. */
export function guardDraft(
  draft: string,
  earlier: readonly string[],
  formats: readonly IdentifierFormat[],
): GuardNotice | null {
  const window = openWindow()
  earlier.slice(-earlierMax).forEach((text, i) => window.screen(`earlier-${i}`, text, formats))
  const { text, findings, earlier: pieces } = window.screen('draft', draft, formats)
  if (findings.length === 0 && pieces.length === 0) return null
  return {
    masked: text,
    network: findings.find((one) => one.network)?.network ?? null,
    split: pieces.length > 0,
  }
}
