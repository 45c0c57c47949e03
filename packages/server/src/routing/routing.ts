import { screen } from '@candor/card-guard'
import type { Queue, Role } from '@candor/protocol/api.ts'
import type { ConversationEvent, ConversationState } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import type { Conversations, HandlerChange, SendOutcome, Stored } from '../conversations/conversations.ts'
import type { Ids } from '../ids.ts'
import type { Outbox } from '../store/outbox.ts'
import type { Query, Store } from '../store/store.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import { openHeld } from '../tenants/held.ts'
import { allow } from '../tenants/roles.ts'
import {
  answers,
  decideAssignment,
  decideHandBack,
  decideHandOver,
  decideMove,
  decideReturn,
  decideTakeOver,
  type Handling,
} from './decide-handler.ts'
import { derivedId } from './derived-id.ts'

export interface Routing {
  /** A tenant has at least one queue: the first call makes it. Archived ones come last. */
  queues(tenant: string): Promise<Queue[]>
  /** Whoever manages queues. The id is the caller's; the same again answers the stored queue. */
  createQueue(actor: Actor, queue: { id: string; name: string }): Promise<Queue>
  /** Another name; or new conversations come here from now on. */
  changeQueue(actor: Actor, id: string, change: { name?: string; isDefault?: true }): Promise<Queue>
  /**
   * Nothing waits there any more: what is open moves to the other queue, each with its event, and so does what comes
   * back later. The same again does what is left to do.
   * @throws Refusal `state_conflict` for the last queue
   */
  archiveQueue(actor: Actor, id: string, moveTo: string): Promise<Queue>
  /** Who answers a new conversation, and the queue it belongs to. */
  firstHandler(tenant: string): Promise<{ handler: 'virtual-agent' | 'queue'; queue: string }>
  /** Whether the tenant has a virtual agent that answers first. Conversations under way stay where they are. */
  setVirtualAgent(tenant: string, on: boolean): Promise<void>
  /** The same, on, as a part of the caller's transaction: what is answered is called within it. */
  answeringFirst(tenant: string): Promise<(q: Query) => Promise<void>>

  /** @throws Refusal handler_changed when a colleague handles it and the actor does not lead them. */
  takeOver(actor: Actor, change: { id: string; conversation: string }): Promise<Stored>
  /** To the virtual agent. */
  handBack(actor: Actor, change: { id: string; conversation: string }): Promise<Stored>
  /**
   * By the virtual agent, under the epoch it decided under. `queue` null: the conversation's own, else the default.
   * `reason` is a short word of the virtual agent's, never text of the conversation: it is stored unsealed. The private
   * note, for who goes on, is stored in the same transaction.
   * @throws Refusal handler_changed when the epoch has passed; then nothing is written.
   */
  handOver(
    actor: Actor,
    change: {
      id: string
      conversation: string
      handlerEpoch: number
      queue: string | null
      reason: string
      note?: string
    },
  ): Promise<Stored>
  /** To a person, or with null back to its queue, where it waits. */
  assign(actor: Actor, change: { id: string; conversation: string; agent: string | null }): Promise<Stored>
  /** To a person or a queue; the private note is stored in the same transaction. */
  transfer(
    actor: Actor,
    change: { id: string; conversation: string; to: TransferTarget; note?: string },
  ): Promise<Stored>
  /** What is open in the hands of somebody who is gone waits for somebody else, each with its event. */
  returnConversations(by: Actor, person: string): Promise<void>
  /**
   * A staff member's message. Who writes where nobody answers takes the conversation over, and a closed one is
   * reopened first; the outcome is other than `stored` only when others keep changing it at the same time.
   */
  sendAsStaff(actor: Actor, message: { id: string; conversation: string; text: string }): Promise<SendOutcome>
}

export type TransferTarget = { queue: string } | { agent: string }

/** The tenant's people; the room `tenants` knows them. `active`: not deactivated. */
export interface People {
  person(
    tenant: string,
    id: string,
  ): Promise<{ id: string; name: string; role: Role; active: boolean } | null>
}

/** More are not told apart in a list; teams inside a queue are a matter of skills. */
const queuesMax = 100
export const queueNameCharactersMax = 60
/** Reopened once and taken over once: whoever must do more is in a race with colleagues and is told so. */
const repairsMax = 2
const firstQueueName = 'General'
const tenantsHeldMax = 10_000

export function openRouting(options: {
  store: Store
  conversations: Conversations
  people: People
  outbox: Pick<Outbox<Committed>, 'subscribe'>
  clock: Clock
  ids: Ids
}): Routing {
  const { store, conversations, people, outbox, clock, ids } = options
  const heldQueues = openHeld<StoredQueue[]>({ entriesMax: tenantsHeldMax, clock })
  outbox.subscribe((announcements) => {
    const touched = announcements.filter(({ event }) => mayNeedMending(event))
    // No promise for what is every message's case.
    return touched.length === 0 ? undefined : mendAll(touched)
  })

  async function rules(tenant: string): Promise<RoutingRules> {
    const known = await store.read(tenant, (q) => selectRules(q, tenant))
    if (known !== undefined) return known
    const made = await store.write(tenant, async (q) => {
      await q('insert into queues (tenant_id, id, name) values ($1, $2, $3) on conflict do nothing', [
        tenant,
        ids.next(),
        firstQueueName,
      ])
      // A statement of its own sees the queue that somebody else made at the same time.
      await q(
        `insert into routing_rules (tenant_id, default_queue)
         select tenant_id, id from queues where tenant_id = $1 and lower(name) = lower($2) on conflict do nothing`,
        [tenant, firstQueueName],
      )
      return (await selectRules(q, tenant))!
    })
    heldQueues.drop(tenant)
    return made
  }

  function storedQueues(tenant: string): Promise<StoredQueue[]> {
    return heldQueues.get(tenant, () => store.read(tenant, (q) => selectQueues(q, tenant)))
  }

  /** Changes the tenant's queues, one change at a time, and forgets what is held of them. */
  async function writeQueues<T>(
    actor: Actor,
    act: (q: Query, known: StoredQueue[]) => Promise<T>,
  ): Promise<T> {
    allow(actor, 'queues.manage')
    await rules(actor.tenant)
    const result = await store.write(actor.tenant, async (q) => {
      // Two administrators at once would each see room for one more.
      await q('select 1 from routing_rules where tenant_id = $1 for no key update', [actor.tenant])
      return act(q, await selectQueues(q, actor.tenant))
    })
    heldQueues.drop(actor.tenant)
    return result
  }

  async function queue(tenant: string, id: string): Promise<Queue> {
    return queueOf((await storedQueues(tenant)).find((one) => one.id === id)!)
  }

  /** One that is archived stands for the one it moved to. */
  async function mustHaveQueue(tenant: string, id: string): Promise<string> {
    const known = await storedQueues(tenant)
    if (!known.some((one) => one.id === id))
      throw new Refusal('not_found', 'There is no such queue.', { field: 'queue' })
    return standingFor(known, id)
  }

  /** Of a conversation in this queue: where it waits from now on. */
  async function queueNow(tenant: string): Promise<(queue: string | null) => string> {
    const { default_queue } = await rules(tenant)
    const known = await storedQueues(tenant)
    return (id) => (id === null ? default_queue : standingFor(known, id))
  }

  async function mustHavePerson(tenant: string, id: string): Promise<Handling> {
    const person = await people.person(tenant, id)
    if (person === null) throw new Refusal('not_found', 'There is no such person.', { field: 'agent' })
    if (!person.active)
      throw new Refusal('invalid_field', `${person.name} is deactivated.`, { field: 'agent' })
    return person
  }

  /** What others have changed meanwhile is theirs; a conversation that was closed meanwhile needs nothing. */
  async function mend(
    actor: Actor,
    conversation: string,
    decide: (now: ConversationState) => HandlerChange,
  ): Promise<void> {
    try {
      await conversations.changeHandler(actor, { id: ids.next(), conversation, type: 'assignment' }, decide)
    } catch (caught) {
      if (!(caught instanceof Refusal) || !['state_conflict', 'handler_changed'].includes(caught.code))
        throw caught
    }
  }

  async function mendEach(
    actor: Actor,
    whose: { agent: string } | { queue: string },
    decide: (now: ConversationState) => HandlerChange,
  ): Promise<void> {
    let after: string | null = null
    do {
      const open: string[] = await conversations.openIn(actor.tenant, whose, after)
      for (const conversation of open) await mend(actor, conversation, decide)
      after = open.at(-1) ?? null
    } while (after !== null)
  }

  /**
   * A person may be deactivated, or a queue archived, while somebody puts a conversation there or opens one again that
   * was there before. Looked at after the commit, so that one of the two sees the other; and an announcement that was
   * not handled before a crash is made again.
   */
  async function mendAll(announcements: readonly Committed[]): Promise<void> {
    for (const { tenant, event } of announcements) {
      const known = await storedQueues(tenant)
      const archived = known.some((one) => one.archived_at !== null)
      const reopened = event.type === 'status' && event.seq > 1
      if (!archived && !reopened && agentOf(event) === null) continue
      const actor = systemActor(tenant, 'Routing')
      const { handler, queue: of } = await conversations.state(actor, event.conversation)
      const to = (await queueNow(tenant))(of)
      if (handler.kind === 'agent') {
        const person = await people.person(tenant, handler.id)
        if (person !== null && !(person.active && answers(person.role)))
          await mend(actor, event.conversation, (now) => decideReturn(now, { agent: handler.id, queue: to }))
      }
      if (of !== null && of !== to)
        await mend(actor, event.conversation, (now) => decideMove(now, { from: of, to }))
    }
  }

  function takeOver(
    actor: Actor,
    { id, conversation }: { id: string; conversation: string },
  ): Promise<Stored> {
    const by = mustAnswer(actor)
    return conversations.changeHandler(actor, { id, conversation, type: 'takeover' }, (now) =>
      decideTakeOver(now, by),
    )
  }

  /** Makes the way free for a message that was not stored. A colleague who was faster has done it already. */
  async function repair(
    actor: Actor,
    message: { id: string; conversation: string },
    kind: 'closed' | 'unhandled',
  ): Promise<void> {
    const { conversation } = message
    const now = await conversations.state(actor, conversation)
    // The epoch is part of the id: a retry after a crash finds what was done, a retry in a new situation acts anew.
    const id = derivedId(message.id, `${kind} ${now.handlerEpoch}`)
    try {
      if (kind === 'closed') await conversations.setStatus(actor, { id, conversation, status: 'open' })
      else await takeOver(actor, { id, conversation })
    } catch (caught) {
      if (!(caught instanceof Refusal) || !['state_conflict', 'handler_changed'].includes(caught.code))
        throw caught
    }
  }

  return {
    async queues(tenant) {
      await rules(tenant)
      return (await storedQueues(tenant)).map(queueOf)
    },

    async createQueue(actor, { id, name: given }) {
      const name = checkName(given)
      await writeQueues(actor, async (q, known) => {
        const before = known.find((other) => other.id === id)
        if (before !== undefined) {
          if (before.name !== name) throw new Refusal('idempotency_conflict', undefined, { field: 'id' })
          return
        }
        if (known.filter((other) => other.archived_at === null).length >= queuesMax)
          throw new Refusal('state_conflict', `A tenant has at most ${queuesMax} queues.`)
        await mustBeFree(q, { tenant: actor.tenant, id, name })
        await q('insert into queues (tenant_id, id, name) values ($1, $2, $3)', [actor.tenant, id, name])
      })
      return queue(actor.tenant, id)
    },

    async changeQueue(actor, id, change) {
      const name = change.name === undefined ? undefined : checkName(change.name)
      await writeQueues(actor, async (q, known) => {
        const before = known.find((one) => one.id === id)
        if (before === undefined) throw new Refusal('not_found')
        if (before.archived_at !== null)
          throw new Refusal('state_conflict', 'This queue is archived.', { field: 'id' })
        if (name !== undefined && name !== before.name) {
          await mustBeFree(q, { tenant: actor.tenant, id, name })
          await q('update queues set name = $3 where tenant_id = $1 and id = $2', [actor.tenant, id, name])
        }
        if (change.isDefault === true)
          await q('update routing_rules set default_queue = $2 where tenant_id = $1', [actor.tenant, id])
      })
      return queue(actor.tenant, id)
    },

    async archiveQueue(actor, id, moveTo) {
      await writeQueues(actor, async (q, known) => {
        const before = known.find((one) => one.id === id)
        const target = known.find((one) => one.id === moveTo)
        if (before === undefined) throw new Refusal('not_found')
        if (before.archived_at !== null) {
          if (before.moved_to === moveTo) return
          throw new Refusal('state_conflict', 'This queue is archived already.', { field: 'id' })
        }
        if (known.filter((one) => one.archived_at === null).length === 1)
          throw new Refusal('state_conflict', 'The last queue stays: conversations must wait somewhere.', {
            field: 'id',
          })
        if (target === undefined)
          throw new Refusal('not_found', 'There is no such queue.', { field: 'moveTo' })
        if (target === before || target.archived_at !== null)
          throw new Refusal('invalid_field', 'The conversations go to another queue that is in use.', {
            field: 'moveTo',
          })
        await q('update queues set archived_at = $3, moved_to = $4 where tenant_id = $1 and id = $2', [
          actor.tenant,
          id,
          new Date(clock.now()),
          moveTo,
        ])
        if (before.is_default)
          await q('update routing_rules set default_queue = $2 where tenant_id = $1', [actor.tenant, moveTo])
      })
      const to = standingFor(await storedQueues(actor.tenant), moveTo)
      await mendEach(actor, { queue: id }, (now) => decideMove(now, { from: id, to }))
      return queue(actor.tenant, id)
    },

    async firstHandler(tenant) {
      const { default_queue, virtual_agent } = await rules(tenant)
      return { handler: virtual_agent ? 'virtual-agent' : 'queue', queue: default_queue }
    },

    async setVirtualAgent(tenant, on) {
      await rules(tenant)
      await store.write(tenant, (q) =>
        q('update routing_rules set virtual_agent = $2 where tenant_id = $1', [tenant, on]),
      )
    },

    async answeringFirst(tenant) {
      await rules(tenant)
      return async (q) => {
        await q('update routing_rules set virtual_agent = true where tenant_id = $1', [tenant])
      }
    },

    takeOver: async (actor, change) => takeOver(actor, change),

    async handBack(actor, { id, conversation }) {
      const by = mustAnswer(actor)
      const { virtual_agent } = await rules(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'handback' }, (now) =>
        decideHandBack(now, by, virtual_agent),
      )
    },

    async handOver(actor, { id, conversation, handlerEpoch, queue, reason, note }) {
      if (actor.kind !== 'virtual-agent') throw new Refusal('not_allowed')
      if (!/^[a-z]+(-[a-z]+)*$/.test(reason)) throw new TypeError('a reason is one word of the virtual agent')
      const named = queue === null ? null : await mustHaveQueue(actor.tenant, queue)
      const of = await queueNow(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'handover' }, (now) => ({
        ...decideHandOver(now, { handlerEpoch, queue: named ?? of(now.queue), reason }),
        ...(note === undefined ? {} : { note: { id: derivedId(id, 'note'), text: note } }),
      }))
    },

    async assign(actor, { id, conversation, agent: to }) {
      const by = mustAnswer(actor)
      const agent = to === null ? null : await mustHavePerson(actor.tenant, to)
      const of = await queueNow(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'assignment' }, (now) =>
        decideAssignment(now, by, { agent, queue: of(now.queue) }),
      )
    },

    async transfer(actor, { id, conversation, to, note }) {
      const by = mustAnswer(actor)
      const agent = 'agent' in to ? await mustHavePerson(actor.tenant, to.agent) : null
      const named = 'queue' in to ? await mustHaveQueue(actor.tenant, to.queue) : null
      const of = await queueNow(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'assignment' }, (now) => ({
        ...decideAssignment(now, by, { agent, queue: named ?? of(now.queue) }),
        ...(note === undefined ? {} : { note: { id: derivedId(id, 'note'), text: note } }),
      }))
    },

    async returnConversations(by, person) {
      const of = await queueNow(by.tenant)
      await mendEach(by, { agent: person }, (now) =>
        decideReturn(now, { agent: person, queue: of(now.queue) }),
      )
    },

    async sendAsStaff(actor, message) {
      mustAnswer(actor)
      for (let repairs = 0; ; repairs++) {
        const outcome = await conversations.send(actor, message)
        if (repairs === repairsMax || (outcome.kind !== 'closed' && outcome.kind !== 'unhandled'))
          return outcome
        await repair(actor, message, outcome.kind)
      }
    },
  }
}

interface StoredQueue {
  id: string
  name: string
  archived_at: Date | null
  moved_to: string | null
  is_default: boolean
}

function selectQueues(q: Query, tenant: string): Promise<StoredQueue[]> {
  return q<StoredQueue>(
    `select id, name, archived_at, moved_to, id = routing_rules.default_queue as is_default
     from queues join routing_rules using (tenant_id)
     where tenant_id = $1 order by archived_at is not null, created_at, id`,
    [tenant],
  )
}

function queueOf({ id, name, archived_at, is_default }: StoredQueue): Queue {
  return { id, name, isDefault: is_default, archivedAt: archived_at?.toISOString() ?? null }
}

/** Follows what was archived to what is in use. A queue is archived into one that is in use then, so this ends. */
function standingFor(known: readonly StoredQueue[], id: string): string {
  const found = known.find((one) => one.id === id)
  return found?.moved_to == null ? id : standingFor(known, found.moved_to)
}

function checkName(given: string): string {
  const name: string = screen(given.trim()).text
  if (name === '' || [...name].length > queueNameCharactersMax)
    throw new Refusal('invalid_field', `A name has 1 to ${queueNameCharactersMax} characters.`, {
      field: 'name',
    })
  return name
}

/** People choose a queue by its name. */
async function mustBeFree(
  q: Query,
  { tenant, id, name }: { tenant: string; id: string; name: string },
): Promise<void> {
  const taken = await q(
    'select 1 from queues where tenant_id = $1 and id <> $2 and archived_at is null and lower(name) = lower($3)',
    [tenant, id, name],
  )
  if (taken.length > 0) throw new Refusal('invalid_field', 'Another queue has this name.', { field: 'name' })
}

/** Puts a conversation into hands or a queue, which may be gone by then. */
function mayNeedMending(event: ConversationEvent): boolean {
  switch (event.type) {
    case 'takeover':
    case 'handover':
    case 'assignment':
      return true
    case 'status':
      return event.data.status === 'open'
    default:
      return false
  }
}

function agentOf(event: ConversationEvent): string | null {
  return event.type === 'takeover' || event.type === 'assignment' ? (event.data.agent?.id ?? null) : null
}

interface RoutingRules {
  default_queue: string
  virtual_agent: boolean
}

async function selectRules(q: Query, tenant: string): Promise<RoutingRules | undefined> {
  const [row] = await q<RoutingRules>(
    'select default_queue, virtual_agent from routing_rules where tenant_id = $1',
    [tenant],
  )
  return row
}

function mustAnswer(actor: Actor): Handling {
  if ((actor.kind !== 'agent' && actor.kind !== 'api') || !answers(actor.role))
    throw new Refusal('not_allowed')
  return { id: actor.id, name: actor.name, role: actor.role! }
}
