// npx candor backup <folder> [--with-keys]
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigFaults, readConfig } from './config.ts'
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
      'The database is an outside one (DATABASE_URL). Back it up with pg_dump or with its provider’s own backups; this command copies the embedded database only.',
    )
  }
  const folder = path.resolve(target)
  const keyFolder = path.dirname(config.keyFile)
  const manifest = await backUp({
    dataFolder: config.dataFolder,
    target: folder,
    ...(values['with-keys'] && { keyFolder }),
    now: Date.now,
  })
  const megabytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0) / 1e6
  process.stdout.write(
    `Backed up ${manifest.files.length} files, ${megabytes.toFixed(1)} MB, to ${folder}.\n`,
  )
  process.stdout.write(
    manifest.withKeys
      ? 'The keys are in it: whoever has this backup can read the conversations. Keep it as you keep the keys.\n'
      : `The keys are not in it, and without them nobody can read the conversations: keep ${keyFolder} safe elsewhere, or use --with-keys.\n`,
  )
} catch (fault) {
  if (!(fault instanceof BackupFault || fault instanceof ConfigFaults || isWrongArgument(fault))) throw fault
  process.stderr.write(`${fault.message}\n`)
  process.exitCode = 1
}

function isWrongArgument(fault: unknown): fault is Error {
  return fault instanceof Error && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
}
