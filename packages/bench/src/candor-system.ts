import * as path from 'node:path'
import { runningPostgresUrl } from '@candor/server/postgres/embedded-postgres.ts'
import pg from 'pg'
import { startChildProgram } from './child-program.ts'
import { assertDurable, durabilityOf } from './durability.ts'
import type { System } from './system.ts'

/** @param execArgv for the server's Node, such as `--cpu-prof`. */
export async function startCandorServer(
  folder: string,
  execArgv: string[] = [],
  variant: 'candor' | 'unsealed' = 'candor',
): Promise<System> {
  const dataFolder = path.join(folder, variant)
  const server =
    variant === 'candor'
      ? import.meta.resolve('./candor-server.ts')
      : import.meta.resolve('./unsealed-server.ts')
  const program = startChildProgram<never, { url: string; tenant: string; key: string }>(server, {
    env: {
      CANDOR_PORT: '0',
      CANDOR_HOST: '127.0.0.1',
      CANDOR_DATA_FOLDER: dataFolder,
      CANDOR_DEMO: 'off',
      CANDOR_LOG_LEVEL: 'warn',
      // An outside database would not be ours to load, nor its processes ours to measure.
      DATABASE_URL: '',
    },
    execArgv,
  })
  const { url, tenant, key } = await program.heard()
  const database = new pg.Client({ connectionString: runningPostgresUrl(dataFolder)! })
  await database.connect()
  const durability = await durabilityOf(database)
  assertDurable('candor', durability)
  return {
    name: variant,
    describes:
      'the server as npm start runs it: delivery contract, sealing, card guard and row-level security on',
    // Its PostgreSQL is its child.
    roots: () => [program.pid],
    serverPid: program.pid,
    target: { system: 'candor', url, tenant, key },
    durability,
    async storedMessages() {
      const { rows } = await database.query<{ count: number }>(
        `select count(*)::int as count from events where type = 'message'`,
      )
      return rows[0]!.count
    },
    async stop() {
      await database.end()
      await program.end()
    },
  }
}
