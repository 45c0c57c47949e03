/**
 * The visitor's side of a conversation, without a screen: what is shown is `view()`, what a person does are the
 * other functions. It holds everything in memory; only the token and the conversation's id are kept, by the loader.
 */
import {
  openConnection,
  type Answer,
  type Clock,
  type ConnectionState,
  type Transport,
} from '@candor/protocol/connection.ts'
import type { ConversationState, WireEvent } from '@candor/protocol/events.ts'
import {
  emptyTranscript,
  foldEarlier,
  foldEvents,
  foldState,
  type MessageItem,
  type Transcript,
} from '@candor/protocol/fold-events.ts'
import {
  ephemeralMs,
  protocolVersion,
  type PageInfo,
  type ServerFrame,
  type WidgetConfig,
} from '@candor/protocol/frames.ts'
import type { RefusalCode } from '@candor/protocol/refusals.ts'
import type { Kept, Primitive } from '../channel.ts'
import { readWidgetConfig } from './widget-config.ts'

/** A message that the server has not stored yet. */
export interface Outgoing {
  id: string
  text: string
  at: number
  /** Why it will not be sent by itself. */
  failed: RefusalCode | null
}

export interface ChatView {
  connection: ConnectionState
  /** From a lost connection until it is back, through all tries between. */
  offline: boolean
  /** False until the first welcome: there is nothing to show yet. */
  welcomed: boolean
  config: WidgetConfig
  /** The tenant's identifier formats as they came; the guard reads them. */
  formats: unknown
  agentsOnline: boolean
  state: ConversationState | null
  /** Whether `state.handler` is known: a conversation just begun learns it from what follows. */
  handlerKnown: boolean
  transcript: Transcript
  /** There are older messages than the transcript holds. */
  more: boolean
  outgoing: readonly Outgoing[]
  /** Name of who is writing. */
  typing: string | null
  unread: number
}

/** What a composer needs of the card guard (`guard.ts`). `formats`: the tenant's own, as they came. */
export interface Guard {
  screen(
    text: string,
    formats: unknown,
  ): { text: string; findings: readonly { start: number; end: number }[] }
  screenField(name: string, value: string, formats: unknown): { text: string }
  openWindow(): {
    screen(
      id: string,
      text: string,
      formats: unknown,
    ): { text: string; earlier: readonly { id: string; text: string }[] }
  }
}

export interface ChatParts {
  tenant: string
  /** Origin of the host page, as the browser told the frame. */
  origin: string
  locale: string
  page: PageInfo
  kept: Kept | null
  /** UUID of this tab's visit; null where the loader had none. */
  visit: string | null
  /** Id of the release that this frame is of. */
  release: string | null
  transports: readonly Transport[]
  clock: Clock
  random(): number
  newId(): string
  /** The card guard comes when it is first needed; nothing is sent before it is there. */
  guard(): Promise<Guard>
  keep(kept: Kept): void
  changed(): void
  tell(
    what:
      | { type: 'ready' | 'message' | 'page-refused' | 'logged-out' | 'gone' }
      | { type: 'error'; code: string },
  ): void
  /** A message of somebody else came while the conversation was open: to be announced once. */
  announce(message: MessageItem): void
}

export interface Chat {
  view(): ChatView
  send(text: string): void
  retry(id: string): void
  discard(id: string): void
  answerForm(form: string, answers: Record<string, string>): Promise<Answer>
  typing(on: boolean): void
  /** The person sees the newest message. */
  seen(): void
  earlier(): Promise<void>
  startAnew(): void
  page(page: PageInfo): void
  /** Whether the server wants no chat on this page. */
  pageRefused(): boolean
  kept(kept: Kept | null): void
  identify(jwt: string): void
  track(name: string, properties: Record<string, Primitive>): void
  set(traits: Record<string, Primitive>): void
  /** A person opened the panel. */
  opened(): void
  logOut(): void
  reconnect(): void
}

/** Another "is writing" while one is already known tells nothing; it must be said again before it expires. */
const typingEveryMs = ephemeralMs / 2
/** Messages seen within this time are one read mark. */
const readDelayMs = 250

export function openChat(parts: ChatParts): Chat {
  const { clock, newId, tell, changed } = parts
  let { page, kept } = parts
  let current: string | null = null
  let pageRefused = false
  let offline = false
  let welcomed = false
  let config = readWidgetConfig(null)
  let formats: unknown
  let agentsOnline = false
  let link: ConnectionState = { kind: 'connecting' }
  let state: ConversationState | null = null
  let handlerKnown = false
  let transcript = emptyTranscript
  let firstSeq = 0
  let outgoing: Outgoing[] = []
  let typingName: string | null = null
  let calmTyping = (): void => {}
  let saidTypingAt = -Infinity
  let readUpTo = 0
  let calmRead: (() => void) | null = null
  let guardWindow: Promise<ReturnType<Guard['openWindow']>> | null = null
  /** Conversations that this tab has begun; their `start` may still be on its way. */
  const begun = new Set<string>()

  const connection = openConnection({
    transports: parts.transports,
    clock,
    random: parts.random,
    followUnasked: () => true,
    hello: (positions) => ({
      type: 'hello',
      protocol: protocolVersion,
      role: 'visitor',
      tenant: parts.tenant,
      origin: parts.origin,
      page,
      locale: parts.locale,
      positions,
      ...(kept ? { token: kept.token } : {}),
      ...(parts.visit === null ? {} : { visit: parts.visit }),
      ...(parts.release === null ? {} : { release: parts.release }),
    }),
    onState(next) {
      link = next
      if (next.kind !== 'connecting') offline = next.kind === 'waiting'
      if (next.kind !== 'online') setTyping(null)
      if (next.kind === 'refused') {
        if (next.refusal.code === 'card_fields_page') refusePage()
        // Switched off here: the widget goes without a word.
        else if (next.refusal.code === 'contained') tell({ type: 'gone' })
        else tell({ type: 'error', code: next.refusal.code })
      }
      changed()
    },
    onFrame,
  })

  function onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        config = readWidgetConfig(frame.config)
        formats = frame.identifierFormats
        agentsOnline = frame.agentsOnline
        if (frame.token !== undefined) keep({ ...kept, token: frame.token })
        choose(frame.conversations)
        welcomed = true
        pageRefused = false
        tell({ type: 'ready' })
        break
      case 'identified':
        keep({ token: frame.token })
        choose(frame.conversations)
        break
      case 'snapshot':
        if (frame.conversation !== current) return
        showEvents(frame.events, frame.state)
        break
      case 'events':
        if (frame.conversation !== current) {
          // Begun in another tab of this visitor.
          if (state && state.status === 'open') return
          show(frame.conversation)
        }
        addEvents(frame.events)
        break
      case 'typing':
        if (frame.conversation !== current || frame.actor.kind === 'visitor') return
        setTyping(frame.on ? frame.actor.name : null)
        break
      case 'delivered':
        if (state?.id === frame.conversation && frame.to === 'staff')
          state = { ...state, deliveredTo: { ...state.deliveredTo, staff: frame.seq } }
        break
      case 'identifier-formats':
        formats = frame.formats
        break
      case 'agents-online':
        agentsOnline = frame.online
        break
      case 'refused':
        if (frame.code === 'card_fields_page') refusePage()
        else if (frame.code === 'contained') {
          connection.close()
          tell({ type: 'gone' })
        }
        // Not this visitor's, or gone: it was opened by its id alone.
        else if (frame.id === undefined && frame.code === 'not_found' && frame.conversation === current)
          show(null)
        return changed()
      default:
        return
    }
    changed()
  }

  function refusePage(): void {
    pageRefused = true
    tell({ type: 'page-refused' })
  }

  function keep(next: Kept): void {
    kept = next
    parts.keep(next)
  }

  /** Which of the visitor's conversations stands on the screen: the one in hand, else the newest. */
  function choose(conversations: readonly ConversationState[]): void {
    if (current !== null && begun.has(current)) {
      if (conversations.some(({ id }) => id === current)) connection.follow(current)
      return
    }
    const newest = [...conversations].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    const chosen =
      newest.find(({ id }) => id === current) ?? newest.find(({ status }) => status === 'open') ?? newest[0]
    if (!chosen) return show(null)
    if (chosen.id === current) return
    show(chosen.id)
    state = chosen
    handlerKnown = true
    connection.follow(chosen.id)
  }

  function show(conversation: string | null): void {
    current = conversation
    state = null
    handlerKnown = false
    transcript = emptyTranscript
    firstSeq = 0
    readUpTo = 0
    guardWindow = null
    setTyping(null)
  }

  function showEvents(events: readonly WireEvent[], next: ConversationState): void {
    const known = state ? state.seq : 0
    transcript = foldEvents(emptyTranscript, events)
    state = next
    handlerKnown = true
    firstSeq = events[0]?.seq ?? next.seq + 1
    readUpTo = Math.max(readUpTo, next.readBy.visitor)
    settleOutgoing(events)
    // The newest events may all be marks; a person wants to see messages.
    if (!transcript.items.some(({ kind }) => kind === 'message')) void earlier()
    if (known > 0) for (const event of events) if (event.seq > known) arrived(event)
  }

  function addEvents(events: readonly WireEvent[]): void {
    const first = events[0]!
    if (!state) {
      if (first.seq !== 1 || first.type === 'private') return
      state = freshState(current!, first.at)
    }
    if (firstSeq === 0) firstSeq = first.seq
    transcript = foldEvents(transcript, events)
    state = foldState(state, events)
    for (const event of events) {
      if (
        event.type === 'takeover' ||
        event.type === 'handback' ||
        event.type === 'handover' ||
        event.type === 'assignment'
      )
        handlerKnown = true
      if (event.type === 'message' && event.actor.kind === 'virtual-agent' && !handlerKnown) {
        handlerKnown = true
        state = { ...state, handler: { kind: 'virtual-agent' } }
      }
    }
    settleOutgoing(events)
    for (const event of events) arrived(event)
  }

  function arrived(event: WireEvent): void {
    if (event.type !== 'message' || event.actor.kind === 'visitor') return
    setTyping(null)
    const item = transcript.items.findLast((each) => each.seq === event.seq)
    if (item?.kind === 'message' && item.text !== null) parts.announce(item)
    tell({ type: 'message' })
  }

  function settleOutgoing(events: readonly WireEvent[]): void {
    const stored = new Set(events.map((event) => (event.type === 'private' ? '' : event.id)))
    if (outgoing.some(({ id }) => stored.has(id))) outgoing = outgoing.filter(({ id }) => !stored.has(id))
  }

  function setTyping(name: string | null): void {
    calmTyping()
    calmTyping = () => {}
    if (name !== null) calmTyping = clock.after(ephemeralMs, () => (setTyping(null), changed()))
    typingName = name
  }

  /** The conversation to write in; begins one where there is none. */
  function conversation(): string {
    if (current !== null) return current
    const id = newId()
    show(id)
    begun.add(id)
    void connection.command({ type: 'start', id: newId(), conversation: id }).then((answer) => {
      if (answer.type === 'ack') {
        if (kept) keep({ ...kept, conversation: id })
      } else if (current === id && !state) begun.delete(id)
    })
    return id
  }

  async function dispatch(entry: Outgoing): Promise<void> {
    const mine = conversation()
    guardWindow ??= parts.guard().then((guard) => guard.openWindow())
    let text: string
    try {
      const screened = (await guardWindow).screen(entry.id, entry.text, formats)
      text = screened.text
      for (const earlier of screened.earlier) amend(earlier.id, { text: earlier.text })
    } catch {
      // The guard did not load. Unscreened text does not leave the browser: it waits here.
      guardWindow = null
      return amend(entry.id, { failed: 'busy' })
    }
    amend(entry.id, { text, failed: null })
    const answer = await connection.command({ type: 'send', id: entry.id, conversation: mine, text })
    if (answer.type === 'refused') amend(entry.id, { failed: answer.code })
    else if (answer.type === 'ack' && answer.text !== undefined) amend(entry.id, { text: answer.text })
  }

  function amend(id: string, change: Partial<Outgoing>): void {
    outgoing = outgoing.map((entry) => (entry.id === id ? { ...entry, ...change } : entry))
    changed()
  }

  async function earlier(): Promise<void> {
    if (!state || firstSeq <= 1) return
    const asked = state.id
    const answer = await connection.command({
      type: 'earlier',
      id: newId(),
      conversation: asked,
      before: firstSeq,
    })
    if (answer.type !== 'earlier' || asked !== current) return
    transcript = foldEarlier(transcript, answer.events)
    firstSeq = answer.more ? (answer.events[0]?.seq ?? 1) : 1
    changed()
  }

  /** A read mark is an event of the conversation: one for a burst of messages, not one for each. */
  function sayReadSoon(): void {
    calmRead ??= clock.after(readDelayMs, () => {
      calmRead = null
      if (state && readUpTo > state.readBy.visitor)
        void connection.command({ type: 'read', id: newId(), conversation: state.id, upTo: readUpTo })
    })
  }

  const unreadItems = (): MessageItem[] =>
    transcript.items.filter(
      (item): item is MessageItem =>
        item.kind === 'message' &&
        item.actor.kind !== 'visitor' &&
        item.seq > Math.max(readUpTo, state?.readBy.visitor ?? 0) &&
        !item.deleted,
    )

  return {
    view: () => ({
      connection: link,
      offline,
      welcomed,
      config,
      formats,
      agentsOnline,
      state,
      handlerKnown,
      transcript,
      more: firstSeq > 1,
      outgoing,
      typing: typingName,
      unread: unreadItems().length,
    }),

    send(text) {
      const entry: Outgoing = { id: newId(), text, at: clock.now(), failed: null }
      outgoing = [...outgoing, entry]
      saidTypingAt = -Infinity
      changed()
      void dispatch(entry)
    },

    retry(id) {
      const entry = outgoing.find((each) => each.id === id)
      if (!entry) return
      // After a conflict the old id stands for another text.
      const next = { ...entry, id: entry.failed === 'idempotency_conflict' ? newId() : id, failed: null }
      outgoing = outgoing.map((each) => (each === entry ? next : each))
      changed()
      void dispatch(next)
    },

    discard(id) {
      outgoing = outgoing.filter((entry) => entry.id !== id)
      changed()
    },

    async answerForm(form, answers) {
      const guard = await parts.guard()
      const screened = Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [
          name,
          guard.screenField(name, answer, formats).text,
        ]),
      )
      return connection.command({
        type: 'form',
        id: newId(),
        conversation: conversation(),
        form,
        answers: screened,
      })
    },

    typing(on) {
      if (!state || (on && clock.now() - saidTypingAt < typingEveryMs) || (!on && saidTypingAt === -Infinity))
        return
      saidTypingAt = on ? clock.now() : -Infinity
      connection.remark({ type: 'typing', conversation: state.id, on })
    },

    seen() {
      const newest = unreadItems().at(-1)
      if (!newest) return
      readUpTo = newest.seq
      sayReadSoon()
      changed()
    },

    earlier,

    startAnew() {
      show(null)
      changed()
    },

    page(next) {
      page = next
      const wasRefused = pageRefused
      pageRefused = false
      if (wasRefused && link.kind === 'refused') connection.reconnect()
      else connection.remark({ type: 'page', page })
    },

    pageRefused: () => pageRefused,

    kept(next) {
      if (next === null) {
        // Logged out in another tab: nothing of it stays here, and no new visitor comes until a person opens the chat.
        kept = null
        outgoing = []
        show(null)
        welcomed = false
        connection.close()
        tell({ type: 'logged-out' })
      } else if (next.token === kept?.token) {
        const other = next.conversation
        if (!other || other === current || state?.status === 'open') return
        show(other)
        connection.follow(other)
      } else {
        kept = next
        outgoing = []
        connection.forget()
        show(null)
        connection.reconnect()
      }
      changed()
    },

    identify(jwt) {
      void connection.command({ type: 'identify', id: newId(), jwt }).then((answer) => {
        if (answer.type === 'refused') tell({ type: 'error', code: answer.code })
      })
    },

    track: (name, properties) => void connection.command({ type: 'track', id: newId(), name, properties }),
    set: (traits) => void connection.command({ type: 'set', id: newId(), traits }),

    opened() {
      if (link.kind === 'closed') connection.reconnect()
      if (pageRefused) refusePage()
    },

    logOut() {
      connection.forget()
      const gone = (): void => {
        connection.close()
        tell({ type: 'gone' })
      }
      // The token is forgotten in any case; at the server it dies now, if the server can be reached.
      clock.after(logOutMsMax, gone)
      if (kept) void connection.command({ type: 'logout', id: newId() }).then(gone)
      else gone()
      kept = null
    },

    reconnect: () => connection.reconnect(),
  }
}

/** How long a page that logs out waits for the server to forget the token. */
const logOutMsMax = 3_000

/** A conversation that began on this connection: its first event is number 1. */
function freshState(id: string, at: string): ConversationState {
  return {
    id,
    seq: 0,
    status: 'open',
    handler: { kind: 'queue' },
    handlerEpoch: 0,
    queue: null,
    assignee: null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: at,
    lastEventAt: at,
  }
}
