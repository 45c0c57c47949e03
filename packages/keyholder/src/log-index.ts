import * as path from 'node:path'
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Effect } from './effects.ts'
import type { Detail, EntryFilter, ListedEntry, LogActor, ReviewRow } from './frames.ts'
import type { Reading } from './reading-counts.ts'

/** One record of the journal, as the index keeps it. Pseudonyms are 16 bytes. */
export interface IndexRow {
  index: number
  at: number
  type: ListedEntry['type']
  tenant: string | null
  actor: Uint8Array | null
  conversation: Uint8Array | null
  customer: Uint8Array | null
  purpose: string | null
  outcome: string | null
  offAssignment: boolean
  afterHours: boolean
  range: [number, number] | null
  /** The entry as it stands in the log. */
  entry: string
  salt: Uint8Array | null
  detail: string | null
  effects: Effect[]
  /** Details about these are deleted with this record. */
  forget: Uint8Array[]
}

export interface StoredEntry {
  index: number
  entry: string
  salt: Uint8Array | null
  detail: string | null
}

/** A filter whose ids have become the pseudonyms of one tenant. */
export interface IndexFilter extends Omit<EntryFilter, 'conversation' | 'customers' | 'actor'> {
  tenant: string
  conversation?: Uint8Array
  customers?: Uint8Array[]
  actor?: Uint8Array
}

/**
 * What people ask of the log: by conversation, customer, actor and time; the deletable details; and the effects.
 * It follows the journal, and what a crash takes from its end is inserted again from there; so only before the journal
 * lets go of a record must it be on the disk here (`sync`).
 */
export interface LogIndex {
  /** Index after the last record. */
  next(): number
  /** Seen by every call from then on, and by another process after `commit`; what erases something is committed at once. */
  insert(rows: readonly IndexRow[]): void
  /** Pages that many rows share are written once: the longer between two of these, the fewer bytes a row. */
  commit(): void
  /** Everything inserted is on the disk. */
  sync(): void
  effects(): Effect[]
  list(filter: IndexFilter, limit: number): { items: ListedEntry[]; more: boolean }
  /** The same rows with what a proof needs, oldest first. */
  stored(filter: IndexFilter, limit: number): StoredEntry[]
  /** Entries in order, for the tiles. */
  entries(from: number, limit: number): string[]
  /** Granted openings of one actor since then, oldest first. */
  readings(tenant: string, actor: Uint8Array, sinceMs: number): Reading[]
  review(tenant: string, sinceMs: number): Omit<ReviewRow, 'suspended'>[]
  openings(): number
  /** A copy of the whole as it is when this resolves; what is inserted meanwhile is in it. */
  copyTo(file: string): Promise<void>
  close(): void
}

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'
}

/** 4 MB of pages, then whatever else waits for this thread. */
const pagesPerStep = 1_024

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const sqliteBusy = 5

const flagOffAssignment = 1
const flagAfterHours = 2

export function openLogIndex(file: string): LogIndex {
  const db = new DatabaseSync(file)
  try {
    // Held until this process ends, however it ends: two keyholders on one folder would write two logs.
    db.exec('pragma locking_mode = exclusive; begin exclusive; commit')
  } catch (caught) {
    if (!(caught instanceof Error && 'errcode' in caught && caught.errcode === sqliteBusy)) throw caught
    throw new FolderInUse(`Another keyholder runs on ${path.dirname(file)}.`, { cause: caught })
  }
  // NORMAL: the write-ahead log is synced before each checkpoint, not at each commit; `sync` makes one before the
  // journal deletes anything. secure_delete: an erased detail leaves no bytes behind.
  // 32 MB of write-ahead log: its pages are many and small, and the journal waits for the same disk.
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma secure_delete = on;
    pragma cache_size = -32768;
    pragma wal_autocheckpoint = 8192;
    create table if not exists entries (
      idx integer primary key, at integer not null, type text not null, tenant text, actor blob, conversation blob,
      customer blob, purpose text, outcome text, flags integer not null, first integer, last integer, entry text not null
    ) strict;
    create index if not exists entries_by_conversation on entries (conversation, idx) where conversation is not null;
    create index if not exists entries_by_customer on entries (customer, idx) where customer is not null;
    create index if not exists entries_by_actor on entries (actor, idx) where actor is not null;
    create index if not exists entries_remarkable on entries (tenant, at) where flags > 0;
    create table if not exists details (idx integer primary key, salt blob not null, text text not null) strict;
    create table if not exists effects (
      idx integer not null, n integer not null, kind text not null, subject text, json text not null, primary key (idx, n)
    ) strict;
    create index if not exists effects_by_subject on effects (kind, subject);
  `)
  const insertEntry = db.prepare('insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertDetail = db.prepare('insert into details values (?, ?, ?)')
  const insertEffect = db.prepare('insert into effects values (?, ?, ?, ?, ?)')
  const deleteEffect = db.prepare('delete from effects where kind = ? and subject = ?')
  const clearTenant = db.prepare(
    `update effects set json = json_set(json, '$.pseudonymKey', '') where kind = 'tenant' and subject = ?`,
  )
  const forgetConversation = db.prepare(
    `delete from details where idx in (select idx from entries where conversation = ? and type <> 'erasure')`,
  )
  const forgetCustomer = db.prepare(
    `delete from details where idx in (select idx from entries where customer = ? and type <> 'erasure')`,
  )
  const forgetTenant = db.prepare(
    'delete from details where idx in (select idx from entries where tenant = ?)',
  )
  const newest = db.prepare('select coalesce(max(idx), -1) + 1 as next from entries')
  const prepared = new Map<string, StatementSync>()
  let isOpen = false
  let copies = 0

  function commit(): void {
    if (!isOpen) return
    isOpen = false
    db.exec('commit')
  }

  function prepare(sql: string): StatementSync {
    let statement = prepared.get(sql)
    if (statement === undefined) prepared.set(sql, (statement = db.prepare(sql)))
    return statement
  }

  function insertOne(row: IndexRow): void {
    const flags = (row.offAssignment ? flagOffAssignment : 0) + (row.afterHours ? flagAfterHours : 0)
    insertEntry.run(
      row.index,
      row.at,
      row.type,
      row.tenant,
      row.actor,
      row.conversation,
      row.customer,
      row.purpose,
      row.outcome,
      flags,
      row.range?.[0] ?? null,
      row.range?.[1] ?? null,
      row.entry,
    )
    if (row.detail !== null) insertDetail.run(row.index, row.salt, row.detail)
    for (const pseudonym of row.forget) {
      forgetConversation.run(pseudonym)
      forgetCustomer.run(pseudonym)
    }
    for (const [n, effect] of row.effects.entries()) {
      insertEffect.run(row.index, n, effect.kind, subjectOf(effect), JSON.stringify(effect))
      supersede(effect)
    }
  }

  /** A key that was destroyed is gone from here too, not only marked. */
  function supersede(effect: Effect): void {
    if (effect.kind === 'epochs-destroyed') for (const id of effect.ids) deleteEffect.run('epoch-key', id)
    if (effect.kind === 'session-ended') deleteEffect.run('session-key', effect.session)
    if (effect.kind === 'erasure' && effect.whole) {
      db.prepare(`delete from effects where kind = 'epoch-key' and json_extract(json, '$.tenant') = ?`).run(
        effect.tenant,
      )
      clearTenant.run(effect.tenant)
      forgetTenant.run(effect.tenant)
    }
  }

  function where(filter: IndexFilter): { sql: string; values: (string | number | Uint8Array)[] } {
    // What the operator did concerns every tenant, unless one of their own is asked for.
    const anyone = filter.conversation ?? filter.customers ?? filter.actor
    const terms = [
      anyone === undefined ? `(e.tenant = ? or (e.tenant is null and e.type = 'operator'))` : 'e.tenant = ?',
    ]
    const values: (string | number | Uint8Array)[] = [filter.tenant]
    const add = (term: string, ...more: (string | number | Uint8Array)[]): void => {
      terms.push(term)
      values.push(...more)
    }
    if (filter.conversation !== undefined) add('conversation = ?', filter.conversation)
    if (filter.customers !== undefined)
      add(`customer in (${filter.customers.map(() => '?').join(', ')})`, ...filter.customers)
    if (filter.actor !== undefined) add('actor = ?', filter.actor)
    if (filter.from !== undefined) add('at >= ?', Date.parse(filter.from))
    if (filter.until !== undefined) add('at < ?', Date.parse(filter.until))
    if (filter.types !== undefined)
      add(`type in (${filter.types.map(() => '?').join(', ')})`, ...filter.types)
    if (filter.before !== undefined) add('e.idx < ?', filter.before)
    return { sql: terms.join(' and '), values }
  }

  return {
    next: () => Number(newest.get()!['next']),

    insert(rows) {
      if (!isOpen) db.exec('begin immediate')
      isOpen = true
      try {
        for (const row of rows) insertOne(row)
      } catch (caught) {
        isOpen = false
        db.exec('rollback')
        throw caught
      }
      const erases = rows.some((row) => row.forget.length > 0 || row.effects.some(destroys))
      // A copy takes pages as they are: it must not find half of what belongs together.
      if (erases || copies > 0) commit()
      // An erased detail must not live on in the write-ahead log either.
      if (erases) db.exec('pragma wal_checkpoint(truncate)')
    },

    commit,

    sync() {
      commit()
      const { busy, log, checkpointed } = db.prepare('pragma wal_checkpoint(full)').get()!
      if (busy !== 0 || log !== checkpointed) throw new Error('The index could not be brought to the disk.')
    },

    effects: () =>
      prepare('select json from effects order by idx, n')
        .all()
        .map((row) => JSON.parse(row['json'] as string) as Effect),

    list(filter, limit) {
      const { sql, values } = where(filter)
      const rows = prepare(
        `select e.*, d.text from entries e left join details d on d.idx = e.idx where ${sql}
         order by e.idx desc limit ?`,
      ).all(...values, limit + 1)
      return { items: rows.slice(0, limit).map(listed), more: rows.length > limit }
    },

    stored(filter, limit) {
      const { sql, values } = where(filter)
      return prepare(
        `select e.idx, e.entry, d.salt, d.text from entries e left join details d on d.idx = e.idx
         where ${sql} order by e.idx limit ?`,
      )
        .all(...values, limit)
        .map((row) => ({
          index: row['idx'] as number,
          entry: row['entry'] as string,
          salt: row['salt'] as Uint8Array | null,
          detail: row['text'] as string | null,
        }))
    },

    entries: (from, limit) =>
      prepare('select entry from entries where idx >= ? order by idx limit ?')
        .all(from, limit)
        .map((row) => row['entry'] as string),

    readings: (tenant, actor, sinceMs) =>
      prepare(
        `select conversation, at, flags, purpose from entries
         where actor = ? and tenant = ? and at > ? and type in ('open', 'join') and conversation is not null order by idx`,
      )
        .all(actor, tenant, sinceMs)
        .map((row) => ({
          conversation: Buffer.from(row['conversation'] as Uint8Array).toString('base64url'),
          atMs: row['at'] as number,
          offAssignment: ((row['flags'] as number) & flagOffAssignment) !== 0,
          afterHours: ((row['flags'] as number) & flagAfterHours) !== 0,
          exported: row['purpose'] === 'export',
        })),

    review: (tenant, sinceMs) =>
      prepare(
        `with remarkable as (
           select actor, count(distinct case when flags & 1 then conversation end) as off_assignment,
             count(distinct case when flags & 2 then conversation end) as after_hours, min(at) as first_at, max(at) as last_at,
             max(idx) as newest
           from entries where tenant = ? and at > ? and flags > 0 and type in ('open', 'join') group by actor
           order by off_assignment desc, after_hours desc limit 200)
         select r.*, d.text,
           (select count(distinct e.conversation) from entries e
            where e.actor = r.actor and e.at > ? and e.type in ('open', 'join')) as opened
         from remarkable r left join details d on d.idx = r.newest order by off_assignment desc, after_hours desc`,
      )
        .all(tenant, sinceMs, sinceMs)
        .flatMap((row) => {
          const actor = row['text'] === null ? undefined : (JSON.parse(row['text'] as string) as Detail).actor
          return [
            {
              actor: actor ?? unnamed(row['actor'] as Uint8Array),
              opened: row['opened'] as number,
              offAssignment: row['off_assignment'] as number,
              afterHours: row['after_hours'] as number,
              firstAt: new Date(row['first_at'] as number).toISOString(),
              lastAt: new Date(row['last_at'] as number).toISOString(),
            },
          ]
        }),

    openings: () =>
      Number(prepare(`select count(*) as n from entries where type in ('open', 'join')`).get()!['n']),

    async copyTo(file) {
      commit()
      copies++
      try {
        await backup(db, file, { rate: pagesPerStep })
      } finally {
        copies--
      }
    },

    close() {
      commit()
      db.close()
    },
  }
}

function destroys(effect: Effect): boolean {
  return ['epochs-destroyed', 'erasure', 'session-ended'].includes(effect.kind)
}

function subjectOf(effect: Effect): string | null {
  switch (effect.kind) {
    case 'epoch-key':
      return effect.id
    case 'session-key':
      return effect.session
    case 'log-key':
    case 'alarm':
    case 'session-ended':
    case 'release-root':
      return null
    case 'release':
    case 'release-revoked':
      return effect.id
    default:
      return effect.tenant
  }
}

/** The detail that named this actor was erased. */
function unnamed(pseudonym: Uint8Array): LogActor {
  return { kind: 'agent', id: Buffer.from(pseudonym).toString('base64url'), name: '' }
}

function listed(row: Record<string, unknown>): ListedEntry {
  const pseudonym = (name: string): string | null =>
    row[name] === null ? null : Buffer.from(row[name] as Uint8Array).toString('base64url')
  return {
    index: row['idx'] as number,
    at: new Date(row['at'] as number).toISOString(),
    type: row['type'] as ListedEntry['type'],
    purpose: row['purpose'] as string | null,
    outcome: row['outcome'] as string | null,
    range: row['first'] === null ? null : [row['first'] as number, row['last'] as number],
    pseudonyms: {
      actor: pseudonym('actor'),
      conversation: pseudonym('conversation'),
      customer: pseudonym('customer'),
    },
    detail: row['text'] === null ? null : (JSON.parse(row['text'] as string) as Detail),
  }
}
