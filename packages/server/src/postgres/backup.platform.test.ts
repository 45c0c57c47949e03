import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { backUp } from './back-up.ts'
import { BackupFault } from './backup-files.ts'
import { DataFolderInUse, dataFolderLayout } from './data-folder.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { restore } from './restore.ts'

const temporary = mkdtempSync(path.join(tmpdir(), 'candor-backup-'))
after(() => rmSync(temporary, { recursive: true, force: true }))

const log = () => {}
const now = Date.now
/** What these tests have none of. */
const logFolder = path.join(temporary, 'no log')
const keyholderFolder = path.join(temporary, 'no keyholder')

function folders() {
  const root = mkdtempSync(path.join(temporary, 't'))
  return { dataFolder: path.join(root, 'data'), backup: path.join(root, 'backup') }
}

async function connected<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

/** A stopped installation with a key file and one table of `rows` rows. */
async function installation(dataFolder: string, rows: number): Promise<void> {
  const server = await startEmbeddedPostgres({ dataFolder, log })
  await connected(server.url, async (client) => {
    await client.query('create table kept (n int primary key, filler text)')
    await client.query(`insert into kept select n, 'row ' || n from generate_series(0, $1::int - 1) n`, [
      rows,
    ])
  })
  await server.stop()
  mkdirSync(dataFolderLayout(dataFolder).keys)
  writeFileSync(path.join(dataFolderLayout(dataFolder).keys, 'keys.json'), '{"key":1}')
}

async function keptRows(dataFolder: string): Promise<number[]> {
  const server = await startEmbeddedPostgres({ dataFolder, log })
  try {
    return await connected(server.url, async (client) => {
      const { rows } = await client.query<{ n: number }>('select n from kept order by n')
      return rows.map((row) => row.n)
    })
  } finally {
    await server.stop()
  }
}

test('a backup taken while rows are written has every row acknowledged before it began, and no hole', async () => {
  const { dataFolder, backup } = folders()
  const server = await startEmbeddedPostgres({ dataFolder, log })
  let acknowledged = 0
  let writing = true
  const writer = connected(server.url, async (client) => {
    await client.query('create table kept (n int primary key, filler text)')
    while (writing) {
      await client.query(`insert into kept select $1 + i, repeat('x', 500) from generate_series(0, 9) i`, [
        acknowledged,
      ])
      acknowledged += 10
    }
  })
  while (acknowledged < 500) await sleep(5)
  const before = acknowledged
  await backUp({ dataFolder, target: backup, logFolder, now })
  const afterwards = acknowledged
  writing = false
  await writer
  await server.stop()
  assert(afterwards > before, 'the backup must not have held up the writer')

  const other = path.join(path.dirname(dataFolder), 'other')
  await restore({ backup, dataFolder: other, keyholderFolder, logFolder, force: false, now })
  const rows = await keptRows(other)
  assert(rows.length >= before, `${rows.length} of ${before}`)
  assert(rows.length <= afterwards + 10)
  assert.deepEqual(rows, [...rows.keys()])
})

test('a restored database passes PostgreSQL’s own check of every page', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 5_000)
  await backUp({ dataFolder, target: backup, logFolder, now })
  const other = path.join(path.dirname(dataFolder), 'other')
  await restore({ backup, dataFolder: other, keyholderFolder, logFolder, force: false, now })
  const server = await startEmbeddedPostgres({ dataFolder: other, log })
  await connected(server.url, async (client) => {
    await client.query('create extension amcheck')
    await client.query(
      `select bt_index_check(oid, true) from pg_class where relkind = 'i' and relam = (select oid from pg_am where amname = 'btree')`,
    )
    const { rows } = await client.query<{ faults: number }>(
      `select count(*)::int as faults from pg_class c, verify_heapam(c.oid) where c.relkind = 'r'`,
    )
    assert.equal(rows[0]!.faults, 0)
    const checksums = await client.query<{ failures: number }>(
      'select coalesce(sum(checksum_failures), 0)::int as failures from pg_stat_database',
    )
    assert.equal(checksums.rows[0]!.failures, 0)
  })
  await server.stop()
})

test('the keys are in a backup only when asked for, the database password never', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 1)
  const password = readFileSync(dataFolderLayout(dataFolder).ownerPassword, 'utf8')
  const plain = await backUp({ dataFolder, target: backup, logFolder, now })
  assert.equal(plain.withKeys, false)
  assert.equal(existsSync(path.join(backup, 'keys')), false)
  const keyed = await backUp({
    dataFolder,
    target: `${backup}-keyed`,
    logFolder,
    keys: {
      folder: dataFolderLayout(dataFolder).keys,
      keyholder: async () => mkdtempSync(path.join(temporary, 'copy')),
    },
    now,
  })
  assert.equal(readFileSync(path.join(`${backup}-keyed`, 'keys/keys.json'), 'utf8'), '{"key":1}')
  for (const [folder, manifest] of [
    [backup, plain],
    [`${backup}-keyed`, keyed],
  ] as const) {
    for (const file of manifest.files)
      assert(!readFileSync(path.join(folder, file.path)).includes(password), file.path)
  }
})

test('a restore refuses to replace data, and with force moves it aside and keeps the keys that are there', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 3)
  await backUp({ dataFolder, target: backup, logFolder, now })
  const server = await startEmbeddedPostgres({ dataFolder, log })
  await connected(server.url, (client) => client.query('delete from kept'))
  await assert.rejects(
    restore({ backup, dataFolder, keyholderFolder, logFolder, force: true, now }),
    DataFolderInUse,
  )
  await server.stop()

  await assert.rejects(
    restore({ backup, dataFolder, keyholderFolder, logFolder, force: false, now }),
    BackupFault,
  )
  assert.deepEqual(await keptRows(dataFolder), [])
  const { movedTo } = await restore({ backup, dataFolder, keyholderFolder, logFolder, force: true, now })
  assert(existsSync(path.join(movedTo!, 'postgres/PG_VERSION')))
  assert.equal(readFileSync(path.join(dataFolderLayout(dataFolder).keys, 'keys.json'), 'utf8'), '{"key":1}')
  assert(existsSync(dataFolderLayout(dataFolder).restored), 'the next start must give a new epoch')
  assert.deepEqual(await keptRows(dataFolder), [0, 1, 2])
})

test('after a restore that was cut short, the server does not start on an empty database', async () => {
  const { dataFolder } = folders()
  mkdirSync(dataFolderLayout(dataFolder).incoming, { recursive: true })
  await assert.rejects(startEmbeddedPostgres({ dataFolder, log }), /restore .* was cut short/)
  assert.equal(existsSync(dataFolderLayout(dataFolder).cluster), false)
})

test('a backup that is damaged, cut short or added to is refused, and nothing is changed', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 3)
  const manifest = await backUp({ dataFolder, target: backup, logFolder, now })
  const other = path.join(path.dirname(dataFolder), 'other')
  const victim = manifest.files.find((file) => file.path.endsWith('pg_control'))!.path
  const refused = (expected: RegExp) =>
    assert.rejects(
      restore({ backup, dataFolder: other, keyholderFolder, logFolder, force: false, now }),
      (fault: unknown) => {
        assert(fault instanceof BackupFault)
        assert.match(fault.message, expected)
        assert.equal(existsSync(dataFolderLayout(other).cluster), false)
        return true
      },
    )

  const whole = readFileSync(path.join(backup, victim))
  appendFileSync(path.join(backup, victim), 'x')
  await refused(/checksum differs/)
  rmSync(path.join(backup, victim))
  await refused(/missing/)
  writeFileSync(path.join(backup, victim), whole)
  writeFileSync(path.join(backup, 'database/extra'), 'x')
  await refused(/not in its manifest/)
  rmSync(path.join(backup, 'database/extra'))
  const outside = { ...manifest, folders: ['database/../../outside'] }
  writeFileSync(path.join(backup, 'manifest.json'), JSON.stringify(outside))
  await refused(/damaged/)
  await assert.rejects(
    restore({ backup: temporary, dataFolder: other, keyholderFolder, logFolder, force: false, now }),
    /is not a backup/,
  )
})

test('a backup that fails leaves nothing that could be taken for one', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 1)
  const keys = { folder: '/nowhere', keyholder: () => Promise.reject(new Error('not asked')) }
  await assert.rejects(backUp({ dataFolder, target: backup, logFolder, keys, now }))
  assert.deepEqual(readdirSync(path.dirname(backup)), ['data'])
  mkdirSync(backup)
  writeFileSync(path.join(backup, 'mine'), 'x')
  await assert.rejects(backUp({ dataFolder, target: backup, logFolder, now }), /is not empty/)
  assert.deepEqual(readdirSync(backup), ['mine'])
})

test('the two commands say plainly what they did, and what the keys are for', async () => {
  const { dataFolder, backup } = folders()
  await installation(dataFolder, 2)
  const command = (name: string, args: string[], env: Record<string, string>) =>
    spawnSync(process.execPath, [path.join(import.meta.dirname, '..', `${name}-command.ts`), ...args], {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    })
  const made = command('backup', [backup], { CANDOR_DATA_FOLDER: dataFolder })
  assert.equal(made.status, 0, made.stderr)
  assert.match(made.stdout, /^Backed up \d+ files/)
  assert.match(made.stdout, /keys are not in it/)
  const other = path.join(path.dirname(dataFolder), 'other')
  const put = command('restore', [backup], { CANDOR_DATA_FOLDER: other })
  assert.equal(put.status, 0, put.stderr)
  assert.match(put.stdout, /put your keyholder folder in place/)
  assert.deepEqual(await keptRows(other), [0, 1])

  const outside = { CANDOR_DATA_FOLDER: other, DATABASE_URL: 'postgresql://a:hunter2@db/c' }
  for (const name of ['backup', 'restore']) {
    const refused = command(name, [`${backup}-2`], outside)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /provider/)
    assert.doesNotMatch(refused.stderr, /hunter2/)
  }
})
