import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

export interface AppliedMigration {
  number: number
  name: string
  sha256: string
}

const folder = new URL('../../migrations/', import.meta.url)

/**
 * Applies what is missing, in the order of numbers, each file in a transaction of its own. The caller holds
 * the server lock. A file that changed after it was applied stops the start: history is forward only.
 * @param roles real names for the placeholders `:app` and `:auth`.
 */
export async function migrate(
  client: pg.Client,
  roles: { app: string; auth: string },
): Promise<AppliedMigration[]> {
  await client.query(
    `create table if not exists migrations (
       number int primary key, name text not null, sha256 text not null, at timestamptz not null default now())`,
  )
  const { rows: applied } = await client.query<AppliedMigration>(
    'select number, name, sha256 from migrations',
  )
  const known = new Map(applied.map((migration) => [migration.number, migration]))
  const files = readMigrations()
  for (const file of files) {
    const before = known.get(file.number)
    if (before !== undefined) {
      if (before.sha256 !== file.sha256)
        throw new Error(`Migration ${file.name} was changed after it was applied. Add a new one instead.`)
      continue
    }
    await client.query('begin')
    try {
      await client.query(
        file.sql
          .replaceAll(/(?<![:\w]):app\b/g, client.escapeIdentifier(roles.app))
          .replaceAll(/(?<![:\w]):auth\b/g, client.escapeIdentifier(roles.auth)),
      )
      await client.query('insert into migrations (number, name, sha256) values ($1, $2, $3)', [
        file.number,
        file.name,
        file.sha256,
      ])
      await client.query('commit')
    } catch (cause) {
      await client.query('rollback')
      throw new Error(
        `Migration ${file.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
    }
  }
  const newest = files.at(-1)?.number ?? 0
  for (const migration of applied)
    if (migration.number > newest)
      throw new Error(
        `This database was used by a newer Candor (migration ${migration.name}). Start that version.`,
      )
  return files.map(({ number, name, sha256 }) => ({ number, name, sha256 }))
}

/** Files named `0012-room-what.sql`, in order. */
export function readMigrations(): (AppliedMigration & { sql: string })[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), 'utf8')
      return {
        number: Number(name.slice(0, 4)),
        name,
        sql,
        sha256: createHash('sha256').update(sql).digest('hex'),
      }
    })
  for (const [i, file] of files.entries())
    if (!Number.isInteger(file.number) || file.number === files[i - 1]?.number)
      throw new Error(`Migration ${file.name} needs a number of its own.`)
  return files
}
