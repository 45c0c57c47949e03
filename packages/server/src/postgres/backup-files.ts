import { createHash } from 'node:crypto'
import { mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises'
import * as path from 'node:path'

/** What a backup folder holds, in its `manifest.json`. Paths use `/` and start at the backup folder. */
export type BackupManifest = {
  format: 'candor-backup'
  /** 1 had no access log and no keyholder. */
  version: 1 | 2
  createdAt: string
  /** Major version: the files fit no other. */
  postgres: number
  withKeys: boolean
  /** Empty ones count too, and not every way of moving a backup keeps them. */
  folders: string[]
  files: BackupFile[]
}

export type BackupFile = { path: string; bytes: number; sha256: string }

export const manifestName = 'manifest.json'

/** What is wrong with a backup, in a sentence for the person who wants to restore it. */
export class BackupFault extends Error {}

export async function writeManifest(backup: string, manifest: BackupManifest): Promise<void> {
  const file = path.join(backup, manifestName)
  await writeFile(file, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 })
  await syncToDisk(file)
  await syncToDisk(backup)
}

/** @throws {BackupFault} when it is none, of another format, or a file is missing or too many. */
export async function readManifest(backup: string): Promise<BackupManifest> {
  const text = await readFile(path.join(backup, manifestName), 'utf8').catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) {
      throw new BackupFault(`${backup} is not a backup: it has no ${manifestName}.`, { cause })
    }
    throw cause
  })
  const manifest = parseManifest(text)
  const there = new Set((await tree(backup)).files.filter((file) => file !== manifestName))
  const listed = new Set(manifest.files.map((file) => file.path))
  const missing = [...listed].filter((file) => !there.has(file))
  const extra = [...there].filter((file) => !listed.has(file))
  if (missing.length > 0) throw new BackupFault(`The backup is not whole: ${some(missing)} missing.`)
  if (extra.length > 0) throw new BackupFault(`The backup was changed: ${some(extra)} not in its manifest.`)
  return manifest
}

/** Copies a file, durably, and answers what was copied. A file of a running database may grow meanwhile. */
export async function copyFile(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  const source = await open(from, 'r')
  try {
    const target = await open(to, 'wx', 0o600)
    try {
      const { size } = await source.stat()
      const buffer = Buffer.allocUnsafe(Math.min(size + 1, copyBytesMax))
      for (;;) {
        const { bytesRead } = await source.read(buffer)
        if (bytesRead === 0) break
        const piece = buffer.subarray(0, bytesRead)
        hash.update(piece)
        await target.writeFile(piece)
        bytes += bytesRead
      }
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Copies many, some at once; what `copy` answers stands in the order of `files`. */
export async function copyEach<T>(
  files: readonly T[],
  copy: (file: T) => Promise<BackupFile[]>,
): Promise<BackupFile[]> {
  const copied: BackupFile[][] = []
  const left = files.entries()
  let failed = false
  const lane = async () => {
    for (const [index, file] of left) {
      if (failed) return
      copied[index] = await copy(file).catch((cause: unknown) => {
        failed = true
        throw cause
      })
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: copiesAtOnceMax }, lane))
  // Only now: no lane writes any more into a folder that the caller will remove.
  for (const each of lanes) if (each.status === 'rejected') throw each.reason
  return copied.flat()
}

/** All folders and files below a folder, in order, as relative paths with `/`. */
export async function tree(
  root: string,
  leaveOut: (relative: string) => boolean = () => false,
): Promise<{ folders: string[]; files: string[] }> {
  const found = { folders: [] as string[], files: [] as string[] }
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const relative = folder ? `${folder}/${entry.name}` : entry.name
      if (leaveOut(relative)) continue
      if (entry.isDirectory()) {
        found.folders.push(relative)
        await visit(relative)
      } else if (entry.isFile()) found.files.push(relative)
    }
  }
  await visit('')
  return found
}

export async function makeFolders(root: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await mkdir(path.join(root, folder), { recursive: true, mode: 0o700 })
}

export async function syncToDisk(fileOrFolder: string): Promise<void> {
  const handle = await open(fileOrFolder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code
}

/** Large enough that reading a segment of 16 MB is few calls, small enough to be nothing beside the server. */
const copyBytesMax = 1024 * 1024

/** Most of the time goes into waiting for the disk to say that a small file is safe. */
const copiesAtOnceMax = 8

function parseManifest(text: string): BackupManifest {
  let manifest: Partial<BackupManifest>
  try {
    manifest = JSON.parse(text) as Partial<BackupManifest>
  } catch (cause) {
    throw new BackupFault(`The backup's ${manifestName} is damaged.`, { cause })
  }
  if (manifest.format !== 'candor-backup')
    throw new BackupFault(`${manifestName} is not that of a Candor backup.`)
  if (manifest.version !== 1 && manifest.version !== 2) {
    throw new BackupFault(
      `The backup has format version ${String(manifest.version)}; this Candor reads versions 1 and 2.`,
    )
  }
  const paths = [...(manifest.folders ?? []), ...(manifest.files ?? []).map((file) => file.path)]
  if (paths.length === 0 || !paths.every(staysInside))
    throw new BackupFault(`The backup's ${manifestName} is damaged.`)
  return manifest as BackupManifest
}

/** A manifest from elsewhere must not make restore write outside the data folder. */
function staysInside(relative: string): boolean {
  return (
    typeof relative === 'string' &&
    /^(database|keys|keyholder|log)(\/|$)/.test(relative) &&
    !relative.split('/').includes('..')
  )
}

function some(names: string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `${names.slice(0, 3).join(', ')}${more} ${names.length === 1 ? 'is' : 'are'}`
}
