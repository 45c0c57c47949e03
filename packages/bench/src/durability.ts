import type pg from 'pg'

/** What the running PostgreSQL says of itself, for a session like those of the server. */
export async function durabilityOf(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
     where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method') order by name`,
  )
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}

/** @throws when an acknowledged message could be lost in a power cut: such a figure would not be one. */
export function assertDurable(system: string, settings: Record<string, string>): void {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes'])
    if (settings[name] !== 'on')
      throw new Error(`${system}: ${name} is ${settings[name]}, so nothing here would be comparable.`)
}
