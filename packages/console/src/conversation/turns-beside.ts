import type { LineItem, TranscriptItem } from '@candor/protocol/fold-events.ts'

export type TurnItem = Extract<LineItem, { kind: 'turn' }>

export interface ShownItem {
  item: TranscriptItem
  /** Why the virtual agent wrote this message; null for everything else. */
  turn: TurnItem | null
}

/**
 * A turn is stored before what it says. It is shown below it: with the message that follows, where one does, else by
 * itself.
 */
export function turnsBeside(items: readonly TranscriptItem[]): ShownItem[] {
  const shown: ShownItem[] = []
  let waiting: TurnItem | null = null
  for (const item of items) {
    if (item.kind === 'turn') {
      if (waiting) shown.push({ item: waiting, turn: null })
      waiting = item
      continue
    }
    const says = item.kind === 'message' && !item.note && item.actor.kind === 'virtual-agent'
    if (waiting && says) {
      shown.push({ item, turn: waiting })
      waiting = null
      continue
    }
    // What the visitor writes meanwhile does not part a turn from its message; a hand-over says that there is none.
    if (waiting && item.kind !== 'message') {
      shown.push({ item: waiting, turn: null })
      waiting = null
    }
    shown.push({ item, turn: null })
  }
  if (waiting) shown.push({ item: waiting, turn: null })
  return shown
}
