import { readlinkSync } from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { Worker, parentPort, workerData } from 'node:worker_threads'
import { rowOf } from './index-row.ts'
import { bodiesIn } from './journal.ts'
import type { IndexRow, LogIndex } from './log-index.ts'
import { openLogIndex } from './log-index.ts'
import { decodeRecord } from './record.ts'

/** The index in a thread of its own: neither its commits nor a list over millions of rows holds up an opening. */
export interface IndexThread {
  /**
   * Resolves once they are in the index; durable there they are after `sync`. Those that come while others are being
   * inserted, or shortly after, go with the next.
   */
  insert(part: JournalPart): Promise<void>
  /** Sees everything that was inserted before. */
  call<Name extends Exclude<keyof LogIndex, 'insert' | 'commit' | 'close'>>(
    name: Name,
    ...args: Parameters<LogIndex[Name]>
  ): Promise<Awaited<ReturnType<LogIndex[Name]>>>
  close(): Promise<void>
}

/** Records as they stand in the journal: nothing is spelled twice, and bytes cross to the thread in one piece. */
export interface JournalPart {
  /** Index of the first. */
  first: number
  /** In memory of their own. */
  records: Uint8Array
}

/** Nice value: commits and lists take what the openings leave, yet a quarter of a core where all are busy. */
const niceness = 5
/** Between two parts for the thread while records keep coming: none takes the core for longer than a few milliseconds. */
const restMs = 20
/**
 * After the first of them what was inserted is committed. A crash before costs nothing, as the journal has it; ten
 * commits in that time would write the same pages of the indexes ten times.
 */
const commitMs = 500

interface Call {
  id: number
  name: keyof LogIndex
  args: unknown[]
}
type Answer = { id: number; value: unknown } | { id: number; fault: string }

/** @param onFault the thread is gone, or the disk refuses: what is promised here can no longer be kept. */
export function openIndexThread(file: string, onFault: (fault: Error) => void): IndexThread {
  const worker = new Worker(new URL(import.meta.url), { workerData: { file } })
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (fault: Error) => void }>()
  let next = 0
  let closing = false
  worker.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('fault' in answer) call?.reject(new Error(answer.fault))
    else call?.resolve(answer.value as never)
  })
  const lost = (fault: Error): void => {
    for (const { reject } of waiting.values()) reject(fault)
    waiting.clear()
    if (!closing) onFault(fault)
  }
  worker.on('error', lost)
  worker.on('exit', () => lost(new Error('The index thread has ended.')))

  let gathered: { parts: JournalPart[]; done: PromiseWithResolvers<void> } | null = null
  let inserting = 0

  function send(): void {
    if (gathered === null) return
    const { parts, done } = gathered
    gathered = null
    inserting++
    ask('insert', [parts]).then(
      () => {
        setTimeout(() => {
          inserting--
          if (inserting === 0) send()
        }, restMs)
        done.resolve()
      },
      (caught: unknown) => done.reject(caught),
    )
  }

  function ask(name: keyof LogIndex, args: unknown[]): Promise<never> {
    const id = next++
    return new Promise<never>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, name, args } satisfies Call)
    })
  }

  return {
    insert(part) {
      gathered ??= { parts: [], done: Promise.withResolvers<void>() }
      gathered.parts.push(part)
      const { promise } = gathered.done
      if (inserting === 0) send()
      return promise
    },
    call(name, ...args) {
      send()
      return ask(name, args)
    },
    async close() {
      send()
      closing = true
      await ask('close', [])
      await worker.terminate()
    },
  }
}

if (parentPort !== null && (workerData as { file?: string } | null)?.file !== undefined) {
  const port = parentPort
  stepBack()
  const index = openLogIndex((workerData as { file: string }).file)
  let committing: NodeJS.Timeout | null = null
  const commit = (): void => {
    committing = null
    index.commit()
  }
  const failed = (id: number, caught: unknown): void =>
    port.postMessage({
      id,
      fault: caught instanceof Error ? caught.message : String(caught),
    } satisfies Answer)
  port.on('message', ({ id, name, args }: Call) => {
    try {
      if (name === 'insert') committing ??= setTimeout(commit, commitMs)
      const value =
        name === 'insert'
          ? index.insert((args[0] as JournalPart[]).flatMap(rowsOf))
          : (index[name] as (...args: unknown[]) => unknown)(...args)
      // Only a copy takes its time; all else is answered in the order in which it was asked.
      if (value instanceof Promise)
        value.then(
          () => port.postMessage({ id, value: undefined } satisfies Answer),
          (caught: unknown) => failed(id, caught),
        )
      else port.postMessage({ id, value } satisfies Answer)
    } catch (caught) {
      failed(id, caught)
    }
  })
}

/** Whoever waits for a key goes first. Linux keeps nice values by thread (setpriority(2)); elsewhere all stay equal. */
function stepBack(): void {
  if (process.platform !== 'linux') return
  try {
    os.setPriority(Number(path.basename(readlinkSync('/proc/thread-self'))), niceness)
  } catch (caught) {
    // No /proc, or a system that does not let it: nothing depends on it but time.
    if (!(caught instanceof Error)) throw caught
  }
}

function rowsOf({ first, records }: JournalPart): IndexRow[] {
  const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength)
  return bodiesIn(bytes).map((body, i) => rowOf(first + i, decodeRecord(body)))
}
