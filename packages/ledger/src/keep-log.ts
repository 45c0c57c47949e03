import type { TileFile, TileReader, TileWriter } from './tile-storage.ts'
import { readTile } from './tile-proofs.ts'
import { checkpointPath, hashesAt, tilePath, tileWidth, widthOf } from './tiles.ts'

/**
 * Copies what a later verification needs to name the first bad entry exactly: the checkpoint and the hashes, 32 bytes an
 * entry and nothing of their content. To be called when the log was found to hold. Full tiles that are there are left.
 * @param checkpoint as it was verified: the log may have grown since. @param size of its tree.
 */
export async function keepLog(
  from: TileReader,
  to: TileReader & TileWriter,
  checkpoint: string,
  size: number,
): Promise<void> {
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    let files: TileFile[] = []
    for (let position = 0; widthOf(level, position, size) > 0; position++) {
      const width = widthOf(level, position, size)
      const path = tilePath(level, position, width)
      if (width === tileWidth && (await to.read(path)) !== null) continue
      files.push({ path, bytes: await readTile(from, level, position, width) })
      if (files.length < filesAtOnce) continue
      await to.write(files)
      files = []
    }
    await to.write(files)
  }
  // Last: what lies beside a checkpoint is complete.
  await to.write([{ path: checkpointPath, bytes: new TextEncoder().encode(checkpoint) }])
}

/** Two megabytes. */
const filesAtOnce = 256
