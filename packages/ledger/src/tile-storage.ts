/** Where the files of a log lie. Paths are those of c2sp.org/tlog-tiles, relative, with `/`. */
export interface TileReader {
  /**
   * @returns null when there is no such file. MUST NOT answer more bytes than `bytesMaxAt(path)`, and throws
   * `StorageFault` when it cannot say whether the file is there.
   */
  read(path: string): Promise<Uint8Array | null>
}

export interface TileWriter {
  /** Resolves when every file is there in full and would survive the loss of power. A file is whole or absent, never half. */
  write(files: readonly TileFile[]): Promise<void>
  /** Removes a folder with what is in it; nothing happens when it is not there. */
  removeFolder(path: string): Promise<void>
}

export interface TileFile {
  path: string
  bytes: Uint8Array
}

/** The storage did not answer, or answered what no log can hold. */
export class StorageFault extends Error {
  override name = 'StorageFault'
}

/** A log in memory, for tests and for proofs about a few entries. */
export function memoryStorage(): TileReader & TileWriter & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>()
  return {
    files,
    read: (path) => Promise.resolve(files.get(path) ?? null),
    write(written) {
      for (const { path, bytes } of written) files.set(path, bytes)
      return Promise.resolve()
    },
    removeFolder(path) {
      for (const name of files.keys()) if (name.startsWith(`${path}/`)) files.delete(name)
      return Promise.resolve()
    },
  }
}
