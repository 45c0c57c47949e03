/** The one thing that comes next, in a sentence, and where it is done. */
import type { VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { isUnderWay } from '../authoring-queries.ts'
import type { EditedDraft } from '../draft-store.ts'

export interface NextStep {
  sentence: string
  link: { section: string; text: string } | null
}

/** The way of a draft, as it is drawn. */
export const stages = ['Write', 'Train', 'Review and propose', 'Approval', 'In force'] as const

export interface Progress {
  /** Place in `stages` where work stands. */
  at: number
  next: NextStep
}

export function progressOf(
  overview: VirtualAgentOverview<Definition>,
  edited: EditedDraft,
  me: { id: string; mayEdit: boolean; mayApprove: boolean },
): Progress {
  const { proposal, approvers, training } = overview
  const { saved, dirty, faults, definition } = edited
  if (!me.mayEdit && !(proposal && me.mayApprove))
    return {
      at: proposal ? 3 : saved.changed ? 0 : 4,
      next: step('You can look at everything and try it. Supervisors and administrators change it.'),
    }
  if (faults.length > 0)
    return {
      at: 0,
      next: step(
        faults.length === 1
          ? 'One thing has to be put right before the draft can be saved. The bar on top leads to it.'
          : `${faults.length} things have to be put right before the draft can be saved. The bar on top leads to them.`,
      ),
    }
  if (proposal && !dirty) {
    if (proposal.proposedBy.id === me.id)
      return {
        at: 3,
        next: step(
          approvers.length === 0
            ? 'Your proposal waits, and nobody could approve it: a second supervisor or administrator is needed.'
            : `Your proposal waits for a second person: ${names(approvers)}.`,
          'versions',
          'See what you proposed',
        ),
      }
    if (me.mayApprove)
      return {
        at: 3,
        next: step(
          `${proposal.proposedBy.name} proposes version ${proposal.version}. Read what is different, then approve or refuse it.`,
          'versions',
          'Read the proposal',
        ),
      }
  }
  if (dirty) return { at: 0, next: step('You have unsaved changes. Save the draft when it reads well.') }
  if ((definition?.intents.length ?? 0) < 2)
    return {
      at: 0,
      next: step(
        'Write the first intents: two or more things that visitors ask for.',
        'intents',
        'Write intents',
      ),
    }
  if (isUnderWay(training)) return { at: 1, next: step('It learns. The review is there when it is done.') }
  if (!saved.trained)
    return { at: 1, next: step('Train the draft: it learns to tell its intents apart from their examples.') }
  if (saved.changed)
    return {
      at: 2,
      next:
        approvers.length === 0
          ? step(
              'Nobody could approve what you propose: a second supervisor or administrator is needed. The review is there already.',
              'review',
              'Read the review',
            )
          : step(
              'Read how well the draft understands, then propose it to a second person.',
              'review',
              'Review and propose',
            ),
    }
  return {
    at: 4,
    next: step(
      'The draft is in force. What visitors ask and nobody has written for is the next thing to write.',
      'past',
      'See what was not understood',
    ),
  }
}

function step(sentence: string, section?: string, text?: string): NextStep {
  return { sentence, link: section === undefined ? null : { section, text: text ?? 'Go there' } }
}

/** More names are no help to who has to walk over and ask. */
const namesMax = 3

export function names(people: readonly { name: string }[]): string {
  const shown = people.slice(0, namesMax).map(({ name }) => name)
  const more = people.length - shown.length
  if (more > 0) return `${shown.join(', ')} or ${more} more`
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}` : (shown[0] ?? 'nobody')
}
