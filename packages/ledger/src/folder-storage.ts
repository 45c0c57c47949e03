import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { bytesMaxAt } from './tiles.ts'
import type { TileFile, TileReader, TileWriter } from './tile-storage.ts'
import { StorageFault } from './tile-storage.ts'

/**
 * Files that are written at a time: a disk syncs several in little more than the time of one. Node has four threads for
 * them by default, and the other two stay free for a journal that somebody waits for.
 */
const filesAtOnce = 2

/** A log in a folder, laid out so that any web server can serve it as it lies. */
export function folderStorage(root: string): TileReader & TileWriter {
  const made = new Set<string>()

  const makeFolder = async (folder: string): Promise<void> => {
    if (made.has(folder)) return
    const first = await fs.mkdir(folder, { recursive: true })
    // A new folder is there after a crash only when its parent was synced.
    if (first !== undefined)
      for (let at = folder; at.length >= first.length; at = path.dirname(at))
        await syncFolder(path.dirname(at))
    made.add(folder)
  }

  return {
    async read(name) {
      try {
        const file = await fs.open(placeOf(root, name), 'r')
        try {
          const { size } = await file.stat()
          if (size > bytesMaxAt(name)) throw new StorageFault(`${name} has ${size} bytes, more than it can`)
          return await file.readFile()
        } finally {
          await file.close()
        }
      } catch (fault) {
        if (isMissing(fault)) return null
        throw fault
      }
    },

    async write(files: readonly TileFile[]) {
      const places = files.map(({ path: name, bytes }) => ({ place: placeOf(root, name), bytes }))
      const folders = new Set(places.map(({ place }) => path.dirname(place)))
      for (const folder of folders) await makeFolder(folder)
      const left = places.values()
      const lane = async (): Promise<void> => {
        for (const { place, bytes } of left) await writeWhole(place, bytes)
      }
      await Promise.all(Array.from({ length: filesAtOnce }, lane))
      await Promise.all([...folders].map(syncFolder))
    },

    async removeFolder(name) {
      made.delete(placeOf(root, name))
      await fs.rm(placeOf(root, name), { recursive: true, force: true })
    },
  }
}

/** Names come from `tiles.ts`; this refuses any other before it reaches the file system. */
function placeOf(root: string, name: string): string {
  if (!/^[\w-]+(\.p)?(\/[\w-]+(\.p)?)*(\.json)?$/.test(name))
    throw new StorageFault(`No file of a log: ${name}`)
  return path.join(root, ...name.split('/'))
}

async function writeWhole(place: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${place}.new`
  const file = await fs.open(temporary, 'w', 0o644)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
  await fs.rename(temporary, place)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isMissing = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && (fault.code === 'ENOENT' || fault.code === 'ENOTDIR')
