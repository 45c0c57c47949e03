/** What a witness must never forget: the newest tree it cosigned for each log. */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { parseCheckpoint, type Checkpoint } from '@candor/ledger/checkpoint.ts'

export interface Known {
  checkpoint: Checkpoint
  /** As it was cosigned, with our line below it; empty before the first. */
  note: string
  seenAtMs: number
}

export interface WitnessState {
  /** @throws Error when a file is there and not readable: a witness that forgot would cosign a fork. */
  read(origin: string): Promise<Known | null>
  /** Resolves when it would survive the loss of power. */
  save(known: Known): Promise<void>
}

export function folderState(folder: string): WitnessState {
  const placeOf = (origin: string): string =>
    path.join(folder, `log-${createHash('sha256').update(origin).digest('hex')}.json`)
  return {
    async read(origin) {
      let text: string
      try {
        text = await fs.readFile(placeOf(origin), 'utf8')
      } catch (fault) {
        if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return null
        throw fault
      }
      const known = parseKnown(text)
      if (known?.checkpoint.origin !== origin)
        throw new Error(`${placeOf(origin)} is damaged. Restore it, or give this witness a new key.`)
      return known
    },
    async save({ checkpoint, note, seenAtMs }) {
      const place = placeOf(checkpoint.origin)
      await writeDurably(place, `${JSON.stringify({ note, seenAtMs })}\n`)
    },
  }
}

export async function writeDurably(place: string, text: string): Promise<void> {
  const temporary = `${place}.new`
  const file = await fs.open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await fs.rename(temporary, place)
  const folder = await fs.open(path.dirname(place), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function parseKnown(text: string): Known | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    if (fault instanceof SyntaxError) return null
    throw fault
  }
  if (typeof value !== 'object' || value === null) return null
  const { note, seenAtMs } = value as Record<string, unknown>
  if (typeof note !== 'string' || typeof seenAtMs !== 'number') return null
  const parsed = parseCheckpoint(note)
  return parsed && { checkpoint: parsed.checkpoint, note, seenAtMs }
}
