import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { NoticeMaterial } from '../compose-notice.ts'
import type { DkimKey } from './dkim.ts'

/** Makes mails in threads. */
export interface Composers {
  compose(order: Omit<ToComposer, 'id'>): Promise<ReadyMail[]>
  close(): Promise<void>
}

/** What every mail has in common. */
export interface ComposeSetting {
  /** The sender's address. */
  from: string
  /** Of message ids. */
  domain: string
  keys: readonly DkimKey[]
}

export interface ToComposer {
  id: number
  mailing: string
  material: NoticeMaterial
  key: KeyObject
  at: number
  mails: { place: number; sealed: Uint8Array }[]
}

export interface ReadyMail {
  place: number
  to: string
  bytes: Uint8Array
  hash: Uint8Array
  fault: string | null
}

interface Thread {
  worker: Worker
  orders: Map<number, { resolve(ready: ReadyMail[]): void; reject(fault: Error): void }>
}

export function openComposers(setting: ComposeSetting, count: number): Composers {
  const threads: (Thread | null)[] = Array.from({ length: count }, () => null)
  let orders = 0
  let closed = false

  function start(at: number): Thread {
    const worker = new Worker(new URL('compose-worker.ts', import.meta.url), {
      workerData: setting,
      // It may hold secrets that mails have no use for.
      env: {},
    })
    worker.unref()
    const thread: Thread = { worker, orders: new Map() }
    const fail = (fault: Error): void => {
      if (threads[at] === thread) threads[at] = null
      for (const { reject } of thread.orders.values()) reject(fault)
      thread.orders.clear()
    }
    worker.on('message', ({ id, ready }: { id: number; ready: ReadyMail[] }) => {
      const order = thread.orders.get(id)
      thread.orders.delete(id)
      order?.resolve(ready)
    })
    worker.once('error', fail)
    worker.once('exit', () => fail(new Error('The composing thread ended.')))
    return (threads[at] = thread)
  }

  return {
    compose(order) {
      if (closed) return Promise.reject(new Error('closed'))
      const id = orders++
      // The one with the least to do; each is started when it is needed.
      const loads = threads.map((thread) => thread?.orders.size ?? 0)
      const at = loads.indexOf(Math.min(...loads))
      const thread = threads[at] ?? start(at)
      return new Promise((resolve, reject) => {
        thread.orders.set(id, { resolve, reject })
        thread.worker.postMessage({ ...order, id } satisfies ToComposer)
      })
    },
    async close() {
      closed = true
      await Promise.all(threads.flatMap((thread) => thread?.worker.terminate() ?? []))
    },
  }
}
