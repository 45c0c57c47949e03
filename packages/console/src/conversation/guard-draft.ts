/** Would what is about to be sent carry a card number, alone or together with what this person wrote before? */
import { openWindow } from '@candor/card-guard'

export interface GuardNotice {
  /** The draft without the number. */
  masked: string
  network: string | null
  /** The number is complete only together with earlier messages. */
  split: boolean
}

/** Own messages before the draft that may hold the first pieces of a number. */
const earlierMax = 12

export function guardDraft(draft: string, earlier: readonly string[]): GuardNotice | null {
  const window = openWindow()
  earlier.slice(-earlierMax).forEach((text, i) => window.screen(`earlier-${i}`, text))
  const { text, findings, earlier: pieces } = window.screen('draft', draft)
  if (findings.length === 0 && pieces.length === 0) return null
  return {
    masked: text,
    network: findings.find((one) => one.network)?.network ?? null,
    split: pieces.length > 0,
  }
}
