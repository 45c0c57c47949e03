import { Worker, parentPort, workerData } from 'node:worker_threads'
import { rowOf } from './index-row.ts'
import type { LogIndex } from './log-index.ts'
import { openLogIndex } from './log-index.ts'
import type { LogRecord } from './record.ts'

/** The index in a thread of its own: neither its commits nor a list over millions of rows holds up an opening. */
export interface IndexThread {
  /**
   * Resolves once they are durable in the index. Those that come while others are being written, or shortly after, go
   * with the next: the disk has to make the journal durable, for which somebody waits.
   */
  insert(records: readonly NumberedRecord[]): Promise<void>
  /** Sees everything that was inserted before. */
  call<Name extends Exclude<keyof LogIndex, 'insert' | 'close'>>(
    name: Name,
    ...args: Parameters<LogIndex[Name]>
  ): Promise<Awaited<ReturnType<LogIndex[Name]>>>
  close(): Promise<void>
}

export interface NumberedRecord {
  index: number
  record: LogRecord
}

/** Between two commits of the index while records keep coming. */
const restMs = 20

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

  let gathered: { records: NumberedRecord[]; done: PromiseWithResolvers<void> } | null = null
  let inserting = 0

  function send(): void {
    if (gathered === null) return
    const { records, done } = gathered
    gathered = null
    inserting++
    ask('insert', [records]).then(
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
    insert(records) {
      gathered ??= { records: [], done: Promise.withResolvers<void>() }
      gathered.records.push(...records)
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
  const index = openLogIndex((workerData as { file: string }).file)
  const failed = (id: number, caught: unknown): void =>
    port.postMessage({
      id,
      fault: caught instanceof Error ? caught.message : String(caught),
    } satisfies Answer)
  port.on('message', ({ id, name, args }: Call) => {
    try {
      const value =
        name === 'insert'
          ? index.insert((args[0] as NumberedRecord[]).map((each) => rowOf(each.index, each.record)))
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
