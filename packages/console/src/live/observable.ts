import { useSyncExternalStore } from 'react'

/** A value that components follow without rendering anything around them. */
export interface Observable<T> {
  get(): T
  set(next: T): void
  subscribe(listener: () => void): () => void
}

export function observable<T>(initial: T): Observable<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useObservable<T>(source: Observable<T>): T {
  return useSyncExternalStore(source.subscribe, source.get)
}

/** Of a larger value only what `pick` takes; it MUST give the same object for the same value. */
export function useObserved<T, P>(source: Observable<T>, pick: (value: T) => P): P {
  return useSyncExternalStore(source.subscribe, () => pick(source.get()))
}
