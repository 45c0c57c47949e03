/**
 * The conversations this desk has opened: what was heard folded into a transcript, what was written and is not
 * stored yet, who types and who looks. The one that is open is followed live; those left stay a while, so that
 * going back to one shows it at once.
 */
import type { Connection, RefusedFrame } from '@candor/protocol/connection.ts'
import type { ConversationRow, ConversationState, EventActor, WireEvent } from '@candor/protocol/events.ts'
import {
  emptyTranscript,
  foldEarlier,
  foldEvents,
  foldState,
  type MessageItem,
  type Transcript,
} from '@candor/protocol/fold-events.ts'
import { ephemeralMs, type ServerFrame } from '@candor/protocol/frames.ts'
import type { RefusalCode } from '@candor/protocol/refusals.ts'
import { newId } from '../live/new-id.ts'
import { observable, type Observable } from '../live/observable.ts'
import type { OpenProofs } from '../live/open-proofs.ts'

export interface Outgoing {
  id: string
  kind: 'send' | 'note'
  text: string
  at: string
  state: 'sending' | 'stored' | 'failed'
  reason?: string
}

export interface Thread {
  readonly id: string
  /** `cached`: shown from memory, its events since are on their way. */
  readonly loading: 'first' | 'cached' | 'done' | 'refused'
  readonly refusal: { code: RefusalCode; message: string } | null
  /** What was written before cannot be opened right now. */
  readonly pastAway: boolean
  readonly state: ConversationState | null
  readonly transcript: Transcript
  /** Lowest seq that is loaded; 1 when all of it is. */
  readonly firstSeq: number
  readonly loadingEarlier: boolean
  readonly outgoing: readonly Outgoing[]
  /** Edits and deletions (null) by seq that are not stored yet. */
  readonly changes: ReadonlyMap<number, string | null>
  readonly typing: readonly EventActor[]
  readonly viewers: readonly EventActor[]
  readonly visitorOnline: boolean | null
}

export interface Conversations {
  thread(id: string): Observable<Thread>
  /** The one conversation on screen. Opening its text leaves an access receipt at the server. */
  readonly open: Observable<string | null>
  /** A message of somebody else that just came into the open conversation. */
  readonly arrived: Observable<MessageItem | null>
  show(id: string | null): void
  /** They were erased: what this browser holds of them goes too. */
  erased(ids: readonly string[]): void
  /** It may be shown next: signs for it, so that showing it does not wait. */
  expect(id: string): void
  hear(frame: ServerFrame): void
  send(id: string, kind: 'send' | 'note', text: string): void
  retry(id: string, outgoing: string): void
  discard(id: string, outgoing: string): void
  edit(id: string, target: number, text: string): Promise<string | null>
  remove(id: string, target: number): Promise<string | null>
  earlier(id: string): void
  /** Messages up to this one were on screen in a visible window. */
  seen(id: string, seq: number): void
  typing(id: string, on: boolean): void
  /** Something written here is not stored yet. */
  unstored(): boolean
}

export interface ConversationParts {
  connection: Connection
  proofs: Pick<OpenProofs, 'prepare' | 'renew'>
  me: { id: string }
  rowChanged(id: string, change: Partial<ConversationRow>): void
}

/** Conversations kept in memory after they were left: an agent goes back to the last few. */
const threadsMax = 40
/** One read mark for what scrolled by meanwhile. */
const readDelayMs = 400
/** `typing` is repeated before it expires at the other side, and not with every key. */
const typingRepeatMs = ephemeralMs / 2

const nothing = (id: string): Thread => ({
  id,
  loading: 'first',
  refusal: null,
  pastAway: false,
  state: null,
  transcript: emptyTranscript,
  firstSeq: 1,
  loadingEarlier: false,
  outgoing: [],
  changes: new Map(),
  typing: [],
  viewers: [],
  visitorOnline: null,
})

export function openConversations({ connection, proofs, me, rowChanged }: ConversationParts): Conversations {
  const threads = new Map<string, Observable<Thread>>()
  const epochs = new Map<string, string>()
  const open = observable<string | null>(null)
  const arrived = observable<MessageItem | null>(null)
  const typingEnds = new Map<string, ReturnType<typeof setTimeout>>()
  const reads = new Map<string, { upTo: number; timer: ReturnType<typeof setTimeout> | null }>()
  let typedAt = 0
  let typingOn: string | null = null
  /** Whose signature was refused, and made again, since its text last came. */
  const renewed = new Set<string>()

  function thread(id: string): Observable<Thread> {
    const held = threads.get(id) ?? observable(nothing(id))
    // Last used stands last.
    threads.delete(id)
    threads.set(id, held)
    for (const [oldest, one] of threads) {
      if (threads.size <= threadsMax) break
      if (oldest === open.get() || one.get().outgoing.length > 0) continue
      threads.delete(oldest)
      epochs.delete(oldest)
    }
    return held
  }

  function update(id: string, change: Partial<Thread>): void {
    const held = threads.get(id)
    if (held) held.set({ ...held.get(), ...change })
  }

  function show(id: string | null): void {
    const before = open.get()
    if (before === id) return
    if (before !== null) {
      typing(before, false)
      flushRead(before)
      connection.leave(before)
      update(before, { typing: [], viewers: [] })
    }
    open.set(id)
    arrived.set(null)
    if (id === null) return
    renewed.delete(id)
    const held = thread(id)
    if (held.get().state) held.set({ ...held.get(), loading: 'cached' })
    else if (held.get().loading === 'refused') held.set(nothing(id))
    const signed = proofs.prepare(id)
    if (signed) void signed.then(() => followIfOpen(id))
    else connection.follow(id)
  }

  /** Another one may have been opened while this one was signed for. */
  function followIfOpen(id: string): void {
    if (open.get() === id) connection.follow(id)
  }

  function hear(frame: ServerFrame): void {
    switch (frame.type) {
      case 'snapshot':
        return hearSnapshot(frame)
      case 'events':
        return hearEvents(frame.conversation, frame.events)
      case 'earlier':
        return hearEarlier(frame.conversation, frame.events, frame.more)
      case 'delivered': {
        const state = threads.get(frame.conversation)?.get().state
        if (!state) return
        const upTo = Math.max(state.deliveredTo[frame.to], frame.seq)
        update(frame.conversation, {
          state: { ...state, deliveredTo: { ...state.deliveredTo, [frame.to]: upTo } },
        })
        return
      }
      case 'typing':
        return hearTyping(frame.conversation, frame.actor, frame.on)
      case 'presence':
        return update(frame.conversation, {
          viewers: frame.viewers.filter((viewer) => viewer.id !== me.id),
          visitorOnline: frame.visitorOnline,
        })
      case 'refused':
        return hearRefusal(frame)
      default:
        return
    }
  }

  function hearRefusal({ id, conversation, code, message }: RefusedFrame): void {
    if (conversation === undefined) return
    if (code === 'history_unavailable') return update(conversation, { pastAway: true })
    if (id !== undefined) return
    if (code === 'signature_required' && !renewed.has(conversation)) {
      // A proof from before a long sleep, or a key that the server has let go of: once more, with a new one.
      renewed.add(conversation)
      void proofs.renew(conversation).then(() => followIfOpen(conversation))
      return
    }
    // What is destroyed everywhere else does not stay in this browser's memory.
    const emptied = code === 'erased' ? nothing(conversation) : {}
    update(conversation, { ...emptied, loading: 'refused', refusal: { code, message } })
  }

  function hearSnapshot({
    conversation,
    epoch,
    state,
    events,
  }: Extract<ServerFrame, { type: 'snapshot' }>): void {
    const held = threads.get(conversation)
    if (!held) return
    const before = held.get()
    const first = events[0]?.seq ?? state.seq + 1
    const last = before.state?.seq ?? 0
    // The same history, joined without a gap: pages that were loaded earlier stay, and take the changes since.
    const joins = before.state !== null && epochs.get(conversation) === epoch && first <= last + 1
    epochs.set(conversation, epoch)
    renewed.delete(conversation)
    held.set({
      ...before,
      loading: 'done',
      refusal: null,
      // Live only: what was before is still closed.
      pastAway: before.pastAway && events.length === 0 && state.seq > 0,
      state,
      firstSeq: joins ? before.firstSeq : first,
      transcript: joins
        ? foldEvents(
            before.transcript,
            events.filter((event) => event.seq > last),
          )
        : foldEvents({ ...emptyTranscript, readBy: state.readBy }, events),
      outgoing: withoutStored(before.outgoing, events),
      loadingEarlier: false,
    })
  }

  function hearEvents(conversation: string, events: readonly WireEvent[]): void {
    const held = threads.get(conversation)
    const before = held?.get()
    if (!held || !before?.state) return
    held.set({
      ...before,
      loading: 'done',
      state: foldState(before.state, events),
      transcript: foldEvents(before.transcript, events),
      outgoing: withoutStored(before.outgoing, events),
      typing: before.typing.filter(
        (actor) => !events.some((event) => event.type === 'message' && event.actor.id === actor.id),
      ),
    })
    if (conversation !== open.get()) return
    const item = held.get().transcript.items.at(-1)
    if (item?.kind === 'message' && item.actor.id !== me.id && events.some((event) => event.seq === item.seq))
      arrived.set(item)
  }

  function hearEarlier(conversation: string, events: readonly WireEvent[], more: boolean): void {
    const held = threads.get(conversation)
    if (!held) return
    const before = held.get()
    const fresh = events.filter((event) => event.seq < before.firstSeq)
    held.set({
      ...before,
      transcript: foldEarlier(before.transcript, fresh),
      firstSeq: more ? (fresh[0]?.seq ?? before.firstSeq) : 1,
      loadingEarlier: false,
      pastAway: false,
    })
  }

  function hearTyping(conversation: string, actor: EventActor, on: boolean): void {
    const held = threads.get(conversation)
    if (!held || actor.id === me.id) return
    const key = conversation + actor.id
    clearTimeout(typingEnds.get(key))
    const others = held.get().typing.filter((one) => one.id !== actor.id)
    update(conversation, { typing: on ? [...others, actor] : others })
    if (on)
      typingEnds.set(
        key,
        setTimeout(() => hearTyping(conversation, actor, false), ephemeralMs),
      )
    else typingEnds.delete(key)
  }

  function outgoingChanged(id: string, outgoing: string, change: Partial<Outgoing>): void {
    const held = threads.get(id)
    if (!held) return
    const list = held.get().outgoing.map((one) => (one.id === outgoing ? { ...one, ...change } : one))
    update(id, { outgoing: list })
  }

  async function say(id: string, { id: outgoing, kind, text }: Outgoing): Promise<void> {
    const answer = await connection.command({ type: kind, id: outgoing, conversation: id, text })
    if (answer.type === 'refused') outgoingChanged(id, outgoing, { state: 'failed', reason: answer.message })
    else if (answer.type === 'ack')
      outgoingChanged(id, outgoing, {
        state: 'stored',
        ...(answer.text !== undefined && { text: answer.text }),
      })
  }

  async function change(id: string, target: number, text: string | null): Promise<string | null> {
    const set = (next: (changes: Map<number, string | null>) => void): void => {
      const changes = new Map(threads.get(id)?.get().changes)
      next(changes)
      update(id, { changes })
    }
    set((changes) => changes.set(target, text))
    const answer = await connection.command(
      text === null
        ? { type: 'delete', id: newId(), conversation: id, target }
        : { type: 'edit', id: newId(), conversation: id, target, text },
    )
    set((changes) => changes.delete(target))
    return answer.type === 'refused' ? answer.message : null
  }

  function seen(id: string, seq: number): void {
    const state = threads.get(id)?.get().state
    if (!state) return
    const read = reads.get(id) ?? { upTo: state.readBy.staff, timer: null }
    if (seq <= Math.max(read.upTo, state.readBy.staff)) return
    read.upTo = seq
    read.timer ??= setTimeout(() => flushRead(id), readDelayMs)
    reads.set(id, read)
  }

  function flushRead(id: string): void {
    const read = reads.get(id)
    if (!read?.timer) return
    clearTimeout(read.timer)
    read.timer = null
    void connection.command({ type: 'read', id: newId(), conversation: id, upTo: read.upTo })
    const items = threads.get(id)?.get().transcript.items ?? []
    const unread = items.filter(
      (item) => item.kind === 'message' && item.actor.kind === 'visitor' && item.seq > read.upTo,
    ).length
    rowChanged(id, { unread })
  }

  function typing(id: string, on: boolean): void {
    const now = performance.now()
    if (on && typingOn === id && now - typedAt < typingRepeatMs) return
    if (!on && typingOn !== id) return
    typingOn = on ? id : null
    typedAt = now
    connection.remark({ type: 'typing', conversation: id, on })
  }

  return {
    thread,
    open,
    arrived,
    show,
    erased(ids) {
      for (const id of ids) {
        connection.leave(id)
        hearRefusal({ type: 'refused', conversation: id, code: 'erased', message: '' })
      }
    },
    expect: (id) => void proofs.prepare(id),
    hear,
    send(id, kind, text) {
      const outgoing: Outgoing = { id: newId(), kind, text, at: new Date().toISOString(), state: 'sending' }
      const held = thread(id)
      held.set({ ...held.get(), outgoing: [...held.get().outgoing, outgoing] })
      typing(id, false)
      void say(id, outgoing)
    },
    retry(id, outgoing) {
      const one = threads
        .get(id)
        ?.get()
        .outgoing.find((other) => other.id === outgoing)
      if (one?.state !== 'failed') return
      outgoingChanged(id, outgoing, { state: 'sending' })
      void say(id, one)
    },
    discard(id, outgoing) {
      update(id, {
        outgoing:
          threads
            .get(id)
            ?.get()
            .outgoing.filter((one) => one.id !== outgoing) ?? [],
      })
    },
    edit: change,
    remove: (id, target) => change(id, target, null),
    earlier(id) {
      const held = threads.get(id)?.get()
      if (!held?.state || held.loadingEarlier || held.firstSeq <= 1) return
      update(id, { loadingEarlier: true })
      void connection
        .command({ type: 'earlier', id: newId(), conversation: id, before: held.firstSeq })
        .then(async (answer) => {
          if (answer.type !== 'refused') return
          if (answer.code === 'signature_required') await proofs.renew(id)
          update(id, { loadingEarlier: false })
        })
    },
    seen,
    typing,
    unstored: () =>
      [...threads.values()].some((one) => one.get().outgoing.some(({ state }) => state === 'sending')),
  }
}

/** What this person wrote last to the visitor and can still change. */
export function lastOwn({ transcript }: Thread, me: string): MessageItem | undefined {
  return transcript.items.findLast(
    (item): item is MessageItem =>
      item.kind === 'message' && !item.note && !item.deleted && item.actor.id === me,
  )
}

function withoutStored(outgoing: readonly Outgoing[], events: readonly WireEvent[]): readonly Outgoing[] {
  if (outgoing.length === 0) return outgoing
  const stored = new Set(events.flatMap((event) => (event.type === 'private' ? [] : [event.id])))
  return outgoing.filter((one) => !stored.has(one.id))
}
