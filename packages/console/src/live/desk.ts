/**
 * One desk: the live connection, the rows of the inbox, the conversations that were opened, and who is here.
 * Made when somebody signs in, closed when they sign out.
 */
import type { ConversationPage, Me } from '@candor/protocol/api.ts'
import type { EventActor } from '@candor/protocol/events.ts'
import {
  openConnection,
  type Connection,
  type ConnectionState,
  type Transport,
} from '@candor/protocol/connection.ts'
import { eventStreamTransport } from '@candor/protocol/event-stream-transport.ts'
import { protocolVersion, type IdentifierFormat, type ServerFrame } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { webSocketTransport } from '@candor/protocol/websocket-transport.ts'
import { openConversations, type Conversations } from '../conversation/conversation-store.ts'
import { openInboxRows, type InboxRows } from '../inbox/inbox-rows.ts'
import { browserKey, renewedKey } from '../session/browser-key.ts'
import { api, Unreachable } from './api-client.ts'
import { observable, type Observable } from './observable.ts'
import { openProofs, resignMs, type OpenProofs } from './open-proofs.ts'

export interface Desk {
  readonly me: Me
  readonly rows: InboxRows
  readonly conversations: Conversations
  readonly connection: Observable<ConnectionState>
  readonly team: Observable<readonly EventActor[]>
  /** The tenant's own kinds of numbers, for the card guard of the composer. */
  readonly formats: Observable<readonly IdentifierFormat[]>
  readonly proofs: OpenProofs
  readonly presence: Observable<'online' | 'away'>
  /** True once the first page of the open rows is there. */
  readonly loaded: Observable<boolean>
  /** As the server counts them, until all pages are here. */
  readonly counts: Observable<ConversationPage['counts'] | null>
  setPresence(state: 'online' | 'away'): void
  reconnect(): void
  loadClosed(): Promise<void>
  close(): void
}

/** Who went away stays away over a reload, and is here again the next day. */
const presenceKey = 'candor.presence'
/** One page of the list; the API's own limit. */
const pageRows = 200
/** The inbox shows this many; who has more open conversations needs another tool than a list. */
export const rowsMax = 10_000

export function openDesk(me: Me): Desk {
  const rows = openInboxRows(me.person.id)
  const state = observable<ConnectionState>({ kind: 'connecting' })
  const team = observable<readonly EventActor[]>([])
  const formats = observable<readonly IdentifierFormat[]>([])
  const presence = observable<'online' | 'away'>(
    sessionStorage.getItem(presenceKey) === 'away' ? 'away' : 'online',
  )
  const loaded = observable(false)
  const counts = observable<ConversationPage['counts'] | null>(null)
  let closed = false
  let walk = 0

  const proofs = openProofs({
    key: () => browserKey(me),
    renewed: (old) => renewedKey(me, old),
    now: Date.now,
  })
  const transports: Transport[] = [webSocketTransport(location.origin), eventStreamTransport(location.origin)]
  const connection: Connection = openConnection({
    transports,
    clock: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    random: Math.random,
    hello: (positions) => ({
      type: 'hello',
      protocol: protocolVersion,
      role: 'staff',
      inbox: true,
      positions,
    }),
    onFrame: hear,
    onState: (next) => state.set(next),
    proof: (conversation) => proofs.proof(conversation),
  })
  const conversations = openConversations({
    connection,
    proofs,
    me: me.person,
    rowChanged: rows.change,
  })
  const resigning = setInterval(() => {
    const open = conversations.open.get()
    if (open !== null) void proofs.prepare(open)
  }, resignMs / 5)

  function hear(frame: ServerFrame): void {
    if (frame.type === 'rows') rows.applyLive(frame.rows)
    else if (frame.type === 'team') team.set(frame.online)
    else if (frame.type === 'identifier-formats') formats.set(frame.formats)
    else if (frame.type === 'welcome') {
      formats.set(frame.identifierFormats ?? [])
      connection.remark({ type: 'presence', state: presence.get() })
      // Rows that changed while the connection was away are in the pages.
      void loadOpen()
    } else conversations.hear(frame)
  }

  /** All open rows, page by page; a newer walk ends an older one. */
  async function loadOpen(): Promise<void> {
    const mine = ++walk
    const since = Date.now()
    const seen = new Set<string>()
    let cursor: string | null = null
    do {
      const askedAt = Date.now()
      let page: ConversationPage
      try {
        page = await api.get<ConversationPage>(listPath('open', cursor))
      } catch (fault) {
        // The next welcome walks again; a person who is signed out is told by the session.
        if (fault instanceof Unreachable || fault instanceof Refusal) return
        throw fault
      }
      if (mine !== walk || closed) return
      for (const row of page.items) seen.add(row.id)
      rows.applyPage(page.items, askedAt)
      counts.set(page.counts)
      loaded.set(true)
      cursor = page.next
    } while (cursor !== null && seen.size < rowsMax)
    if (cursor === null) {
      rows.settle(seen, since)
      counts.set(null)
    }
  }

  async function loadClosed(): Promise<void> {
    let cursor: string | null = null
    let count = 0
    do {
      const askedAt = Date.now()
      const page: ConversationPage = await api.get<ConversationPage>(listPath('closed', cursor))
      rows.applyPage(page.items, askedAt)
      count += page.items.length
      cursor = page.next
    } while (cursor !== null && count < rowsMax && !closed)
  }

  const wake = (): void => {
    if (state.get().kind === 'waiting') connection.reconnect()
  }
  addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)

  return {
    me,
    rows,
    conversations,
    connection: state,
    team,
    formats,
    proofs,
    presence,
    loaded,
    counts,
    setPresence(next) {
      presence.set(next)
      sessionStorage.setItem(presenceKey, next)
      connection.remark({ type: 'presence', state: next })
    },
    reconnect: () => connection.reconnect(),
    loadClosed,
    close() {
      closed = true
      removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', wake)
      clearInterval(resigning)
      connection.close()
    },
  }
}

function listPath(status: 'open' | 'closed', cursor: string | null): string {
  const query = new URLSearchParams({ view: 'all', status, limit: String(pageRows) })
  if (cursor !== null) query.set('cursor', cursor)
  return `/conversations?${query.toString()}`
}
