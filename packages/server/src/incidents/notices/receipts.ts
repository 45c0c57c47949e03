import {
  leafHash,
  foldNodes,
  nodeHash,
  inclusionPath,
  nodesOf,
  type Hash,
} from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import type { NoticeReceipt } from '@candor/protocol/notices-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../../clock.ts'
import type { Store } from '../../store/store.ts'
import type { MailingOf } from './mailings.ts'

/**
 * That a notice was sent, for each one, in batches whose Merkle root (RFC 6962) is an entry in the access log: who has a
 * receipt with its proof can show it without us, and we can add none later.
 */
export interface Receipts {
  /** Batches of a mailing below `before` that have no root yet get it, and their entry. */
  close(tenant: string, mailing: string, before: number): Promise<void>
  /** The next number that no mail of the mailing has. */
  next(tenant: string, mailing: string): Promise<number>
  /** @throws Refusal `not_found` where nothing was sent to this person. */
  receipt(tenant: string, mailing: MailingOf, person: string): Promise<NoticeReceipt>
}

/** A batch is closed when it has this many, or after `batchMsMax`. */
export const receiptsPerBatchMax = 4_096
export const batchMsMax = 60_000

export function openReceipts(options: {
  store: Store
  clock: Clock
  /** Writes the root into the access log; answers the entry's number. */
  record(tenant: string, what: string): Promise<number>
  messageDomain: string
  log: (event: Record<string, unknown>) => void
}): Receipts {
  const { store, clock } = options

  async function leaves(tenant: string, mailing: string, batch: number): Promise<LeafRow[]> {
    return store.read(tenant, (q) =>
      q<LeafRow>(
        `select m.place, m.hash, m.sent_at, m.response, p.person_id
         from notice_mails m join notice_persons p using (tenant_id, mailing_id, place)
         where m.tenant_id = $1 and m.mailing_id = $2 and m.receipts = $3 order by m.place`,
        [tenant, mailing, batch],
      ),
    )
  }

  async function enter(
    tenant: string,
    mailing: string,
    batch: number,
    size: number,
    root: Buffer,
  ): Promise<void> {
    const entry = await options.record(
      tenant,
      `notice receipts: mailing ${mailing}, batch ${batch}, ${size} receipts, root ${root.toString('hex')}`,
    )
    await store.write(tenant, (q) =>
      q(
        'update notice_receipt_batches set entry = $4 where tenant_id = $1 and mailing_id = $2 and batch = $3 and entry is null',
        [tenant, mailing, batch, entry],
      ),
    )
  }

  return {
    async next(tenant, mailing) {
      const [row] = await store.read(tenant, (q) =>
        q<{ next: number }>(
          'select coalesce(max(receipts), 0) + 1 as next from notice_mails where tenant_id = $1 and mailing_id = $2',
          [tenant, mailing],
        ),
      )
      return row!.next
    },

    async close(tenant, mailing, before) {
      const open = await store.read(tenant, (q) =>
        q<{ batch: number; size: number | null; root: Buffer | null }>(
          `select used.batch, b.size, b.root from (
             select n as batch from generate_series(
               greatest(1, coalesce((select min(batch) from notice_receipt_batches
                 where tenant_id = $1 and mailing_id = $2 and entry is null),
                 (select max(batch) + 1 from notice_receipt_batches where tenant_id = $1 and mailing_id = $2), 1)),
               $3::int - 1) n) used
           left join notice_receipt_batches b on b.tenant_id = $1 and b.mailing_id = $2 and b.batch = used.batch
           where b.entry is null order by 1`,
          [tenant, mailing, before],
        ),
      )
      for (const { batch, size, root } of open) {
        if (root !== null) {
          await enter(tenant, mailing, batch, size!, root)
          continue
        }
        const rows = await leaves(tenant, mailing, batch)
        if (rows.length === 0) continue
        const made = Buffer.from(rootOf(rows.map((row) => leafOf(row, mailing, options.messageDomain))))
        await store.write(tenant, (q) =>
          q(
            `insert into notice_receipt_batches (tenant_id, mailing_id, batch, size, root, closed_at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
            [tenant, mailing, batch, rows.length, made, new Date(clock.now())],
          ),
        )
        await enter(tenant, mailing, batch, rows.length, made)
      }
    },

    async receipt(tenant, mailing, person) {
      const [row] = await store.read(tenant, (q) =>
        q<LeafRow & { batch: number; root: Buffer | null; entry: string | null }>(
          `select m.place, m.hash, m.sent_at, m.response, p.person_id, m.receipts as batch, b.root, b.entry
           from notice_persons p
           join notice_mailings g on g.tenant_id = p.tenant_id and g.id = p.mailing_id
           join notice_mails m on m.tenant_id = p.tenant_id and m.mailing_id = p.mailing_id and m.place = p.place
           left join notice_receipt_batches b
             on b.tenant_id = p.tenant_id and b.mailing_id = p.mailing_id and b.batch = m.receipts
           where p.tenant_id = $1 and p.mailing_id = $2 and p.person_id = $3 and g.incident_id = $4
             and m.receipts is not null`,
          [tenant, mailing.id, person, mailing.incident],
        ),
      )
      if (row === undefined) throw new Refusal('not_found', 'Nothing was sent to this person by mail.')
      const rows = row.root === null ? [] : await leaves(tenant, mailing.id, row.batch)
      const index = rows.findIndex(({ place }) => place === row.place)
      return {
        person,
        messageId: messageIdOf(mailing.id, row.place, options.messageDomain),
        hash: row.hash.toString('hex'),
        sentAt: row.sent_at.toISOString(),
        response: row.response,
        proof:
          row.root === null
            ? null
            : {
                index,
                size: rows.length,
                path: pathOf(
                  rows.map((each) => leafOf(each, mailing.id, options.messageDomain)),
                  index,
                ).map((hash) => Buffer.from(hash).toString('hex')),
                root: row.root.toString('hex'),
                entry: row.entry === null ? null : Number(row.entry),
              },
      }
    },
  }
}

/** Stays the same however often a mail is handed over: a mailbox that knows the id keeps one. */
export function messageIdOf(mailing: string, place: number, domain: string): string {
  return `${mailing.replaceAll('-', '')}.${place}@${domain}`
}

/** What is hashed: one line of JSON, fields in this order. */
export function receiptLine(
  receipt: Pick<NoticeReceipt, 'person' | 'messageId' | 'hash' | 'sentAt' | 'response'>,
): string {
  const { person, messageId, hash, sentAt, response } = receipt
  return JSON.stringify({ v: 1, person, messageId, hash, sentAt, response })
}

interface LeafRow {
  place: number
  hash: Buffer
  sent_at: Date
  response: string
  person_id: string
}

function leafOf(row: LeafRow, mailing: string, domain: string): Hash {
  const line = receiptLine({
    person: row.person_id,
    messageId: messageIdOf(mailing, row.place, domain),
    hash: row.hash.toString('hex'),
    sentAt: row.sent_at.toISOString(),
    response: row.response,
  })
  return leafHash(nodeCrypto, Buffer.from(line))
}

function rootOf(leafHashes: readonly Hash[]): Hash {
  return subtree(leafHashes, 0, leafHashes.length)
}

function pathOf(leafHashes: readonly Hash[], index: number): Hash[] {
  return inclusionPath(index, leafHashes.length).map(({ from, to }) => subtree(leafHashes, from, to))
}

function subtree(leafHashes: readonly Hash[], from: number, to: number): Hash {
  const nodes = nodesOf({ from, to }).map(({ height, position }) =>
    complete(leafHashes, position * 2 ** height, 2 ** height),
  )
  return foldNodes(nodeCrypto, nodes)
}

function complete(leafHashes: readonly Hash[], from: number, width: number): Hash {
  if (width === 1) return leafHashes[from]!
  const half = width / 2
  return nodeHash(nodeCrypto, complete(leafHashes, from, half), complete(leafHashes, from + half, half))
}
