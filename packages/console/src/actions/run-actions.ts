/** Who can do what now: components offer handlers, keys and palette call them. The last offer wins. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { tinykeys } from 'tinykeys'
import { actionTable, lettersInFields, type ActionId } from './actions.ts'

type Handler = (event?: KeyboardEvent) => void

const offers = new Map<ActionId, { current: Handler }[]>()
const listeners = new Set<() => void>()
let version = 0

/** Offers an action while the component is there and `can` holds. */
export function useAction(id: ActionId, run: Handler, can = true): void {
  const ref = useRef(run)
  useLayoutEffect(() => {
    ref.current = run
  })
  useEffect(() => {
    if (!can) return
    const list = offers.get(id) ?? []
    offers.set(id, [...list, ref])
    changed()
    return () => {
      offers.set(
        id,
        (offers.get(id) ?? []).filter((one) => one !== ref),
      )
      changed()
    }
  }, [id, can])
}

export function runAction(id: ActionId, event?: KeyboardEvent): boolean {
  const offer = offers.get(id)?.at(-1)
  offer?.current(event)
  return offer !== undefined
}

export function canRun(id: ActionId): boolean {
  return (offers.get(id)?.length ?? 0) > 0
}

/** Re-renders when an action becomes possible or impossible. */
export function useOffers(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => version,
  )
}

/** Binds the keys of the table to the window. A single key never fires while somebody types, or below a layer. */
export function useActionKeys(): void {
  useEffect(() => {
    const map: Record<string, Handler> = {}
    for (const action of actionTable) {
      if (action.local) continue
      // Two pages may have the same key; only one of them is there to offer.
      const other = map[action.keys]
      map[action.keys] = (event) => {
        if (runAction(action.id, event)) event?.preventDefault()
        else other?.(event)
      }
    }
    return tinykeys(window, map, { ignore: ignored })
  }, [])
}

function ignored(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true
  const target = event.target instanceof Element ? event.target : null
  if (!target) return false
  // A dialog, menu or list on top has the keyboard to itself.
  if (target.closest('[data-layer]')) return true
  const inField = target.matches('input, textarea, select, [contenteditable]')
  if (!inField) return false
  return !(event.ctrlKey || event.metaKey) || !lettersInFields.has(event.key.toLowerCase())
}

function changed(): void {
  version++
  for (const listener of listeners) listener()
}
