import { hash } from 'node:crypto'
import { screen, screenField } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { derivedKey } from './derived-key.ts'
import { checkEmail, checkLine, nameCharactersMax } from './fields.ts'
import type { FormatsOf } from './identifier-formats.ts'
import { identityKeyOf } from './identity-keys.ts'
import { identityAudience, verifyIdentityToken, type CustomerIdentity } from './identity-token.ts'
import type { SessionEndings } from './session-endings.ts'
import type { Tenant } from './tenant-directory.ts'
import {
  issueVisitorToken,
  readVisitorToken,
  visitorTokenMsMax,
  visitorTokenRenewMs,
} from './visitor-token.ts'

export type Traits = Record<string, string | number | boolean>

export interface Visitor {
  id: string
  /** Their own name, else a label that tells visitors apart. */
  name: string
  email: string | null
  identified: boolean
  traits: Traits
  firstSeenAt: string
}

export interface Visitors {
  newVisitor(tenant: string, locale: string | null): Promise<{ actor: Actor; token: string }>
  /**
   * @returns `renewed` when the browser should keep a younger token from now on.
   * @throws Refusal `token_invalid` or `token_expired`
   */
  visitorOfToken(tenant: string, token: string): Promise<{ actor: Actor; renewed: string | null }>
  /**
   * The tenant vouches for who this is. `mergedFrom` is the anonymous visitor whose conversations now belong to
   * the customer; its tokens count no longer.
   * @throws Refusal `token_invalid`, `token_expired` or `token_replayed`
   */
  identify(actor: Actor, jwt: string): Promise<{ actor: Actor; token: string; mergedFrom: string | null }>
  /** This browser's token dies at once; the customer stays signed in on other devices. */
  logout(actor: Actor): Promise<void>
  /** Adds to what is known. An anonymous visitor's `name` and `email` count as theirs. */
  setTraits(actor: Actor, traits: Traits): Promise<void>
  /** @throws Refusal `not_found` */
  visitor(tenant: string, id: string): Promise<Visitor>
  /** All ids that a customer was known under, this one included; none for a stranger. */
  idsOf(tenant: string, id: string): Promise<string[]>
  /** Who they are is deleted, and their tokens count no longer. */
  eraseVisitor(tenant: string, id: string): Promise<void>
  /** BCP 47, as the browser said it at the first visit; null when it said nothing. */
  localeOf(tenant: string, id: string): Promise<string | null>
  /** Held in memory; '' while it is being loaded. */
  visitorName(tenant: string, visitor: string): string
  loadVisitors(
    tenant: string,
    visitors: readonly string[],
  ): Promise<Map<string, { name: string; identified: boolean }>>
}

/** What a desk can show of a visitor; the tenant's own systems hold the rest. */
const traitsMax = 100
const namesHeldMax = 100_000

export function openVisitors(options: {
  store: Store
  clock: Clock
  ids: Ids
  authSecret: string
  endings: SessionEndings
  tenant: (id: string) => Promise<Tenant>
  guardFormats: FormatsOf
}): Visitors {
  const { store, clock, ids, endings } = options
  const key = derivedKey(options.authSecret, 'visitor token')
  const names = new Map<string, string>()

  function holdName(tenant: string, visitor: Pick<VisitorRow, 'id' | 'name'>): void {
    const held = `${tenant}/${visitor.id}`
    names.delete(held)
    names.set(held, nameOf(visitor))
    if (names.size > namesHeldMax) {
      const [oldest] = names.keys()
      names.delete(oldest!)
    }
  }

  function tokenOf(tenant: string, row: Pick<VisitorRow, 'id' | 'token_version'>, id: string): string {
    return issueVisitorToken(key, {
      tenant,
      visitor: row.id,
      id,
      version: row.token_version,
      issuedAt: clock.now(),
    })
  }

  async function loadVisitors(
    tenant: string,
    visitors: readonly string[],
  ): Promise<Map<string, { name: string; identified: boolean }>> {
    const rows = await store.read(tenant, (q) =>
      q<VisitorRow>(`select ${columns} from visitors where id = any ($1)`, [[...new Set(visitors)]]),
    )
    for (const row of rows) holdName(tenant, row)
    return new Map(rows.map((row) => [row.id, { name: nameOf(row), identified: row.subject !== null }]))
  }

  return {
    loadVisitors,

    async idsOf(tenant, id) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string }>(
          `with self as (select coalesce(merged_into, id) as id from visitors where id = $1)
           select v.id from visitors v, self where v.id = self.id or v.merged_into = self.id`,
          [id],
        ),
      )
      return rows.map((row) => row.id)
    },

    async eraseVisitor(tenant, id) {
      await store.write(tenant, (q) =>
        q(
          `update visitors set subject = null, name = null, email = null, traits = '{}', token_version = token_version + 1
           where id = $1`,
          [id],
        ),
      )
      names.delete(`${tenant}/${id}`)
    },

    async localeOf(tenant, id) {
      const [row] = await store.read(tenant, (q) =>
        q<{ locale: string | null }>('select locale from visitors where tenant_id = $1 and id = $2', [
          tenant,
          id,
        ]),
      )
      return row?.locale ?? null
    },

    async newVisitor(tenant, locale) {
      const row = { id: ids.next(), name: null, subject: null, token_version: 0 }
      await store.write(tenant, (q) =>
        q('insert into visitors (tenant_id, id, locale, first_seen_at) values ($1, $2, $3, $4)', [
          tenant,
          row.id,
          locale,
          new Date(clock.now()),
        ]),
      )
      holdName(tenant, row)
      const session = ids.next()
      return { actor: actorOf(tenant, row, session), token: tokenOf(tenant, row, session) }
    },

    async visitorOfToken(tenant, text) {
      const token = readVisitorToken(key, text, clock.now())
      if (token.tenant !== tenant) throw new Refusal('token_invalid')
      const [row] = await store.read(tenant, (q) =>
        q<VisitorRow>(
          `select ${columns} from visitors
           where id = $1 and token_version = $2 and merged_into is null
             and not exists (select from ended_visitor_tokens as ended where ended.id = $3)`,
          [token.visitor, token.version, token.id],
        ),
      )
      if (row === undefined) throw new Refusal('token_invalid')
      holdName(tenant, row)
      const isOld = clock.now() - token.issuedAt > visitorTokenRenewMs
      return { actor: actorOf(tenant, row, token.id), renewed: isOld ? tokenOf(tenant, row, token.id) : null }
    },

    async identify(actor, jwt) {
      const session = sessionOf(actor)
      const { publicId } = await options.tenant(actor.tenant)
      const identity = await store.read(actor.tenant, (q) =>
        verifyIdentityToken(jwt, {
          audience: identityAudience(publicId),
          now: clock.now(),
          keyOf: (kid) => identityKeyOf(q, kid),
        }),
      )
      if (screen(identity.subject).findings.length > 0)
        throw new Refusal('token_invalid', 'The claim sub is not a card number.', { field: 'sub' })

      const { row, mergedFrom, keepsToken } = await store.write(actor.tenant, async (q) => {
        await useOnce(q, actor.tenant, identity, clock.now())
        // One at a time for each customer: two devices that are the first at once become one visitor.
        await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
          `${actor.tenant}/${identity.subject}`,
        ])
        const customer = await becomeCustomer(q, actor, identity, {
          id: ids.next(),
          at: new Date(clock.now()),
        })
        if (!customer.keepsToken) await endToken(q, actor.tenant, session, clock.now())
        return customer
      })
      holdName(actor.tenant, row)
      const next = keepsToken ? session : ids.next()
      return { actor: actorOf(actor.tenant, row, next), token: tokenOf(actor.tenant, row, next), mergedFrom }
    },

    async logout(actor) {
      const session = sessionOf(actor)
      await store.write(actor.tenant, (q) => endToken(q, actor.tenant, session, clock.now()))
      endings.tell(session)
    },

    async setTraits(actor, traits) {
      const screened = screenTraits(traits, await options.guardFormats(actor.tenant))
      const row = await store.write(actor.tenant, async (q) => {
        const [known] = await q<VisitorRow>(`select ${columns} from visitors where id = $1 for update`, [
          actor.id,
        ])
        if (known === undefined) throw new Refusal('not_found')
        const { own, rest } = known.subject === null ? ownData(screened) : { own: {}, rest: screened }
        const all = { ...known.traits, ...rest }
        if (Object.keys(all).length > traitsMax)
          throw new Refusal('too_large', `A visitor has at most ${traitsMax} traits.`, { field: 'traits' })
        const [changed] = await q<VisitorRow>(
          `update visitors set traits = $2, name = coalesce($3, name), email = coalesce($4, email)
           where id = $1 returning ${columns}`,
          [actor.id, JSON.stringify(all), own.name ?? null, own.email ?? null],
        )
        return changed!
      })
      holdName(actor.tenant, row)
    },

    async visitor(tenant, id) {
      const [row] = await store.read(tenant, (q) =>
        q<VisitorRow>(`select ${columns} from visitors where id = $1`, [id]),
      )
      if (row === undefined) throw new Refusal('not_found')
      return {
        id: row.id,
        name: nameOf(row),
        email: row.email,
        identified: row.subject !== null,
        traits: row.traits,
        firstSeenAt: row.first_seen_at.toISOString(),
      }
    },

    visitorName(tenant, visitor) {
      const known = names.get(`${tenant}/${visitor}`)
      if (known !== undefined) return known
      // A fault of the database shows where the answer is awaited; a name can wait.
      loadVisitors(tenant, [visitor]).catch(() => undefined)
      return ''
    },
  }
}

interface VisitorRow {
  id: string
  subject: string | null
  name: string | null
  email: string | null
  traits: Traits
  token_version: number
  merged_into: string | null
  first_seen_at: Date
}

const columns = 'id, subject, name, email, traits, token_version, merged_into, first_seen_at'

/** Four letters of its random part: enough for an agent to tell two visitors apart. */
function nameOf(row: Pick<VisitorRow, 'id' | 'name'>): string {
  return row.name ?? `Visitor ${row.id.slice(-4).toUpperCase()}`
}

function actorOf(tenant: string, row: Pick<VisitorRow, 'id' | 'name' | 'subject'>, session: string): Actor {
  return { tenant, kind: 'visitor', id: row.id, name: nameOf(row), session, identified: row.subject !== null }
}

function sessionOf(actor: Actor): string {
  if (actor.kind !== 'visitor' || actor.session === undefined) throw new Refusal('not_allowed')
  return actor.session
}

/**
 * Who the visitor is from now on:
 * - the customer is new: this visitor becomes the customer and keeps its token;
 * - the customer is known, this visitor was anonymous: it is merged into the customer, all its tokens end;
 * - this visitor is the customer already: nothing changes;
 * - this visitor is another customer, who did not log out: this browser leaves that one and merges nothing.
 */
async function becomeCustomer(
  q: Query,
  actor: Actor,
  identity: CustomerIdentity,
  stranger: { id: string; at: Date },
): Promise<{ row: VisitorRow; mergedFrom: string | null; keepsToken: boolean }> {
  const { subject } = identity
  const name = identity.name === null ? null : screen(identity.name).text
  const email = identity.email === null ? null : screen(identity.email).text
  const told = 'name = coalesce($2, name), email = coalesce($3, email)'
  const [self] = await q<VisitorRow>(`select ${columns} from visitors where id = $1 for update`, [actor.id])
  if (self === undefined) throw new Refusal('token_invalid')
  const anonymous = self.subject === null && self.merged_into === null

  const [known] = await q<VisitorRow>(`update visitors set ${told} where subject = $1 returning ${columns}`, [
    subject,
    name,
    email,
  ])
  if (known !== undefined) {
    if (known.id === self.id) return { row: known, mergedFrom: null, keepsToken: true }
    if (!anonymous) return { row: known, mergedFrom: null, keepsToken: false }
    // What the customer told before stays; the page's newer traits fill the gaps.
    const [merged] = await q<VisitorRow>(
      `update visitors set traits = $2::jsonb || traits, name = coalesce(name, $3), email = coalesce(email, $4)
       where id = $1 returning ${columns}`,
      [known.id, JSON.stringify(self.traits), self.name, self.email],
    )
    await q(
      `update visitors set merged_into = $2, token_version = token_version + 1, name = null, email = null, traits = '{}'
       where id = $1`,
      [self.id, known.id],
    )
    return { row: merged!, mergedFrom: self.id, keepsToken: false }
  }

  if (anonymous) {
    const [row] = await q<VisitorRow>(
      `update visitors set subject = $4, ${told} where id = $1 returning ${columns}`,
      [self.id, name, email, subject],
    )
    return { row: row!, mergedFrom: null, keepsToken: true }
  }
  const [row] = await q<VisitorRow>(
    `insert into visitors (tenant_id, id, subject, name, email, first_seen_at) values ($1, $2, $3, $4, $5, $6)
     returning ${columns}`,
    [actor.tenant, stranger.id, subject, name, email, stranger.at],
  )
  return { row: row!, mergedFrom: null, keepsToken: false }
}

async function useOnce(q: Query, tenant: string, identity: CustomerIdentity, now: number): Promise<void> {
  await q('delete from used_identity_tokens where expires_at < $1', [new Date(now)])
  const used = await q(
    `insert into used_identity_tokens (tenant_id, jti_sha256, expires_at) values ($1, $2, $3)
     on conflict do nothing returning 1 as one`,
    [tenant, hash('sha256', identity.jti, 'buffer'), new Date(identity.expiresAt)],
  )
  if (used.length === 0) throw new Refusal('token_replayed')
}

async function endToken(q: Query, tenant: string, id: string, now: number): Promise<void> {
  await q('delete from ended_visitor_tokens where expires_at < $1', [new Date(now)])
  // Renewals of it were issued before now, so none outlives this row.
  await q(
    `insert into ended_visitor_tokens (tenant_id, id, expires_at) values ($1, $2, $3) on conflict do nothing`,
    [tenant, id, new Date(now + visitorTokenMsMax)],
  )
}

/** A card number hides in a name, a value, or a value that is a number. */
function screenTraits(traits: Traits, identifiers: readonly IdentifierFormat[]): Traits {
  return Object.fromEntries(
    Object.entries(traits).map(([name, value]) => {
      const written = screenField(name, String(value), { identifiers })
      const clean = written.findings.length === 0 && typeof value !== 'string' ? value : written.text
      return [screen(name).text, clean]
    }),
  )
}

/** An anonymous visitor says who they are; nobody vouches for it. Something else than a name stays a trait. */
function ownData(traits: Traits): { own: { name?: string; email?: string }; rest: Traits } {
  const { name, email, ...rest } = traits
  const own = {
    ...accepted('name', () => checkLine(name, 'name', nameCharactersMax)),
    ...accepted('email', () => checkEmail(email, 'email')),
  }
  return {
    own,
    rest: {
      ...rest,
      ...(name === undefined || 'name' in own ? {} : { name }),
      ...(email === undefined || 'email' in own ? {} : { email }),
    },
  }
}

function accepted(field: 'name' | 'email', check: () => string): { name?: string; email?: string } {
  try {
    return { [field]: check() }
  } catch (caught) {
    if (!(caught instanceof Refusal)) throw caught
    return {}
  }
}
