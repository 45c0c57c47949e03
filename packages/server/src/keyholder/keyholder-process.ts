import { chownSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { socketLink, usualSocket } from '@candor/keyholder/keyholder-socket.ts'
import type { Log } from '../log.ts'
import { prepareFolders, startSupervised, type SupervisedProcess } from './supervised-process.ts'

export interface KeyholderProcess extends SupervisedProcess {
  /** A UNIX socket that only its owner may open. */
  readonly socket: string
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
  /** File of the trust root of releases; it may come later. Absent where no widget is served. */
  releaseRoot?: string
  passphrase: string | undefined
  /** Epoch keys that an installation made before it had a keyholder. */
  keyFile: string
}

const program = fileURLToPath(import.meta.resolve('@candor/keyholder/main.ts'))

/** No account of the system has it: what the keyholder's files are worth, no other program can read. */
const ownUid = 61_177

/**
 * The keyholder in a process of its own. Epoch keys from before there was one are taken over at the first start, and
 * their file is deleted then: a key that lies in the clear cannot be destroyed by the keyholder.
 * @throws DidNotStart
 */
export async function startKeyholder(settings: KeyholderSettings, log: Log): Promise<KeyholderProcess> {
  const { folder, logFolder, keyFile, passphrase } = settings
  const becomes = prepareFolders({ uid: ownUid, own: folder, open: logFolder, program })
  const socket = socketPath(folder, becomes)
  const imports = existsSync(keyFile)
  const running = await startSupervised({
    name: 'keyholder',
    program,
    args: () => [
      ...['--folder', folder, '--log-folder', logFolder, '--socket', socket],
      ...['--origin', settings.origin, '--quorum', String(settings.quorum), '--attached'],
      ...(settings.releaseRoot === undefined ? [] : ['--release-root', settings.releaseRoot]),
      ...settings.witnesses.flatMap((witness) => ['--witness', witness]),
      ...(becomes === null ? [] : ['--become', `${becomes}:${becomes}`]),
      ...(existsSync(keyFile) ? ['--import', keyFile] : []),
    ],
    env: passphrase === undefined ? {} : { CANDOR_KEYHOLDER_PASSPHRASE: passphrase },
    // It reads the key file first, which is the server's.
    uid: null,
    isReady: ({ event }) => event === 'keyholder-ready',
    log,
  })
  // Only now: one that already runs on this folder keeps its own.
  if (usualSocket(folder) === null) {
    rmSync(socketLink(folder), { force: true })
    symlinkSync(socket, socketLink(folder))
  }
  log({
    event: 'keyholder-started',
    pid: running.pid,
    runs: becomes === null ? 'as the same user' : 'as a user of its own',
  })
  if (imports) {
    rmSync(keyFile)
    log({ level: 'warn', event: 'key-file-taken-over', deleted: keyFile })
  }
  return {
    socket,
    get pid() {
      return running.pid
    },
    stop: running.stop,
  }
}

function socketPath(folder: string, uid: number | null): string {
  const usual = usualSocket(folder)
  if (usual !== null) return usual
  const short = mkdtempSync(path.join(tmpdir(), 'candor-'))
  if (uid !== null) chownSync(short, uid, uid)
  process.once('exit', () => rmSync(short, { recursive: true, force: true }))
  return path.join(short, 'socket')
}
