import type {
  ClientFrame,
  ContainmentNotice,
  IdentifierFormat,
  PageInfo,
  ServerFrame,
  WidgetConfig,
} from '@candor/protocol/frames.ts'
import { heartbeatMs, protocolVersion, snapshotEventsMax } from '@candor/protocol/frames.ts'
import { parseClientFrame } from '@candor/protocol/parse-client-frame.ts'
import type { OpenProof } from '@candor/protocol/open-statement.ts'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import type { Access } from '../access/access.ts'
import type { Conversations, SendOutcome, Stored } from '../conversations/conversations.ts'
import { audienceOf, encode, type Connection } from '../delivery/connection.ts'
import { wireFor, type Delivery } from '../delivery/delivery.ts'
import { isConnectionFault } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import { allow, type Permission } from '../tenants/roles.ts'
import type { LiveEndings } from './live-endings.ts'

/** How frames travel: a WebSocket, or an event stream with POST. */
export interface Transport {
  send(frame: string): boolean
  /** Ends the connection in an orderly way, after what was sent. */
  close(reason: string): void
  /** Ends it at once: the other side does not answer. */
  terminate(): void
  /** Stops and resumes reading: back-pressure for a sender that is faster than the database. */
  pause(): void
  resume(): void
}

/** What a session needs of who is who; the room `tenants` answers it. */
export interface Identity {
  tenantBySlug(slug: string): Promise<{ id: string; name: string } | null>
  staffOfKey(key: string): Promise<Actor | null>
  newVisitor(tenant: string, locale: string | null): Promise<{ actor: Actor; token: string }>
  visitorOfToken(tenant: string, token: string): Promise<{ actor: Actor; renewed: string | null }>
  /** What the visitor said and saw before belongs to the customer from now on. */
  identify(actor: Actor, jwt: string): Promise<{ actor: Actor; token: string }>
  logout(actor: Actor): Promise<void>
  setTraits(actor: Actor, traits: Record<string, string | number | boolean>): Promise<void>
  widgetConfig(tenant: string): Promise<WidgetConfig>
  guardFormats(tenant: string): readonly IdentifierFormat[] | Promise<readonly IdentifierFormat[]>
  originAllowed(tenant: string, origin: string): Promise<boolean>
  pageApproved(tenant: string, url: string): Promise<boolean>
}

/** What a session tells of a visit; the room `visits` answers it. */
export interface VisitLog {
  pageView(actor: Actor, page: PageInfo): void
  track(actor: Actor, id: string, name: string, properties: Record<string, string | number | boolean>): void
  cardFieldsSeen(actor: Actor, url: string): void
  /** Page views that the loader reported under this visit are the visitor's. */
  joinVisitor(tenant: string, visit: string, visitor: string): void
}

/** Where a visitor's frame is, as far as it says. */
interface FramePlace {
  origin: string | null
  url: string | null
  release: string | null
}

/** What a session asks of the kill switch; the room `integrity` answers it. */
export interface KillSwitch {
  covers(tenant: string, place: FramePlace): boolean
  /** A visitor's frame is open until the answer is called; `stop` ends it and says when the frame has confirmed. */
  opened(frame: { tenant: string; where(): FramePlace; stop(confirmed: () => void): void }): () => void
  /** What is switched off now, for staff. */
  notices(tenant: string): readonly ContainmentNotice[]
}

export interface SessionRooms {
  identity: Identity
  visits: VisitLog
  conversations: Conversations
  delivery: Delivery
  access: Access
  routing: {
    sendAsStaff(
      actor: Actor,
      message: { id: string; conversation: string; text: string },
    ): Promise<SendOutcome>
    /** Who answers a new conversation, and which queue it belongs to. */
    firstHandler(tenant: string): Promise<{ handler: 'virtual-agent' | 'queue'; queue: string | null }>
  }
  containment: KillSwitch
  /** Calls `end` when this sign-in, API key or visitor token stops counting; the answer stops the watch. */
  watchEnding: LiveEndings['watch']
  epoch: () => string
  log: (event: Record<string, unknown>) => void
}

export interface Session {
  receive(raw: string): void
  /** The transport is gone. */
  closed(): void
  /** The server stops: tell the client to come back. */
  restart(): void
}

/** Frames under way at once; above it the socket is not read. One flooding visitor holds no more than this. */
const inFlightMax = 256
/** A visitor's frames per second over a longer time, and at once. Beyond it the socket is read more slowly. */
const visitorFramesPerSecond = 1_000
const visitorFramesBurst = 5_000
/** A connection that has not said hello by then is closed. */
const helloMsMax = 10_000
/** An answer to a heartbeat takes no longer, or the socket is half open. With the interval: noticed within 29 s. */
const beatMsMax = 4_000
/** A frame that was stopped says so within milliseconds; after this its connection ends without a word. */
const stoppedMsMax = 5_000
/** Frames that came before hello was answered. */
const earlyFramesMax = 64

/** Who is signed in with what the connection came with, as of now; null: it came with nothing. */
export type StaffOfConnection = (() => Promise<Actor | null>) | null

/**
 * One connected client, whatever the transport. Frames are handled in the order in which they came; a frame's
 * refusal is an answer, a fault ends the connection and is logged without its content.
 */
export function openSession(transport: Transport, rooms: SessionRooms, staff: StaffOfConnection): Session {
  const { identity, visits, conversations, delivery, access } = rooms
  let connection: Connection | null = null
  let early: ClientFrame[] | null = []
  let greeting = false
  let inFlight = 0
  let paused = false
  let ended = false
  let tokens = visitorFramesBurst
  let tokensAt = Date.now()
  let page: PageInfo | null = null
  let cardFieldsRefused = false
  let awaitingBeat: NodeJS.Timeout | null = null
  let heartbeat: NodeJS.Timeout | null = null
  let unwatch = (): void => undefined
  /** A visitor's frame, for the kill switch. */
  let place: FramePlace = { origin: null, url: null, release: null }
  let frameGone = (): void => undefined
  /** It was told to stop; called when it says that it has. */
  let stopped: (() => void) | null = null
  let stopLimit: NodeJS.Timeout | undefined
  const helloTimer = setTimeout(() => goodbye(new Refusal('malformed', 'Say hello first.')), helloMsMax)

  function send(frame: ServerFrame): void {
    transport.send(encode(frame))
  }

  function goodbye(refusal: Refusal): void {
    sayGoodbye(refusal.code, refusal.message, refusal.retryAfterMs ?? 5_000)
  }

  function sayGoodbye(code: RefusalCode | 'restart', message: string, retryAfterMs: number): void {
    if (ended) return
    send({ type: 'goodbye', code, message, retryAfterMs })
    transport.close(code)
    closed()
  }

  /** For good. Nothing else is read or sent; the end of the connection waits for the frame's answer, but not for long. */
  function stop(confirmed: () => void): void {
    if (ended || stopped !== null) return
    const end = (): void => {
      transport.close('contained')
      closed()
    }
    stopLimit = setTimeout(end, stoppedMsMax)
    stopped = () => {
      confirmed()
      end()
    }
    const { code, message } = contained()
    send({ type: 'goodbye', code, message, retryAfterMs: 0 })
    leave()
    // Its answer stands behind what is not read yet.
    if (paused) transport.resume()
  }

  function closed(): void {
    if (ended) return
    ended = true
    clearTimeout(stopLimit)
    leave()
  }

  /** Nothing reaches it any more, and nothing waits for it. */
  function leave(): void {
    frameGone()
    clearTimeout(helloTimer)
    if (heartbeat !== null) clearTimeout(heartbeat)
    if (awaitingBeat !== null) clearTimeout(awaitingBeat)
    unwatch()
    if (connection !== null) delivery.disconnect(connection)
  }

  /** A sign-out elsewhere ends the live connection too; with another role it starts anew. */
  function watch(actor: Actor): void {
    unwatch()
    if (actor.session === undefined) return
    unwatch = rooms.watchEnding(actor.session, actor.until, (how) =>
      how === 'ended'
        ? goodbye(new Refusal('not_signed_in', 'This session has ended.'))
        : sayGoodbye('restart', 'Your role or name was changed.', 0),
    )
  }

  function scheduleHeartbeat(delayMs: number): void {
    heartbeat = setTimeout(() => {
      if (connection === null) return
      send({ type: 'heartbeat', tops: delivery.tops(connection) })
      awaitingBeat ??= setTimeout(() => {
        // On a loaded server the answer may lie unread in the socket: it is read before the verdict.
        setImmediate(() =>
          setImmediate(() => {
            if (awaitingBeat === null || ended) return
            transport.terminate()
            closed()
          }),
        )
      }, beatMsMax)
      scheduleHeartbeat(heartbeatMs)
    }, delayMs)
  }

  function receive(raw: string): void {
    if (ended) return
    if (stopped !== null) {
      if (stoppedForm.test(raw)) stopped()
      return
    }
    if (awaitingBeat !== null) {
      clearTimeout(awaitingBeat)
      awaitingBeat = null
    }
    let frame: ClientFrame
    try {
      frame = parseClientFrame(raw)
    } catch (caught) {
      if (!(caught instanceof Refusal)) throw caught
      refuse(idOf(raw), undefined, caught)
      return
    }
    if (frame.type === 'hello') {
      if (greeting) refuse(undefined, undefined, new Refusal('malformed', 'Hello was said already.'))
      else {
        greeting = true
        handle(frame, () => hello(frame))
      }
    } else if (early !== null) {
      if (early.length >= earlyFramesMax) goodbye(new Refusal('too_many', 'Wait for the welcome.'))
      else early.push(frame)
    } else perform(frame)
    slowDown()
  }

  function slowDown(): void {
    if (connection?.audience === 'visitor') {
      const now = Date.now()
      tokens = Math.min(visitorFramesBurst, tokens + ((now - tokensAt) / 1_000) * visitorFramesPerSecond) - 1
      tokensAt = now
    }
    if (!paused && (inFlight >= inFlightMax || tokens < 0)) {
      paused = true
      transport.pause()
      if (tokens < 0) setTimeout(speedUp, 50)
    }
  }

  function speedUp(): void {
    if (!paused || ended || inFlight >= inFlightMax / 2) return
    tokens = Math.min(visitorFramesBurst, tokens + ((Date.now() - tokensAt) / 1_000) * visitorFramesPerSecond)
    tokensAt = Date.now()
    if (tokens < 0) {
      setTimeout(speedUp, 50)
      return
    }
    paused = false
    transport.resume()
  }

  /** Runs what a frame asks for; a refusal becomes its answer. */
  function handle(frame: ClientFrame, act: () => Promise<void> | void): void {
    inFlight++
    const done = (): void => {
      inFlight--
      if (paused) speedUp()
    }
    const failed = (thrown: unknown): void => {
      done()
      const caught = isConnectionFault(thrown) ? databaseAway(thrown) : thrown
      if (caught instanceof Refusal) {
        if (frame.type === 'hello') goodbye(caught)
        else
          refuse(
            'id' in frame ? frame.id : undefined,
            'conversation' in frame ? frame.conversation : undefined,
            caught,
          )
        return
      }
      rooms.log({
        level: 'error',
        event: 'fault in a frame',
        frame: frame.type,
        stack: caught instanceof Error ? caught.stack : '',
      })
      transport.close('fault')
      closed()
    }
    try {
      const running = act()
      if (running instanceof Promise) running.then(done, failed)
      else done()
    } catch (caught) {
      failed(caught)
    }
  }

  function refuse(id: string | undefined, conversation: string | undefined, refusal: Refusal): void {
    send({
      type: 'refused',
      ...(id === undefined ? {} : { id }),
      ...(conversation === undefined ? {} : { conversation }),
      code: refusal.code,
      message: refusal.message,
      ...(refusal.field === undefined ? {} : { field: refusal.field }),
      ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    })
  }

  async function hello(frame: Extract<ClientFrame, { type: 'hello' }>): Promise<void> {
    if (frame.protocol !== protocolVersion)
      throw new Refusal('protocol_unsupported', `This server speaks protocol ${protocolVersion}.`, {
        field: 'protocol',
      })
    const welcome = frame.role === 'visitor' ? await welcomeVisitor(frame) : await welcomeStaff(frame)
    // Read last: a change after this is told to the connection as it comes.
    const { tenant } = connection!.actor
    const identifierFormats = await identity.guardFormats(tenant)
    if (ended) return
    // Open from here on, and looked at once more: whatever is switched off later finds it.
    if (frame.role === 'visitor') {
      if (rooms.containment.covers(tenant, place)) throw contained()
      frameGone = rooms.containment.opened({ tenant, where: () => place, stop })
    }
    clearTimeout(helloTimer)
    watch(connection!.actor)
    delivery.connect(connection!)
    send({ ...welcome, identifierFormats })
    if (frame.role === 'staff') {
      const items = rooms.containment.notices(tenant)
      if (items.length > 0) send({ type: 'containments', items })
    }
    // Spread over the interval, so that a thousand reconnects do not beat together for ever.
    scheduleHeartbeat(heartbeatMs * (0.5 + Math.random() / 2))
    for (const position of frame.positions ?? [])
      await follow(position.conversation, position, position.proof).catch(
        refusePosition(position.conversation),
      )
    const waiting = early ?? []
    early = null
    for (const next of waiting) perform(next)
  }

  function refusePosition(conversation: string): (caught: unknown) => void {
    return (caught) => {
      if (!(caught instanceof Refusal)) throw caught
      refuse(undefined, conversation, caught)
    }
  }

  async function welcomeVisitor(frame: Extract<ClientFrame, { role: 'visitor' }>): Promise<Welcome> {
    const tenant = await identity.tenantBySlug(frame.tenant)
    if (tenant === null) throw new Refusal('not_found', 'There is no such tenant.', { field: 'tenant' })
    if (frame.origin !== undefined && !(await identity.originAllowed(tenant.id, frame.origin)))
      throw new Refusal('origin_not_allowed', undefined, { field: 'origin' })
    place = {
      origin: frame.origin ?? null,
      url: frame.page?.url ?? null,
      release: frame.release ?? null,
    }
    // Before anything is made for who is sent away again.
    if (rooms.containment.covers(tenant.id, place)) throw contained()
    let token: string | null = null
    let actor: Actor
    try {
      if (frame.token === undefined) throw new Refusal('token_invalid')
      ;({ actor, renewed: token } = await identity.visitorOfToken(tenant.id, frame.token))
    } catch (caught) {
      if (!(caught instanceof Refusal) || !caught.code.startsWith('token_')) throw caught
      // No token, or one that no longer counts: a visitor like any other who comes for the first time.
      ;({ actor, token } = await identity.newVisitor(tenant.id, frame.locale ?? null))
    }
    // The page's address is screened with them.
    await identity.guardFormats(tenant.id)
    connection = { actor, audience: 'visitor', inbox: false, available: false, send: transport.send }
    if (frame.page !== undefined) await seePage(frame.page)
    if (frame.visit !== undefined) visits.joinVisitor(tenant.id, frame.visit, actor.id)
    const owned = await conversations.ofVisitor(actor)
    return {
      type: 'welcome',
      protocol: protocolVersion,
      epoch: rooms.epoch(),
      you: {
        kind: actor.kind,
        id: actor.id,
        name: actor.name,
        tenant: tenant.name,
        identified: actor.identified ?? false,
      },
      ...(token === null ? {} : { token }),
      config: await identity.widgetConfig(tenant.id),
      conversations: owned.map((state) => ({ ...state, tags: [] })),
      heartbeatMs,
      agentsOnline: delivery.presence.agentsOnline(tenant.id),
    }
  }

  async function welcomeStaff(frame: Extract<ClientFrame, { role: 'staff' }>): Promise<Welcome> {
    const { key } = frame
    const who = key === undefined ? staff : () => identity.staffOfKey(key)
    const actor = (await who?.()) ?? null
    if (who === null || actor === null) throw new Refusal('not_signed_in')
    watch(actor)
    // What was told before the watch began is seen by asking once more; what comes later is told to the watch.
    const still = await who()
    if (still === null) throw new Refusal('not_signed_in')
    if (still.role !== actor.role || still.name !== actor.name)
      throw new Refusal('busy', 'Your role or name was just changed.', { retryAfterMs: 0 })
    connection = {
      actor,
      audience: audienceOf(actor),
      inbox: frame.inbox ?? false,
      available: actor.kind === 'agent' && (frame.inbox ?? false),
      send: transport.send,
    }
    return {
      type: 'welcome',
      protocol: protocolVersion,
      epoch: rooms.epoch(),
      you: {
        kind: actor.kind,
        id: actor.id,
        name: actor.name,
        tenant: actor.tenant,
        ...(actor.role === undefined ? {} : { role: actor.role }),
      },
      conversations: [],
      heartbeatMs,
      agentsOnline: delivery.presence.agentsOnline(actor.tenant),
    }
  }

  async function seePage(seen: PageInfo): Promise<void> {
    const { actor } = connection!
    page = seen
    visits.pageView(actor, seen)
    cardFieldsRefused = seen.cardFields && !(await identity.pageApproved(actor.tenant, seen.url))
    if (!cardFieldsRefused) return
    visits.cardFieldsSeen(actor, seen.url)
    refuse(
      undefined,
      undefined,
      new Refusal(
        'card_fields_page',
        'Chat stays closed where payment cards are entered. Your card is safer that way.',
      ),
    )
  }

  async function follow(
    conversation: string,
    position: { epoch: string; seq: number } | null,
    proof?: OpenProof,
  ): Promise<void> {
    const { actor } = connection!
    if (actor.kind !== 'visitor') allow(actor, 'conversations.read')
    const owner = await conversations.visitorOf(actor.tenant, conversation)
    if (actor.kind === 'visitor' && owner !== actor.id)
      throw new Refusal('not_found', undefined, { field: 'conversation' })
    const purpose = actor.kind === 'visitor' ? 'participant' : actor.kind === 'api' ? 'api' : 'desk'
    const receipt = await access.receipt(actor, conversation, purpose, { proof })
    await delivery.follow(connection!, receipt, position)
  }

  function perform(frame: ClientFrame): void {
    if (stopped !== null) return
    handle(frame, () => act(frame))
  }

  function act(frame: ClientFrame): Promise<void> | void {
    const { actor } = connection!
    if (cardFieldsRefused && writes.has(frame.type)) throw new Refusal('card_fields_page')
    const needed = neededBy[frame.type]
    if (actor.kind !== 'visitor' && needed !== undefined) allow(actor, needed)
    switch (frame.type) {
      case 'send':
        return (
          actor.kind === 'visitor'
            ? conversations.send(actor, frame)
            : rooms.routing.sendAsStaff(actor, frame)
        ).then(acknowledgeOutcome)
      case 'read':
        return conversations.read(actor, frame).then((stored) => {
          if (stored === null) send({ type: 'ack', id: frame.id, conversation: frame.conversation })
          else acknowledge(stored)
        })
      case 'delivered':
        return delivery.delivered(connection!, frame.conversation, frame.seq)
      case 'typing':
        return delivery.typing(connection!, frame.conversation, frame.on)
      case 'beat':
      case 'stopped':
        return
      case 'open':
        return follow(
          frame.conversation,
          frame.epoch === undefined || frame.seq === undefined
            ? null
            : { epoch: frame.epoch, seq: frame.seq },
          frame.proof,
        )
      case 'leave':
        return delivery.unfollow(connection!, frame.conversation)
      case 'start':
        return start(frame)
      case 'note':
        return conversations.note(actor, frame).then(acknowledge)
      case 'edit':
        return conversations.edit(actor, frame).then(acknowledge)
      case 'delete':
        return conversations.delete(actor, frame).then(acknowledge)
      case 'form':
        return conversations.answerForm(actor, frame).then(acknowledgeOutcome)
      case 'earlier':
        return earlier(frame)
      case 'identify':
        return identify(frame)
      case 'logout':
        return logout(frame)
      case 'page':
        place = { ...place, url: frame.page.url }
        if (actor.kind === 'visitor' && rooms.containment.covers(actor.tenant, place))
          return stop(() => undefined)
        return seePage(frame.page)
      case 'track':
        visits.track(actor, frame.id, frame.name, frame.properties)
        return send({ type: 'ack', id: frame.id })
      case 'set':
        visitorOnly(actor)
        return identity.setTraits(actor, frame.traits).then(() => send({ type: 'ack', id: frame.id }))
      case 'presence':
        if (actor.kind !== 'agent') throw new Refusal('not_allowed')
        return delivery.presence.setAvailable(connection!, frame.state === 'online')
      case 'hello':
        return
    }
  }

  function acknowledge(stored: Stored): void {
    const { id, conversation, seq, at, text, replayed } = stored
    send({
      type: 'ack',
      id,
      conversation,
      seq,
      at,
      ...(text === undefined ? {} : { text }),
      ...(replayed ? { replayed: true } : {}),
    })
  }

  function acknowledgeOutcome(outcome: SendOutcome): void {
    if (outcome.kind === 'stored') return acknowledge(outcome)
    throw new Refusal(
      outcome.kind === 'closed' ? 'state_conflict' : 'handler_changed',
      outcome.kind === 'closed' ? 'The conversation is closed. Reopen it first.' : undefined,
    )
  }

  async function start(frame: Extract<ClientFrame, { type: 'start' }>): Promise<void> {
    const { actor } = connection!
    visitorOnly(actor)
    const first = await rooms.routing.firstHandler(actor.tenant)
    const stored = await conversations.start(actor, {
      id: frame.id,
      conversation: frame.conversation,
      site: null,
      page: page === null ? null : { url: page.url, title: page.title },
      ...first,
    })
    // Followed from its beginning, so that the acknowledgement comes before the first event's effects.
    acknowledge(stored)
    if (!delivery.follows(connection!, frame.conversation))
      // It has begun and what is written is stored; whether its text can be followed is another matter.
      await follow(frame.conversation, { epoch: rooms.epoch(), seq: 0 }).catch(
        refusePosition(frame.conversation),
      )
  }

  async function earlier(frame: Extract<ClientFrame, { type: 'earlier' }>): Promise<void> {
    const current = connection!
    if (!delivery.follows(current, frame.conversation))
      throw new Refusal('state_conflict', 'Open the conversation first.', { field: 'conversation' })
    const purpose =
      current.actor.kind === 'visitor' ? 'participant' : current.actor.kind === 'api' ? 'api' : 'desk'
    const receipt = await access.receipt(current.actor, frame.conversation, purpose, { proof: frame.proof })
    const { events, more } = await conversations.earlier(receipt, frame.before, snapshotEventsMax)
    const contiguous = wireFor(current.audience, (events[0]?.seq ?? 1) - 1, events)
    // The page ends at a number that the client holds: trailing staff-only numbers are blanks it must have too.
    if (current.audience === 'visitor')
      for (
        let seq = (contiguous.at(-1)?.seq ?? (events[0]?.seq ?? frame.before) - 1) + 1;
        seq < frame.before;
        seq++
      )
        contiguous.push({ seq, type: 'private' })
    send({ type: 'earlier', id: frame.id, conversation: frame.conversation, events: contiguous, more })
  }

  async function identify(frame: Extract<ClientFrame, { type: 'identify' }>): Promise<void> {
    const current = connection!
    visitorOnly(current.actor)
    // The token that this visitor came with dies now; that is no reason to end the connection.
    unwatch()
    const { actor, token } = await identity.identify(current.actor, frame.jwt)
    if (ended || stopped !== null) return
    delivery.disconnect(current)
    current.actor = actor
    watch(actor)
    delivery.connect(current)
    const owned = await conversations.ofVisitor(actor)
    send({
      type: 'identified',
      id: frame.id,
      you: { kind: actor.kind, id: actor.id, name: actor.name },
      token,
      conversations: owned.map((state) => ({ ...state, tags: [] })),
    })
  }

  async function logout(frame: Extract<ClientFrame, { type: 'logout' }>): Promise<void> {
    const current = connection!
    visitorOnly(current.actor)
    unwatch()
    await identity.logout(current.actor)
    delivery.disconnect(current)
    send({ type: 'logged-out', id: frame.id })
    transport.close('logged out')
    closed()
  }

  return {
    receive,
    closed,
    restart() {
      sayGoodbye('restart', 'The server restarts.', 500)
    },
  }
}

/** A new one each time: a refusal carries where it was made. */
function contained(): Refusal {
  return new Refusal('contained', 'The chat is switched off here for now.')
}

/** All that is still read of a frame that was told to stop. */
const stoppedForm = /^\{\s*"type"\s*:\s*"stopped"\s*\}$/

/** Whatever was asked may be asked again: what was stored is found by its id. */
export function databaseAway(cause: unknown): Refusal {
  return new Refusal('busy', undefined, { retryAfterMs: Math.round(500 + Math.random() * 1_000), cause })
}

type Welcome = Extract<ServerFrame, { type: 'welcome' }>

/** Frames that put something into a conversation. */
const writes: ReadonlySet<ClientFrame['type']> = new Set(['start', 'send', 'edit', 'form', 'note'])

/** What a member of the staff must be allowed to do for it. */
const neededBy: Partial<Record<ClientFrame['type'], Permission>> = {
  open: 'conversations.read',
  earlier: 'conversations.read',
  send: 'conversations.answer',
  edit: 'conversations.answer',
  delete: 'conversations.answer',
  form: 'conversations.answer',
  note: 'conversations.note',
  read: 'conversations.answer',
}

function visitorOnly(actor: Actor): void {
  if (actor.kind !== 'visitor') throw new Refusal('not_allowed', 'Only a visitor does this.')
}

/** The id of a frame that could not be parsed, so that its sender learns which one it was. */
function idOf(raw: string): string | undefined {
  const found = /"id"\s*:\s*"([0-9a-f-]{36})"/.exec(raw.slice(0, 2_048))
  return found?.[1]
}
