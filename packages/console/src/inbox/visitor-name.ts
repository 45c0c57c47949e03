import type { ConversationRow } from '@candor/protocol/events.ts'

/** A visitor who did not say a name is told apart by the end of the id. */
export function visitorName({ visitor }: Pick<ConversationRow, 'visitor'>): string {
  return visitor.name.trim() || `Visitor ${visitor.id.slice(-4)}`
}
