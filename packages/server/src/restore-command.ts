// npx candor restore <folder> [--force]
import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigFaults, readConfig } from './config.ts'
import { BackupFault } from './postgres/backup-files.ts'
import { DataFolderInUse } from './postgres/data-folder.ts'
import { restore } from './postgres/restore.ts'

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { force: { type: 'boolean' } },
  })
  const [backup, ...more] = positionals
  if (!backup || more.length > 0)
    throw new BackupFault('Say from where: npx candor restore <folder> [--force]')
  const config = readConfig()
  if (config.databaseUrl) {
    throw new BackupFault(
      'The database is an outside one (DATABASE_URL). Restore it with its provider’s own tools; this command restores the embedded database only.',
    )
  }
  const { manifest, movedTo } = await restore({
    backup: path.resolve(backup),
    dataFolder: config.dataFolder,
    keyholderFolder: config.keyholderFolder,
    logFolder: config.logFolder,
    force: values.force ?? false,
    now: Date.now,
  })
  process.stdout.write(
    `Restored the backup of ${manifest.createdAt} into ${config.dataFolder}; every file is as it was.\n`,
  )
  if (movedTo) process.stdout.write(`What was there before is in ${movedTo}.\n`)
  const brought = manifest.folders.includes('keyholder')
  const keysElsewhere = config.keyholderUrl !== undefined
  if (brought) {
    process.stdout.write(
      'The keyholder is as it was then: what was erased since can be read again, and the log goes back, which its witnesses will say. docs/backup.md says what to do.\n',
    )
  } else if (!keysElsewhere && !existsSync(config.keyholderFolder) && !manifest.withKeys) {
    process.stdout.write(
      `The backup has no keys and ${config.keyholderFolder} is not there: put your keyholder folder in place before the next start, or the conversations stay unreadable.\n`,
    )
  }
} catch (fault) {
  const expected = [BackupFault, ConfigFaults, DataFolderInUse].some((kind) => fault instanceof kind)
  if (!(fault instanceof Error) || !(expected || isWrongArgument(fault))) throw fault
  process.stderr.write(`${fault.message}\n`)
  process.exitCode = 1
}

function isWrongArgument(fault: Error): boolean {
  return 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
}
