import { screen } from '@candor/card-guard'
import type { Queue, Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Conversations, SendOutcome, Stored } from '../conversations/conversations.ts'
import type { Ids } from '../ids.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import {
  answers,
  decideAssignment,
  decideHandBack,
  decideHandOver,
  decideTakeOver,
  type Handling,
} from './decide-handler.ts'
import { derivedId } from './derived-id.ts'

export interface Routing {
  /** A tenant has at least one queue: the first call makes it. */
  queues(tenant: string): Promise<Queue[]>
  /** Administrators. The id is the caller's; the same again answers the stored queue. */
  createQueue(actor: Actor, queue: { id: string; name: string }): Promise<Queue>
  /** Who answers a new conversation, and the queue it belongs to. */
  firstHandler(tenant: string): Promise<{ handler: 'virtual-agent' | 'queue'; queue: string }>
  /** Whether the tenant has a virtual agent that answers first. Conversations under way stay where they are. */
  setVirtualAgent(tenant: string, on: boolean): Promise<void>

  /** @throws Refusal handler_changed when a colleague handles it and the actor does not lead them. */
  takeOver(actor: Actor, change: { id: string; conversation: string }): Promise<Stored>
  /** To the virtual agent. */
  handBack(actor: Actor, change: { id: string; conversation: string }): Promise<Stored>
  /**
   * By the virtual agent, under the epoch it decided under. `queue` null: the conversation's own, else the default.
   * `reason` is a short word of the virtual agent's, never text of the conversation: it is stored unsealed.
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
    },
  ): Promise<Stored>
  /** To a person, or with null back to its queue, where it waits. */
  assign(actor: Actor, change: { id: string; conversation: string; agent: string | null }): Promise<Stored>
  /** To a person or a queue; the private note is stored in the same transaction. */
  transfer(
    actor: Actor,
    change: { id: string; conversation: string; to: TransferTarget; note?: string },
  ): Promise<Stored>
  /**
   * A staff member's message. Who writes where nobody answers takes the conversation over, and a closed one is
   * reopened first; the outcome is other than `stored` only when others keep changing it at the same time.
   */
  sendAsStaff(actor: Actor, message: { id: string; conversation: string; text: string }): Promise<SendOutcome>
}

export type TransferTarget = { queue: string } | { agent: string }

/** The tenant's people; the room `tenants` knows them. */
export interface People {
  person(tenant: string, id: string): Promise<{ id: string; name: string; role: Role } | null>
}

/** More are not told apart in a list; teams inside a queue are a matter of skills. */
const queuesMax = 100
export const queueNameCharactersMax = 60
/** Reopened once and taken over once: whoever must do more is in a race with colleagues and is told so. */
const repairsMax = 2
const firstQueueName = 'General'

export function openRouting(options: {
  store: Store
  conversations: Conversations
  people: People
  ids: Ids
}): Routing {
  const { store, conversations, people, ids } = options

  async function rules(tenant: string): Promise<RoutingRules> {
    const known = await store.read(tenant, (q) => selectRules(q, tenant))
    if (known !== undefined) return known
    return store.write(tenant, async (q) => {
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
  }

  async function mustHaveQueue(tenant: string, queue: string): Promise<string> {
    const [row] = await store.read(tenant, (q) =>
      q('select 1 from queues where tenant_id = $1 and id = $2', [tenant, queue]),
    )
    if (row === undefined) throw new Refusal('not_found', 'There is no such queue.', { field: 'queue' })
    return queue
  }

  async function mustHavePerson(tenant: string, id: string): Promise<Handling> {
    const person = await people.person(tenant, id)
    if (person === null) throw new Refusal('not_found', 'There is no such person.', { field: 'agent' })
    return person
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
      return store.read(tenant, (q) =>
        q<Queue>('select id, name from queues where tenant_id = $1 order by created_at, id', [tenant]),
      )
    },

    async createQueue(actor, queue) {
      if (actor.role !== 'administrator') throw new Refusal('not_allowed', 'Only administrators make queues.')
      const name: string = screen(queue.name.trim()).text
      if (name === '' || [...name].length > queueNameCharactersMax)
        throw new Refusal('invalid_field', `A name has 1 to ${queueNameCharactersMax} characters.`, {
          field: 'name',
        })
      await rules(actor.tenant)
      return store.write(actor.tenant, async (q) => {
        // Two administrators at once would each see room for one more.
        await q('select 1 from routing_rules where tenant_id = $1 for no key update', [actor.tenant])
        const known = await q<Queue>('select id, name from queues where tenant_id = $1', [actor.tenant])
        const before = known.find((other) => other.id === queue.id)
        if (before !== undefined) {
          if (before.name !== name) throw new Refusal('idempotency_conflict', undefined, { field: 'id' })
          return before
        }
        if (known.length >= queuesMax)
          throw new Refusal('state_conflict', `A tenant has at most ${queuesMax} queues.`)
        const inserted = await q<Queue>(
          'insert into queues (tenant_id, id, name) values ($1, $2, $3) on conflict do nothing returning id, name',
          [actor.tenant, queue.id, name],
        )
        if (inserted[0] === undefined)
          throw new Refusal('invalid_field', 'Another queue has this name.', { field: 'name' })
        return inserted[0]
      })
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

    takeOver: async (actor, change) => takeOver(actor, change),

    async handBack(actor, { id, conversation }) {
      const by = mustAnswer(actor)
      const { virtual_agent } = await rules(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'handback' }, (now) =>
        decideHandBack(now, by, virtual_agent),
      )
    },

    async handOver(actor, { id, conversation, handlerEpoch, queue, reason }) {
      if (actor.kind !== 'virtual-agent') throw new Refusal('not_allowed')
      if (!/^[a-z]+(-[a-z]+)*$/.test(reason)) throw new TypeError('a reason is one word of the virtual agent')
      const named = queue === null ? null : await mustHaveQueue(actor.tenant, queue)
      const { default_queue } = await rules(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'handover' }, (now) =>
        decideHandOver(now, { handlerEpoch, queue: named ?? now.queue ?? default_queue, reason }),
      )
    },

    async assign(actor, { id, conversation, agent: to }) {
      const by = mustAnswer(actor)
      const agent = to === null ? null : await mustHavePerson(actor.tenant, to)
      const { default_queue } = await rules(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'assignment' }, (now) =>
        decideAssignment(now, by, { agent, queue: now.queue ?? default_queue }),
      )
    },

    async transfer(actor, { id, conversation, to, note }) {
      const by = mustAnswer(actor)
      const agent = 'agent' in to ? await mustHavePerson(actor.tenant, to.agent) : null
      const queue = 'queue' in to ? await mustHaveQueue(actor.tenant, to.queue) : null
      const { default_queue } = await rules(actor.tenant)
      return conversations.changeHandler(actor, { id, conversation, type: 'assignment' }, (now) => ({
        ...decideAssignment(now, by, { agent, queue: queue ?? now.queue ?? default_queue }),
        ...(note === undefined ? {} : { note: { id: derivedId(id, 'note'), text: note } }),
      }))
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
