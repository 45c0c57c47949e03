import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

/** Where each part of a backup belongs. */
interface Place {
  part: 'database' | 'keys' | 'keyholder' | 'log'
  to: string
}

/**
 * Puts a backup in place of the embedded database. Every file is checked against the manifest while it is copied
 * beside the data; only a whole copy takes its place. Keys and keyholder stay as they are unless the backup brings its
 * own, and so does the access log: the one in place goes on where an older copy of it would end.
 * The next start gives the installation a new epoch, so that browsers drop what they hold of a lost future.
 * @throws {BackupFault} {@link DataFolderInUse}
 */
export async function restore(options: {
  backup: string
  dataFolder: string
  keyholderFolder: string
  logFolder: string
  force: boolean
  now: () => number
}): Promise<Restored> {
  const { backup, dataFolder, keyholderFolder, logFolder } = options
  const layout = dataFolderLayout(dataFolder)
  const manifest = await readManifest(backup)
  const binaries = findPostgresBinaries()
  const major = Number(binaries.version.split('.')[0])
  if (manifest.postgres !== major) {
    throw new BackupFault(`The backup is of PostgreSQL ${manifest.postgres}; this Candor brings ${major}.`)
  }
  const brings = (part: Place['part']): boolean => manifest.folders.includes(part)
  const bringsKeyholder = brings('keyholder')
  const places: Place[] = [
    { part: 'database', to: layout.cluster },
    ...(manifest.withKeys ? [{ part: 'keys' as const, to: layout.keys }] : []),
    ...(bringsKeyholder ? [{ part: 'keyholder' as const, to: keyholderFolder }] : []),
    ...(brings('log') && (bringsKeyholder || !existsSync(logFolder))
      ? [{ part: 'log' as const, to: logFolder }]
      : []),
  ]
  const replaced = [
    ...places.map(({ to }) => to),
    layout.ownerPassword,
    // The log's key is learned anew from a keyholder that was put in place on purpose.
    ...(bringsKeyholder ? [layout.logKey] : []),
  ].filter(existsSync)
  if (replaced.length > 0 && !options.force) {
    throw new BackupFault(`${dataFolder} already holds data. With --force it is moved aside, not deleted.`)
  }
  makeDataFolder(dataFolder)
  const release = holdDataFolder(dataFolder)
  const { incoming } = layout
  // The keyholder may live on another disk than the data folder: each part is copied beside its place.
  const incomingOf = ({ part, to }: Place): string =>
    isInside(dataFolder, to) ? path.join(incoming, part) : `${to}.restoring`
  try {
    for (const place of places) rmSync(incomingOf(place), { recursive: true, force: true })
    rmSync(incoming, { recursive: true, force: true })
    await makeFolders(incoming, [''])
    for (const place of places) await copyChecked(backup, incomingOf(place), place.part, manifest)
    const user = choosePostgresUser(dataFolder, layout.cluster, binaries.postgres)
    giveTo(user, path.join(incoming, 'database'), manifest)
    const log = places.find(({ part }) => part === 'log')
    if (log !== undefined) openToAll(incomingOf(log), manifest)

    const replacedAt = stamp(options.now())
    const movedTo = replaced.length > 0 ? path.join(dataFolder, `replaced-${replacedAt}`) : undefined
    if (movedTo) mkdirSync(movedTo, { mode: 0o700 })
    for (const each of replaced)
      renameSync(
        each,
        isInside(dataFolder, each)
          ? path.join(movedTo!, path.basename(each))
          : `${each}.replaced-${replacedAt}`,
      )
    writeFileSync(layout.restored, `${manifest.createdAt}\n`, { mode: 0o600 })
    // The database last: without it a start refuses as long as a part of the restore lies there.
    for (const place of places.toReversed()) {
      mkdirSync(path.dirname(place.to), { recursive: true })
      renameSync(incomingOf(place), place.to)
    }
    await syncToDisk(dataFolder)
    return { manifest, movedTo }
  } finally {
    for (const place of places) rmSync(incomingOf(place), { recursive: true, force: true })
    rmSync(incoming, { recursive: true, force: true })
    release()
  }
}

function isInside(folder: string, place: string): boolean {
  return path.resolve(place).startsWith(`${path.resolve(folder)}${path.sep}`)
}

async function copyChecked(
  backup: string,
  incoming: string,
  part: string,
  manifest: BackupManifest,
): Promise<void> {
  const within = (relative: string): string => path.relative(part, relative)
  const inside = (relative: string): boolean => relative === part || relative.startsWith(`${part}/`)
  await makeFolders(incoming, manifest.folders.filter(inside).map(within))
  const files = manifest.files.filter((file) => inside(file.path))
  await copyEach(files, async (file) => {
    const copied = await copyFile(path.join(backup, file.path), path.join(incoming, within(file.path)))
    if (copied.sha256 !== file.sha256 || copied.bytes !== file.bytes) {
      throw new BackupFault(
        `${file.path} is not what was backed up (its checksum differs). Nothing was changed.`,
      )
    }
    return [file]
  })
}

/** Everybody may read the access log, and any web server may serve it. */
function openToAll(incoming: string, manifest: BackupManifest): void {
  for (const folder of manifest.folders)
    if (folder === 'log' || folder.startsWith('log/'))
      chmodSync(path.join(incoming, path.relative('log', folder)), 0o755)
  for (const { path: file } of manifest.files)
    if (file.startsWith('log/')) chmodSync(path.join(incoming, path.relative('log', file)), 0o644)
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
