/**
 * What was committed reaches its readers at least once. The writer inserts an outbox row in the transaction of
 * what it announces and calls `committed` after the commit; when every reader has handled it, the row's id is
 * handed back for deletion with the writer's next transaction. After a crash the rows that are left are loaded
 * and announced in the same way. Readers MUST tolerate seeing something twice.
 */
export interface Outbox<Announcement> {
  /** Readers are told in the order of `committed` calls. A reader that returns a promise holds the row until it settles. */
  subscribe(reader: (announcements: readonly Announcement[]) => void | Promise<void>): void
  committed(rows: readonly OutboxRow[], announcements: readonly Announcement[]): void
  /** Row ids that may be deleted; the caller deletes them or hands them back with `keep`. */
  takeDone(): OutboxRow[]
  keep(rows: readonly OutboxRow[]): void
  /** Announced and not yet handled by all readers. */
  pending(): number
}

export interface OutboxRow {
  tenant: string
  id: string
}

export function openOutbox<Announcement>(
  log: (event: Record<string, unknown>) => void,
): Outbox<Announcement> {
  const readers: ((announcements: readonly Announcement[]) => void | Promise<void>)[] = []
  let done: OutboxRow[] = []
  let pending = 0
  return {
    subscribe: (reader) => void readers.push(reader),
    committed(rows, announcements) {
      const waits = readers.map((reader) => reader(announcements)).filter((wait) => wait instanceof Promise)
      if (waits.length === 0) {
        done.push(...rows)
        return
      }
      pending++
      void Promise.all(waits).then(
        () => {
          pending--
          done.push(...rows)
        },
        (caught: unknown) => {
          pending--
          // The rows stay in the table and are announced again at the next start.
          log({ level: 'error', event: 'outbox reader failed', message: String(caught) })
        },
      )
    },
    takeDone() {
      const taken = done
      done = []
      return taken
    },
    keep: (rows) => void done.push(...rows),
    pending: () => pending,
  }
}
