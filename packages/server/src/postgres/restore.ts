import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import {
  BackupFault,
  copyEach,
  copyFile,
  makeFolders,
  readManifest,
  syncToDisk,
  type BackupManifest,
} from './backup-files.ts'
import { dataFolderLayout, holdDataFolder, makeDataFolder } from './data-folder.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { choosePostgresUser, type PostgresUser } from './postgres-user.ts'

export type Restored = {
  manifest: BackupManifest
  /** Where the data that was there before lies now. */
  movedTo: string | undefined
}

/**
 * Puts a backup in place of the embedded database. Every file is checked against the manifest while it is copied
 * beside the data; only a whole copy takes its place. The keys stay as they are unless the backup brings its own.
 * The next start gives the installation a new epoch, so that browsers drop what they hold of a lost future.
 * @throws {BackupFault} {@link DataFolderInUse}
 */
export async function restore(options: {
  backup: string
  dataFolder: string
  force: boolean
  now: () => number
}): Promise<Restored> {
  const { backup, dataFolder } = options
  const layout = dataFolderLayout(dataFolder)
  const manifest = await readManifest(backup)
  const binaries = findPostgresBinaries()
  const major = Number(binaries.version.split('.')[0])
  if (manifest.postgres !== major) {
    throw new BackupFault(`The backup is of PostgreSQL ${manifest.postgres}; this Candor brings ${major}.`)
  }
  const replaced = [layout.cluster, layout.ownerPassword, ...(manifest.withKeys ? [layout.keys] : [])].filter(
    existsSync,
  )
  if (replaced.length > 0 && !options.force) {
    throw new BackupFault(`${dataFolder} already holds data. With --force it is moved aside, not deleted.`)
  }
  makeDataFolder(dataFolder)
  const release = holdDataFolder(dataFolder)
  const { incoming } = layout
  try {
    rmSync(incoming, { recursive: true, force: true })
    await copyChecked(backup, incoming, manifest)
    const user = choosePostgresUser(dataFolder, layout.cluster, binaries.postgres)
    giveTo(user, path.join(incoming, 'database'), manifest)

    const movedTo =
      replaced.length > 0 ? path.join(dataFolder, `replaced-${stamp(options.now())}`) : undefined
    if (movedTo) mkdirSync(movedTo, { mode: 0o700 })
    for (const each of replaced) renameSync(each, path.join(movedTo!, path.basename(each)))
    writeFileSync(layout.restored, `${manifest.createdAt}\n`, { mode: 0o600 })
    if (manifest.withKeys) renameSync(path.join(incoming, 'keys'), layout.keys)
    renameSync(path.join(incoming, 'database'), layout.cluster)
    await syncToDisk(dataFolder)
    return { manifest, movedTo }
  } finally {
    rmSync(incoming, { recursive: true, force: true })
    release()
  }
}

async function copyChecked(backup: string, incoming: string, manifest: BackupManifest): Promise<void> {
  await makeFolders(incoming, ['', ...manifest.folders])
  await copyEach(manifest.files, async (file) => {
    const copied = await copyFile(path.join(backup, file.path), path.join(incoming, file.path))
    if (copied.sha256 !== file.sha256 || copied.bytes !== file.bytes) {
      throw new BackupFault(
        `${file.path} is not what was backed up (its checksum differs). Nothing was changed.`,
      )
    }
    return [file]
  })
}

function giveTo(user: PostgresUser, database: string, manifest: BackupManifest): void {
  const inside = [...manifest.folders, ...manifest.files.map((file) => file.path)].filter((each) =>
    each.startsWith('database/'),
  )
  for (const each of inside) chownSync(path.join(path.dirname(database), each), user.uid, user.gid)
  chownSync(database, user.uid, user.gid)
}

function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(':', '').replace(/\..*/, '')
}
