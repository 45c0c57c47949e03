import type { KeyObject } from 'node:crypto'
import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type { NoticeMaterial } from '../compose-notice.ts'
import type { Paper } from './letter-pages.ts'

/** What all letters of a batch have in common. */
export interface PrintSetting {
  mailing: string
  number: number
  material: NoticeMaterial
  key: KeyObject
  paper: Paper
  title: string
}

export interface LetterToPrint {
  place: number
  sealed: Buffer
  code: string
}

export type ToPrinter = { kind: 'letters'; letters: LetterToPrint[] } | { kind: 'end' }
export type FromPrinter =
  { kind: 'bytes'; bytes: Uint8Array } | { kind: 'drawn'; unprintable: number[] } | { kind: 'end' }

/** Fonts, one letter, and 13 kB that the library keeps of each letter that it wrote: 130 MB at the end of a batch. */
const heapMbMax = 512

/**
 * The PDF as a stream. The next letters are asked for when the former are drawn and read: neither side runs ahead.
 * @param next letters in order; none: the batch is at its end
 * @param drawn after each, with the places that the font cannot write
 */
export function printLetters(
  setting: PrintSetting,
  next: () => Promise<LetterToPrint[]>,
  drawn: (letters: readonly LetterToPrint[], unprintable: readonly number[]) => Promise<void>,
): Readable {
  const worker = new Worker(new URL('print-worker.ts', import.meta.url), {
    workerData: setting,
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
    env: {},
  })
  let current: LetterToPrint[] = []
  let roomed: (() => void) | null = null
  const stream = new Readable({
    read() {
      roomed?.()
      roomed = null
    },
    destroy(error, callback) {
      void worker.terminate().then(() => callback(error))
    },
  })
  const post = (message: ToPrinter): void => worker.postMessage(message)
  async function more(): Promise<void> {
    if (stream.readableLength > stream.readableHighWaterMark)
      await new Promise<void>((resolve) => (roomed = resolve))
    current = await next()
    post(current.length === 0 ? { kind: 'end' } : { kind: 'letters', letters: current })
  }
  const failed = (caught: unknown): void =>
    void stream.destroy(caught instanceof Error ? caught : new Error('not printed'))
  worker.on('message', (message: FromPrinter) => {
    if (message.kind === 'bytes') stream.push(Buffer.from(message.bytes))
    else if (message.kind === 'end') stream.push(null)
    else drawn(current, message.unprintable).then(more).catch(failed)
  })
  worker.once('error', failed)
  more().catch(failed)
  return stream
}
