import type { KeyObject } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../../../clock.ts'
import type { Ids } from '../../../ids.ts'
import type { Store } from '../../../store/store.ts'
import type { Actor } from '../../../tenants/actor.ts'
import { materialOf, type MailingOf, type MailingRow } from '../mailings.ts'
import { openMailingKey } from '../sealed-person.ts'
import { makeLetterCode, readLetterCode } from './letter-code.ts'
import type { Paper } from './letter-pages.ts'
import { printLetters } from './print-letters.ts'

/** Who is told on paper, in batches for a printer. */
export interface Letters {
  /** Letters that are in no batch become one; null where there are none. */
  batch(by: Actor, mailing: MailingOf): Promise<{ batch: number; letters: number } | null>
  /** A PDF, made while it is read and kept nowhere. Every print has codes of its own; those printed before stay good. */
  print(by: Actor, mailing: MailingOf, batch: number, paper: Paper): Promise<Readable>
  /**
   * Uses up the code of a letter: it answers once. Null: none of ours, mistyped, or used before.
   */
  redeem(tenant: string, typed: string): Promise<{ mailing: string; person: string } | null>
}

/** A printer's job: 20,000 pages or more, some 45 MB. */
export const lettersPerBatchMax = 10_000
const lettersAtOnce = 100

export function openLetters(options: { store: Store; clock: Clock; ids: Ids; key: KeyObject }): Letters {
  const { store, clock, ids } = options

  async function approved(tenant: string, { incident, id }: MailingOf): Promise<MailingRow> {
    const [row] = await store.read(tenant, (q) =>
      q<MailingRow>('select * from notice_mailings where tenant_id = $1 and id = $2 and incident_id = $3', [
        tenant,
        id,
        incident,
      ]),
    )
    if (row === undefined) throw new Refusal('not_found')
    if (row.state === 'draft' || row.state === 'proposed')
      throw new Refusal('mailing_state', `The mailing is ${row.state}: letters take an approved one.`)
    return row
  }

  return {
    async batch(by, mailing) {
      const row = await approved(by.tenant, mailing)
      return store.write(by.tenant, async (q) => {
        await q('select 1 from notice_mailings where tenant_id = $1 and id = $2 for update', [
          by.tenant,
          row.id,
        ])
        const taken = await q<{ batch: number }>(
          `with next as (
             select coalesce(max(batch), 0) + 1 as batch from notice_letters where tenant_id = $1 and mailing_id = $2
           ), free as (
             select place from notice_letters
             where tenant_id = $1 and mailing_id = $2 and batch is null order by place limit $3
           )
           update notice_letters l set batch = next.batch from next, free
           where l.tenant_id = $1 and l.mailing_id = $2 and l.place = free.place returning l.batch`,
          [by.tenant, row.id, lettersPerBatchMax],
        )
        return taken.length === 0 ? null : { batch: taken[0]!.batch, letters: taken.length }
      })
    },

    async print(by, mailing, batch, paper) {
      const row = await approved(by.tenant, mailing)
      if (row.sealed_key === null) throw new Refusal('erased')
      const known = await store.write(by.tenant, async (q) => {
        const [first] = await q(
          'select place from notice_letters where tenant_id = $1 and mailing_id = $2 and batch = $3 limit 1',
          [by.tenant, row.id, batch],
        )
        if (first === undefined) return false
        await q(
          `insert into notice_deeds (tenant_id, mailing_id, id, what, done_by, done_by_name, at, note)
           values ($1, $2, $3, 'printed', $4, $5, $6, $7)`,
          [by.tenant, row.id, ids.next(), by.id, by.name, new Date(clock.now()), `batch ${batch}, ${paper}`],
        )
        return true
      })
      if (!known) throw new Refusal('not_found')
      let after = -1
      return printLetters(
        {
          ...{ mailing: row.id, number: row.number, paper },
          material: materialOf(row),
          key: openMailingKey(options.key, by.tenant, row.id, row.sealed_key),
          title: `${row.title}, ${batch}`,
        },
        async () => {
          const rows = await store.write(by.tenant, async (q) => {
            const found = await q<{ place: number; sealed: Buffer }>(
              `select l.place, p.sealed from notice_letters l join notice_persons p using (tenant_id, mailing_id, place)
               where l.tenant_id = $1 and l.mailing_id = $2 and l.batch = $3 and l.place > $4 order by l.place limit $5`,
              [by.tenant, row.id, batch, after, lettersAtOnce],
            )
            const letters = found.map((each) => ({ ...each, code: makeLetterCode() }))
            // Kept before anything with the code in it leaves: a letter in the post has a code that is known.
            await q(
              `insert into notice_codes (tenant_id, hash, mailing_id, place, made_at)
               select $1, hash, $2, place, $3 from unnest($4::bytea[], $5::int[]) c (hash, place)`,
              [
                ...[by.tenant, row.id, new Date(clock.now())],
                letters.map(({ code }) => code.hash),
                letters.map(({ place }) => place),
              ],
            )
            return letters
          })
          after = rows.at(-1)?.place ?? after
          return rows.map(({ place, sealed, code }) => ({ place, sealed, code: code.printed }))
        },
        async (letters, unprintable) => {
          await store.write(by.tenant, (q) =>
            q(
              `update notice_letters set printed_at = case when place = any($5) then null else $4::timestamptz end,
                 unprintable = place = any($5)
               where tenant_id = $1 and mailing_id = $2 and place = any($3)`,
              [by.tenant, row.id, letters.map(({ place }) => place), new Date(clock.now()), unprintable],
            ),
          )
        },
      )
    },

    async redeem(tenant, typed) {
      const hash = readLetterCode(typed)
      if (hash === null) return null
      const [row] = await store.write(tenant, (q) =>
        q<{ mailing: string; person: string }>(
          `update notice_codes c set used_at = $3 from notice_persons p
           where c.tenant_id = $1 and c.hash = $2 and c.used_at is null
             and p.tenant_id = c.tenant_id and p.mailing_id = c.mailing_id and p.place = c.place
           returning c.mailing_id as mailing, p.person_id as person`,
          [tenant, hash, new Date(clock.now())],
        ),
      )
      return row ?? null
    },
  }
}
