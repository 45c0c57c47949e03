import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import type { Log } from '../log.ts'

/** A program of this repository that runs beside the server, in a process and where possible under a user of its own. */
export interface SupervisedProcess {
  /** Another one after a restart; 0 while there is none. */
  readonly pid: number
  stop(): Promise<void>
}

/** What a program said when it gave up at its start, in a sentence for the person who started it. */
export class DidNotStart extends Error {
  override readonly name = 'DidNotStart'
}

/** A passphrase takes half a second to become a key; a journal of 50,000 records a second to be read. */
const startMsMax = 60_000
const stopMsMax = 10_000
/** One that dies this often within this time has a fault that starting again does not repair. */
const restartsMax = 5
const restartsWithinMs = 60_000
const restartPauseMs = 200
const complaintCharsMax = 4_000

/**
 * Small processes that mostly wait: V8 needs no helper threads for them, and a young generation of a few megabytes
 * keeps what they have used once from staying with them.
 */
const nodeFlags = ['--max-semi-space-size=2', '--v8-pool-size=1']

/**
 * Runs a program, and starts it again whenever it dies. It says one JSON object a line on standard output, and one of
 * them is that it is ready. It ends with this process: its standard input is a pipe that we hold.
 * @throws DidNotStart
 */
export async function startSupervised(options: {
  name: 'keyholder' | 'witness'
  program: string
  /** Asked for at every start. */
  args(): string[]
  /** All of it: nothing of the server's own environment, no database URL, no secret but its own. */
  env: Record<string, string>
  /** A user to start it as; null: ours, or one that the program becomes by itself. */
  uid: number | null
  isReady(event: Record<string, unknown>): boolean
  log: Log
}): Promise<SupervisedProcess> {
  const { name, log, uid } = options
  let child: ChildProcess | null = null
  let stopping = false
  let diedAt: number[] = []

  const pid = (): number => child?.pid ?? 0

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [...nodeFlags, options.program, ...options.args()], {
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC', ...options.env },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C at the terminal reaches the server, which ends it last.
      detached: true,
      ...(uid === null ? {} : { uid, gid: uid }),
    })
    child = started
    let complaint = ''
    started.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-complaintCharsMax)))
    const ready = Promise.withResolvers<void>()
    createInterface({ input: started.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Record<string, unknown>
      if (options.isReady(event)) ready.resolve()
      const { time: _time, ...rest } = event
      log({ from: name, ...rest })
      if (event['level'] === 'error' && typeof event['reason'] === 'string') complaint ||= event['reason']
    })
    started.once('close', () => {
      if (child === started) child = null
      ready.reject(
        new DidNotStart(
          `The ${name} did not start: ${complaint.trim() || 'it said nothing.'} docs/keys.md says what to do.`,
        ),
      )
    })
    started.once('error', ready.reject)
    const timer = setTimeout(
      () => ready.reject(new DidNotStart(`The ${name} was not ready within ${startMsMax / 1_000} s.`)),
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

  /** The normal start again: what a crash left is on its disk. */
  async function revive(code: number | null, signal: string | null): Promise<void> {
    child = null
    if (stopping) return
    log({ level: 'error', event: `${name}-died`, code, signal })
    const now = performance.now()
    diedAt = [...diedAt.filter((at) => at > now - restartsWithinMs), now]
    while (!stopping && diedAt.length <= restartsMax) {
      try {
        await start()
        log({ level: 'warn', event: `${name}-restarted`, pid: pid() })
        return
      } catch (caught) {
        diedAt.push(performance.now())
        log({ level: 'error', event: `${name}-restart-failed`, reason: String(caught) })
        await new Promise((resolve) => setTimeout(resolve, restartPauseMs))
      }
    }
    if (!stopping) log({ level: 'error', event: `${name}-given-up`, restarts: restartsMax })
  }

  await start()
  return {
    get pid() {
      return pid()
    },
    async stop() {
      stopping = true
      const running = child
      if (running === null || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      running.stdin!.end()
      running.kill('SIGTERM')
      const timer = setTimeout(() => running.kill('SIGKILL'), stopMsMax)
      await ended
      clearTimeout(timer)
    },
  }
}

/**
 * Makes the folders of a program and gives them to a user of its own, where we are root and that user can reach them.
 * @returns its uid, or null to stay who we are.
 */
export function prepareFolders(options: {
  uid: number
  /** Closed to everybody else. */
  own: string
  /** Written by it, read by everybody. */
  open?: string
  program: string
}): number | null {
  const { uid, own, open, program } = options
  const folders = open === undefined ? [own] : [own, open]
  mkdirSync(own, { recursive: true, mode: 0o700 })
  chmodSync(own, 0o700)
  if (open !== undefined) mkdirSync(open, { recursive: true, mode: 0o755 })
  if (process.getuid?.() !== 0) return null
  for (const each of folders) give(each, uid)
  if (folders.every((each) => reaches(uid, each)) && reaches(uid, path.dirname(program))) return uid
  // A folder above is closed to others: then it stays root's, as the server is.
  for (const each of folders) give(each, 0)
  return null
}

function reaches(uid: number, folder: string): boolean {
  const drop = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
  const probe = spawnSync('setpriv', [...drop, '/bin/sh', '-c', 'cd "$1" && ls >/dev/null', 'sh', folder], {
    stdio: 'ignore',
  })
  return probe.status === 0
}

function give(folder: string, uid: number): void {
  chownSync(folder, uid, uid)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSocket() && !entry.isSymbolicLink())
      chownSync(path.join(entry.parentPath, entry.name), uid, uid)
}
