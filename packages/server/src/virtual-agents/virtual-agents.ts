import type { Agent } from '@candor/virtual-agent/agent.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { derivedId } from '../routing/derived-id.ts'
import type { Routing } from '../routing/routing.ts'
import type { Lease } from '../store/leases.ts'
import type { Outbox } from '../store/outbox.ts'
import { isConnectionFault, type Store } from '../store/store.ts'
import { systemActor, virtualAgentActor, type Actor } from '../tenants/actor.ts'
import type { Tools } from './call-tool.ts'
import type { CurrentAgents } from './current-agent.ts'
import type { Engine } from './engine.ts'
import { nextTurn } from './next-turn.ts'
import { openTurnTaking, type OwnDecisions } from './take-turn.ts'

/**
 * Runs each tenant's virtual agent: it reads what was committed, as any receiver does, and answers as its own
 * actor. What it decides is stored before it is carried out. Both carry the handler epoch under which it was
 * decided; when that has passed at commit, it is not stored, and dropped here without a word.
 */
export interface VirtualAgents {
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
const speakersHeldMax = 10_000
/** Another server has the turn. When it has it for longer than any turn takes, it hangs, and no longer counts. */
const leasePauseMs = 200
const leaseWaitMsMax = 60_000
/** Clients show typing for six seconds. */
const typingAgainMs = 4_000

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
  own: OwnDecisions
}

export function openVirtualAgents(options: {
  store: Pick<Store, 'leases'>
  agents: Pick<CurrentAgents, 'currentAgent'>
  access: Access
  conversations: Conversations
  routing: Routing
  tools: Tools
  engine: Engine
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
  const { access, conversations, agents, clock } = options
  const { leases } = options.store
  const lanes = new Map<string, Lane>()
  const handlers = new Map<string, 'virtual-agent' | 'others'>()
  /** As whom it speaks, since its first turn. */
  const speakers = new Map<string, Actor>()
  const waitingTurns: (() => void)[] = []
  const turns = openTurnTaking({
    ...options,
    async whileWaiting({ actor, conversation }, act) {
      const lane = lanes.get(`${actor.tenant}/${conversation}`)
      const show = (): void => {
        if (lane === undefined) return
        lane.typing = false
        showTyping(lane, true)
      }
      show()
      const again = setInterval(show, typingAgainMs)
      leave()
      try {
        return await act()
      } finally {
        clearInterval(again)
        await enter()
      }
    },
  })
  let turnsUnderWay = 0
  let underWay = 0
  let closed = false

  options.outbox.subscribe((announcements) => {
    const turns = announcements.flatMap((announcement) => turnFor(announcement) ?? [])
    // Held until the turns are taken, so that a crash before that announces them again.
    return turns.length === 0 ? undefined : Promise.all(turns).then(() => undefined)
  })

  function turnFor({ tenant, visitor, event }: Committed): Promise<void> | null {
    if (closed) return null
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
    const speaker = speakers.get(lane.tenant)
    if (lane.typing === on || speaker === undefined) return
    lane.typing = on
    options.typing(lane.tenant, lane.conversation, speaker, on)
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
        (lane = {
          ...of,
          timer: null,
          firstAt: null,
          running: false,
          typing: false,
          due: null,
          waiting: [],
          own: new Map(),
        }),
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
    underWay++
    void taken(lane, what)
      .finally(() => underWay--)
      .then(
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

  async function enter(): Promise<void> {
    if (turnsUnderWay < turnsAtOnceMax) turnsUnderWay++
    else await new Promise<void>((resolve) => waitingTurns.push(resolve))
  }

  function leave(): void {
    const next = waitingTurns.shift()
    if (next === undefined) turnsUnderWay--
    else next()
  }

  async function taken(lane: Lane, what: 'opening' | 'all'): Promise<void> {
    await enter()
    try {
      for (let attempt = 1; ; attempt++)
        try {
          const lease = await leaseOf(lane)
          try {
            return await takeTurns(lane, what)
          } finally {
            await lease?.release()
          }
        } catch (caught) {
          if (closed) throw caught
          // Nothing is read while the keyholder is away, and nothing is forgotten: the turn waits for it.
          if (caught instanceof Refusal && caught.code === 'history_unavailable') {
            attempt = 0
            await sleep(keyholderPauseMs)
            continue
          }
          const passes = isConnectionFault(caught) || (caught instanceof Refusal && caught.code === 'busy')
          if (!passes || attempt === attemptsMax) throw caught
          await sleep(firstPauseMs * 2 ** (attempt - 1))
        }
    } finally {
      leave()
    }
  }

  /**
   * With several servers on one database, one at a time takes a conversation's turns. Null when the other one has
   * had it for too long: what it stores then is the same event as what is stored here, once.
   */
  async function leaseOf(lane: Lane): Promise<Lease | null> {
    const until = clock.now() + leaseWaitMsMax
    for (;;) {
      const lease = await leases.take(`virtual agent ${lane.tenant}/${lane.conversation}`)
      if (lease !== null || closed || clock.now() > until) return lease
      leave()
      await sleep(leasePauseMs)
      await enter()
    }
  }

  async function takeTurns(lane: Lane, what: 'opening' | 'all'): Promise<void> {
    const { tenant, conversation, visitor } = lane
    const key = `${tenant}/${conversation}`
    // Not even a receipt for a conversation that people handle.
    const before = handlers.get(key)
    if (before !== 'virtual-agent') {
      const { handler } = await conversations.state(systemActor(tenant, 'Virtual agent'), conversation)
      readHandler(key, before, handler.kind)
      if (handlers.get(key) !== 'virtual-agent') return
    }
    const agent = await agents.currentAgent(tenant)
    if (agent === null) return
    const actor = actorOf(tenant, agent)
    speakers.delete(tenant)
    if (speakers.size >= speakersHeldMax) speakers.delete(speakers.keys().next().value!)
    speakers.set(tenant, actor)
    while (handlers.get(key) === 'virtual-agent') {
      const receipt = await access.receipt(readerOf(actor, agent), conversation, 'virtual-agent')
      const { state, events } = await conversations.snapshot(receipt)
      readHandler(key, 'virtual-agent', state.handler.kind)
      if (state.handler.kind !== 'virtual-agent' || state.status !== 'open') return
      const due = nextTurn(conversation, events, state.handlerEpoch, what === 'opening')
      if (due === null) return
      const took = await turns.take(
        { agent, actor, conversation, visitor, state, events, own: lane.own },
        due,
      )
      if (took === 'over') return
      // What came meanwhile is announced, and follows.
      if (took === 'done' && due.kind === 'decide' && due.turn.occasion.kind === 'said') return
    }
  }

  return {
    async settled() {
      while (lanes.size > 0)
        await Promise.allSettled(
          [...lanes.values()].flatMap((lane) => lane.waiting.map(({ promise }) => promise)),
        ).then(() => sleep(5))
    },

    async close() {
      closed = true
      for (const lane of lanes.values()) if (lane.timer !== null) clearTimeout(lane.timer)
      while (underWay > 0) await sleep(5)
    },
  }
}

/** A tenant's virtual agent has one id, whatever its definition calls it. */
function actorOf(tenant: string, agent: Agent): Actor {
  return virtualAgentActor(tenant, derivedId(tenant, 'virtual agent'), agent.definition.name)
}

/** In the access log the version stands with the name: what it read, it read under these rules. */
function readerOf(actor: Actor, agent: Agent): Actor {
  return { ...actor, name: `${actor.name} v${agent.version}` }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
