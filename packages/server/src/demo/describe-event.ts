import { maskOf } from '@candor/card-guard'
import type { Committed } from '../conversations/conversation.ts'

/** One line of "What just happened": what was done, in plain words, without a word of what was said. */
export interface TourLine {
  kind: 'visitor' | 'virtual-agent' | 'agent' | 'card' | 'receipt' | 'handler' | 'page' | 'alarm' | 'other'
  title: string
  detail: string
  /** The suggestion on the tour page that this ticks off. */
  step?: 1 | 2 | 3 | 4
}

/**
 * What a committed event is told as; none for those that would only be noise.
 * @param storedMs from the moment the server had the message to its commit, when that was measured.
 */
export function describeEvent({ event }: Committed, storedMs: number | null): TourLine[] {
  const { actor, seq } = event
  const who = actor.kind === 'visitor' ? 'The visitor' : actor.name
  switch (event.type) {
    case 'message': {
      const lines: TourLine[] = []
      const { masked = 0 } = event.data
      if (masked > 0)
        lines.push({
          kind: 'card',
          title: masked === 1 ? 'A card number was masked.' : `${masked} card numbers were masked.`,
          detail: `By the server, in what ${actor.kind === 'visitor' ? 'the visitor' : who} wrote, before anything was stored.`,
          step: 2,
        })
      else if (actor.kind === 'visitor' && stoppedInBrowser(event.data.text))
        lines.push({
          kind: 'card',
          title: 'A card number was stopped.',
          detail: 'In the visitor’s own browser, before it was sent. The server never saw it.',
          step: 2,
        })
      const stored = `Sealed and stored as event ${seq}${storedMs === null ? '' : ` in ${milliseconds(storedMs)}`}.`
      if (actor.kind === 'visitor')
        lines.push({ kind: 'visitor', title: 'The visitor wrote.', detail: stored, step: 1 })
      else if (actor.kind === 'virtual-agent')
        lines.push({
          kind: 'virtual-agent',
          title: `${actor.name}, the virtual agent, answered.`,
          detail: `${stored} Checked as it was committed: no person had taken over.`,
        })
      else lines.push({ kind: 'agent', title: `${who} answered.`, detail: stored, step: 3 })
      return lines
    }
    case 'masking':
      return [
        {
          kind: 'card',
          title: 'An earlier message was masked too.',
          detail: `Later messages completed a card number, so event ${event.data.target} was overwritten and its key destroyed.`,
          step: 2,
        },
      ]
    case 'takeover':
      return [
        {
          kind: 'handler',
          title: `${event.data.agent.name} took over.`,
          detail:
            'From this event on the virtual agent can no longer speak: an answer it was still working on is refused.',
        },
      ]
    case 'handback':
      return [
        {
          kind: 'handler',
          title: `${who} handed back to the virtual agent.`,
          detail: `Event ${seq}. It may speak again from here on.`,
        },
      ]
    case 'handover':
      return [
        {
          kind: 'handler',
          title: 'The virtual agent called a person.',
          detail: `Event ${seq}. The conversation waits in the inbox with everything that was said.`,
        },
      ]
    case 'assignment':
      return [
        {
          kind: 'handler',
          title:
            event.data.agent === null
              ? `${who} put it back into the queue.`
              : `${who} gave it to ${event.data.agent.id === actor.id ? 'themself' : event.data.agent.name}.`,
          detail: `Event ${seq}, seen by both sides in the same order.`,
        },
      ]
    case 'status':
      if (seq === 1)
        return [
          {
            kind: 'visitor',
            title: 'A visitor opened a conversation.',
            detail: 'It has a key of its own. A copy of the database alone opens nothing.',
          },
        ]
      return [
        {
          kind: 'other',
          title: `${who} ${event.data.status === 'closed' ? 'closed' : 'reopened'} the conversation.`,
          detail: `Event ${seq}.`,
        },
      ]
    case 'note':
      return [
        {
          kind: 'agent',
          title: `${who} wrote a private note.`,
          detail: `Event ${seq}. The visitor’s connection carries its number and nothing else.`,
        },
      ]
    case 'edit':
      return [
        {
          kind: 'other',
          title: `${who} edited a message.`,
          detail: `Event ${seq}, on top of event ${event.data.target}.`,
        },
      ]
    case 'deletion':
      return [
        {
          kind: 'other',
          title: `${who} deleted a message.`,
          detail: `The text of event ${event.data.target} is gone from the database; that there was one stays visible.`,
        },
      ]
    case 'form':
      return [
        {
          kind: 'visitor',
          title: 'The visitor answered a form.',
          detail: `Screened, sealed and stored as event ${seq}.`,
        },
      ]
    case 'tag':
      return [{ kind: 'other', title: `${who} changed the tags.`, detail: `Event ${seq}, for staff only.` }]
    case 'turn':
      return [
        {
          kind: 'virtual-agent',
          title: 'The virtual agent decided.',
          detail: `Event ${seq}: what it will do and why, stored before it does it. A crash in between changes nothing.`,
        },
      ]
    case 'read':
      return []
  }
}

/** Somebody is about to see a conversation's text. A visitor reading their own is nobody's news. */
export function describeReceipt(actor: { kind: string; name: string }): TourLine | null {
  if (actor.kind === 'agent')
    return {
      kind: 'receipt',
      title: `${actor.name} opened the conversation.`,
      detail: 'A receipt was stored before the first word was shown: who, when and what for.',
    }
  if (actor.kind === 'virtual-agent')
    return {
      kind: 'receipt',
      title: 'The virtual agent opened the conversation.',
      detail: 'It leaves receipts like everybody else, before it reads.',
    }
  return null
}

/** The widget found card fields on a page that the tenant has not approved. */
export function describeRefusedPage(url: string): TourLine {
  return {
    kind: 'page',
    title: 'The chat stayed closed on a page with card fields.',
    detail: `${new URL(url).pathname} is not approved by the tenant. Its administrators see the report.`,
  }
}

/** The composer masks what it finds and sends the rest: the mask arrives where the number stood. */
function stoppedInBrowser(text: string | null): boolean {
  return text !== null && (text.includes(maskOf.pan) || text.includes(maskOf.track))
}

function milliseconds(ms: number): string {
  return ms < 1 ? 'less than 1 ms' : `${Math.round(ms)} ms`
}
