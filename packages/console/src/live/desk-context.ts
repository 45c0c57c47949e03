import { createContext, useContext, useSyncExternalStore } from 'react'
import type { ConversationRow } from '@candor/protocol/events.ts'
import type { Desk } from './desk.ts'

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('There is no desk above this component.')
  return desk
}

export function useRow(id: string): ConversationRow | undefined {
  const { rows } = useDesk()
  return useSyncExternalStore(
    (listener) => rows.subscribeRow(id, listener),
    () => rows.row(id),
  )
}
