import type { TranscriptItem, TurnItem } from '@candor/protocol/fold-events.ts'

export type ShownItem =
  /** With why the virtual agent wrote it, where it did. */
  | { item: TranscriptItem; turn: TurnItem | null }
  /** A turn that said nothing: it asked a tool, or called a person. */
  | { item: null; turn: TurnItem }

/**
 * A turn is stored before what it says. It is shown below it: with the message that follows, where one does, else by
 * itself.
 */
export function turnsBeside(items: readonly TranscriptItem[], turns: readonly TurnItem[]): ShownItem[] {
  if (turns.length === 0) return items.map((item) => ({ item, turn: null }))
  const shown: ShownItem[] = []
  let next = 0
  let waiting: TurnItem | null = null
  const alone = (): void => {
    if (waiting) shown.push({ item: null, turn: waiting })
    waiting = null
  }
  for (const item of items) {
    for (; next < turns.length && turns[next]!.seq < item.seq; next++) {
      alone()
      waiting = turns[next]!
    }
    if (item.kind === 'message' && !item.note && item.actor.kind === 'virtual-agent') {
      shown.push({ item, turn: waiting })
      waiting = null
      continue
    }
    // What people write meanwhile does not part a turn from its message; a hand-over says that there is none.
    if (item.kind !== 'message') alone()
    shown.push({ item, turn: null })
  }
  for (; next < turns.length; next++) {
    alone()
    waiting = turns[next]!
  }
  alone()
  return shown
}
