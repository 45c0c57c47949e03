import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import * as path from 'node:path'
import pg from 'pg'
import {
  BackupFault,
  copyEach,
  copyFile,
  hasCode,
  makeFolders,
  syncToDisk,
  tree,
  writeManifest,
  type BackupFile,
  type BackupManifest,
} from './backup-files.ts'
import { dataFolderHolder, dataFolderLayout } from './data-folder.ts'
import { runningPostgresUrl, startEmbeddedPostgres } from './embedded-postgres.ts'

/** What makes a backup readable; whoever has it with them can read the conversations. */
export interface BackedUpKeys {
  /** Of the server: what staff sessions are signed with. */
  folder: string
  /**
   * Has the keyholder copy its own files, with an entry before.
   * @returns where the copy lies; it is removed once it is taken.
   */
  keyholder(serverRuns: boolean): Promise<string>
}

/**
 * Copies the embedded database into a new folder, while a server runs on it or not. Everything committed before
 * the call is in it. The server is not held up: PostgreSQL's own online backup, pg_backup_start to pg_backup_stop.
 * @param logFolder of the access log, which everybody may read and which therefore always goes along.
 * @throws {BackupFault}
 */
export async function backUp(options: {
  dataFolder: string
  target: string
  logFolder: string
  keys?: BackedUpKeys
  now: () => number
}): Promise<BackupManifest> {
  const { dataFolder, target } = options
  const { cluster } = dataFolderLayout(dataFolder)
  if (!existsSync(cluster))
    throw new BackupFault(`There is no database in ${dataFolder}, so nothing to back up.`)
  if (existsSync(target) && (await readdir(target)).length > 0) {
    throw new BackupFault(`${target} is not empty. A backup goes into a folder of its own.`)
  }
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(path.join(unfinished, 'database'), { recursive: true, mode: 0o700 })
  try {
    const { keys } = options
    // In this order the log is never ahead of the keyholder, and the database knows no key that the keyholder lacks.
    const files = await copyAccessLog(options.logFolder, path.join(unfinished, 'log'))
    await withDatabase(dataFolder, async (url, serverRuns) => {
      files.push(...(await copyDatabase(url, cluster, path.join(unfinished, 'database'))))
      if (keys === undefined) return
      files.push(...(await copyAll(keys.folder, unfinished, 'keys')))
      const copy = await keys.keyholder(serverRuns)
      files.push(...(await copyAll(copy, unfinished, 'keyholder')))
      await rm(copy, { recursive: true })
    })
    const manifest: BackupManifest = {
      format: 'candor-backup',
      version: 2,
      createdAt: new Date(options.now()).toISOString(),
      postgres: Number(await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')),
      withKeys: keys !== undefined,
      folders: (await tree(unfinished)).folders,
      files,
    }
    await writeManifest(unfinished, manifest)
    await rm(target, { recursive: true, force: true })
    await rename(unfinished, target)
    await syncToDisk(path.dirname(target))
    return manifest
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true })
    throw cause
  }
}

async function withDatabase<T>(
  dataFolder: string,
  act: (url: string, serverRuns: boolean) => Promise<T>,
): Promise<T> {
  const running = runningPostgresUrl(dataFolder)
  if (running) return act(running, true)
  const holder = dataFolderHolder(dataFolder)
  if (holder !== undefined) {
    throw new BackupFault(
      `The server (process ${holder}) is just starting or stopping. Try again in a moment.`,
    )
  }
  const server = await startEmbeddedPostgres({ dataFolder, log: () => {} })
  try {
    return await act(server.url, false)
  } finally {
    await server.stop()
  }
}

/** PostgreSQL 18, "Making a Base Backup Using the Low Level API" (§25.3.4), step by step. */
async function copyDatabase(url: string, cluster: string, target: string): Promise<BackupFile[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Keeps the write-ahead log from here on, however long the copy takes; gone with this session.
    await client.query(
      `select pg_create_physical_replication_slot('candor_backup_' || pg_backend_pid(), true, true)`,
    )
    const started = await client.query<{ file: string }>(
      `select pg_walfile_name(pg_backup_start('candor backup', fast => true)) as file`,
    )
    const files = await copyCluster(cluster, target)
    const stopped = await client.query<{ file: string; label: string; tablespaces: string }>(
      `select pg_walfile_name(lsn) as file, labelfile as label, spcmapfile as tablespaces
       from pg_backup_stop(wait_for_archive => false)`,
    )
    const { file: lastSegment, label } = stopped.rows[0]!
    files.push(await writeLabel(target, label))
    files.push(...(await copyLog(cluster, target, started.rows[0]!.file, lastSegment)))
    return files
  } finally {
    await client.end()
  }
}

/** Rebuilt or emptied by PostgreSQL at each start, so that a copy would only be ballast (same list as pg_basebackup). */
const emptied = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]
const leftOut = /^(postmaster\.(pid|opts)|current_logfiles|backup_(label|manifest)(\.old)?|.*\.unfinished)$/
const temporary = /(^|\/)(pgsql_tmp[^/]*|pg_internal\.init[^/]*|t\d+_\d+[^/]*)$/
const controlFile = 'global/pg_control'

async function copyCluster(cluster: string, target: string): Promise<BackupFile[]> {
  const skipped = (relative: string) =>
    leftOut.test(relative) ||
    temporary.test(relative) ||
    relative.startsWith('pg_wal/') ||
    emptied.some((folder) => relative.startsWith(`${folder}/`))
  const { folders, files } = await tree(cluster, skipped)
  await makeFolders(target, [...folders, 'pg_wal/archive_status', 'pg_wal/summaries'])
  const copy = async (file: string): Promise<BackupFile[]> => {
    try {
      return [
        { path: `database/${file}`, ...(await copyFile(path.join(cluster, file), path.join(target, file))) },
      ]
    } catch (cause) {
      // Dropped or truncated away since the folder was read: the write-ahead log knows of it.
      if (hasCode(cause, 'ENOENT')) return []
      throw cause
    }
  }
  const copied = await copyEach(
    files.filter((file) => file !== controlFile),
    copy,
  )
  // The control file last, as pg_basebackup does: it must not be older than what it describes.
  return [...copied, ...(await copy(controlFile))]
}

async function writeLabel(target: string, label: string): Promise<BackupFile> {
  const draft = path.join(target, 'backup_label.draft')
  await writeFile(draft, label, { mode: 0o600 })
  const copied = await copyFile(draft, path.join(target, 'backup_label'))
  await rm(draft)
  return { path: 'database/backup_label', ...copied }
}

/** Last of all: exactly the segments that bring the copied files to one moment. Names order as their positions do. */
async function copyLog(cluster: string, target: string, first: string, last: string): Promise<BackupFile[]> {
  const names = await readdir(path.join(cluster, 'pg_wal'))
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last)
  const histories = names.filter((name) => name.endsWith('.history'))
  if (!segments.includes(first) || !segments.includes(last)) {
    throw new BackupFault(`The write-ahead log from ${first} to ${last} is not whole; nothing was backed up.`)
  }
  return copyEach([...segments, ...histories].toSorted(), async (name) => {
    const file = `pg_wal/${name}`
    return [
      { path: `database/${file}`, ...(await copyFile(path.join(cluster, file), path.join(target, file))) },
    ]
  })
}

async function copyAll(folder: string, backup: string, name: string): Promise<BackupFile[]> {
  const { folders, files } = await tree(folder)
  const target = path.join(backup, name)
  await makeFolders(target, ['', ...folders])
  return copyEach(files, async (file) => [
    { path: `${name}/${file}`, ...(await copyFile(path.join(folder, file), path.join(target, file))) },
  ])
}

/**
 * The tree head is copied first: it is written after the tiles that it is over, which then are all there. A partial tile
 * that went meanwhile has become a full one, which the next look finds.
 */
async function copyAccessLog(logFolder: string, target: string): Promise<BackupFile[]> {
  await mkdir(target, { mode: 0o700 })
  if (!existsSync(logFolder)) return []
  const copied = new Map<string, BackupFile>()
  const copy = async (file: string): Promise<boolean> => {
    try {
      await makeFolders(target, [path.dirname(file)])
      const made = await copyFile(path.join(logFolder, file), path.join(target, file))
      copied.set(file, { path: `log/${file}`, ...made })
      return true
    } catch (cause) {
      if (hasCode(cause, 'ENOENT')) return false
      throw cause
    }
  }
  // The checkpoint even before it: it is over no more than the tree head is.
  for (const file of ['checkpoint', 'tree-head']) await copy(file)
  for (let looks = 0; looks < logLooksMax; looks++) {
    const { files } = await tree(logFolder, (name) => name.endsWith('.new'))
    const missing = files.filter((file) => !copied.has(file))
    let gone = false
    await copyEach(missing, async (file) => {
      if (!(await copy(file))) gone = true
      return []
    })
    if (!gone) return [...copied.values()]
  }
  throw new BackupFault('The access log changes faster than it can be copied; nothing was backed up.')
}

/** A tile takes 256 entries to become full; a second look is rare, a third rarer. */
const logLooksMax = 100
