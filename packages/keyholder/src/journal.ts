import { closeSync, constants, fsyncSync, openSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import * as path from 'node:path'
import { crc32 } from 'node:zlib'

/**
 * Where an entry becomes durable before anything follows from it: files of records in the order of the log.
 * A record stays here until the index and the tiles have it; then its file is deleted, so that a detail which was
 * erased from the index does not live on.
 *
 * Record: length 4 | CRC-32 4 | start of its batch 4 | body. A batch is one write and one fsync, and the next begins
 * only after it: so what is torn and has no later batch behind it was never acknowledged and is cut off, and anything
 * else that is torn is damage and stops the start.
 */
export interface Journal {
  /** Index of the first record that is kept, and of the one after the last. */
  readonly first: number
  readonly next: number
  /** Bodies in order, as they were found at the start, and each as it stands in the file. */
  replay(): IterableIterator<{ index: number; body: Buffer; record: Buffer }>
  /** Resolves once all bodies are on the disk, with the records as they stand there. One call at a time. */
  append(bodies: readonly string[]): Promise<Buffer>
  /** Everything below `below` is kept elsewhere. Not while an append is under way. */
  drop(below: number): Promise<void>
  close(): Promise<void>
}

export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged'
}

/** A new file from this size on: a file is the unit of deletion. */
const fileBytesMax = 16 * 1024 * 1024
const headerBytes = 12
/** Of a record's header: what its CRC covers begins here. */
const coveredFrom = 8
/**
 * A write that answers only when the bytes are on the disk saves a second way through the threads that wait for disks.
 * Where the system's own flush does less than `datasync` (macOS leaves them in the drive), that follows as well.
 */
const writesAreDurable = process.platform === 'linux'
const appendFlags =
  constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (writesAreDurable ? constants.O_DSYNC : 0)

interface Segment {
  file: string
  first: number
  /** Index after its last record. */
  end: number
}

/** @param startAt index of the first record ever, where there is no file yet: what the index knows already ends there. */
export async function openJournal(folder: string, startAt: number): Promise<Journal> {
  const segments: Segment[] = readdirSync(folder)
    .filter((name) => /^\d{12}\.journal$/.test(name))
    .sort()
    .map((name) => ({ file: path.join(folder, name), first: Number(name.slice(0, 12)), end: 0 }))
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1
    let index = segment.first
    let bytes = 0
    for (const { record } of recordsOf(segment.file)) {
      index++
      bytes += record.length
    }
    const whole = readFileSync(segment.file)
    if (bytes < whole.length) {
      if (!last || laterBatch(whole, bytes))
        throw new JournalDamaged(`Record ${index} in ${segment.file} is damaged.`)
      truncateSync(segment.file, bytes)
      syncPath(segment.file)
    }
    segment.end = index
    if (i > 0 && segment.first !== segments[i - 1]!.end)
      throw new JournalDamaged(`Records ${segments[i - 1]!.end} to ${segment.first} are missing.`)
  }
  let next = segments.at(-1)?.end ?? startAt
  if (next < startAt) {
    // The index is ahead only where these files were put back from an older copy.
    throw new JournalDamaged(
      `The journal ends at ${next}, the index at ${startAt}: one of them was rolled back.`,
    )
  }
  let handle: FileHandle | null = null
  let size = 0

  async function file(): Promise<FileHandle> {
    if (handle !== null && size < fileBytesMax) return handle
    await handle?.close()
    const last = segments.at(-1)
    if (handle === null && last !== undefined && last.end > last.first) {
      handle = await open(last.file, appendFlags, 0o600)
      size = (await handle.stat()).size
      if (size < fileBytesMax) return handle
      await handle.close()
    }
    const name = path.join(folder, `${String(next).padStart(12, '0')}.journal`)
    handle = await open(name, appendFlags, 0o600)
    size = 0
    if (segments.at(-1)?.file !== name) segments.push({ file: name, first: next, end: next })
    syncPath(folder)
    return handle
  }

  return {
    get first() {
      return segments[0]?.first ?? next
    },
    get next() {
      return next
    },

    *replay() {
      for (const segment of segments) {
        let index = segment.first
        for (const each of recordsOf(segment.file)) yield { index: index++, ...each }
      }
    },

    async append(bodies) {
      const to = await file()
      const whole = recordsFrom(bodies, size)
      for (let at = 0; at < whole.length;) at += (await to.write(whole, at)).bytesWritten
      if (!writesAreDurable) await to.datasync()
      size += whole.length
      next += bodies.length
      segments.at(-1)!.end = next
      return whole
    },

    async drop(below) {
      while (segments.length > 1 && segments[0]!.end <= below) await unlink(segments.shift()!.file)
      // The file in use goes as well once it is all kept elsewhere; the next record begins another one.
      const only = segments[0]
      if (only !== undefined && only.end <= below && only.end > only.first) {
        await handle?.close()
        handle = null
        segments.pop()
        await unlink(only.file)
      }
    },

    async close() {
      await handle?.close()
      handle = null
    },
  }
}

/** Bodies of records that have just been written, or were read and checked. */
export function bodiesIn(records: Buffer): Buffer[] {
  const bodies: Buffer[] = []
  for (let at = 0; at < records.length;) {
    const end = at + headerBytes + records.readUInt32BE(at)
    bodies.push(records.subarray(at + headerBytes, end))
    at = end
  }
  return bodies
}

/** @param batchStart where in the file they will stand. */
function recordsFrom(bodies: readonly string[], batchStart: number): Buffer {
  let bytes = 0
  for (const body of bodies) bytes += headerBytes + Buffer.byteLength(body)
  // Memory of its own: whoever is sent these records in another thread must not be sent more than them.
  const whole = Buffer.allocUnsafeSlow(bytes)
  let at = 0
  for (const body of bodies) {
    const end = at + headerBytes + whole.write(body, at + headerBytes)
    whole.writeUInt32BE(end - at - headerBytes, at)
    whole.writeUInt32BE(batchStart, at + coveredFrom)
    whole.writeUInt32BE(crc32(whole.subarray(at + coveredFrom, end)), at + 4)
    at = end
  }
  return whole
}

function* recordsOf(file: string): IterableIterator<{ body: Buffer; record: Buffer }> {
  const bytes = readFileSync(file)
  for (let at = 0; ;) {
    const found = recordAt(bytes, at)
    if (found === null) return
    const end = at + headerBytes + found.body.length
    yield { body: found.body, record: bytes.subarray(at, end) }
    at = end
  }
}

function recordAt(bytes: Buffer, at: number): { body: Buffer; batchStart: number } | null {
  if (at + headerBytes > bytes.length) return null
  const length = bytes.readUInt32BE(at)
  const end = at + headerBytes + length
  // Zeros, as a crash may leave them where a file grew, are no empty record.
  if (length === 0 || end > bytes.length) return null
  if (crc32(bytes.subarray(at + coveredFrom, end)) !== bytes.readUInt32BE(at + 4)) return null
  return { body: bytes.subarray(at + headerBytes, end), batchStart: bytes.readUInt32BE(at + coveredFrom) }
}

/** Whether a batch begins behind this place: then everything at it had been on the disk before. */
function laterBatch(bytes: Buffer, torn: number): boolean {
  for (let at = torn + 1; at + headerBytes <= bytes.length; at++) {
    // Cheap first: almost no place looks like a header of a later batch.
    const batchStart = bytes.readUInt32BE(at + coveredFrom)
    if (batchStart > torn && batchStart <= at && recordAt(bytes, at) !== null) return true
  }
  return false
}

function syncPath(file: string): void {
  const opened = openSync(file, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
