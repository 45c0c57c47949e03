import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { dataFolderLayout } from './data-folder.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { postgresEnvironment, type PostgresUser } from './postgres-user.ts'

export const ownerRole = 'candor_owner'
export const databaseName = 'candor'

/** Where the server can be reached: a socket in a folder that only its user and root may enter, or loopback. */
export type Listening = { kind: 'socket'; folder: string } | { kind: 'loopback'; port: number }

/**
 * Makes the cluster with its database if there is none. It is made aside and renamed, so a start that was cut
 * short leaves nothing that a later start could take for a cluster.
 */
export async function makeCluster(
  dataFolder: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<void> {
  const { cluster, incoming } = dataFolderLayout(dataFolder)
  if (existsSync(cluster)) return
  // The old data is aside and the new not yet in place: an empty database would look like a lost one.
  if (existsSync(incoming))
    throw new Error(`A restore into ${dataFolder} was cut short. Run it again, with --force.`)
  const unfinished = `${cluster}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  makeOwned(unfinished, user)
  await run(user, binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${ownerRole}`,
    '--encoding=UTF8',
    // The provider built into PostgreSQL: the system's C library cannot change the order of an index under it.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
    // Nobody gets in by initdb's own rules: each start writes its own (`writeSettings`).
    '--auth=reject',
  ])
  await runSingle(unfinished, binaries, user, [`create database ${databaseName}`])
  renameSync(unfinished, cluster)
}

/**
 * The owner's password, made when there is none: in a new cluster, and in one restored from a backup, which
 * never holds it. The server must not run.
 */
export async function ownerPassword(
  dataFolder: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<string> {
  const { cluster, ownerPassword: file } = dataFolderLayout(dataFolder)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const password = randomBytes(24).toString('base64url')
  await runSingle(cluster, binaries, user, [`alter role ${ownerRole} password '${password}'`])
  writeFileSync(`${file}.unfinished`, password, { mode: 0o600 })
  renameSync(`${file}.unfinished`, file)
  return password
}

/**
 * Writes the cluster's settings anew at each start, so that they are the code's and not some former version's.
 * ALTER SYSTEM still wins: PostgreSQL reads postgresql.auto.conf last.
 */
export function writeSettings(dataFolder: string, listening: Listening, user: PostgresUser): void {
  const { cluster, log } = dataFolderLayout(dataFolder)
  makeOwned(log, user)
  if (listening.kind === 'socket') makeOwned(listening.folder, user)
  const lines = Object.entries({ ...settings, ...listenSettings(listening), log_directory: log }).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  )
  const head = '# Written by Candor at each start. What you set with ALTER SYSTEM is kept, and wins.'
  writeOwned(path.join(cluster, 'postgresql.conf'), [head, ...lines, ''].join('\n'), user)
  writeOwned(
    path.join(cluster, 'pg_hba.conf'),
    ['local all all scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n'),
    user,
  )
}

const settings = {
  // Durable: an acknowledged message survives a power cut.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'replica',
  archive_mode: 'off',
  max_wal_size: '512MB',
  // Small when idle: the platform's working set is the last hours' conversations.
  shared_buffers: '64MB',
  max_connections: '60',
  io_method: 'sync',
  autovacuum_max_workers: '2',
  // A new installation's first busy minute is planned without statistics otherwise.
  autovacuum_naptime: '5s',
  jit: 'off',
  // No text of a statement, parameter or row gets into the log. An ERROR belongs to a client, which is told:
  // its message can quote a value ("invalid input syntax for …"), so only LOG, FATAL and PANIC are written.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // One file a weekday, begun anew a week later.
  logging_collector: 'on',
  log_filename: 'postgres-%a.log',
  log_file_mode: '0600',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_timezone: 'UTC',
  timezone: 'UTC',
  lc_messages: 'C',
}

function listenSettings(listening: Listening): Record<string, string> {
  if (listening.kind === 'socket') {
    return {
      listen_addresses: '',
      unix_socket_directories: listening.folder,
      unix_socket_permissions: '0700',
    }
  }
  return { listen_addresses: '127.0.0.1', port: String(listening.port), unix_socket_directories: '' }
}

function makeOwned(folder: string, user: PostgresUser): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  chownSync(folder, user.uid, user.gid)
}

function writeOwned(file: string, text: string, user: PostgresUser): void {
  const unfinished = `${file}.unfinished`
  writeFileSync(unfinished, text, { mode: 0o600 })
  chownSync(unfinished, user.uid, user.gid)
  renameSync(unfinished, file)
}

/** PostgreSQL without a server: one process, one session, the superuser. It says ERROR on stderr and goes on. */
async function runSingle(
  cluster: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
  statements: readonly string[],
): Promise<void> {
  const quiet = [
    '-c',
    'logging_collector=off',
    '-c',
    'log_min_messages=error',
    '-c',
    'log_min_error_statement=panic',
  ]
  const args = ['--single', '-D', cluster, ...quiet, 'postgres']
  const { stderr } = await run(
    user,
    binaries.postgres,
    args,
    statements.map((statement) => `${statement}\n`).join(''),
  )
  if (/\b(ERROR|FATAL|PANIC):/.test(stderr))
    throw new Error(`The database cluster could not be set up: ${stderr.trim()}`)
}

async function run(
  user: PostgresUser,
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ stderr: string }> {
  const wrapped = user.wrap(command, args)
  const child = spawn(wrapped.command, wrapped.args, {
    env: postgresEnvironment,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${path.basename(command)} failed (${code}): ${stderr.trim()}`)
  return { stderr }
}
