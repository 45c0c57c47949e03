import { createContext, useContext } from 'react'
import type { Fault } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { useObservable, useObserved } from '../live/observable.ts'
import { faultAt, type DraftStore, type EditedDraft } from './draft-store.ts'

export const DraftContext = createContext<DraftStore | null>(null)

export function useDraft(): DraftStore {
  const draft = useContext(DraftContext)
  if (!draft) throw new Error('There is no draft above this component.')
  return draft
}

export function useEdited(): EditedDraft {
  return useObservable(useDraft().state)
}

/** Below the frame of the virtual agent's pages there always is one. */
export function useDefinition(): Definition {
  const definition = useObserved(useDraft().state, ({ definition }) => definition)
  if (!definition) throw new Error('There is no definition yet.')
  return definition
}

export function useFaults(): readonly Fault[] {
  return useObserved(useDraft().state, ({ faults }) => faults)
}

/** What is wrong with a field, to stand below it. */
export function useFault(field: string): string | undefined {
  return faultAt(useFaults(), field)
}
