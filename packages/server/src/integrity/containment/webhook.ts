import { randomBytes } from 'node:crypto'
import type { Containment, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import { isConnectionFault, type Query, type Store } from '../../store/store.ts'
import type { Step } from './containment-entries.ts'
import { signatureHeader, signDelivery } from './webhook-signature.ts'

/** What a tenant's webhook is told. */
export type WebhookEvent =
  { type: 'alarm'; alarm: IntegrityAlarm } | { type: 'containment'; step: Step; containment: Containment }

/**
 * Tells a tenant's own systems of alarms and containments: at least once, in order, each with an id by which a second
 * delivery is known. A row is written in the transaction of what it tells of, and deleted when the other side has
 * answered 2xx.
 */
export interface Webhook {
  /** Nothing where the tenant has no webhook. */
  enqueue(q: Query, tenant: string, event: WebhookEvent): Promise<void>
  /** After the commit; also where the target changed. */
  wake(tenant: string): void
  /** Takes up what the former server left. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Where a delivery goes, and what it is signed with. */
export interface WebhookTarget {
  url: string
  secret: string
}

/** A system that was away for longer is told of by its own people. */
const deliveryMsMax = 24 * 3_600_000
/** A flood of alarms must not fill the disk; what is told of is in the tables, and the oldest is the least news. */
const queueMax = 1_000
/** A receiver puts it in a queue of its own and answers. */
const answerMsMax = 10_000
const answerBytesMax = 64 * 1024
const retryMs = 1_000
const retryMsMax = 5 * 60_000

export function openWebhook(options: {
  store: Store
  clock: Clock
  ids: Ids
  outbound: Outbound
  target(q: Query, tenant: string): Promise<WebhookTarget | null>
  log: (event: Record<string, unknown>) => void
}): Webhook {
  const { store, clock, ids, log } = options
  /** Tenants that are being delivered to, or that wait for their next try. */
  const working = new Map<string, Promise<void>>()
  const waiting = new Map<string, NodeJS.Timeout>()
  const stop = new AbortController()

  function wake(tenant: string): void {
    if (stop.signal.aborted) return
    clearTimeout(waiting.get(tenant))
    waiting.delete(tenant)
    const before = working.get(tenant) ?? Promise.resolve()
    const run = before
      .then(() => deliverAll(tenant))
      .catch((caught: unknown) => {
        log({ level: isConnectionFault(caught) ? 'warn' : 'error', event: 'webhook', reason: String(caught) })
        wakeLater(tenant, retryMs)
      })
    working.set(tenant, run)
    void run.then(() => {
      if (working.get(tenant) === run) working.delete(tenant)
    })
  }

  function wakeLater(tenant: string, ms: number): void {
    if (stop.signal.aborted) return
    clearTimeout(waiting.get(tenant))
    waiting.set(
      tenant,
      setTimeout(() => {
        waiting.delete(tenant)
        wake(tenant)
      }, ms),
    )
  }

  /** The oldest first, and no other before it: that a containment is undone must not be heard before it began. */
  async function deliverAll(tenant: string): Promise<void> {
    while (!stop.signal.aborted) {
      const next = await store.write(tenant, async (q) => {
        const target = await options.target(q, tenant)
        if (target === null) {
          await q('delete from webhook_deliveries where tenant_id = $1', [tenant])
          return null
        }
        const [row] = await q<Row>(
          `select id, made_at, body, attempts, next_at from webhook_deliveries
           where tenant_id = $1 order by place limit 1`,
          [tenant],
        )
        return row === undefined ? null : { target, row }
      })
      if (next === null) return
      const { target, row } = next
      const waitMs = row.next_at.getTime() - clock.now()
      if (waitMs > 0) return wakeLater(tenant, waitMs)
      const fault = await deliver(target, row)
      if (fault === null) await forget(tenant, row.id)
      else if (clock.now() - row.made_at.getTime() > deliveryMsMax) {
        log({ level: 'error', event: 'webhook given up', tenant, delivery: row.id, fault })
        await forget(tenant, row.id)
      } else if (!stop.signal.aborted) {
        if (row.attempts === 0)
          log({ level: 'warn', event: 'webhook failed', tenant, delivery: row.id, fault })
        await postpone(tenant, row)
      }
    }
  }

  /** @returns null once the other side has taken it; else what went wrong. */
  async function deliver({ url, secret }: WebhookTarget, { body }: Row): Promise<string | null> {
    const outcome = await options.outbound.call({
      url,
      method: 'POST',
      json: body,
      // The door writes exactly this text.
      headers: { [signatureHeader]: signDelivery(secret, clock.now(), JSON.stringify(body)) },
      timeoutMs: answerMsMax,
      bodyBytesMax: answerBytesMax,
      signal: stop.signal,
    })
    if (outcome.kind !== 'answered') return outcome.message
    return outcome.status >= 200 && outcome.status < 300 ? null : `The answer was ${outcome.status}.`
  }

  async function forget(tenant: string, id: string): Promise<void> {
    await store.write(tenant, (q) =>
      q('delete from webhook_deliveries where tenant_id = $1 and id = $2', [tenant, id]),
    )
  }

  async function postpone(tenant: string, { id, attempts }: Row): Promise<void> {
    const at = new Date(clock.now() + Math.min(retryMsMax, retryMs * 2 ** Math.min(attempts, 20)))
    await store.write(tenant, (q) =>
      q(
        `update webhook_deliveries set attempts = attempts + 1, next_at = $3 where tenant_id = $1 and id = $2`,
        [tenant, id, at],
      ),
    )
  }

  return {
    async enqueue(q, tenant, event) {
      if ((await options.target(q, tenant)) === null) return
      const id = ids.next()
      const at = new Date(clock.now())
      await q(
        `insert into webhook_deliveries (tenant_id, id, made_at, body, next_at) values ($1, $2, $3, $4, $3)`,
        [tenant, id, at, JSON.stringify({ id, at: at.toISOString(), tenant, ...event })],
      )
      const dropped = await q<{ id: string }>(
        `delete from webhook_deliveries where tenant_id = $1 and id in (
           select id from webhook_deliveries where tenant_id = $1 order by place desc offset $2)
         returning id`,
        [tenant, queueMax],
      )
      if (dropped.length > 0)
        log({ level: 'error', event: 'webhook queue is full', tenant, dropped: dropped.length })
    },

    wake,

    async start() {
      const { rows } = await store.authPool.query<{ tenant: string }>(
        'select tenant from auth.tenants_with_deliveries()',
      )
      for (const { tenant } of rows) wake(tenant)
    },

    async close() {
      stop.abort()
      for (const timer of waiting.values()) clearTimeout(timer)
      await Promise.all(working.values())
    },
  }
}

export function newWebhookSecret(): string {
  return `candor_whsec_${randomBytes(32).toString('base64url')}`
}

interface Row {
  id: string
  made_at: Date
  body: Record<string, unknown>
  attempts: number
  next_at: Date
}
