import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Log } from '../log.ts'

export interface KeyholderProcess {
  /** A UNIX socket that only its owner may open. */
  readonly socket: string
  /** Another one after a restart; 0 while there is none. */
  readonly pid: number
  stop(): Promise<void>
}

export interface KeyholderSettings {
  /** Keys, journal and index: nobody’s but the keyholder’s. */
  folder: string
  /** The log as others may read it: tiles and checkpoint. */
  logFolder: string
  origin: string
  /** `<vkey>@<url>` */
  witnesses: readonly string[]
  quorum: number
  passphrase: string | undefined
  /** Epoch keys that an installation made before it had a keyholder. */
  keyFile: string
}

const program = fileURLToPath(import.meta.resolve('@candor/keyholder/main.ts'))

/** No account of the system has it: what the keyholder's files are worth, no other program can read. */
const ownUid = 61_177
/** sockaddr_un holds 108 bytes with the closing zero (unix(7)). */
const socketPathBytesMax = 107
/** A passphrase takes half a second to become a key; a journal of 50,000 records a second to be read. */
const startMsMax = 60_000
const stopMsMax = 10_000
/** One that dies this often within this time has a fault that starting again does not repair. */
const restartsMax = 5
const restartsWithinMs = 60_000
const restartPauseMs = 200

/**
 * Runs the keyholder as a process of its own, as a user of its own where we are root and it can reach its files, and
 * starts it again whenever it dies. It ends with this process: its standard input is a pipe that we hold.
 */
export async function startKeyholder(settings: KeyholderSettings, log: Log): Promise<KeyholderProcess> {
  const becomes = prepareFolders(settings)
  const socket = socketPath(settings.folder, becomes)
  let child: ChildProcess | null = null
  let stopping = false
  let diedAt: number[] = []

  async function start(): Promise<void> {
    const args = [
      program,
      ...['--folder', settings.folder, '--log-folder', settings.logFolder, '--socket', socket],
      ...['--origin', settings.origin, '--quorum', String(settings.quorum), '--attached'],
      ...settings.witnesses.flatMap((witness) => ['--witness', witness]),
      ...(becomes === null ? [] : ['--become', `${becomes}:${becomes}`]),
      ...(existsSync(settings.keyFile) ? ['--import', settings.keyFile] : []),
    ]
    const started = spawn(process.execPath, args, {
      // Nothing of the server's own environment: no database URL, no secret but its own.
      env: {
        PATH: '/usr/bin:/bin',
        TZ: 'UTC',
        ...(settings.passphrase === undefined ? {} : { CANDOR_KEYHOLDER_PASSPHRASE: settings.passphrase }),
      },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C at the terminal reaches the server, which ends it last.
      detached: true,
    })
    child = started
    let complaint = ''
    started.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-4_000)))
    const ready = Promise.withResolvers<void>()
    createInterface({ input: started.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Record<string, unknown>
      if (event['event'] === 'keyholder-ready') ready.resolve()
      const { time: _time, ...rest } = event
      log({ from: 'keyholder', ...rest })
      if (event['event'] === 'keyholder ends') complaint ||= String(event['reason'])
    })
    started.once('exit', () => {
      child = null
      ready.reject(new Error(`The keyholder did not start: ${complaint.trim() || 'it said nothing'}`))
    })
    started.once('error', ready.reject)
    const timer = setTimeout(
      () => ready.reject(new Error(`The keyholder was not ready within ${startMsMax / 1_000} s`)),
      startMsMax,
    )
    try {
      await ready.promise
    } catch (caught) {
      started.kill('SIGKILL')
      throw caught
    } finally {
      clearTimeout(timer)
    }
    started.once('exit', (code, signal) => void revive(code, signal))
  }

  /** The normal start again: what a crash left is in its journal. */
  async function revive(code: number | null, signal: string | null): Promise<void> {
    if (stopping) return
    log({ level: 'error', event: 'keyholder-died', code, signal })
    const now = performance.now()
    diedAt = [...diedAt.filter((at) => at > now - restartsWithinMs), now]
    while (!stopping && diedAt.length <= restartsMax) {
      try {
        await start()
        log({ level: 'warn', event: 'keyholder-restarted', pid: child?.pid })
        return
      } catch (caught) {
        diedAt.push(performance.now())
        log({ level: 'error', event: 'keyholder-restart-failed', reason: String(caught) })
        await new Promise((resolve) => setTimeout(resolve, restartPauseMs))
      }
    }
    if (!stopping) log({ level: 'error', event: 'keyholder-given-up', restarts: restartsMax })
  }

  await start()
  log({
    event: 'keyholder-started',
    pid: child!.pid,
    runs: becomes === null ? 'as the same user' : 'as a user of its own',
  })
  return {
    socket,
    get pid() {
      return child?.pid ?? 0
    },
    async stop() {
      stopping = true
      const running = child
      if (running === null) return
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      running.stdin!.end()
      running.kill('SIGTERM')
      const timer = setTimeout(() => running.kill('SIGKILL'), stopMsMax)
      await ended
      clearTimeout(timer)
    },
  }
}

/** @returns the uid to become, or null to stay who we are. */
function prepareFolders({ folder, logFolder }: KeyholderSettings): number | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(logFolder, { recursive: true, mode: 0o755 })
  chmodSync(folder, 0o700)
  if (process.getuid?.() !== 0) return null
  for (const each of [folder, logFolder]) give(each, ownUid)
  if (reaches(folder) && reaches(logFolder) && reaches(path.dirname(program))) return ownUid
  // A folder above is closed to others: then it stays root’s, as the server is.
  for (const each of [folder, logFolder]) give(each, 0)
  return null
}

function reaches(folder: string): boolean {
  const drop = [`--reuid=${ownUid}`, `--regid=${ownUid}`, '--clear-groups', '--']
  const probe = spawnSync('setpriv', [...drop, '/bin/sh', '-c', 'cd "$1" && ls >/dev/null', 'sh', folder], {
    stdio: 'ignore',
  })
  return probe.status === 0
}

function give(folder: string, uid: number): void {
  chownSync(folder, uid, uid)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSocket()) chownSync(path.join(entry.parentPath, entry.name), uid, uid)
}

function socketPath(folder: string, uid: number | null): string {
  const usual = path.join(folder, 'socket')
  if (Buffer.byteLength(usual) <= socketPathBytesMax) return usual
  const short = mkdtempSync(path.join(tmpdir(), 'candor-'))
  if (uid !== null) chownSync(short, uid, uid)
  process.once('exit', () => rmSync(short, { recursive: true, force: true }))
  return path.join(short, 'socket')
}
