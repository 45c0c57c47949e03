// npx candor backup <folder> [--with-keys]
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import {
  KeyholderAway,
  KeyholderDenied,
  openKeyholderClient,
  type KeyholderClient,
} from '@candor/keyholder/client.ts'
import { socketIn } from '@candor/keyholder/keyholder-socket.ts'
import { ConfigFaults, readConfig, type Config } from './config.ts'
import { connectKeyholder, OtherLog } from './keyholder/connect-keyholder.ts'
import { DidNotStart } from './keyholder/supervised-process.ts'
import { backUp } from './postgres/back-up.ts'
import { BackupFault } from './postgres/backup-files.ts'

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'with-keys': { type: 'boolean' } },
  })
  const [target, ...more] = positionals
  if (!target || more.length > 0)
    throw new BackupFault('Say where to: npx candor backup <folder> [--with-keys]')
  const config = readConfig()
  if (config.databaseUrl) {
    throw new BackupFault(
      'The database is an outside one (DATABASE_URL). Back it up with pg_dump or with its provider’s own backups, and the keys with npx candor keyholder-backup; this command copies the embedded database only.',
    )
  }
  if (values['with-keys'] && config.keyholderUrl !== undefined) {
    throw new BackupFault(
      'The keyholder is on another host. Back its keys up there: npx candor keyholder-backup <folder> <target>.',
    )
  }
  const folder = path.resolve(target)
  const manifest = await backUp({
    dataFolder: config.dataFolder,
    target: folder,
    logFolder: config.logFolder,
    ...(values['with-keys'] && {
      keys: {
        folder: path.join(config.dataFolder, 'keys'),
        keyholder: (serverRuns) => (serverRuns ? askRunning(config) : askStarted(config)),
      },
    }),
    now: Date.now,
  })
  const megabytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0) / 1e6
  process.stdout.write(
    `Backed up ${manifest.files.length} files, ${megabytes.toFixed(1)} MB, to ${folder}.\n`,
  )
  process.stdout.write(
    manifest.withKeys
      ? 'The keys are in it: whoever has this backup can read the conversations, and the access log says that it was made. Keep it as you keep the keys.\n'
      : `The keys are not in it, and without them nobody can read the conversations: keep ${config.keyholderFolder} safe elsewhere, or use --with-keys.\n`,
  )
} catch (fault) {
  const expected = [BackupFault, ConfigFaults, DidNotStart, OtherLog].some((kind) => fault instanceof kind)
  if (!(fault instanceof Error) || !(expected || isWrongArgument(fault))) throw fault
  process.stderr.write(`${fault.message}\n`)
  process.exitCode = 1
}

/** Whoever may open its socket could also read its folder. */
async function askRunning({ keyholderFolder }: Config): Promise<string> {
  const client = openKeyholderClient({ kind: 'socket', path: socketIn(keyholderFolder) }, () => undefined)
  try {
    return await askFor(client, keyholderFolder)
  } finally {
    client.close()
  }
}

/** The normal start of a keyholder, only without a server. */
async function askStarted(config: Config): Promise<string> {
  const keyholder = await connectKeyholder(config, () => undefined)
  try {
    return await askFor(keyholder.client, config.keyholderFolder)
  } finally {
    await keyholder.close()
  }
}

async function askFor(client: KeyholderClient, folder: string): Promise<string> {
  try {
    return path.join(folder, (await client.ask('backup', {})).folder)
  } catch (cause) {
    if (!(cause instanceof KeyholderAway || cause instanceof KeyholderDenied)) throw cause
    throw new BackupFault(`The keyholder made no copy of its keys: ${cause.message}`, { cause })
  }
}

function isWrongArgument(fault: Error): boolean {
  return 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
}
