import { parentPort } from 'node:worker_threads'
import { readFile, type FileKind } from './read-file.ts'
import { Unreadable, type ReadPage, type UnreadableReason } from './read-page.ts'

export interface ReadOrder {
  kind: FileKind
  bytes: Uint8Array
  charset: string | null
}

export type ReadReport =
  { kind: 'read'; page: ReadPage } | { kind: 'unreadable'; reason: UnreadableReason; message: string }

parentPort?.on('message', (order: ReadOrder) => {
  void report(order).then((one) => parentPort!.postMessage(one))
})

/** A reader that fails on a file is one more file that cannot be read: it must not end the worker without a word. */
async function report({ kind, bytes, charset }: ReadOrder): Promise<ReadReport> {
  try {
    return { kind: 'read', page: await readFile(kind, bytes, charset) }
  } catch (error) {
    if (error instanceof Unreadable)
      return { kind: 'unreadable', reason: error.reason, message: error.message }
    return { kind: 'unreadable', reason: 'malformed', message: 'This file cannot be read.' }
  }
}
