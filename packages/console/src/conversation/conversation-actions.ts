/** What is done to a conversation, over the public API, shown at the row before the answer is there. */
import type { Appended } from '@candor/protocol/api.ts'
import type { ConversationRow } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { visitorName } from '../inbox/visitor-name.ts'
import { api, Unreachable } from '../live/api-client.ts'
import type { Desk } from '../live/desk.ts'
import { showToast } from '../shell/toasts.tsx'
import { queries } from '../session/session.ts'

export interface ConversationActions {
  takeOver(id: string): Promise<boolean>
  handBack(id: string): Promise<boolean>
  assign(id: string, person: { id: string; name: string } | null): Promise<boolean>
  transfer(id: string, to: { queue: string } | { agent: string }, note: string): Promise<boolean>
  close(id: string): Promise<boolean>
  reopen(id: string): Promise<boolean>
  tag(id: string, add: string[], remove: string[]): Promise<boolean>
}

export function conversationActions(desk: Desk): ConversationActions {
  const { rows, me } = desk

  /** Shows `change` at once; a refusal takes it back and says why. */
  async function act(
    id: string,
    what: string,
    body: object,
    change: Partial<ConversationRow>,
  ): Promise<boolean> {
    const before = rows.row(id)
    rows.change(id, change)
    try {
      await api.post<Appended>(`/conversations/${id}/${what}`, body)
      void queries.invalidateQueries({ queryKey: ['conversations', id] })
      return true
    } catch (problem) {
      if (!(problem instanceof Refusal || problem instanceof Unreachable)) throw problem
      const now = rows.row(id)
      // Taken back only where nothing newer came meanwhile.
      if (before && now?.seq === before.seq)
        rows.change(
          id,
          Object.fromEntries(Object.keys(change).map((key) => [key, before[key as keyof ConversationRow]])),
        )
      showToast(problem.message, { tone: 'danger' })
      return false
    }
  }

  const named = (id: string): string => {
    const row = rows.row(id)
    return row ? visitorName(row) : 'the visitor'
  }
  const handledBy = (person: { id: string; name: string }): Partial<ConversationRow> => ({
    handler: { kind: 'agent', id: person.id, name: person.name },
    assignee: { id: person.id, name: person.name },
    waitingSince: null,
  })
  const reopen = (id: string): Promise<boolean> => act(id, 'status', { status: 'open' }, { status: 'open' })

  return {
    takeOver: (id) => act(id, 'takeover', {}, handledBy(me.person)),
    handBack: (id) => act(id, 'handback', {}, { handler: { kind: 'virtual-agent' }, assignee: null }),
    assign: (id, person) =>
      act(
        id,
        'assignment',
        { agent: person?.id ?? null },
        person ? handledBy(person) : { handler: { kind: 'queue' }, assignee: null },
      ),
    async transfer(id, to, note) {
      const done = await act(id, 'transfer', { ...to, ...(note.trim() && { note: note.trim() }) }, {})
      if (done) showToast(`The conversation with ${named(id)} was transferred.`)
      return done
    },
    async close(id) {
      const done = await act(id, 'status', { status: 'closed' }, { status: 'closed' })
      if (done) showToast(`Closed the conversation with ${named(id)}.`, { undo: () => void reopen(id) })
      return done
    },
    reopen,
    tag(id, add, remove) {
      const tags = rows.row(id)?.tags ?? []
      return act(
        id,
        'tags',
        { add, remove },
        { tags: [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)) },
      )
    },
  }
}
