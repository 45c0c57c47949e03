import type { Query, Store } from '../../../store/store.ts'
import type { MailingRow } from '../mailings.ts'

/**
 * The rows of `notice_mails` as a queue (migration 0063). Claims skip what others hold, leases run out, and every
 * change asks for the state that it starts from: whoever comes late changes nothing.
 */
export interface MailQueue {
  /** Mailings that are sending or paused, of all these tenants. */
  mailings(tenants: readonly string[]): Promise<MailingRow[]>
  claim(mailing: MailingRow, count: number, withoutDomains: readonly number[]): Promise<ClaimedMail[]>
  /** Back, untried. */
  release(tenant: string, mailing: string, places: readonly number[], due: Date): Promise<void>
  /**
   * What was done and what is about to be, in one transaction. Answers which of `next` may be handed over.
   * MUST be committed before any of them is.
   */
  commit(
    done: readonly DoneMail[],
    next: readonly MarkedMail[],
    reported: readonly ReportedMail[],
  ): Promise<Set<string>>
  /** Takes back what lost its holder, and finishes what has nothing left. Answers whether it is done. */
  sweep(mailing: MailingRow, doubtMs: number): Promise<{ done: boolean; doubted: number; again: number }>
}

export interface MailKey {
  tenant: string
  mailing: string
  place: number
}

export interface ClaimedMail extends MailKey {
  attempts: number
  domain: number
  sealed: Buffer
}

export interface MarkedMail extends MailKey {
  hash: Buffer
}

export interface DoneMail extends MailKey {
  state: 'sent' | 'waiting' | 'bounced' | 'in-doubt'
  attempts: number
  response: string
  /** When it is looked at again, or was sent. */
  at: Date
  /** Of what was sent. */
  receipts: number | null
}

/** What the mail server told later. */
export interface ReportedMail extends MailKey {
  kind: 'delivered' | 'bounced'
  detail: string
  at: Date
  receipts: number
}

export const keyOf = ({ mailing, place }: MailKey): string => `${mailing} ${place}`

/** Long enough to compose and to wait for a connection; what is not begun by then is somebody else's. */
export const leaseMs = 60_000
/** Longer than any answer is waited for (hand-over.ts). */
const flightMs = 6 * 60_000

export function openMailQueue(options: { store: Store; now(): number; run: string }): MailQueue {
  const { store, now, run } = options
  const after = (ms: number): Date => new Date(now() + ms)

  async function letters(q: Query, keys: readonly MailKey[]): Promise<void> {
    if (keys.length === 0) return
    await q(
      `insert into notice_letters (tenant_id, mailing_id, place, because)
       select p.tenant_id, p.mailing_id, p.place, 'bounced'
       from unnest($1::uuid[], $2::uuid[], $3::int[]) k (tenant, mailing, place)
       join notice_persons p on p.tenant_id = k.tenant and p.mailing_id = k.mailing and p.place = k.place
       where p.has_address on conflict do nothing`,
      columns(keys),
    )
  }

  return {
    mailings: (tenants) =>
      tenants.length === 0
        ? Promise.resolve([])
        : store.read(tenants, (q) =>
            q<MailingRow>(
              `select * from notice_mailings
               where tenant_id = any($1) and state in ('sending', 'paused') order by tenant_id, number`,
              [tenants],
            ),
          ),

    claim: (mailing, count, withoutDomains) =>
      store.write(mailing.tenant_id, async (q) => {
        const rows = await q<{ place: number; attempts: number; domain: number; sealed: Buffer }>(
          `with due as (
             select m.place from notice_mails m
             where m.tenant_id = $1 and m.mailing_id = $2 and m.state = 'waiting' and m.due_at <= $3
               and not (m.domain = any($4))
             order by m.due_at, m.place limit $5 for update skip locked
           ), taken as (
             update notice_mails m set state = 'leased', holder = $6, leased_until = $7
             from due where m.tenant_id = $1 and m.mailing_id = $2 and m.place = due.place
               and exists (select 1 from notice_mailings g
                 where g.tenant_id = $1 and g.id = $2 and g.state = 'sending')
             returning m.place, m.attempts, m.domain
           )
           select t.place, t.attempts, t.domain, p.sealed from taken t
           join notice_persons p on p.tenant_id = $1 and p.mailing_id = $2 and p.place = t.place`,
          [mailing.tenant_id, mailing.id, after(0), withoutDomains, count, run, after(leaseMs)],
        )
        return rows.map((row) => ({ tenant: mailing.tenant_id, mailing: mailing.id, ...row }))
      }),

    async release(tenant, mailing, places, due) {
      await store.write(tenant, (q) =>
        q(
          `update notice_mails set state = 'waiting', due_at = $5, holder = null, leased_until = null
           where tenant_id = $1 and mailing_id = $2 and place = any($3) and state = 'leased' and holder = $4`,
          [tenant, mailing, places, run, due],
        ),
      )
    },

    commit(done, next, reported) {
      const tenants = [...new Set([...done, ...next, ...reported].map(({ tenant }) => tenant))]
      return store.write(tenants, async (q) => {
        if (done.length > 0) {
          await q(
            `update notice_mails m set state = r.state, attempts = r.attempts, holder = null, leased_until = null,
               due_at = case when r.state in ('waiting', 'in-doubt') then r.at else m.due_at end,
               sent_at = case when r.state = 'sent' then r.at else m.sent_at end,
               response = case when r.state = 'sent' then r.response else m.response end,
               bounce = case when r.state = 'sent' then null else r.response end,
               receipts = coalesce(r.receipts, m.receipts)
             from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::int[], $6::text[], $7::timestamptz[], $8::int[])
               r (tenant, mailing, place, state, attempts, response, at, receipts)
             where m.tenant_id = r.tenant and m.mailing_id = r.mailing and m.place = r.place
               and m.state in ('in-flight', 'in-doubt')`,
            [
              ...columns(done),
              done.map(({ state }) => state),
              done.map(({ attempts }) => attempts),
              done.map(({ response }) => response),
              done.map(({ at }) => at),
              done.map(({ receipts }) => receipts),
            ],
          )
          await letters(
            q,
            done.filter(({ state }) => state === 'bounced'),
          )
        }
        if (reported.length > 0) await report(q, reported)
        if (next.length === 0) return new Set<string>()
        const marked = await q<{ mailing: string; place: number }>(
          `update notice_mails m set state = 'in-flight', hash = r.hash, leased_until = $6
           from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bytea[]) r (tenant, mailing, place, hash)
           where m.tenant_id = r.tenant and m.mailing_id = r.mailing and m.place = r.place
             and m.state in ('leased', 'in-flight') and m.holder = $5
           returning m.mailing_id as mailing, m.place`,
          [...columns(next), next.map(({ hash }) => hash), run, after(flightMs)],
        )
        return new Set(marked.map(({ mailing, place }) => keyOf({ tenant: '', mailing, place })))
      })
    },

    sweep: (mailing, doubtMs) =>
      store.write(mailing.tenant_id, async (q) => {
        const key = [mailing.tenant_id, mailing.id]
        await q(
          `update notice_mails set state = 'waiting', holder = null, leased_until = null
           where tenant_id = $1 and mailing_id = $2 and state = 'leased' and (holder <> $3 or leased_until < $4)`,
          [...key, run, after(0)],
        )
        // One server a database (store.ts): whatever another run holds has nobody any more.
        const doubted = await q(
          `update notice_mails set state = 'in-doubt', due_at = $5, bounce = 'The connection or the sender was gone before an answer.'
           where tenant_id = $1 and mailing_id = $2 and state = 'in-flight' and (holder <> $3 or leased_until < $4)
           returning place`,
          [...key, run, after(0), after(doubtMs)],
        )
        const again = await q(
          `update notice_mails set state = 'waiting', again = again + 1, holder = null, leased_until = null
           where tenant_id = $1 and mailing_id = $2 and state = 'in-doubt' and due_at <= $3 returning place`,
          [...key, after(0)],
        )
        const done = await q(
          `update notice_mailings g set state = 'done' where tenant_id = $1 and id = $2 and state = 'sending'
             and not exists (select 1 from notice_mails m
               where m.tenant_id = $1 and m.mailing_id = $2 and m.state not in ('sent', 'bounced'))
           returning id`,
          key,
        )
        return { done: done.length > 0, doubted: doubted.length, again: again.length }
      }),
  }

  /** Counts for whatever was handed over at least once, in whatever state it is by now. */
  async function report(q: Query, reported: readonly ReportedMail[]): Promise<void> {
    const delivered = reported.filter(({ kind }) => kind === 'delivered')
    if (delivered.length > 0)
      await q(
        `update notice_mails m set state = 'sent', holder = null, leased_until = null, bounce = null,
           sent_at = r.at, response = r.detail, receipts = r.receipts
         from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::int[])
           r (tenant, mailing, place, detail, at, receipts)
         where m.tenant_id = r.tenant and m.mailing_id = r.mailing and m.place = r.place
           and m.state not in ('sent', 'bounced') and m.hash is not null`,
        [
          ...columns(delivered),
          delivered.map(({ detail }) => detail),
          delivered.map(({ at }) => at),
          delivered.map(({ receipts }) => receipts),
        ],
      )
    const bounced = reported.filter(({ kind }) => kind === 'bounced')
    if (bounced.length === 0) return
    const rows = await q<{ tenant: string; mailing: string; place: number }>(
      `update notice_mails m set state = 'bounced', holder = null, leased_until = null, bounce = r.detail
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) r (tenant, mailing, place, detail)
       where m.tenant_id = r.tenant and m.mailing_id = r.mailing and m.place = r.place
         and m.state <> 'bounced' and m.hash is not null
       returning m.tenant_id as tenant, m.mailing_id as mailing, m.place`,
      [...columns(bounced), bounced.map(({ detail }) => detail)],
    )
    await letters(q, rows)
  }
}

function columns(keys: readonly MailKey[]): [string[], string[], number[]] {
  return [
    keys.map(({ tenant }) => tenant),
    keys.map(({ mailing }) => mailing),
    keys.map(({ place }) => place),
  ]
}
