import { Worker } from 'node:worker_threads'
import type { FileKind } from './read-file.ts'
import type { ReadOrder, ReadReport } from './read-worker.ts'

/**
 * Reads files in a thread of its own: a hostile one can take neither the server's time nor its memory. One file at a
 * time; more wait. The thread starts with the first file and ends with `close`.
 */
export interface ArticleReader {
  read(kind: FileKind, bytes: Uint8Array, charset?: string | null): Promise<ReadReport>
  close(): Promise<void>
}

export interface ReaderLimits {
  /** For one file. A manual of 300 pages takes some seconds. */
  timeoutMs: number
  /** By which the whole process may grow while a file is read. */
  growthBytesMax: number
}

const usualLimits: ReaderLimits = { timeoutMs: 20_000, growthBytesMax: 600_000_000 }
/** JavaScript objects of the thread; what is in buffers counts by `growthBytesMax`. */
const heapMbMax = 256
/** A buffer grows by about a gigabyte a second at most, so it is seen some 50 MB late. */
const watchEveryMs = 50

export function openArticleReader(limits: Partial<ReaderLimits> = {}): ArticleReader {
  const { timeoutMs, growthBytesMax } = { ...usualLimits, ...limits }
  let worker: Worker | null = null
  let queue: Promise<unknown> = Promise.resolve()
  let closed = false

  async function stop(): Promise<void> {
    const old = worker
    worker = null
    await old?.terminate()
  }

  function start(): Worker {
    const started = new Worker(new URL('./read-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 32 },
      env: {},
      stdout: true,
      stderr: true,
    })
    // An idle thread that ends is only replaced: without a listener the error would end the server.
    started.on('error', () => {})
    started.once('exit', () => {
      if (worker === started) worker = null
    })
    return started
  }

  async function readNow(order: ReadOrder): Promise<ReadReport> {
    if (closed) return { kind: 'unreadable', reason: 'too_slow', message: 'Reading was given up.' }
    const own = (worker ??= start())
    const { promise, resolve: done } = Promise.withResolvers<ReadReport>()
    const failed = (error: Error & { code?: string }): void =>
      done(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuchMemory : unread)
    const exited = (): void => done(unread)
    own.once('message', done).once('error', failed).once('exit', exited)
    const timer = setTimeout(
      () =>
        done({ kind: 'unreadable', reason: 'too_slow', message: `Reading took more than ${timeoutMs} ms.` }),
      timeoutMs,
    )
    const before = process.memoryUsage.rss()
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > growthBytesMax) done(tooMuchMemory)
    }, watchEveryMs)
    own.postMessage(order)
    const report = await promise
    clearTimeout(timer)
    clearInterval(watch)
    own.off('message', done).off('error', failed).off('exit', exited)
    // After a file that went wrong nothing is known of the thread: the next file gets a new one.
    if (report.kind === 'unreadable' && spoiling.has(report.reason)) await stop()
    return report
  }

  return {
    read(kind, bytes, charset = null) {
      const report = queue.then(() => readNow({ kind, bytes, charset }))
      queue = report
      return report
    },
    async close() {
      closed = true
      await stop()
    },
  }
}

const tooMuchMemory: ReadReport = {
  kind: 'unreadable',
  reason: 'too_much_memory',
  message: 'Reading took too much memory.',
}
const unread: ReadReport = { kind: 'unreadable', reason: 'malformed', message: 'This file cannot be read.' }
const spoiling: ReadonlySet<string> = new Set(['too_slow', 'too_much_memory', 'malformed'])
