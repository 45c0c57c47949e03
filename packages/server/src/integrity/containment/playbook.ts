import { Refusal } from '@candor/protocol/refusals.ts'
import { alarmKinds, type IntegrityAlarm, type Playbook } from '@candor/protocol/integrity-api.ts'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Query, Store } from '../../store/store.ts'
import { systemActor, type Actor } from '../../tenants/actor.ts'
import { refuseField } from '../../tenants/fields.ts'
import type { Containments } from './containment.ts'
import { plannedContainments } from './planned-containments.ts'
import { newWebhookSecret, type Webhook, type WebhookTarget } from './webhook.ts'

/** What is contained without asking, and who is told. */
export interface Playbooks {
  playbook(tenant: string): Promise<Playbook>
  /** `secret` where this made one: it is shown once and cannot be read afterwards. @throws Refusal `invalid_field` */
  save(by: Actor, given: Playbook): Promise<Playbook>
  /** A new secret; what is delivered from now on is signed with it. @throws Refusal `not_found` without a webhook */
  rotateSecret(by: Actor): Promise<{ secret: string }>
  /**
   * An alarm was raised: the webhook hears of it, and what the playbook says is contained, by the actor `Playbook`.
   * @returns the first containment, null where there is none. An alarm may be told of again: it is contained once.
   */
  onAlarm(tenant: string, alarm: IntegrityAlarm): Promise<string | null>
}

/** Seals what must be read again but not by who reads the database; `context` is authenticated with it. */
export interface Sealing {
  seal(context: string, text: string): Buffer
  /** @throws Error for another context, or a bit that is not what it was */
  open(context: string, sealed: Buffer): string
}

/** One for each kind of alarm and width of scope. */
const rulesMax = alarmKinds.length * 4
const urlCharactersMax = 2_048
const scopes = ['tenant', 'site', 'template', 'release'] as const

const none: Playbook = { rules: [], webhook: null }

/** Where the tenant's webhook is, for `openWebhook`. */
export function webhookTarget(sealing: Sealing) {
  return async (q: Query, tenant: string): Promise<WebhookTarget | null> => {
    const [row] = await q<{ webhook: string | null; sealed_secret: Buffer | null }>(
      'select webhook, sealed_secret from playbooks where tenant_id = $1',
      [tenant],
    )
    if (row === undefined || row.webhook === null || row.sealed_secret === null) return null
    return { url: row.webhook, secret: sealing.open(contextOf(tenant), row.sealed_secret) }
  }
}

export function openPlaybooks(options: {
  store: Store
  clock: Clock
  ids: Ids
  sealing: Sealing
  webhook: Webhook
  containments: Pick<Containments, 'begin' | 'notices'>
  /** Origins that may be called by plain http: the operator's own. */
  privateOrigins(): readonly string[]
  releaseInForce(): string | null
  /** Told before it commits; what it throws stops the change. */
  onChange(by: Actor, what: { rules: string; webhook: 'set' | 'none' }): Promise<void>
  log: (event: Record<string, unknown>) => void
}): Playbooks {
  const { store, clock, ids, sealing, webhook, containments, log } = options

  async function read(q: Query, tenant: string): Promise<Playbook & { hasSecret: boolean }> {
    const [row] = await q<{ rules: Playbook['rules']; webhook: string | null; has_secret: boolean }>(
      'select rules, webhook, sealed_secret is not null as has_secret from playbooks where tenant_id = $1',
      [tenant],
    )
    return row === undefined
      ? { ...none, hasSecret: false }
      : { rules: row.rules, webhook: row.webhook, hasSecret: row.has_secret }
  }

  async function writeSecret(q: Query, tenant: string, secret: string): Promise<void> {
    await q('update playbooks set sealed_secret = $2 where tenant_id = $1', [
      tenant,
      sealing.seal(contextOf(tenant), secret),
    ])
  }

  return {
    async playbook(tenant) {
      const { rules, webhook: url } = await store.read(tenant, (q) => read(q, tenant))
      return { rules, webhook: url }
    },

    async save(by, given) {
      const rules = checkRules(given.rules)
      const url = given.webhook === null ? null : checkWebhook(given.webhook, options.privateOrigins())
      const { tenant } = by
      const saved = await store.write(tenant, async (q) => {
        const before = await read(q, tenant)
        const secret = url !== null && !before.hasSecret ? newWebhookSecret() : null
        const words = rules.map(({ kind, scope, sharePercentMin }) => `${kind} ${scope} ${sharePercentMin} %`)
        await options.onChange(by, {
          rules: words.join(', ') || 'none',
          webhook: url === null ? 'none' : 'set',
        })
        const sealed = secret === null ? null : sealing.seal(contextOf(tenant), secret)
        await q(
          `insert into playbooks (tenant_id, rules, webhook, sealed_secret, saved_by, saved_by_name, saved_at)
           values ($1, $2, $3, coalesce($4, (select sealed_secret from playbooks where tenant_id = $1)), $5, $6, $7)
           on conflict (tenant_id) do update set rules = $2, webhook = $3,
             sealed_secret = excluded.sealed_secret, saved_by = $5, saved_by_name = $6, saved_at = $7`,
          [tenant, JSON.stringify(rules), url, sealed, by.id, by.name, new Date(clock.now())],
        )
        // Another receiver is tried at once; where there is none nothing waits for it.
        await q('update webhook_deliveries set next_at = now(), attempts = 0 where tenant_id = $1', [tenant])
        return { rules, webhook: url, ...(secret === null ? {} : { secret }) }
      })
      webhook.wake(tenant)
      return saved
    },

    async rotateSecret(by) {
      const secret = newWebhookSecret()
      await store.write(by.tenant, async (q) => {
        const { webhook: url, rules } = await read(q, by.tenant)
        if (url === null) throw new Refusal('not_found', 'There is no webhook.')
        await options.onChange(by, { rules: `${rules.length}, as before`, webhook: 'set' })
        await writeSecret(q, by.tenant, secret)
      })
      webhook.wake(by.tenant)
      return { secret }
    },

    async onAlarm(tenant, alarm) {
      const { rules, answered } = await store.write(tenant, async (q) => {
        await webhook.enqueue(q, tenant, { type: 'alarm', alarm })
        const [earlier] = await q('select id from containments where tenant_id = $1 and alarm = $2 limit 1', [
          tenant,
          alarm.id,
        ])
        return { ...(await read(q, tenant)), answered: earlier !== undefined }
      })
      webhook.wake(tenant)
      const planned = plannedContainments({ rules }, alarm, {
        inForce: containments.notices(tenant).map(({ scope }) => scope),
        answered,
        release: options.releaseInForce(),
      })
      let first: string | null = null
      for (const scope of planned) {
        const reason = `${alarm.kind}: ${alarm.what}`.replaceAll(/\p{Cc}+/gu, ' ').slice(0, reasonCharacters)
        try {
          const by = systemActor(tenant, 'Playbook')
          const begun = await containments.begin(by, ids.next(), { scope, reason, alarm: alarm.id })
          first ??= begun.id
        } catch (caught) {
          // Somebody was quicker, or the alarm names a page that is no site of the tenant.
          if (!(caught instanceof Refusal)) throw caught
          log({ level: 'warn', event: 'playbook refused', tenant, alarm: alarm.id, reason: caught.message })
        }
      }
      return first
    },
  }
}

const reasonCharacters = 480

/** A row copied to another tenant does not open. */
function contextOf(tenant: string): string {
  return `webhook secret ${tenant}`
}

function checkRules(rules: Playbook['rules']): Playbook['rules'] {
  if (rules.length > rulesMax) refuseField('rules', `has at most ${rulesMax} rules`)
  const known = new Set<string>()
  return rules.map(({ kind, scope, sharePercentMin }, at) => {
    if (!alarmKinds.includes(kind)) refuseField(`rules.${at}.kind`, 'is a kind of alarm')
    if (!scopes.includes(scope)) refuseField(`rules.${at}.scope`, 'is tenant, site, template or release')
    if (!(sharePercentMin >= 0 && sharePercentMin <= 100))
      refuseField(`rules.${at}.sharePercentMin`, 'is from 0 to 100')
    if (known.size === known.add(`${kind} ${scope}`).size) refuseField(`rules.${at}`, 'stands there twice')
    return { kind, scope, sharePercentMin }
  })
}

function checkWebhook(given: string, privateOrigins: readonly string[]): string {
  if (given.length > urlCharactersMax || !URL.canParse(given)) refuseField('webhook', 'is an address')
  const url = new URL(given)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && privateOrigins.includes(url.origin)))
    refuseField('webhook', 'begins with https://, or its origin is one that the operator named')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    refuseField('webhook', 'has no user and no fragment')
  return url.href
}
