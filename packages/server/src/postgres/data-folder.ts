import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import * as path from 'node:path'
import { processIdentity } from './process-identity.ts'

/** What lies where in the data folder. */
export function dataFolderLayout(dataFolder: string) {
  return {
    cluster: path.join(dataFolder, 'postgres'),
    log: path.join(dataFolder, 'log'),
    sockets: path.join(dataFolder, 'run'),
    ownerPassword: path.join(dataFolder, 'postgres-password'),
    keys: path.join(dataFolder, 'keys'),
    /** The key of the access log, as it was met first. */
    logKey: path.join(dataFolder, 'log-key'),
    /** There after a restore, until the store has given the installation a new epoch. */
    restored: path.join(dataFolder, 'restored'),
    /** A restore's copy before it takes its place. */
    incoming: path.join(dataFolder, 'restoring'),
    holder: path.join(dataFolder, 'held-by'),
  }
}

/** Others may pass through (PostgreSQL runs as another user where we are root) but not look around. */
export function makeDataFolder(dataFolder: string): void {
  if (existsSync(dataFolder)) return
  mkdirSync(dataFolder, { recursive: true })
  chmodSync(dataFolder, 0o711)
}

export class DataFolderInUse extends Error {
  readonly pid: number
  constructor(dataFolder: string, pid: number) {
    super(
      `Candor already runs on ${dataFolder} (process ${pid}). Stop it first, or use another CANDOR_DATA_FOLDER.`,
    )
    this.name = 'DataFolderInUse'
    this.pid = pid
  }
}

/**
 * Takes the data folder for this process; a holder that is dead no longer counts.
 * @returns the release.
 * @throws {DataFolderInUse}
 */
export function holdDataFolder(dataFolder: string): () => void {
  const { holder } = dataFolderLayout(dataFolder)
  const mine = `${holder}.${randomUUID()}`
  // Written aside and linked: a holder's file appears whole or not at all.
  writeFileSync(mine, processIdentity(process.pid) ?? '')
  try {
    while (!linked(mine, holder)) {
      const running = dataFolderHolder(dataFolder)
      if (running !== undefined) throw new DataFolderInUse(dataFolder, running)
      clearDead(holder)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(holder, { force: true })
}

/** The process that holds the data folder now, if any. */
export function dataFolderHolder(dataFolder: string): number | undefined {
  const identity = readIfThere(dataFolderLayout(dataFolder).holder)
  if (identity === undefined) return undefined
  const pid = Number(identity.split(' ')[0])
  return processIdentity(pid) === identity ? pid : undefined
}

/** Two starters may both find the holder dead: the slower one must not take away the quicker one's hold. */
function clearDead(holder: string): void {
  const dead = readIfThere(holder)
  if (dead === undefined) return
  const grave = `${holder}.${randomUUID()}`
  try {
    renameSync(holder, grave)
  } catch (cause) {
    if (isFault(cause, 'ENOENT')) return
    throw cause
  }
  if (readFileSync(grave, 'utf8') !== dead) linked(grave, holder)
  rmSync(grave, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (isFault(cause, 'EEXIST')) return false
    throw cause
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (isFault(cause, 'ENOENT')) return undefined
    throw cause
  }
}

function isFault(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code
}
