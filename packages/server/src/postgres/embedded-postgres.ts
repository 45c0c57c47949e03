import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataFolderLayout, holdDataFolder, makeDataFolder } from './data-folder.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import {
  databaseName,
  makeCluster,
  ownerPassword,
  ownerRole,
  writeSettings,
  type Listening,
} from './postgres-cluster.ts'
import { choosePostgresUser, postgresEnvironment, type PostgresUser } from './postgres-user.ts'
import { processArguments, processIdentity } from './process-identity.ts'

export type EmbeddedPostgres = {
  /** Owner of the database `candor`; the same for as long as this server lives. */
  readonly url: string
  /** Of the postmaster; another one after a restart. */
  readonly pid: number
  /** A clean shutdown: open transactions are rolled back. Resolves once the process has ended. */
  stop(): Promise<void>
}

export type PostgresLog = (event: Record<string, unknown>) => void

/**
 * Starts the PostgreSQL that lives in the data folder, after ending one that a killed server left there, and
 * starts it again whenever it dies. It ends with this process, however that ends.
 * @throws {DataFolderInUse} when another living process holds the data folder.
 */
export async function startEmbeddedPostgres(options: {
  dataFolder: string
  log: PostgresLog
}): Promise<EmbeddedPostgres> {
  const dataFolder = path.resolve(options.dataFolder)
  const { log } = options
  makeDataFolder(dataFolder)
  const release = holdDataFolder(dataFolder)
  try {
    const startedAt = performance.now()
    const layout = dataFolderLayout(dataFolder)
    const binaries = findPostgresBinaries()
    const user = choosePostgresUser(dataFolder, layout.cluster, binaries.postgres)
    await endFormerPostmaster(layout.cluster, log)
    await makeCluster(dataFolder, binaries, user)
    const password = await ownerPassword(dataFolder, binaries, user)
    const listening = await whereToListen(layout.sockets)
    writeSettings(dataFolder, listening, user)
    const server = new Postmaster(layout.cluster, binaries, user, log)
    await server.start()
    const msTaken = Math.round(performance.now() - startedAt)
    log({ event: 'postgres-started', pid: server.pid, runs: user.how, listens: listening.kind, msTaken })
    return {
      url: ownerUrl(listening, password),
      get pid() {
        return server.pid
      },
      async stop() {
        await server.stop()
        release()
      },
    }
  } catch (cause) {
    release()
    throw cause
  }
}

/** How to reach the PostgreSQL that another process runs on this data folder, or undefined if none does. */
export function runningPostgresUrl(dataFolder: string): string | undefined {
  const layout = dataFolderLayout(path.resolve(dataFolder))
  const noted = readPostmasterFile(layout.cluster)
  if (!noted || noted.status !== 'ready' || !isPostmasterOf(noted.pid, layout.cluster)) return undefined
  const listening: Listening = noted.socketFolder
    ? { kind: 'socket', folder: noted.socketFolder }
    : { kind: 'loopback', port: noted.port }
  return ownerUrl(listening, readFileSync(layout.ownerPassword, 'utf8'))
}

/** sockaddr_un holds 108 bytes with the closing zero (unix(7)). */
const socketPathBytesMax = 107

/** Crash recovery replays at most max_wal_size; a disk that needs longer than this for it is broken. */
const startMsMax = 5 * 60_000
/** PostgreSQL's states of ending, from kind to certain. A fast shutdown writes a checkpoint: up to 64 MB. */
const endings = [
  { signal: 'SIGINT', msMax: 20_000 },
  { signal: 'SIGQUIT', msMax: 5_000 },
  { signal: 'SIGKILL', msMax: 5_000 },
] as const
/** A server that dies this often within this time has a fault that starting again does not repair. */
const restartsMax = 5
const restartsWithinMs = 60_000
const restartPauseMs = 200
const stderrCharsMax = 4_000

class Postmaster {
  readonly #cluster: string
  readonly #binaries: PostgresBinaries
  readonly #user: PostgresUser
  readonly #log: PostgresLog
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #stopping = false
  #diedAt: number[] = []

  constructor(cluster: string, binaries: PostgresBinaries, user: PostgresUser, log: PostgresLog) {
    this.#cluster = cluster
    this.#binaries = binaries
    this.#user = user
    this.#log = log
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  async start(): Promise<void> {
    const wrapped = this.#user.wrap(this.#binaries.postgres, ['-D', this.#cluster])
    const child = spawn(wrapped.command, wrapped.args, {
      env: postgresEnvironment,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: Ctrl-C at the terminal reaches the server, which ends its database last.
      detached: true,
    })
    let stderr = ''
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-stderrCharsMax)))
    let over = false
    this.#child = child
    this.#exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', (fault) => {
        stderr += fault.message
        resolve()
      })
    }).then(() => {
      over = true
    })
    const giveUpAt = performance.now() + startMsMax
    while (readyPid(this.#cluster) !== child.pid) {
      if (over) throw new Error(`PostgreSQL did not start: ${stderr.trim() || 'see the log folder'}`)
      if (performance.now() > giveUpAt)
        throw new Error(`PostgreSQL was not ready within ${startMsMax / 1000} s`)
      await sleep(10)
    }
    void this.#exited.then(() => this.#revive())
  }

  async stop(): Promise<void> {
    this.#stopping = true
    for (const { signal, msMax } of endings) {
      this.#child?.kill(signal)
      const ended = await Promise.race([this.#exited.then(() => true), sleep(msMax, false, { ref: false })])
      if (ended) return
    }
  }

  /** The normal start again: crash recovery is PostgreSQL's own. */
  async #revive(): Promise<void> {
    if (this.#stopping) return
    const now = performance.now()
    this.#diedAt = [...this.#diedAt.filter((at) => at > now - restartsWithinMs), now]
    this.#log({
      event: 'postgres-died',
      level: 'error',
      code: this.#child?.exitCode,
      signal: this.#child?.signalCode,
    })
    while (!this.#stopping && this.#diedAt.length <= restartsMax) {
      try {
        await this.start()
        this.#log({ event: 'postgres-restarted', level: 'warn', pid: this.pid })
        return
      } catch (cause) {
        // Its orphans hold the shared memory until they notice; PostgreSQL refuses to start before that.
        this.#diedAt.push(performance.now())
        this.#log({ event: 'postgres-restart-failed', level: 'error', reason: String(cause) })
        await sleep(restartPauseMs)
      }
    }
    if (!this.#stopping) this.#log({ event: 'postgres-given-up', level: 'error', restarts: restartsMax })
  }
}

/**
 * A killed server's PostgreSQL is ending by itself (see postgres-user.ts), or lives on where the system cannot
 * tell it. We hold the data folder, so nobody uses it: end it, and only by the id in its own file.
 */
async function endFormerPostmaster(cluster: string, log: PostgresLog): Promise<void> {
  const noted = readPostmasterFile(cluster)
  if (!noted) return
  const identity = processIdentity(noted.pid)
  if (identity === undefined) return
  if (!isPostmasterOf(noted.pid, cluster)) {
    // Somebody else got this process id since. PostgreSQL itself would take it for a living postmaster.
    rmSync(path.join(cluster, 'postmaster.pid'))
    return
  }
  log({ event: 'postgres-left-over', level: 'warn', pid: noted.pid })
  for (const { signal, msMax } of endings) {
    try {
      process.kill(noted.pid, signal)
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause
    }
    const giveUpAt = performance.now() + msMax
    while (performance.now() < giveUpAt) {
      if (processIdentity(noted.pid) !== identity) return
      await sleep(10)
    }
  }
  throw new Error(
    `The PostgreSQL that a former server left in ${cluster} (process ${noted.pid}) does not end.`,
  )
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  const args = processArguments(pid)
  return args.some((arg) => path.basename(arg) === 'postgres') && args.includes(cluster)
}

function readyPid(cluster: string): number | undefined {
  const noted = readPostmasterFile(cluster)
  return noted?.status === 'ready' ? noted.pid : undefined
}

/** postmaster.pid, line by line (PostgreSQL, src/include/utils/pidfile.h). */
function readPostmasterFile(
  cluster: string,
): { pid: number; port: number; socketFolder: string; status: string } | undefined {
  let text: string
  try {
    text = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
  const [pid, , , port, socketFolder = '', , , status = ''] = text.split('\n').map((line) => line.trim())
  if (!pid) return undefined
  return { pid: Number(pid), port: Number(port), socketFolder, status }
}

/** A socket keeps everyone but us out; where its path would be too long, loopback and the password do. */
async function whereToListen(folder: string): Promise<Listening> {
  if (Buffer.byteLength(path.join(folder, '.s.PGSQL.5432')) <= socketPathBytesMax)
    return { kind: 'socket', folder }
  return { kind: 'loopback', port: await freePort() }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

function ownerUrl(listening: Listening, password: string): string {
  const host =
    listening.kind === 'socket' ? encodeURIComponent(listening.folder) : `127.0.0.1:${listening.port}`
  return `postgresql://${ownerRole}:${encodeURIComponent(password)}@${host}/${databaseName}`
}
