import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import * as path from 'node:path'

/** What a visitor of a response site asked for. */
export interface Inquiry {
  id: string
  at: string
  /** Of the site. */
  slug: string
  language: string
  kind: 'affected' | 'subscribe'
  email: string
  /** As it was typed; '' without one. */
  code: string
}

/**
 * Where inquiries wait until the rest of the installation is there to answer them: lines of JSON in a file, so that the
 * public side needs no database. What was acknowledged is on the disk. Files are readable by their owner alone, and go
 * when they are answered; until then an address stands in them as it was typed.
 */
export interface Spool {
  /** Resolves when it is on the disk; false when there is no room. What comes while one write runs shares the next. */
  put(inquiry: Inquiry): Promise<boolean>
  close(): Promise<void>
}

/** Some 300,000 inquiries. Nobody answers so many in a row; beyond it people are told to come back. */
const spoolBytesMax = 64 * 1024 * 1024
/** Of one file: what is answered together and then deleted. */
const fileBytesMax = 256 * 1024

export async function openSpool(folder: string): Promise<Spool> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let bytesWaiting = (): number => spooledBytes(folder)
  let known = { at: 0, bytes: 0 }
  let file: { handle: FileHandle; name: string; bytes: number } | null = null
  let waiting: { line: string; taken: (on: boolean) => void }[] = []
  let writing: Promise<void> | null = null

  function room(): boolean {
    // Looking is a few system calls; once a second is often enough for a bound.
    const now = Date.now()
    if (now - known.at > 1_000) known = { at: now, bytes: bytesWaiting() }
    return known.bytes < spoolBytesMax
  }

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const text = batch.map(({ line }) => line).join('')
      try {
        if (file === null) {
          const name = path.join(folder, `${Date.now()}-${randomUUID()}.writing`)
          file = { handle: await open(name, 'ax', 0o600), name, bytes: 0 }
        }
        await file.handle.write(text)
        await file.handle.datasync()
        file.bytes += text.length
        known.bytes += text.length
        for (const { taken } of batch) taken(true)
        if (file.bytes > fileBytesMax) await finish()
      } catch (caught) {
        // A full disk, most likely. What was not written was not promised.
        for (const { taken } of batch) taken(false)
        await finish().catch(() => undefined)
        if ((caught as NodeJS.ErrnoException).code === undefined) throw caught
      }
    }
    await finish()
    // Somebody asked while the file was handed over.
    if (waiting.length > 0) await write()
  }

  /** Hands the file over: from now on a reader may have it. */
  async function finish(): Promise<void> {
    if (file === null) return
    const { handle, name } = file
    file = null
    await handle.close()
    await rename(name, name.replace(/\.writing$/, '.jsonl'))
  }

  return {
    put(inquiry) {
      if (!room()) return Promise.resolve(false)
      const { promise, resolve } = Promise.withResolvers<boolean>()
      waiting.push({ line: `${JSON.stringify(inquiry)}\n`, taken: resolve })
      writing ??= write().finally(() => (writing = null))
      return promise
    },
    async close() {
      bytesWaiting = () => spoolBytesMax
      known.at = 0
      await writing
    },
  }
}

/**
 * Hands on what waits, oldest first, a file at a time, and deletes a file once `answer` has taken all of it. A crash in
 * between hands it on again: `answer` MUST take an inquiry of a known id once.
 */
export async function drainSpool(
  folder: string,
  answer: (inquiries: readonly Inquiry[]) => Promise<void>,
): Promise<number> {
  let answered = 0
  for (const name of spooledFiles(folder)) {
    const full = path.join(folder, name)
    const inquiries = readFileSync(full, 'utf8').split('\n').flatMap(lineOf)
    await answer(inquiries)
    await rm(full)
    answered += inquiries.length
  }
  return answered
}

/**
 * Files of a writer that was ended are taken as well once they are a minute old: their last line may be torn, which was
 * then not acknowledged.
 */
const abandonedMs = 60_000

function spooledFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(
      (name) =>
        name.endsWith('.jsonl') ||
        (name.endsWith('.writing') && Date.now() - statSync(path.join(folder, name)).mtimeMs > abandonedMs),
    )
    .sort()
}

function spooledBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const { size } = statSync(path.join(folder, name), { throwIfNoEntry: false }) ?? { size: 0 }
    return sum + size
  }, 0)
}

function lineOf(line: string): Inquiry[] {
  if (line === '') return []
  try {
    return [JSON.parse(line) as Inquiry]
  } catch (caught) {
    if (caught instanceof SyntaxError) return []
    throw caught
  }
}
