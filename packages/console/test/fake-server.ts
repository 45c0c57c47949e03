/**
 * The public API and the live connection from memory, for the desk's own tests and for working on its looks.
 * It speaks api.ts and frames.ts, holds any number of seeded conversations (texts are made when first opened)
 * and lets a test act as the visitor. It decides nothing about rights: the real server's tests do that.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createPublicKey, hash, randomUUID, verify, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { exampleOf, overlapWithIssuerRanges, screen } from '@candor/card-guard'
import type {
  AccessActor,
  AccessPolicy,
  AccessReview,
  ApiKey,
  Appended,
  ApprovedPage,
  CannedReply,
  ConversationDetail,
  IdentityKey,
  InboxView,
  LegalHold,
  Me,
  PageReport,
  Person,
  Problem,
  Queue,
  TenantIdentifierFormat,
  Role,
} from '@candor/protocol/api.ts'
import type {
  ConversationEvent,
  ConversationRow,
  EventActor,
  EventData,
  EventType,
} from '@candor/protocol/events.ts'
import {
  heartbeatMs,
  protocolVersion,
  replayEventsMax,
  snapshotEventsMax,
  type ClientFrame,
  type IdentifierFormat,
  type ServerFrame,
  type WidgetConfig,
} from '@candor/protocol/frames.ts'
import {
  openStatement,
  proofHeader,
  proofMsMax,
  proofOfHeader,
  type OpenProof,
} from '@candor/protocol/open-statement.ts'
import { parseClientFrame, checkClientFrame } from '@candor/protocol/parse-client-frame.ts'
import { Refusal, refusals } from '@candor/protocol/refusals.ts'
import { checkIdentifierFormat, type GivenFormat } from '../../server/src/tenants/identifier-formats.ts'
import { openFakeLog, type EntryFilter, type FakeLog } from './fake-log.ts'
import { actorOf, writePast } from './fake-past.ts'
import { openFakeIntegrity, type FakeIntegrity, type IntegrityStage } from './fake-integrity.ts'
import { firstNames, lastNames, pagesOfSite, talk, topics } from './fake-talk.ts'
import { openFakeVirtualAgent, type AuthoringStage, type FakeVirtualAgent } from './fake-virtual-agent.ts'

export interface FakeOptions {
  /** The built console; without it only the API answers. */
  dist?: string
  /** How many open conversations. */
  conversations?: number
  /** Events in every conversation, about. The first of `mine` has `longest` messages. */
  messages?: number
  longest?: number
  signedIn?: boolean
  secondFactor?: boolean
  /** The tenant's own kinds of numbers. */
  formats?: IdentifierFormat[]
  /** How far the virtual agent's authors have come. */
  authoring?: AuthoringStage
  /** What the tenant's pages run. */
  integrity?: IntegrityStage
  /** Of the person who is signed in. */
  role?: Role
  /** Delay of every API answer and acknowledgement, to see optimistic states. */
  delayMs?: number
  port?: number
}

export interface FakeServer {
  origin: string
  /** Rows now, by id. */
  rows: Map<string, ConversationRow>
  me: Me
  /** A visitor writes. */
  visitorSays(conversation: string, text: string): void
  visitorTypes(conversation: string, on: boolean): void
  visitorReads(conversation: string): void
  /** A new visitor waits for a person. */
  newConversation(name?: string): string
  append<T extends EventType>(conversation: string, type: T, actor: EventActor, data: EventData[T]): void
  events(conversation: string): ConversationEvent[]
  viewer(conversation: string, name: string): void
  /** While true every socket is refused and cut. */
  cut(on: boolean): void
  /** Somebody else changes the tenant's identifier formats. */
  setFormats(formats: IdentifierFormat[]): void
  /** The session ends at the server, as when an administrator ends it. */
  endSession(): void
  /** An administrator gives me another role: connections start anew. */
  changeMyRole(role: Me['person']['role']): void
  /** Acknowledgements and API answers wait this long from now on. */
  delay(ms: number): void
  /** The next send is refused. */
  refuseNext(code: keyof typeof refusals): void
  accessLog: FakeLog
  virtualAgent: FakeVirtualAgent
  integrity: FakeIntegrity
  /** The past is not opened; `live`: what comes is, as for who had opened it before. */
  keyholderAway(on: boolean | 'live'): void
  suspended(on: boolean): void
  /** What was opened with a signature that holds, in order. */
  opened: { conversation: string; key: string }[]
  /** The server lets go of every browser key, as when the session ran out there. */
  forgetKeys(): void
  /** Requests answered, newest last. */
  log: { method: string; path: string; key: string | undefined }[]
  close(): Promise<void>
}

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; img-src 'self' data:; " +
  "base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'"

const epoch = '018f0000-0000-7000-8000-00000000e0c0'

interface Held {
  row: ConversationRow
  events: ConversationEvent[] | null
  ids: Map<string, Appended>
  messages: number
}

interface Peer {
  send(frame: ServerFrame): void
  following: Set<string>
  inbox: boolean
  away: boolean
  cut(): void
}

export async function openFakeServer(options: FakeOptions = {}): Promise<FakeServer> {
  const count = options.conversations ?? 36
  const perConversation = options.messages ?? 12
  const longest = options.longest ?? 60
  let delayMs = options.delayMs ?? 0
  let cutOff = false
  let refusing: keyof typeof refusals | null = null
  const random = seeded(7)
  const now = Date.now()

  const here = { deactivatedAt: null, secondFactor: false, lastSeenAt: iso(now - 120_000) }
  const people: Person[] = [
    {
      id: uuid(0xa1),
      name: 'Maya Lindqvist',
      email: 'maya@aurelia.example',
      role: 'administrator',
      online: true,
      ...here,
      secondFactor: true,
    },
    {
      id: uuid(0xa2),
      name: 'Jonas Weber',
      email: 'jonas@aurelia.example',
      role: 'agent',
      online: true,
      ...here,
    },
    {
      id: uuid(0xa3),
      name: 'Priya Raman',
      email: 'priya@aurelia.example',
      role: 'supervisor',
      online: false,
      ...here,
      secondFactor: true,
      lastSeenAt: iso(now - 3_600_000 * 5),
    },
    {
      id: uuid(0xa4),
      name: 'Tomás Oliveira',
      email: 'tomas@aurelia.example',
      role: 'agent',
      online: true,
      ...here,
    },
    {
      id: uuid(0xa5),
      name: 'Freya Nilsen',
      email: 'freya@aurelia.example',
      role: 'agent',
      online: false,
      ...here,
      deactivatedAt: iso(now - 86_400_000 * 12),
      lastSeenAt: iso(now - 86_400_000 * 12),
    },
    {
      id: uuid(0xa6),
      name: 'Ingrid Solberg',
      email: 'ingrid@aurelia.example',
      role: 'privacy-officer',
      online: false,
      ...here,
    },
  ]
  const me: Me = {
    person: {
      id: people[0]!.id,
      name: 'Maya Lindqvist',
      email: people[0]!.email,
      role: options.role ?? 'administrator',
      secondFactor: false,
    },
    tenant: { id: uuid(0x7e), name: 'Aurelia Air' },
  }
  const queues: Queue[] = [
    { id: uuid(0xc1), name: 'Bookings', isDefault: true, archivedAt: null },
    { id: uuid(0xc2), name: 'Baggage', isDefault: false, archivedAt: null },
    { id: uuid(0xc3), name: 'Refunds', isDefault: false, archivedAt: null },
    { id: uuid(0xc4), name: 'Vouchers', isDefault: false, archivedAt: iso(now - 86_400_000 * 30) },
  ]
  const canned: CannedReply[] = [
    {
      id: uuid(0xb1),
      shortcut: 'hello',
      title: 'Greeting',
      text: 'Hello, thank you for writing to Aurelia Air. I am looking at your booking now.',
    },
    {
      id: uuid(0xb2),
      shortcut: 'pay',
      title: 'How to pay',
      text: 'Please never send card numbers here. You can pay safely at aurelia.example/pay with your booking code.',
    },
    {
      id: uuid(0xb3),
      shortcut: 'bag',
      title: 'Delayed baggage',
      text: 'I am sorry your bag is late. Please send me the ten-digit tracing number from the baggage desk and a delivery address.',
    },
    {
      id: uuid(0xb4),
      shortcut: 'refund',
      title: 'Refund times',
      text: 'Refunds reach your account within seven working days after approval.',
    },
    {
      id: uuid(0xb5),
      shortcut: 'bye',
      title: 'Closing',
      text: 'Is there anything else I can do for you today?',
    },
  ]
  const approved: ApprovedPage[] = [
    {
      id: uuid(0xd1),
      pattern: 'https://www.aurelia.example/checkout*',
      reason: 'Card fields are in our payment provider’s frame.',
      approvedBy: 'Maya Lindqvist',
      at: iso(now - 86_400_000 * 20),
    },
  ]
  const reports: PageReport[] = [
    {
      id: uuid(0xd5),
      url: 'https://www.aurelia.example/gift-cards/buy',
      firstSeenAt: iso(now - 86_400_000 * 3),
      lastSeenAt: iso(now - 3_600_000),
      count: 214,
    },
  ]
  const apiKeys: ApiKey[] = [
    {
      id: uuid(0xe1),
      name: 'Nightly export',
      role: 'supervisor',
      createdAt: iso(now - 86_400_000 * 90),
      lastUsedAt: iso(now - 7_200_000),
      madeBy: { id: uuid(0xa5), name: 'Freya Nilsen', deactivated: true },
    },
  ]
  const identityKeys: IdentityKey[] = [
    {
      id: uuid(0xf1),
      name: 'Website login',
      jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: uuid(0xf1) },
    },
  ]
  const savedFormat = (id: string, given: GivenFormat): TenantIdentifierFormat => {
    const format = checkIdentifierFormat(given)
    return {
      id,
      name: format.name,
      pattern: format.pattern,
      prefix: format.prefix ?? null,
      example: exampleOf(format),
      overlap: overlapWithIssuerRanges(format),
      savedBy: me.person.name,
      savedAt: iso(Date.now()),
    }
  }
  let formats = (
    options.formats ?? [
      { name: 'Order number', pattern: '################', prefix: 'order' },
      { name: 'Ticket', pattern: '057-##########', prefix: 'ticket' },
      { name: 'Voucher', pattern: '5057 #### #### ####' },
    ]
  ).map((format, i) => savedFormat(uuid(0xfa + i), format))
  const guardFormats = (): IdentifierFormat[] =>
    formats.map(({ name, pattern, prefix }) => ({ name, pattern, ...(prefix !== null && { prefix }) }))
  const formatsChanged = (next: TenantIdentifierFormat[]): void => {
    formats = next
    for (const peer of peers) peer.send({ type: 'identifier-formats', formats: guardFormats() })
  }
  let widget: WidgetConfig = {
    name: 'Aurelia Air',
    accent: '#0b5c8a',
    accentDark: '#6cc3f0',
    position: 'end',
    greeting: 'Hello! How can we help with your journey?',
    payUrl: 'https://www.aurelia.example/pay',
    privacyUrl: 'https://www.aurelia.example/privacy',
    locales: ['en', 'de', 'es', 'ar'],
  }

  const held = new Map<string, Held>()
  const rows = new Map<string, ConversationRow>()
  const meActor: EventActor = { kind: 'agent', id: me.person.id, name: me.person.name }
  const bot: EventActor = { kind: 'virtual-agent', id: uuid(0x90), name: 'Aurelia Assistant' }
  for (let i = 0; i < count; i++) {
    const id = uuid(0x10_0000 + i)
    const name = `${firstNames[Math.floor(random() * firstNames.length)]} ${lastNames[Math.floor(random() * lastNames.length)]}`
    const mine = i % 6 === 1
    const waiting = i % 6 === 0 || i % 6 === 4
    const other = i % 6 === 3
    const minutes = waiting ? 0.4 + i * 1.7 : 1 + i * 2.3
    const agent = mine ? people[0]! : people[1 + (i % 3)]!
    const last = now - minutes * 60_000
    const messages = i === 1 ? longest : Math.max(3, Math.round(perConversation * (0.4 + random())))
    const row: ConversationRow = {
      id,
      seq: messages + (mine || other ? 2 : waiting ? 1 : 0),
      status: 'open',
      handler:
        mine || other
          ? { kind: 'agent', id: agent.id, name: agent.name }
          : waiting
            ? { kind: 'queue' }
            : { kind: 'virtual-agent' },
      handlerEpoch: mine || other || waiting ? 1 : 0,
      queue: queues[i % 3]!.id,
      assignee: mine || other ? { id: agent.id, name: agent.name } : null,
      tags: i % 5 === 0 ? ['refund'] : i % 7 === 1 ? ['vip', 'baggage'] : [],
      readBy: { visitor: 0, staff: 0 },
      deliveredTo: { visitor: 0, staff: 0 },
      startedAt: iso(last - 900_000),
      lastEventAt: iso(last),
      visitor: {
        id: uuid(0x20_0000 + i),
        name: i % 9 === 8 ? '' : name,
        identified: i % 3 !== 0,
        online: i % 4 !== 3,
      },
      page: {
        url: `https://www.aurelia.example${pagesOfSite[i % pagesOfSite.length]![0]}`,
        title: pagesOfSite[i % pagesOfSite.length]![1],
      },
      site: 'www.aurelia.example',
      waitingSince: waiting ? iso(last) : null,
      unread: waiting ? 1 + (i % 3) : mine && i % 4 === 1 ? 1 : 0,
      lastMessageBy: waiting ? 'visitor' : mine ? 'agent' : 'virtual-agent',
    }
    row.readBy.staff = row.seq - row.unread
    row.readBy.visitor = row.deliveredTo.visitor = row.seq - 1
    held.set(id, { row, events: null, ids: new Map(), messages })
    rows.set(id, row)
  }

  function eventsOf(id: string): ConversationEvent[] {
    const one = held.get(id)
    if (!one) throw new Refusal('not_found')
    if (one.events) return one.events
    const pick = seeded(Number.parseInt(id.slice(-6), 16) + 1)
    const topic = topics[Math.floor(pick() * topics.length)]!
    const visitor: EventActor = { kind: 'visitor', id: one.row.visitor.id, name: one.row.visitor.name }
    const agent: EventActor = one.row.assignee ? { kind: 'agent', ...one.row.assignee } : bot
    const handover = one.row.seq - one.messages
    const events: ConversationEvent[] = []
    const start = Date.parse(one.row.lastEventAt) - one.row.seq * (one.messages > 200 ? 900_000 : 55_000)
    const push = (type: EventType, actor: EventActor, data: unknown) => {
      const seq = events.length + 1
      const at =
        seq === one.row.seq
          ? one.row.lastEventAt
          : iso(start + (seq * (Date.parse(one.row.lastEventAt) - start)) / one.row.seq)
      events.push({
        id: uuid(0x4000_0000 + Number.parseInt(id.slice(-5), 16) * 1024 + seq),
        conversation: id,
        seq,
        at,
        type,
        actor,
        data,
      } as ConversationEvent)
    }
    for (let n = 0; n < one.messages; n++) {
      if (n === Math.min(4, one.messages - 2) && handover > 0) {
        push('handover', bot, { handlerEpoch: 1, queue: one.row.queue, reason: 'asked for a person' })
        if (handover > 1)
          push('takeover', agent, { handlerEpoch: 2, agent: { id: agent.id, name: agent.name } })
      }
      const lastUnread = one.messages - n <= one.row.unread
      const fromVisitor = lastUnread || talk[n % talk.length]!.from === 'visitor'
      // What the visitor left unread is the visitor's own: take the next line that is.
      const said = talk.find(
        (line, at) => at >= n % talk.length && line.from === (fromVisitor ? 'visitor' : 'us'),
      )
      const text = n === 1 ? topic.question : n === 2 ? topic.answer : (said ?? talk[1]!).text
      if (fromVisitor || n === 1) push('message', visitor, { text })
      else
        push(
          'message',
          n < 5 || handover < 2 ? bot : agent,
          n === 0
            ? { text: talk[0]!.text, options: ['Change my booking', 'Baggage', 'Talk to a person'] }
            : { text },
        )
    }
    one.row = { ...one.row, seq: events.length }
    one.events = events
    return events
  }

  // ---- the access log

  const accessLog = await openFakeLog(Date.now)
  const suspension = writePast(accessLog, people, [...rows.values()], now)
  const erased = new Set<string>()
  let keyholderAway: boolean | 'live' = false
  let suspended = false
  const limits = (
    conversationsPerHour: number | null,
    offAssignmentPerDay: number | null,
    exportsPerDay: number | null,
  ) => ({
    conversationsPerHour,
    offAssignmentPerDay,
    afterHoursPerDay: null,
    exportsPerDay,
  })
  let accessPolicy: AccessPolicy = {
    budgets: {
      agent: limits(150, 300, 20),
      supervisor: limits(300, null, 50),
      administrator: limits(300, null, 50),
      'privacy-officer': limits(500, null, 200),
      api: limits(2_000, null, 2_000),
    },
    hours: { timeZone: 'Europe/Oslo', days: [1, 2, 3, 4, 5], from: '07:00', to: '20:00' },
    retentionDays: 730,
  }
  const holds: LegalHold[] = []
  let suspensions: AccessReview['suspensions'] = [
    {
      actor: actorOf(people[3]!),
      at: iso(now - 86_400_000 * 5),
      reason: '151 conversations within an hour; the budget of an agent is 150.',
      index: suspension,
    },
  ]

  function review(days: number): AccessReview {
    const since = iso(Date.now() - days * 86_400_000)
    const byActor = new Map<string, AccessReview['rows'][number]>()
    for (const entry of accessLog.entries({ from: since }).reverse()) {
      const { actor } = entry
      if (!actor || actor.kind === 'visitor' || actor.kind === 'virtual-agent') continue
      if (entry.type !== 'open' && entry.type !== 'join') continue
      const row = byActor.get(actor.id) ?? {
        actor,
        opened: 0,
        offAssignment: 0,
        afterHours: 0,
        firstAt: entry.at,
        lastAt: entry.at,
        suspended: suspensions.some((one) => one.actor.id === actor.id),
      }
      row.opened++
      if (entry.offAssignment) row.offAssignment++
      if (entry.afterHours) row.afterHours++
      row.lastAt = entry.at
      byActor.set(actor.id, row)
    }
    return {
      rows: [...byActor.values()]
        .filter((row) => row.offAssignment + row.afterHours > 0)
        .toSorted((a, b) => b.offAssignment - a.offAssignment),
      suspensions,
      alarms: accessLog.entries({ type: 'alarm' }).map((entry) => ({
        index: entry.index,
        at: entry.at,
        kind: entry.outcome ?? 'alarm',
        actor: entry.actor,
        detail: entry.what ?? '',
      })),
    }
  }

  const myself = (): AccessActor => ({
    kind: 'agent',
    id: me.person.id,
    name: me.person.name,
    role: me.person.role,
  })

  async function access(
    method: string,
    id: string,
    last: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
  ): Promise<[number, unknown]> {
    const filter: EntryFilter = Object.fromEntries(query)
    const privileged = ['administrator', 'privacy-officer'].includes(me.person.role)
    const forAll = (id === 'entries' || id === 'bundle') && filter.conversation
    if (!forAll && !privileged) throw new Refusal('not_allowed')
    switch (`${method} ${[id, last].filter(Boolean).join('/')}`) {
      case 'GET entries': {
        const all = accessLog.entries(filter)
        const at = Number(query.get('cursor') ?? 0)
        const limit = Number(query.get('limit') ?? 50)
        return [
          200,
          { items: all.slice(at, at + limit), next: at + limit < all.length ? String(at + limit) : null },
        ]
      }
      case 'GET bundle':
        return [200, await accessLog.bundle(filter)]
      case 'GET log':
        await accessLog.file('checkpoint')
        return [200, accessLog.status()]
      case 'GET policy':
        return [200, accessPolicy]
      case 'PUT policy':
        accessPolicy = body as unknown as AccessPolicy
        accessLog.append({ type: 'access-widened', actor: myself(), what: 'The policy was changed.' })
        return [200, { index: accessLog.entries()[0]!.index }]
      case 'GET review':
        return [200, review(Number(query.get('days')))]
      case 'POST reinstatements': {
        if (body['id'] === me.person.id) throw new Refusal('not_allowed', 'Nobody reinstates themselves.')
        const actor = suspensions.find((one) => one.actor.id === body['id'])?.actor
        if (!actor) throw new Refusal('not_found')
        suspensions = suspensions.filter((one) => one.actor !== actor)
        return [
          201,
          {
            index: accessLog.append({
              type: 'reinstatement',
              actor,
              what: `Reinstated by ${me.person.name}.`,
            }),
          },
        ]
      }
      case 'GET holds':
        return [200, { items: holds }]
      case 'POST holds':
      case 'POST holds/lift': {
        const { scope, subject, reason } = body as unknown as LegalHold
        const at = holds.findIndex((one) => one.scope === scope && one.subject === subject)
        if (at !== -1) holds.splice(at, 1)
        if (last === '') holds.push({ scope, subject, reason, at: iso(Date.now()), by: myself() })
        return [201, { index: accessLog.append({ type: 'hold', actor: myself(), what: reason }) }]
      }
    }
    throw new Refusal('not_found')
  }

  function erase(scope: string, subject: string): [number, unknown] {
    if (holds.some((one) => one.subject === subject)) throw new Refusal('on_hold')
    const gone = [...rows.values()].filter((row) =>
      scope === 'conversation' ? row.id === subject : row.visitor.id === subject,
    )
    if (gone.length === 0) throw new Refusal('not_found')
    for (const { id } of gone) {
      erased.add(id)
      accessLog.forget(id)
    }
    const index = accessLog.append({
      type: 'erasure',
      actor: myself(),
      ...(scope === 'conversation' ? { conversation: subject } : { customer: subject }),
      what: `Erasure of ${gone.length === 1 ? 'one conversation' : `${gone.length} conversations`}.`,
    })
    for (const peer of peers)
      for (const { id } of gone)
        if (peer.following.delete(id))
          peer.send({ type: 'refused', conversation: id, code: 'erased', message: refusals.erased.title })
    return [201, { index, at: iso(Date.now()), conversations: gone.length }]
  }

  /** The virtual agent did not understand what the visitor said first; nobody is told, for it was long ago. */
  function recordFallback(id: string): string {
    const events = eventsOf(id)
    const one = held.get(id)!
    const turn = events.find(({ type }) => type === 'turn')
    if (turn) return turn.id
    const said = events.find(({ type, actor }) => type === 'message' && actor.kind === 'visitor')!
    const made: ConversationEvent = {
      id: randomUUID(),
      conversation: id,
      seq: events.length + 1,
      at: one.row.lastEventAt,
      type: 'turn',
      actor: bot,
      data: { answers: said.id, version: 3, handlerEpoch: 0, read: said.seq, calls: 0, record: null },
    }
    events.push(made)
    one.row = { ...one.row, seq: made.seq }
    rows.set(id, one.row)
    return made.id
  }

  const virtualAgent = openFakeVirtualAgent({
    me,
    people,
    rows,
    fallback: recordFallback,
    stage: options.authoring ?? 'draft',
    now,
  })

  const integrity = openFakeIntegrity({ me, accessLog, stage: options.integrity ?? 'quiet', now })

  // ---- live connections

  const peers = new Set<Peer>()
  const changedRows = new Set<string>()
  let rowsTimer: NodeJS.Timeout | null = null

  function changed(id: string) {
    changedRows.add(id)
    rowsTimer ??= setTimeout(() => {
      rowsTimer = null
      const list = [...changedRows].map((one) => rows.get(one)!)
      changedRows.clear()
      for (const peer of peers) if (peer.inbox) peer.send({ type: 'rows', rows: list })
    }, 60)
  }

  function update(id: string, change: Partial<ConversationRow>) {
    const one = held.get(id)!
    one.row = { ...one.row, ...change }
    rows.set(id, one.row)
    changed(id)
  }

  function append(
    id: string,
    type: EventType,
    actor: EventActor,
    data: EventData[EventType],
    eventId: string = randomUUID(),
  ): Appended {
    const events = eventsOf(id)
    const one = held.get(id)!
    const before = one.ids.get(eventId)
    if (before) return { ...before, replayed: true }
    const seq = events.length + 1
    const at = iso(Date.now())
    const event = { id: eventId, conversation: id, seq, at, type, actor, data } as ConversationEvent
    events.push(event)
    const row = one.row
    const change: Partial<ConversationRow> = { seq, lastEventAt: at }
    if (event.type === 'message') {
      change.lastMessageBy = actor.kind
      if (actor.kind === 'visitor') change.unread = row.unread + 1
      else if (actor.kind === 'agent') Object.assign(change, { waitingSince: null })
    } else if (event.type === 'read') {
      const side = actor.kind === 'visitor' ? 'visitor' : 'staff'
      change.readBy = { ...row.readBy, [side]: Math.max(row.readBy[side], event.data.upTo) }
      if (side === 'staff')
        change.unread = events.filter(
          (e) => e.type === 'message' && e.actor.kind === 'visitor' && e.seq > event.data.upTo,
        ).length
    } else if (event.type === 'takeover') {
      Object.assign(change, {
        handler: { kind: 'agent', ...event.data.agent },
        assignee: event.data.agent,
        handlerEpoch: event.data.handlerEpoch,
        waitingSince: null,
      })
    } else if (event.type === 'handback') {
      Object.assign(change, {
        handler: { kind: 'virtual-agent' },
        assignee: null,
        handlerEpoch: event.data.handlerEpoch,
      })
    } else if (event.type === 'handover') {
      Object.assign(change, { handler: { kind: 'queue' }, queue: event.data.queue, waitingSince: at })
    } else if (event.type === 'assignment') {
      Object.assign(
        change,
        event.data.agent
          ? {
              handler: { kind: 'agent', ...event.data.agent },
              assignee: event.data.agent,
              waitingSince: null,
            }
          : {
              handler: { kind: 'queue' },
              assignee: null,
              queue: event.data.queue ?? row.queue,
              waitingSince: row.waitingSince ?? at,
            },
      )
    } else if (event.type === 'status') change.status = event.data.status
    else if (event.type === 'tag')
      change.tags = [...new Set([...row.tags, ...event.data.added])].filter(
        (tag) => !event.data.removed.includes(tag),
      )
    update(id, change)
    for (const peer of peers)
      if (peer.following.has(id)) peer.send({ type: 'events', conversation: id, events: [event] })
    const answer: Appended = { id: eventId, conversation: id, seq, at, replayed: false }
    one.ids.set(eventId, answer)
    return answer
  }

  /** As people see it now: an edited, deleted or masked message carries its last text at rest. */
  const asStored = (id: string) => {
    const events = eventsOf(id)
    const texts = new Map<number, string | null>()
    for (const event of events) {
      if (event.type === 'edit' || event.type === 'masking') texts.set(event.data.target, event.data.text)
      else if (event.type === 'deletion') texts.set(event.data.target, null)
    }
    return events.map((event) =>
      event.type === 'message' && texts.has(event.seq)
        ? { ...event, data: { ...event.data, text: texts.get(event.seq)! } }
        : event,
    )
  }

  function handle(peer: Peer, frame: ClientFrame) {
    const ack = (id: string, answer: Appended) =>
      peer.send({
        type: 'ack',
        id,
        conversation: answer.conversation,
        seq: answer.seq,
        at: answer.at,
        ...(answer.text === undefined ? {} : { text: answer.text }),
        ...(answer.replayed ? { replayed: true as const } : {}),
      })
    if (refusing && 'id' in frame && 'conversation' in frame && frame.type === 'send') {
      const code = refusing
      refusing = null
      peer.send({
        type: 'refused',
        id: frame.id,
        conversation: frame.conversation,
        code,
        message: refusals[code].title,
      })
      return
    }
    switch (frame.type) {
      case 'hello':
        if (frame.role !== 'staff') return
        peer.inbox = frame.inbox ?? false
        peer.send({
          type: 'welcome',
          protocol: protocolVersion,
          epoch,
          you: { ...meActor, tenant: me.tenant.id, role: me.person.role },
          conversations: [],
          heartbeatMs,
          identifierFormats: guardFormats(),
          agentsOnline: true,
        })
        peer.send({
          type: 'team',
          online: people.filter((p) => p.online).map((p) => ({ kind: 'agent', id: p.id, name: p.name })),
        })
        for (const { conversation, seq, proof } of frame.positions ?? [])
          try {
            checkProof(conversation, proof)
            follow(peer, conversation, seq)
          } catch (problem) {
            if (!(problem instanceof Refusal)) throw problem
            peer.send({ type: 'refused', conversation, code: problem.code, message: problem.message })
          }
        return
      case 'open':
        checkProof(frame.conversation, frame.proof)
        return follow(peer, frame.conversation, frame.epoch === epoch ? frame.seq : undefined)
      case 'leave':
        peer.following.delete(frame.conversation)
        return
      case 'earlier': {
        if (keyholderAway) {
          peer.send({ type: 'refused', id: frame.id, conversation: frame.conversation, ...away })
          return
        }
        checkProof(frame.conversation, frame.proof)
        const events = asStored(frame.conversation).filter((e) => e.seq < frame.before)
        peer.send({
          type: 'earlier',
          id: frame.id,
          conversation: frame.conversation,
          events: events.slice(-snapshotEventsMax),
          more: events.length > snapshotEventsMax,
        })
        return
      }
      case 'send':
      case 'note': {
        const { text, findings } = screen(frame.text, { identifiers: guardFormats() })
        const answer = append(
          frame.conversation,
          frame.type === 'send' ? 'message' : 'note',
          meActor,
          { text, ...(findings.length ? { masked: findings.length } : {}) },
          frame.id,
        )
        return ack(frame.id, findings.length ? { ...answer, text } : answer)
      }
      case 'edit':
        return ack(
          frame.id,
          append(
            frame.conversation,
            'edit',
            meActor,
            { target: frame.target, text: screen(frame.text).text },
            frame.id,
          ),
        )
      case 'delete':
        return ack(
          frame.id,
          append(frame.conversation, 'deletion', meActor, { target: frame.target }, frame.id),
        )
      case 'read':
        return ack(frame.id, append(frame.conversation, 'read', meActor, { upTo: frame.upTo }, frame.id))
      case 'presence':
        peer.away = frame.state === 'away'
        people[0]!.online = !peer.away
        peer.send({
          type: 'team',
          online: people.filter((p) => p.online).map((p) => ({ kind: 'agent', id: p.id, name: p.name })),
        })
        return
      default:
        return
    }
  }

  /** As the keyholder does it: a key that this session registered, a fresh statement, a signature that holds. */
  function checkProof(conversation: string, proof: OpenProof | undefined) {
    const key = proof && browserKeys.get(proof.key)
    const holds =
      proof !== undefined &&
      key !== undefined &&
      Math.abs(Date.parse(proof.at) - Date.now()) <= proofMsMax &&
      verify(
        'sha256',
        Buffer.from(openStatement({ tenant: me.tenant.id, conversation, key: proof.key, at: proof.at })),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(proof.signature, 'base64url'),
      )
    if (erased.has(conversation)) throw new Refusal('erased')
    if (suspended) throw new Refusal('suspended')
    if (!holds) throw new Refusal('signature_required')
    opened.push({ conversation, key: proof.key })
    const row = rows.get(conversation)
    accessLog.append({
      type: 'join',
      purpose: 'desk',
      outcome: 'granted',
      range: [1, 0],
      actor: myself(),
      conversation,
      customer: row!.visitor.id,
      proof,
      ...(row!.assignee && row!.assignee.id !== me.person.id && { offAssignment: true }),
    })
  }

  function follow(peer: Peer, id: string, seq: number | undefined) {
    const events = asStored(id)
    const one = held.get(id)!
    if (keyholderAway === true) {
      peer.send({ type: 'refused', conversation: id, ...away })
      return
    }
    peer.following.add(id)
    if (keyholderAway === 'live' && seq === undefined) {
      peer.send({
        type: 'snapshot',
        conversation: id,
        epoch,
        state: { ...one.row, seq: events.length },
        events: [],
      })
      peer.send({ type: 'refused', conversation: id, ...away })
    } else if (seq !== undefined && seq <= events.length && events.length - seq <= replayEventsMax) {
      if (seq < events.length) peer.send({ type: 'events', conversation: id, events: events.slice(seq) })
    } else
      peer.send({
        type: 'snapshot',
        conversation: id,
        epoch,
        state: one.row,
        events: events.slice(-snapshotEventsMax),
      })
    peer.send({
      type: 'presence',
      conversation: id,
      viewers: [meActor],
      visitorOnline: one.row.visitor.online,
    })
  }

  const away = {
    code: 'history_unavailable',
    message: refusals.history_unavailable.title,
    retryAfterMs: 500,
  } as const

  const later = (act: () => void) => (delayMs > 0 ? setTimeout(act, delayMs) : act())

  function take(peer: Peer, frame: ClientFrame) {
    const act = () => {
      try {
        handle(peer, frame)
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem
        peer.send({
          type: 'refused',
          ...('id' in frame ? { id: frame.id } : {}),
          ...('conversation' in frame ? { conversation: frame.conversation } : {}),
          code: problem.code,
          message: problem.message,
        })
      }
    }
    if (frame.type === 'send' || frame.type === 'note') later(act)
    else act()
  }

  // ---- HTTP

  let signedIn = options.signedIn ?? true
  const answered = new Map<string, { status: number; body: unknown }>()
  const log: FakeServer['log'] = []
  const browserKeys = new Map<string, KeyObject>()
  const opened: FakeServer['opened'] = []

  async function api(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
    key: string,
    proof: OpenProof | undefined,
  ): Promise<[number, unknown]> {
    const [, , first = '', id = '', last = ''] = path.split('/')
    if (first === 'sign-in') {
      if (id === 'second-factor') {
        if (body['code'] !== '123456')
          throw new Refusal(
            'credentials_wrong',
            'This code is wrong or has run out. Codes change every 30 seconds.',
          )
        signedIn = true
        return [200, me]
      }
      if (id === 'new-password' && String(body['newPassword']).length >= 10) {
        signedIn = true
        return [200, { kind: 'signed-in', me }]
      }
      if (body['password'] === 'k7mq-x2fd-w9ra-c4th') return [200, { kind: 'new-password' }]
      if (body['password'] !== 'candor-demo') throw new Refusal('credentials_wrong')
      if (body['email'] === people[4]!.email)
        throw new Refusal('person_deactivated', 'You were deactivated. Ask an administrator of your company.')
      if (options.secondFactor) return [200, { kind: 'second-factor' }]
      signedIn = true
      return [200, { kind: 'signed-in', me }]
    }
    if (!signedIn) throw new Refusal('not_signed_in')
    if (first === 'access') return access(method, id, last, query, body)
    if (first === 'virtual-agent')
      return virtualAgent.answer(method, path.split('/').slice(3), query, body, key)
    if (first === 'integrity') return integrity.answer(method, path.split('/').slice(3), query, body, key)
    // Below a conversation its own words; below people and queues what is done with one of them.
    const deed = first === 'people' || first === 'queues' ? last : ''
    switch (`${method} ${first}${deed && `/${deed}`}`) {
      case 'POST session': {
        const spki = Buffer.from(String(body['publicKey']), 'base64')
        const name = hash('sha256', spki, 'base64url')
        browserKeys.set(name, createPublicKey({ key: spki, format: 'der', type: 'spki' }))
        const entry = accessLog.append({ type: 'session-key', actor: myself(), what: `Key ${name}` })
        return [201, { key: name, entry }]
      }
      case 'POST sign-out':
        signedIn = false
        browserKeys.clear()
        return [204, null]
      case 'GET me':
        return [200, me]
      case 'POST me':
        if (id === 'password') {
          if (body['password'] !== 'candor-demo')
            throw new Refusal('credentials_wrong', 'This is not your password.', { field: 'password' })
          return [204, null]
        }
        if (last === 'confirm') {
          if (body['code'] !== '123456') throw new Refusal('credentials_wrong')
          me.person.secondFactor = true
          return [204, null]
        }
        if (body['password'] !== 'candor-demo') throw new Refusal('credentials_wrong')
        if (last === 'remove') {
          me.person.secondFactor = false
          return [204, null]
        }
        return [
          200,
          {
            uri: `otpauth://totp/Candor:${me.person.email}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Candor`,
            secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
            recoveryCodes: ['4f7k-92md', 'x8qa-71pc', 'n3vt-60hz', 'r5wy-88be'],
          },
        ]
      case 'POST erasures':
        return erase(String(body['scope']), String(body['subject']))
      case 'GET people':
        return [200, { items: people }]
      case 'POST people': {
        const person = {
          id: key,
          name: String(body['name']),
          email: String(body['email']),
          role: body['role'] as Person['role'],
          online: false,
          ...here,
          lastSeenAt: null,
        }
        if (people.some((one) => one.email === person.email))
          throw new Refusal('invalid_field', 'This e-mail address has a login already.', { field: 'email' })
        people.push(person)
        return [201, { ...person, temporaryPassword: 'k7mq-x2fd-w9ra-c4th' }]
      }
      case 'PATCH people': {
        const person = people.find((one) => one.id === id)
        if (person === undefined) throw new Refusal('not_found')
        const administrators = people.filter((one) => one.role === 'administrator' && !one.deactivatedAt)
        if (
          person.role === 'administrator' &&
          (body['role'] ?? person.role) !== person.role &&
          administrators.length === 1
        )
          throw new Refusal('last_administrator', `${person.name} is the last active administrator.`, {
            field: 'role',
          })
        return [200, Object.assign(person, body)]
      }
      case 'POST people/deactivate':
      case 'POST people/reactivate':
      case 'POST people/reset-second-factor':
      case 'POST people/reset-password': {
        const person = people.find((one) => one.id === id)
        if (person === undefined) throw new Refusal('not_found')
        if (last === 'reset-password')
          return [200, { password: 'p3vn-8hsk-j6we-2qzb', expiresAt: iso(Date.now() + 72 * 3_600_000) }]
        if (last === 'reset-second-factor') person.secondFactor = false
        else person.deactivatedAt = last === 'deactivate' ? iso(Date.now()) : null
        return [200, person]
      }
      case 'GET queues':
        return [200, { items: queues }]
      case 'POST queues':
        queues.push({ id: key, name: String(body['name']), isDefault: false, archivedAt: null })
        return [201, queues.at(-1)]
      case 'PATCH queues': {
        const queue = queues.find((one) => one.id === id)
        if (queue === undefined) throw new Refusal('not_found')
        if (queues.some((one) => one !== queue && one.name === body['name']))
          throw new Refusal('invalid_field', 'Another queue has this name.', { field: 'name' })
        if (body['isDefault'] === true) for (const one of queues) one.isDefault = false
        return [200, Object.assign(queue, body)]
      }
      case 'POST queues/archive': {
        const queue = queues.find((one) => one.id === id)
        if (queue === undefined) throw new Refusal('not_found')
        queue.archivedAt = iso(Date.now())
        if (queue.isDefault) queues.find((one) => one.id === body['moveTo'])!.isDefault = true
        queue.isDefault = false
        return [200, queue]
      }
      case 'GET canned-replies':
        return [200, { items: canned }]
      case 'POST canned-replies':
        canned.push({
          id: key,
          shortcut: String(body['shortcut']),
          title: String(body['title']),
          text: String(body['text']),
        })
        return [201, canned.at(-1)]
      case 'PUT canned-replies':
        Object.assign(
          canned.find((c) => c.id === id)!,
          body,
        )
        return [200, canned.find((c) => c.id === id)]
      case 'DELETE canned-replies':
        canned.splice(
          canned.findIndex((c) => c.id === id),
          1,
        )
        return [204, null]
      case 'GET approved-pages':
        return [200, { items: approved }]
      case 'POST approved-pages':
        approved.push({
          id: key,
          pattern: String(body['pattern']),
          reason: String(body['reason']),
          approvedBy: me.person.name,
          at: iso(Date.now()),
        })
        return [201, approved.at(-1)]
      case 'DELETE approved-pages':
        approved.splice(
          approved.findIndex((c) => c.id === id),
          1,
        )
        return [204, null]
      case 'GET page-reports':
        return [200, { items: reports }]
      case 'GET api-keys':
        return [200, { items: apiKeys }]
      case 'POST api-keys':
        apiKeys.push({
          id: key,
          name: String(body['name']),
          role: body['role'] as ApiKey['role'],
          createdAt: iso(Date.now()),
          lastUsedAt: null,
          madeBy: { id: me.person.id, name: me.person.name, deactivated: false },
        })
        return [201, { ...apiKeys.at(-1), key: 'candor_' + 'k3y'.repeat(12) }]
      case 'DELETE api-keys':
        apiKeys.splice(
          apiKeys.findIndex((c) => c.id === id),
          1,
        )
        return [204, null]
      case 'GET identity-keys':
        return [200, { items: identityKeys }]
      case 'POST identity-keys':
        identityKeys.push({
          id: key,
          name: String(body['name']),
          jwk: { ...(body['jwk'] as Record<string, string>), kid: key },
        })
        return [201, identityKeys.at(-1)]
      case 'DELETE identity-keys':
        identityKeys.splice(
          identityKeys.findIndex((c) => c.id === id),
          1,
        )
        return [204, null]
      case 'GET identifier-formats':
        return [200, { items: formats }]
      case 'POST identifier-formats':
        formatsChanged([...formats, savedFormat(key, body as unknown as GivenFormat)])
        return [201, formats.at(-1)]
      case 'PUT identifier-formats': {
        const changed = savedFormat(id, body as unknown as GivenFormat)
        formatsChanged(formats.map((one) => (one.id === id ? changed : one)))
        return [200, changed]
      }
      case 'DELETE identifier-formats':
        formatsChanged(formats.filter((one) => one.id !== id))
        return [204, null]
      case 'GET widget-config':
        return [200, widget]
      case 'PUT widget-config':
        widget = body as unknown as WidgetConfig
        return [200, widget]
      case 'GET conversations':
        if (id === '') return [200, list(query)]
        if (last === '') return [200, detail(id)]
        if (last === 'events') {
          checkProof(id, proof)
          const before = Number(query.get('before') ?? Infinity)
          const events = asStored(id).filter((e) => e.seq < before)
          return [200, { events: events.slice(-100), more: events.length > 100 }]
        }
        throw new Refusal('not_found')
      case 'POST conversations':
        if (!held.has(id)) throw new Refusal('not_found')
        if (last === 'turns') {
          const turn = path.split('/')[5]!
          if (!eventsOf(id).some((event) => event.type === 'turn' && event.id === turn))
            throw new Refusal('not_found', 'The virtual agent has no such turn here.', { field: 'turn' })
          if (typeof body['note'] === 'string') act(id, 'notes', { text: body['note'] }, randomUUID())
          return [201, { conversation: id, turn, at: iso(Date.now()) }]
        }
        return [201, act(id, last, body, key)]
    }
    throw new Refusal('not_found')
  }

  function act(id: string, what: string, body: Record<string, unknown>, key: string): Appended {
    const row = rows.get(id)!
    const epochNext = row.handlerEpoch + 1
    const person = (one: unknown) => {
      const found = people.find((p) => p.id === one)
      return found ? { id: found.id, name: found.name } : null
    }
    switch (what) {
      case 'messages':
        return append(id, 'message', meActor, { text: screen(String(body['text'])).text }, key)
      case 'notes':
        return append(id, 'note', meActor, { text: screen(String(body['text'])).text }, key)
      case 'takeover':
        return append(
          id,
          'takeover',
          meActor,
          { handlerEpoch: epochNext, agent: { id: meActor.id, name: meActor.name } },
          key,
        )
      case 'handback':
        return append(id, 'handback', meActor, { handlerEpoch: epochNext }, key)
      case 'assignment':
        return append(id, 'assignment', meActor, { agent: person(body['agent']), queue: null }, key)
      case 'transfer': {
        if (typeof body['note'] === 'string' && body['note'])
          append(id, 'note', meActor, { text: body['note'] })
        return append(
          id,
          'assignment',
          meActor,
          { agent: person(body['agent']), queue: (body['queue'] as string | undefined) ?? null },
          key,
        )
      }
      case 'status':
        return append(id, 'status', meActor, { status: body['status'] as 'open' | 'closed' }, key)
      case 'tags':
        return append(
          id,
          'tag',
          meActor,
          {
            added: (body['add'] as string[] | undefined) ?? [],
            removed: (body['remove'] as string[] | undefined) ?? [],
          },
          key,
        )
      case 'reads':
        return append(id, 'read', meActor, { upTo: Number(body['upTo']) }, key)
    }
    throw new Refusal('not_found')
  }

  const inView = (row: ConversationRow, view: InboxView) =>
    view === 'all' ||
    (view === 'waiting'
      ? row.handler.kind === 'queue'
      : row.handler.kind === 'agent' && row.handler.id === me.person.id)

  function list(query: URLSearchParams) {
    const status = query.get('status') ?? 'open'
    const view = (query.get('view') ?? 'all') as InboxView
    const all = [...rows.values()]
    const open = all.filter((row) => row.status === 'open')
    const items = (status === 'open' ? open : all.filter((row) => row.status === 'closed')).filter((row) =>
      inView(row, view),
    )
    const at = Number(query.get('cursor') ?? 0)
    const limit = Math.min(200, Number(query.get('limit') ?? 50))
    return {
      items: items.slice(at, at + limit),
      next: at + limit < items.length ? String(at + limit) : null,
      counts: {
        waiting: open.filter((row) => inView(row, 'waiting')).length,
        mine: open.filter((row) => inView(row, 'mine')).length,
        all: open.length,
      },
    }
  }

  function detail(id: string): ConversationDetail {
    const row = rows.get(id)
    if (!row) throw new Refusal('not_found')
    return {
      row,
      visitor: {
        id: row.visitor.id,
        name: row.visitor.name,
        email: row.visitor.identified
          ? `${row.visitor.name.split(' ')[0]!.toLowerCase() || 'guest'}@example.org`
          : null,
        identified: row.visitor.identified,
        traits: { 'Booking code': 'QX7LMP', 'Frequent flyer': 'Silver', Bags: 2, 'Flexible fare': true },
        firstSeenAt: iso(now - 86_400_000 * 40),
        pages: pagesOfSite.slice(0, 4).map(([path, title], i) => ({
          url: `https://www.aurelia.example${path}`,
          title,
          at: iso(now - 60_000 * (4 + i * 3)),
        })),
      },
      receipts: [
        { entry: 1042, actor: meActor, purpose: 'live conversation', at: iso(now - 40_000) },
        { entry: 1031, actor: bot, purpose: 'virtual agent answers', at: iso(now - 900_000) },
      ],
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://desk.local')
    if (url.pathname.startsWith('/log/')) {
      const bytes = await accessLog.file(url.pathname.slice('/log/'.length))
      response.writeHead(bytes ? 200 : 404).end(bytes)
      return
    }
    if (!url.pathname.startsWith('/v1/')) return page(url.pathname, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const method = request.method ?? 'GET'
    const key = String(request.headers['idempotency-key'] ?? '')
    log.push({ method, path: url.pathname, key: key || undefined })
    const body =
      chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {}
    if (method === 'POST' && url.pathname === '/v1/streams') return stream(response, body)
    const postTo = /^\/v1\/streams\/([^/]+)(?:\/frames)?$/.exec(url.pathname)
    if (method === 'POST' && postTo) {
      const peer = streams.get(postTo[1]!)
      if (!peer) return end(response, 404, problem(new Refusal('not_found')))
      for (const one of Array.isArray(body)
        ? (body as unknown[])
        : Array.isArray(body['frames'])
          ? (body['frames'] as unknown[])
          : [body])
        take(peer, checkClientFrame(one))
      return end(response, 204, null)
    }
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    const seen = key && method === 'POST' ? answered.get(key) : undefined
    if (seen) return end(response, seen.status, seen.body)
    try {
      if (method === 'POST' && !key) throw new Refusal('idempotency_key_missing')
      const given = request.headers[proofHeader]
      const proof = typeof given === 'string' ? (proofOfHeader(given) ?? undefined) : undefined
      const [status, value] = await api(method, url.pathname, url.searchParams, body, key, proof)
      if (method === 'POST') answered.set(key, { status, body: value })
      end(response, status, value)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      const body = problem(refusal)
      end(response, body.status, body)
    }
  }

  const streams = new Map<string, Peer>()

  function stream(response: ServerResponse, body: unknown) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const id = randomUUID()
    const peer: Peer = {
      following: new Set(),
      inbox: false,
      away: false,
      send: (frame) =>
        response.write(
          `data: ${JSON.stringify(frame.type === 'welcome' ? { ...frame, stream: { id, secret: randomUUID() } } : frame)}\n\n`,
        ),
      cut: () => response.destroy(),
    }
    streams.set(id, peer)
    peers.add(peer)
    response.on('close', () => peers.delete(peer))
    handle(peer, checkClientFrame(body))
  }

  async function page(path: string, response: ServerResponse) {
    if (path === '/' || path === '/desk') {
      response.writeHead(302, { location: '/desk/' }).end()
      return
    }
    const rest = normalize(path.replace(/^\/desk\//, '')).replace(/^(\.\.\/?)+/, '')
    const file = extname(rest) === '' ? 'index.html' : rest
    try {
      const bytes = await readFile(join(options.dist ?? '/nowhere', file))
      const types: Record<string, string> = {
        '.html': 'text/html; charset=utf-8',
        '.js': 'text/javascript',
        '.css': 'text/css',
        '.svg': 'image/svg+xml',
      }
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      })
      response.end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'candor.v1' })
  server.on('upgrade', (request, socket, head) => {
    if (cutOff || !signedIn || request.url !== '/v1/socket') return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      const peer: Peer = {
        following: new Set(),
        inbox: false,
        away: false,
        send: (frame) => ws.send(JSON.stringify(frame)),
        cut: () => ws.terminate(),
      }
      peers.add(peer)
      const beat = setInterval(
        () =>
          peer.send({
            type: 'heartbeat',
            tops: Object.fromEntries([...peer.following].map((id) => [id, rows.get(id)!.seq])),
          }),
        heartbeatMs,
      )
      ws.on('message', (raw) => take(peer, parseClientFrame(String(raw))))
      ws.on('close', () => {
        clearInterval(beat)
        peers.delete(peer)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))

  const visitorOf = (id: string): EventActor => ({
    kind: 'visitor',
    id: rows.get(id)!.visitor.id,
    name: rows.get(id)!.visitor.name,
  })
  let made = 0

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows,
    me,
    log,
    visitorSays: (id, text) => void append(id, 'message', visitorOf(id), { text }),
    setFormats: (next) => formatsChanged(next.map((format, i) => savedFormat(uuid(0xfa + i), format))),
    visitorTypes(id, on) {
      for (const peer of peers)
        if (peer.following.has(id)) peer.send({ type: 'typing', conversation: id, actor: visitorOf(id), on })
    },
    visitorReads(id) {
      for (const peer of peers)
        if (peer.following.has(id))
          peer.send({ type: 'delivered', conversation: id, to: 'visitor', seq: eventsOf(id).length })
      append(id, 'read', visitorOf(id), { upTo: eventsOf(id).length })
    },
    newConversation(name = 'New Visitor') {
      const id = uuid(0x90_0000 + made++)
      const first = rows.values().next().value!
      const row: ConversationRow = {
        ...first,
        id,
        seq: 0,
        handler: { kind: 'queue' },
        assignee: null,
        unread: 0,
        tags: [],
        readBy: { visitor: 0, staff: 0 },
        visitor: { id: uuid(0x91_0000 + made), name, identified: false, online: true },
        waitingSince: iso(Date.now()),
        startedAt: iso(Date.now()),
        lastEventAt: iso(Date.now()),
      }
      held.set(id, { row, events: [], ids: new Map(), messages: 0 })
      rows.set(id, row)
      append(id, 'message', visitorOf(id), { text: 'Hello, is anybody there?' })
      return id
    },
    append: (id, type, actor, data) => void append(id, type, actor, data),
    events: eventsOf,
    viewer(id, name) {
      for (const peer of peers)
        if (peer.following.has(id))
          peer.send({
            type: 'presence',
            conversation: id,
            viewers: [
              meActor,
              { kind: 'agent', id: people.find((p) => p.name === name)?.id ?? uuid(0xaa), name },
            ],
            visitorOnline: true,
          })
    },
    cut(on) {
      cutOff = on
      if (on) for (const peer of peers) peer.cut()
    },
    accessLog,
    virtualAgent,
    integrity,
    keyholderAway: (on) => void (keyholderAway = on),
    suspended: (on) => void (suspended = on),
    opened,
    forgetKeys: () => browserKeys.clear(),
    endSession() {
      signedIn = false
      browserKeys.clear()
      for (const peer of peers) peer.cut()
    },
    changeMyRole(role) {
      me.person.role = people[0]!.role = role
      for (const peer of peers) {
        peer.send({ type: 'goodbye', code: 'restart', message: 'Your role was changed.', retryAfterMs: 0 })
        peer.cut()
      }
    },
    delay: (ms) => void (delayMs = ms),
    refuseNext: (code) => void (refusing = code),
    async close() {
      if (rowsTimer) clearTimeout(rowsTimer)
      for (const peer of peers) peer.cut()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function problem(refusal: Refusal): Problem {
  const { status, title } = refusals[refusal.code]
  return {
    type: `https://candor.dev/errors#${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: refusal.message,
    ...(refusal.field === undefined ? {} : { field: refusal.field }),
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    ...(refusal.faults === undefined ? {} : { faults: [...refusal.faults] }),
  }
}

function end(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, {
    'content-type': status >= 400 ? 'application/problem+json' : 'application/json',
    'cache-control': 'no-store',
  })
  // A bundle is text already, and handed out byte for byte.
  response.end(status === 204 ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

const iso = (ms: number) => new Date(ms).toISOString()
const uuid = (n: number) => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

function seeded(seed: number) {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
