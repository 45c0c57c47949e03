import { mkdirSync, readFileSync } from 'node:fs'
import { ConfigFault, readKeyholderConfig, type KeyholderConfig } from './keyholder-config.ts'
import { openKeyholder } from './keyholder.ts'
import { readKeyFile } from './key-file.ts'
import { listen } from './listener.ts'
import { openLocalRootKey, WrongPassphrase } from './root-key.ts'

/** One JSON line an event, on standard output: no key, no text, no name. */
const log = (event: Record<string, unknown>): void => {
  const { level = 'info', ...rest } = event
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, ...rest })}\n`)
}

/** A promise that can no longer be kept ends the process; whoever supervises it starts it again, from the disk. */
const fatal = (fault: Error): void => {
  log({ level: 'error', event: 'keyholder ends', reason: fault.message, stack: fault.stack })
  process.exit(70)
}
process.on('uncaughtException', fatal)
process.on('unhandledRejection', (reason) =>
  fatal(reason instanceof Error ? reason : new Error(String(reason))),
)

const config = configOrExit()
mkdirSync(config.folder, { recursive: true, mode: 0o700 })
mkdirSync(config.logFolder, { recursive: true, mode: 0o755 })
// Read before another user's rights are taken on: the file is the server's.
const imported = config.imports === undefined ? [] : readKeyFile(config.imports)
if (config.becomes !== null) {
  process.setgroups!([])
  process.setgid!(config.becomes.gid)
  process.setuid!(config.becomes.uid)
}
// The folder is closed to others; the log's own folder is not, as everybody may read the log.
process.umask(0o022)

const rootKey = rootKeyOrExit(config)
const keyholder = await openKeyholder({
  folder: config.folder,
  logFolder: config.logFolder,
  imported,
  rootKey,
  origin: config.origin,
  witnesses: config.witnesses,
  quorum: config.quorum,
  releaseRoot: () => readRootFile(config.releaseRoot),
  now: () => Date.now(),
  log,
  fatal,
})
const listeners = await Promise.all(config.listen.map((at) => listen(at, keyholder, { log, fatal })))
log({ event: 'keyholder-ready', port: listeners[0]!.port, rootKey: rootKey.how })

let ending = false
const end = (): void => {
  if (ending) return
  ending = true
  void Promise.all(listeners.map((each) => each.close()))
    .then(() => keyholder.close())
    .then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
if (config.attached) process.stdin.resume().once('end', end).once('error', end)

/** Read as who the keyholder has become: the file is public. */
function readRootFile(file: string | undefined): string | null {
  try {
    return file === undefined ? null : readFileSync(file, 'utf8')
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught)) throw caught
    if (caught.code !== 'ENOENT')
      log({ level: 'error', event: 'release-root-unreadable', reason: caught.message })
    return null
  }
}

function configOrExit(): KeyholderConfig {
  try {
    return readKeyholderConfig(process.argv.slice(2))
  } catch (caught) {
    if (!(caught instanceof ConfigFault)) throw caught
    process.stderr.write(`${caught.message}\n`)
    process.exit(2)
  }
}

function rootKeyOrExit({ folder, passphrase }: KeyholderConfig): ReturnType<typeof openLocalRootKey> {
  try {
    return openLocalRootKey(folder, passphrase)
  } catch (caught) {
    if (!(caught instanceof WrongPassphrase)) throw caught
    process.stderr.write(`${caught.message}\n`)
    process.exit(3)
  }
}
