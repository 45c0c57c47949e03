/**
 * Opens past conversations one after the other, each signed by this browser and logged like a reading at the desk.
 * What they say is held in this window and goes nowhere else.
 */
import type { EventPage } from '@candor/protocol/api.ts'
import type { WireEvent } from '@candor/protocol/events.ts'
import { proofHeader, type OpenProof } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { ReplayedConversation, TriedLine, UnansweredTurn } from '@candor/protocol/virtual-agent-api.ts'
import { Unreachable } from '../../live/api-client.ts'

export interface ReadConversation extends ReplayedConversation {
  lines: ReadLine[]
}

export type UnansweredTurns = ReadonlyMap<string, UnansweredTurn['outcome']>

export interface ReadLine extends TriedLine {
  /** Event it was said in. */
  id: string
  /** A turn in it was not understood. */
  unanswered: boolean
}

export interface ReadingResult {
  read: ReadConversation[]
  /** Could not be opened, and why. */
  refused: { id: string; reason: string }[]
}

/** Of one conversation; a longer one is cut to its newest part. */
const eventsMax = 300
/** What a person reads at one sitting, and a third of an agent's hourly budget (docs/log.md). */
export const conversationsMax = 50

export async function readConversations(
  parts: {
    prepare(id: string): Promise<void> | null
    proof(id: string): OpenProof | undefined
    get(path: string, headers: Record<string, string> | undefined): Promise<EventPage>
  },
  ids: readonly string[],
  /** Turns that were not understood, and what came of them. */
  turns: UnansweredTurns,
  onProgress: (done: number) => void,
): Promise<ReadingResult> {
  const result: ReadingResult = { read: [], refused: [] }
  for (const [done, id] of ids.entries()) {
    onProgress(done)
    try {
      await parts.prepare(id)
      const proof = parts.proof(id)
      const { events } = await parts.get(
        `/conversations/${id}/events?limit=${eventsMax}`,
        proof && { [proofHeader]: `${proof.key} ${proof.at} ${proof.signature}` },
      )
      result.read.push({ id, locale: null, lines: linesOf(events, turns) })
    } catch (fault) {
      if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
      result.refused.push({ id, reason: fault.message })
      // What stops one reading for the person stops them all; what is wrong with one conversation does not.
      if (fault instanceof Unreachable || stops.has(fault.code)) {
        for (const rest of ids.slice(done + 1)) result.refused.push({ id: rest, reason: fault.message })
        break
      }
    }
  }
  onProgress(ids.length)
  return result
}

const stops = new Set(['suspended', 'signature_required', 'not_signed_in', 'history_unavailable', 'too_many'])

/** What was said, without notes and what is nobody's words. */
export function linesOf(events: readonly WireEvent[], turns: UnansweredTurns): ReadLine[] {
  const lines: ReadLine[] = []
  for (const event of events) {
    if (event.type !== 'message' || event.data.text === null || event.data.text.trim() === '') continue
    const by =
      event.actor.kind === 'visitor'
        ? 'visitor'
        : event.actor.kind === 'virtual-agent'
          ? 'virtual-agent'
          : 'person'
    lines.push({ id: event.id, by, text: event.data.text, unanswered: false })
  }
  for (const event of events) {
    const outcome = event.type === 'turn' ? turns.get(event.id) : undefined
    if (event.type !== 'turn' || outcome === undefined) continue
    const at = lines.findIndex(({ id }) => id === event.data.answers)
    // That an answer did not help is a quick reply; what was asked stands before it.
    const asked =
      outcome === 'not-helped' ? lines.findLast(({ by }, i) => by === 'visitor' && i < at) : lines[at]
    if (asked) asked.unanswered = true
  }
  return lines
}
