import type { Erasure as ErasureReceipt } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { AccessLog } from '../access/access-log.ts'
import type { Clock } from '../clock.ts'
import { systemActor, type Actor } from '../tenants/actor.ts'
import type { Conversations } from './conversations.ts'

/**
 * Erasure, by hand and at the end of the retention time. The keyholder destroys first, for ever and on the record;
 * what then lies in the database cannot be opened by anybody, and is deleted. A crash between the two leaves
 * ciphertext without a key; the same erasure again deletes it.
 */
export interface Erasure {
  conversation(by: Actor, conversation: string): Promise<ErasureReceipt>
  /** A visitor or customer with all their conversations, pages and traits. */
  customer(by: Actor, customer: string): Promise<ErasureReceipt>
  /** Everything of a tenant. Nothing of it can be read afterwards, by anybody. */
  tenant(by: Actor): Promise<ErasureReceipt>
  /** Erases what is older than the tenants' retention times, and destroys the epoch keys that nothing needs. */
  retain(): Promise<void>
  close(): Promise<void>
}

/** Conversations of one entry batch and one transaction. */
const batchMax = 500
/** Retention times are days: once an hour is soon enough, and spreads the work. */
const retainMs = 3_600_000
const firstRetainMs = 60_000
const dayMs = 24 * 3_600_000

export function openErasure(options: {
  log: AccessLog
  conversations: Conversations
  /** Deletes who they are and what they did on the site; answers all ids they were known under. */
  eraseVisitor(tenant: string, visitor: string): Promise<void>
  customerIds(tenant: string, customer: string): Promise<string[]>
  tenants(): Promise<string[]>
  /** Epoch keys that were ever used to seal this tenant's text. */
  epochKeys(tenant: string): Promise<string[]>
  clock: Clock
  report: (event: Record<string, unknown>) => void
}): Erasure {
  const { log, conversations, clock } = options
  let closed = false
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(tick, firstRetainMs)
  timer.unref()

  function tick(): void {
    running = retain()
      .catch((caught: unknown) =>
        options.report({ level: 'warn', event: 'retention failed', reason: String(caught) }),
      )
      .finally(() => {
        if (closed) return
        timer = setTimeout(tick, retainMs)
        timer.unref()
      })
  }

  async function retain(): Promise<void> {
    for (const tenant of await options.tenants()) if (!closed) await retainTenant(tenant)
  }

  async function retainTenant(tenant: string): Promise<void> {
    const { retentionDays } = await log.policy(tenant)
    if (retentionDays === null) return
    const by = systemActor(tenant, 'Retention')
    const held = await log.holds(tenant)
    if (held.some(({ scope }) => scope === 'tenant')) return
    const subjects = new Set(held.map(({ subject }) => subject))
    const before = clock.now() - retentionDays * dayMs
    const due = await conversations.closedBefore(tenant, before, batchMax)
    const ids = due
      .filter(({ id, visitor }) => !subjects.has(id) && !subjects.has(visitor))
      .map(({ id }) => id)
    if (ids.length > 0) {
      await log.erase(by, { what: 'retention', conversations: ids, customers: [] })
      await conversations.erase(tenant, ids)
    }
    const inUse = await conversations.epochKeysInUse(tenant)
    await log.destroyEpochs(by, inUse, await options.epochKeys(tenant))
  }

  return {
    async conversation(by, conversation) {
      await conversations.visitorOf(by.tenant, conversation)
      const receipt = await log.erase(by, {
        what: 'conversations',
        conversations: [conversation],
        customers: [],
      })
      await conversations.erase(by.tenant, [conversation])
      return { ...receipt, conversations: 1 }
    },

    async customer(by, customer) {
      const customers = await options.customerIds(by.tenant, customer)
      if (customers.length === 0)
        throw new Refusal('not_found', 'There is no such customer.', { field: 'subject' })
      const ids = await conversations.idsOfVisitors(by.tenant, customers)
      const receipt = await log.erase(by, { what: 'customer', conversations: ids, customers })
      for (let at = 0; at < ids.length; at += batchMax)
        await conversations.erase(by.tenant, ids.slice(at, at + batchMax))
      for (const id of customers) await options.eraseVisitor(by.tenant, id)
      return { ...receipt, conversations: ids.length }
    },

    async tenant(by) {
      const receipt = await log.erase(by, { what: 'tenant', conversations: [], customers: [] })
      let erased = 0
      for (;;) {
        const ids = await conversations.notErased(by.tenant, batchMax)
        if (ids.length === 0) return { ...receipt, conversations: erased }
        await conversations.erase(by.tenant, ids)
        erased += ids.length
      }
    },

    retain,

    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
