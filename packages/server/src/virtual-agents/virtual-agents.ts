import { Refusal } from '@candor/protocol/refusals.ts'
import { decide, type Say } from '@candor/virtual-agent'
import type { Script } from '@candor/virtual-agent/script.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { derivedId } from '../routing/derived-id.ts'
import type { Routing } from '../routing/routing.ts'
import type { Outbox } from '../store/outbox.ts'
import { isConnectionFault, type Store } from '../store/store.ts'
import { virtualAgentActor, type Actor } from '../tenants/actor.ts'
import { endOfTurn, nextTurn, saidInTurn } from './next-turn.ts'
import { openScripts } from './scripts.ts'

/**
 * Runs each tenant's virtual agent: it reads what was committed, as any receiver does, and answers as its own
 * actor. Every answer carries the handler epoch under which it was computed; when that has passed at commit, it is
 * not stored, and dropped here without a word.
 */
export interface VirtualAgents {
  /** Strictly parsed and kept as the tenant's next version; from then on its virtual agent answers first. */
  saveScript(actor: Actor, script: unknown): Promise<{ version: number }>
  /** The newest version, or null. */
  script(tenant: string): Promise<Script | null>
  /** Settles when every turn that is due or waits for quiet has been taken. */
  settled(): Promise<void>
  /** Ends the turns under way. Those that wait are taken at the next start. */
  close(): Promise<void>
}

/** What comes within this time of the message before belongs to the same turn. */
const quietMs = 400
/** Who writes on and on gets an answer after this. */
const patienceMs = 2_000
/** Each turn takes a database connection for a while; the desk and the API need theirs. */
const turnsAtOnceMax = 4
/** A database that restarts is back within the sum of the pauses, some three seconds. */
const attemptsMax = 6
const firstPauseMs = 100
const keyholderPauseMs = 500
/** Conversations of which it is remembered who handles them; of the others it is read again. */
const handlersHeldMax = 50_000

/**
 * A conversation with something to answer. There are as many as visitors who have just written; what bounds their
 * connections bounds these.
 */
interface Lane {
  tenant: string
  conversation: string
  visitor: string
  timer: NodeJS.Timeout | null
  firstAt: number | null
  running: boolean
  typing: boolean
  due: 'opening' | 'all' | null
  waiting: PromiseWithResolvers<void>[]
}

export function openVirtualAgents(options: {
  store: Store
  access: Access
  conversations: Conversations
  routing: Routing
  outbox: Outbox<Committed>
  clock: Clock
  log: (event: Record<string, unknown>) => void
  /** Whether a person of the tenant can answer now. */
  agentsOnline(tenant: string): boolean
  /** Tells those who look on that it writes, or has stopped. */
  typing(tenant: string, conversation: string, actor: Actor, on: boolean): void
  /** BCP 47, as the visitor's browser says it. */
  localeOf(tenant: string, visitor: string): Promise<string | null>
}): VirtualAgents {
  const { access, conversations, routing, clock } = options
  const scripts = openScripts(options)
  const lanes = new Map<string, Lane>()
  const handlers = new Map<string, 'virtual-agent' | 'others'>()
  const waitingTurns: (() => void)[] = []
  let turnsUnderWay = 0
  let closed = false

  options.outbox.subscribe((announcements) => {
    const turns = announcements.flatMap((announcement) => turnFor(announcement) ?? [])
    // Held until the turns are taken, so that a crash before that announces them again.
    return turns.length === 0 ? undefined : Promise.all(turns).then(() => undefined)
  })

  function turnFor({ tenant, visitor, event }: Committed): Promise<void> | null {
    if (closed || scripts.known(tenant) === null) return null
    const { conversation } = event
    const key = `${tenant}/${conversation}`
    switch (event.type) {
      case 'takeover':
      case 'assignment':
      case 'handover':
        remember(key, 'others')
        return null
      case 'handback':
        remember(key, 'virtual-agent')
        return schedule({ tenant, conversation, visitor }, 'opening')
      case 'status':
        return event.seq === 1 ? schedule({ tenant, conversation, visitor }, 'opening') : null
      case 'message':
      case 'form':
        if (event.actor.kind !== 'visitor' || handlers.get(key) === 'others') return null
        return schedule({ tenant, conversation, visitor }, 'all')
      default:
        return null
    }
  }

  function remember(key: string, handler: 'virtual-agent' | 'others'): void {
    handlers.delete(key)
    if (handlers.size >= handlersHeldMax) handlers.delete(handlers.keys().next().value!)
    handlers.set(key, handler)
  }

  /** What was read counts only when nothing was announced meanwhile: the announcement is newer. */
  function readHandler(key: string, before: string | undefined, kind: string): void {
    if (handlers.get(key) === before) remember(key, kind === 'virtual-agent' ? kind : 'others')
  }

  function showTyping(lane: Lane, on: boolean): void {
    const script = scripts.known(lane.tenant)
    if (lane.typing === on || !script) return
    lane.typing = on
    options.typing(lane.tenant, lane.conversation, actorOf(lane.tenant, script), on)
  }

  function schedule(
    of: { tenant: string; conversation: string; visitor: string },
    what: 'opening' | 'all',
  ): Promise<void> {
    const key = `${of.tenant}/${of.conversation}`
    let lane = lanes.get(key)
    if (lane === undefined)
      lanes.set(
        key,
        (lane = { ...of, timer: null, firstAt: null, running: false, typing: false, due: null, waiting: [] }),
      )
    const waiting = Promise.withResolvers<void>()
    lane.waiting.push(waiting)
    if (what === 'opening') run(lane, key, 'opening')
    else {
      if (handlers.get(key) === 'virtual-agent') showTyping(lane, true)
      waitForQuiet(lane, key)
    }
    return waiting.promise
  }

  function waitForQuiet(lane: Lane, key: string): void {
    const now = clock.now()
    lane.firstAt ??= now
    if (lane.timer !== null) clearTimeout(lane.timer)
    lane.timer = setTimeout(
      () => {
        lane.timer = null
        lane.firstAt = null
        run(lane, key, 'all')
      },
      Math.max(0, Math.min(quietMs, lane.firstAt + patienceMs - now)),
    )
  }

  /** One at a time for each conversation; what comes meanwhile follows. */
  function run(lane: Lane, key: string, what: 'opening' | 'all'): void {
    if (lane.running) {
      lane.due = lane.due === 'all' ? 'all' : what
      return
    }
    lane.running = true
    // Those that wait for quiet are answered by their own turn; the row that announced them stays until then.
    const waiting = what === 'opening' && lane.timer !== null ? [] : lane.waiting.splice(0)
    void taken(lane, what).then(
      () => {
        for (const { resolve } of waiting) resolve()
        next()
      },
      (caught: unknown) => {
        for (const { reject } of waiting) reject(caught)
        next()
      },
    )

    function next(): void {
      lane.running = false
      if (lane.timer === null) showTyping(lane, false)
      const { due } = lane
      lane.due = null
      if (due !== null && !closed) run(lane, key, due)
      else if (lane.timer === null && lane.waiting.length === 0) lanes.delete(key)
    }
  }

  async function taken(lane: Lane, what: 'opening' | 'all'): Promise<void> {
    if (turnsUnderWay < turnsAtOnceMax) turnsUnderWay++
    else await new Promise<void>((resolve) => waitingTurns.push(resolve))
    try {
      for (let attempt = 1; ; attempt++)
        try {
          return await takeTurns(lane, what)
        } catch (caught) {
          if (closed) throw caught
          // Nothing is read while the keyholder is away, and nothing is forgotten: the turn waits for it.
          if (caught instanceof Refusal && caught.code === 'history_unavailable') {
            attempt = 0
            await new Promise((resolve) => setTimeout(resolve, keyholderPauseMs))
            continue
          }
          const passes = isConnectionFault(caught) || (caught instanceof Refusal && caught.code === 'busy')
          if (!passes || attempt === attemptsMax) throw caught
          await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)))
        }
    } finally {
      const next = waitingTurns.shift()
      if (next === undefined) turnsUnderWay--
      else next()
    }
  }

  async function takeTurns(lane: Lane, what: 'opening' | 'all'): Promise<void> {
    const { tenant, conversation } = lane
    const key = `${tenant}/${conversation}`
    const script = await scripts.script(tenant)
    if (script === null) return
    const actor = actorOf(tenant, script)
    // Not even a receipt for a conversation that people handle.
    const before = handlers.get(key)
    if (before !== 'virtual-agent') {
      const { handler } = await conversations.state(actor, conversation)
      readHandler(key, before, handler.kind)
    }
    while (handlers.get(key) === 'virtual-agent') {
      const receipt = await access.receipt(actor, conversation, 'virtual-agent')
      const { state, events } = await conversations.snapshot(receipt)
      readHandler(key, 'virtual-agent', state.handler.kind)
      if (state.handler.kind !== 'virtual-agent' || state.status !== 'open') return
      const turn = nextTurn(conversation, events, what === 'opening')
      if (turn === null) return
      const locale = await options.localeOf(tenant, lane.visitor)
      const agentsOnline = options.agentsOnline(tenant)
      const decision = decide(script, { ...turn, locale, agentsOnline })
      const end = {
        id: endOfTurn(conversation, turn.answers),
        conversation,
        handlerEpoch: state.handlerEpoch,
      }
      const went =
        decision.kind === 'reply'
          ? await said(actor, end, decision.say)
          : (await said(actor, { ...end, id: saidInTurn(conversation, turn.answers) }, decision.say)) &&
            (await handedOver(actor, end, decision.reason))
      if (!went) return
    }
  }

  /** False when a person was faster, or the conversation was closed. */
  async function said(
    actor: Actor,
    what: { id: string; conversation: string; handlerEpoch: number },
    say: Say,
  ): Promise<boolean> {
    try {
      const { text, options: quickReplies, form } = say
      const outcome = await conversations.send(actor, {
        ...what,
        text,
        ...(quickReplies.length === 0 ? {} : { options: quickReplies }),
        ...(form === undefined ? {} : { form }),
      })
      return outcome.kind === 'stored'
    } catch (caught) {
      // Said before a crash, in other words than now: the script has changed, or people came or went.
      if (caught instanceof Refusal && caught.code === 'idempotency_conflict') return true
      throw caught
    }
  }

  async function handedOver(
    actor: Actor,
    what: { id: string; conversation: string; handlerEpoch: number },
    reason: string,
  ): Promise<boolean> {
    try {
      await routing.handOver(actor, { ...what, queue: null, reason })
      return true
    } catch (caught) {
      if (caught instanceof Refusal && caught.code === 'handler_changed') return false
      throw caught
    }
  }

  return {
    async saveScript(actor, script) {
      const { version } = await scripts.save(actor, script)
      await routing.setVirtualAgent(actor.tenant, true)
      return { version }
    },

    script: (tenant) => scripts.script(tenant),

    async settled() {
      while (lanes.size > 0)
        await Promise.allSettled(
          [...lanes.values()].flatMap((lane) => lane.waiting.map(({ promise }) => promise)),
        ).then(() => new Promise((resolve) => setTimeout(resolve, 5)))
    },

    async close() {
      closed = true
      for (const lane of lanes.values()) if (lane.timer !== null) clearTimeout(lane.timer)
      while (turnsUnderWay > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  }
}

/** A tenant's virtual agent has one id, whatever its script calls it. */
function actorOf(tenant: string, script: Script): Actor {
  return virtualAgentActor(tenant, derivedId(tenant, 'virtual agent'), script.name)
}
