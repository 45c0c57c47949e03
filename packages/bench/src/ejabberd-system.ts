import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedPostgres } from '@candor/server/postgres/embedded-postgres.ts'
import pg from 'pg'
import { isDebian, unpackDebianPackages } from './debian-packages.ts'
import { assertDurable, durabilityOf } from './durability.ts'
import { freePort } from './free-port.ts'
import type { System, Unavailable } from './system.ts'
import { userOf } from './xmpp-wire.ts'

const domain = 'localhost'
const password = 'bench'
/**
 * Erlang's driver speaks TCP only. The embedded PostgreSQL listens on loopback where a socket's path would be too
 * long (107 bytes), so it gets such a folder.
 */
const loopbackFolder = ['a-folder-of-such-a-length'.repeat(4), 'database']
const startMsMax = 60_000
/** Erlang's orderly end; longer means that it hangs. */
const endMsMax = 15_000

/**
 * ejabberd as Debian packs it, with XMPP over WebSocket and its message archive (mod_mam) in PostgreSQL: the same
 * PostgreSQL binaries and settings as Candor's. It runs in the foreground on loopback, from its unpacked package.
 */
export async function startEjabberd(folder: string, pairsMax: number): Promise<System | Unavailable> {
  const name = 'ejabberd'
  if (!isDebian())
    return { name, unavailable: 'ejabberd is measured from Debian’s packages, and this is no Debian.' }
  const unpacked = path.join(tmpdir(), 'candor-bench-ejabberd')
  try {
    await unpackDebianPackages(
      unpacked,
      ['ejabberd', 'erlang-p1-pgsql'],
      /^(erlang-|libyaml-|libodbc2|libltdl7)/,
    )
  } catch (caught) {
    return { name, unavailable: `Debian’s packages of ejabberd could not be had: ${firstLine(caught)}` }
  }
  mkdirSync(folder, { recursive: true })
  const postgres = await startEmbeddedPostgres({ dataFolder: path.join(folder, ...loopbackFolder), log() {} })
  const database = await prepareDatabase(postgres.url, unpacked, pairsMax)
  const durability = await durabilityOf(database)
  assertDurable(name, durability)
  const port = await freePort()
  const config = path.join(folder, 'ejabberd.yml')
  writeFileSync(config, configuration(port, database))
  const erlang = path.join(unpacked, 'usr/lib/erlang')
  const runtime = readdirSync(erlang).find((entry) => entry.startsWith('erts-'))!
  const libraries = readdirSync(path.join(unpacked, 'usr/lib')).find((entry) => entry.endsWith('-linux-gnu'))!
  const bin = path.join(erlang, runtime, 'bin')
  const beam = spawn(
    // It ends with the bench, however that ends.
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', '--', path.join(bin, 'erlexec')],
      ...['-noshell', '-noinput', '+K', 'true', '+P', '250000', '+Q', '65536'],
      // No scheduler spins while it waits: Erlang's default would be counted as work of the rival.
      ...['+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none'],
      ...['-mnesia', 'dir', JSON.stringify(path.join(folder, 'spool')), '-s', 'ejabberd'],
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        HOME: folder,
        ROOTDIR: erlang,
        BINDIR: bin,
        EMU: 'beam',
        PROGNAME: 'erl',
        ERL_LIBS: path.join(unpacked, 'usr/lib', libraries),
        LD_LIBRARY_PATH: path.join(unpacked, 'usr/lib', libraries),
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: path.join(folder, 'ejabberd.log'),
        ERL_CRASH_DUMP: path.join(folder, 'crash.dump'),
        ERL_CRASH_DUMP_BYTES: '0',
      },
    },
  )
  let output = ''
  let over = false
  for (const stream of [beam.stdout, beam.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-2_000)))
  const ended = new Promise<void>((resolve) =>
    beam.once('exit', () => resolve()).once('error', () => resolve()),
  )
  void ended.then(() => (over = true))

  async function stop(): Promise<void> {
    if (!over) {
      beam.kill('SIGTERM')
      await Promise.race([ended, sleep(endMsMax, undefined, { ref: false })])
      if (!over) beam.kill('SIGKILL')
    }
    await database.end()
    await postgres.stop()
  }

  const url = `ws://127.0.0.1:${port}/ws`
  if (!(await listens(port, () => over))) {
    await stop()
    return { name, unavailable: `ejabberd did not start: ${output.trim() || readLog(folder)}` }
  }
  return {
    name,
    describes: `${versionOf(unpacked)} from Debian, XMPP over WebSocket, mod_mam always, PostgreSQL; two archive rows a message is its way`,
    roots: () => [beam.pid!, postgres.pid],
    serverPid: beam.pid!,
    target: { system: 'xmpp', url, host: domain, password },
    durability,
    async storedMessages() {
      const { rows } = await database.query<{ count: number }>('select count(*)::int as count from archive')
      return rows[0]!.count / 2
    },
    stop,
  }
}

/** Its own schema, and users written into its table: signing up thousands by its API would only take longer. */
async function prepareDatabase(url: string, unpacked: string, pairsMax: number): Promise<pg.Client> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  await owner.query('create database ejabberd')
  await owner.end()
  const own = new URL(url)
  own.pathname = '/ejabberd'
  const client = new pg.Client({ connectionString: own.href })
  await client.connect()
  await client.query(readFileSync(path.join(unpacked, 'usr/share/ejabberd/sql/pg.sql'), 'utf8'))
  const users = Array.from({ length: pairsMax * 2 }, (_, i) => userOf(i >> 1, i & 1))
  await client.query('insert into users (username, password) select unnest($1::text[]), $2', [
    users,
    password,
  ])
  await client.query('analyze')
  return client
}

function configuration(port: number, database: pg.Client): string {
  // JSON is YAML.
  return JSON.stringify(
    {
      hosts: [domain],
      loglevel: 'warning',
      listen: [
        { port, ip: '127.0.0.1', module: 'ejabberd_http', request_handlers: { '/ws': 'ejabberd_http_ws' } },
      ],
      auth_method: 'sql',
      auth_password_format: 'plain',
      default_db: 'sql',
      sql_type: 'pgsql',
      sql_server: database.host,
      sql_port: database.port,
      sql_database: 'ejabberd',
      sql_username: database.user,
      sql_password: database.password,
      sql_pool_size: 10,
      modules: { mod_mam: { default: 'always', db_type: 'sql', assume_mam_usage: true } },
    },
    null,
    2,
  )
}

async function listens(port: number, over: () => boolean): Promise<boolean> {
  const giveUpAt = performance.now() + startMsMax
  while (!over() && performance.now() < giveUpAt) {
    try {
      await fetch(`http://127.0.0.1:${port}/ws`)
      return true
    } catch (caught) {
      if (!(caught instanceof TypeError)) throw caught
      await sleep(100)
    }
  }
  return false
}

function versionOf(unpacked: string): string {
  const folder = readdirSync(path.join(unpacked, 'usr/lib'), { recursive: true, encoding: 'utf8' }).find(
    (entry) => /ejabberd-[\d.]+$/.test(entry),
  )
  return folder === undefined ? 'ejabberd' : path.basename(folder).replace('-', ' ')
}

function readLog(folder: string): string {
  return readFileSync(path.join(folder, 'ejabberd.log'), 'utf8').trim().slice(-2_000)
}

function firstLine(caught: unknown): string {
  return String(caught instanceof Error ? caught.message : caught).split('\n')[0]!
}
