import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { DataFolderInUse, dataFolderLayout } from './data-folder.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { processIdentity } from './process-identity.ts'

const temporary = mkdtempSync(path.join(tmpdir(), 'candor-pg-'))
// After all tests have stopped their servers: hooks of one test run in the order they were given.
after(() => rmSync(temporary, { recursive: true, force: true }))

function temporaryFolder(): string {
  return mkdtempSync(path.join(temporary, 't'))
}

async function start(
  t: TestContext,
  dataFolder: string,
  log = (_event: Record<string, unknown>) => {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder, log })
  t.after(() => server.stop())
  return server
}

async function query(url: string, sql: string, params: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // The tests kill servers under open connections; the query itself rejects.
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql, params)).rows
  } finally {
    await client.end()
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>, msMax = 15_000): Promise<void> {
  const giveUpAt = performance.now() + msMax
  while (!(await holds())) {
    assert(performance.now() < giveUpAt, `${what}: not within ${msMax} ms`)
    await sleep(20)
  }
}

test('a database killed while it writes is started again, with every acknowledged row and under the same URL', async (t) => {
  const server = await start(t, path.join(temporaryFolder(), 'data'))
  await query(server.url, 'create table kept (n int primary key)')
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  let acknowledged = 0
  const writing = (async () => {
    for (;;) {
      await client.query('insert into kept values ($1)', [acknowledged])
      acknowledged += 1
    }
  })().catch(() => {})
  await until('200 rows', () => acknowledged >= 200)
  const killed = server.pid
  process.kill(killed, 'SIGKILL')
  await writing
  await client.end().catch(() => {})

  await until('another postmaster', () => server.pid !== killed)
  await until('an answer', () =>
    query(server.url, 'select 1').then(
      () => true,
      () => false,
    ),
  )
  const [row] = await query(server.url, 'select count(*)::int as count, max(n) as max from kept')
  // One row more may have been committed whose acknowledgement was lost on the way.
  assert(
    row!['count'] === acknowledged || row!['count'] === acknowledged + 1,
    `${row!['count']} of ${acknowledged}`,
  )
  assert.equal(row!['max'], row!['count'] - 1)
})

test('a server killed with -9 leaves no database behind, and the next start at once has every acknowledged row', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'data')
  const program = `
    import pg from ${JSON.stringify(import.meta.resolve('pg'))}
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))}
    const server = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)}, log() {} })
    console.log(server.pid)
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query('create table kept (n int primary key)')
    for (let n = 0; ; n++) { await client.query('insert into kept values ($1)', [n]); console.log(n) }`
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => other.kill('SIGKILL'))
  const lines: number[] = []
  createInterface({ input: other.stdout }).on('line', (line) => lines.push(Number(line)))
  await until('200 rows', () => lines.length > 200)
  const postmaster = processIdentity(lines[0]!)
  assert(postmaster !== undefined)
  other.kill('SIGKILL')
  await once(other, 'close')

  const server = await start(t, dataFolder)
  assert.notEqual(processIdentity(lines[0]!), postmaster)
  const [row] = await query(server.url, 'select count(*)::int as count from kept')
  assert((row!['count'] as number) >= lines.length - 1, `${row!['count']} of ${lines.length - 1}`)
})

test(
  'without a next start, the database of a killed server ends by itself',
  { skip: process.platform !== 'linux' && 'needs a parent-death signal' },
  async (t) => {
    const dataFolder = path.join(temporaryFolder(), 'data')
    const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))}
    console.log((await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)}, log() {} })).pid)`
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => other.kill('SIGKILL'))
    const [line] = (await once(createInterface({ input: other.stdout }), 'line')) as [string]
    assert(processIdentity(Number(line)) !== undefined)
    other.kill('SIGKILL')
    await until('its end', () => processIdentity(Number(line)) === undefined)
  },
)

test('a second start takes two seconds at most', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'data')
  await (await startEmbeddedPostgres({ dataFolder, log() {} })).stop()
  const startedAt = performance.now()
  await start(t, dataFolder)
  assert(performance.now() - startedAt < 2_000)
})

test('a data folder that a living server holds is refused, and free again once that server stopped', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'data')
  const first = await start(t, dataFolder)
  await assert.rejects(startEmbeddedPostgres({ dataFolder, log() {} }), DataFolderInUse)
  assert.deepEqual(await query(first.url, 'select 1 as one'), [{ one: 1 }])
  await first.stop()
  const second = await start(t, dataFolder)
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }])
})

test('a stale process id that now is somebody else’s neither stops the start nor harms that process', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'data')
  await (await startEmbeddedPostgres({ dataFolder, log() {} })).stop()
  const bystander = spawn('sleep', ['60'])
  t.after(() => bystander.kill())
  const { cluster, holder } = dataFolderLayout(dataFolder)
  writeFileSync(path.join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n1\n5432\n\n\n\nready\n`)
  writeFileSync(holder, `${bystander.pid} 1`)
  const server = await start(t, dataFolder)
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }])
  assert.equal(bystander.exitCode, null)
  assert.equal(bystander.signalCode, null)
})

test('where the socket path would be too long, the database listens on loopback and wants the password', async (t) => {
  const server = await start(t, path.join(temporaryFolder(), 'a-long-name'.repeat(9), 'data'))
  const url = new URL(server.url)
  assert.equal(url.hostname, '127.0.0.1')
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }])
  url.password = 'another'
  await assert.rejects(query(url.href, 'select 1'), /password authentication failed/)
})

test('the database is durable, in UTF-8, with page checksums', async (t) => {
  const server = await start(t, path.join(temporaryFolder(), 'data'))
  for (const [setting, value] of [
    ['fsync', 'on'],
    ['synchronous_commit', 'on'],
    ['full_page_writes', 'on'],
    ['data_checksums', 'on'],
    ['server_encoding', 'UTF8'],
    ['listen_addresses', ''],
  ]) {
    assert.deepEqual(
      await query(server.url, 'select current_setting($1) as value', [setting]),
      [{ value }],
      setting,
    )
  }
})

test('no text of a statement, a parameter or a row gets into the database’s log', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'data')
  const server = await start(t, dataFolder)
  await query(server.url, 'create table one (word text primary key)')
  await query(server.url, `insert into one values ('hunter2')`)
  const wrong = [
    query(server.url, `insert into one values ('hunter2')`), // the detail of a duplicate names the value
    query(server.url, `select 'hunter2'::int`), // so does the message itself
    query(server.url, 'select $1::int', ['hunter2']),
    query(server.url, `selec 'hunter2'`),
  ]
  for (const result of await Promise.allSettled(wrong)) assert.equal(result.status, 'rejected')
  await server.stop()
  const { log } = dataFolderLayout(dataFolder)
  const files = readdirSync(log)
  const text = files.map((file) => readFileSync(path.join(log, file), 'utf8')).join('')
  assert.match(text, /database system is ready/)
  assert.doesNotMatch(text, /hunter2/)
})
