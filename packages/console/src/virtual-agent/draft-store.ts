/**
 * The draft that is being edited: what this browser has, what the server holds, and what is wrong with it. Pages
 * change it by whole new values and never in place, so that two states can be told apart by identity.
 */
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Draft, Fault } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Unreachable } from '../live/api-client.ts'
import { observable, type Observable } from '../live/observable.ts'

export interface EditedDraft {
  /** As the server holds it, as far as this browser has heard. */
  readonly saved: Draft<Definition>
  /** As it stands on screen; null: there is none yet. */
  readonly definition: Definition | null
  readonly dirty: boolean
  readonly saving: boolean
  /** Of the definition on screen, as it was checked last. */
  readonly faults: readonly Fault[]
  /** Somebody else saved since this browser began to edit: theirs. */
  readonly theirs: Draft<Definition> | null
  /** Why the last save did not go through, where that was neither a fault nor somebody else. */
  readonly problem: string | null
}

export type SaveOutcome = 'saved' | 'faults' | 'conflict' | 'problem'

export interface DraftStore {
  readonly state: Observable<EditedDraft>
  /** @param edit makes a new definition and MUST NOT change the one it is given. */
  change(edit: (definition: Definition) => Definition): void
  /** Starts from this where there is no draft yet, or in place of the one there is. */
  begin(definition: Definition): void
  save(): Promise<SaveOutcome>
  /** The server told of a draft: taken at once when nothing here is unsaved. */
  hear(draft: Draft<Definition>): void
  takeTheirs(): void
  /** Back to what is saved. */
  revert(): void
  /** Checks nothing any more until the next change. */
  close(): void
}

export interface DraftServer {
  put(revision: number, definition: Definition): Promise<Draft<Definition>>
  check(definition: Definition): Promise<readonly Fault[]>
  /** The draft of now, after a save was refused because of it. */
  get(): Promise<Draft<Definition>>
}

/** After the last change; a check reads the whole definition. */
export const checkDelayMs = 700

export function openDraftStore(server: DraftServer, first: Draft<Definition>): DraftStore {
  const state = observable<EditedDraft>({
    saved: first,
    definition: first.definition,
    dirty: false,
    saving: false,
    faults: [],
    theirs: null,
    problem: null,
  })
  let timer: ReturnType<typeof setTimeout> | undefined

  const update = (change: Partial<EditedDraft>): void => state.set({ ...state.get(), ...change })

  function edited(definition: Definition): void {
    update({ definition, dirty: definition !== state.get().saved.definition, problem: null })
    checkSoon()
  }

  function checkSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void check(), checkDelayMs)
  }

  async function check(): Promise<void> {
    const { definition } = state.get()
    if (definition === null) return
    try {
      const faults = await server.check(definition)
      // What was typed meanwhile is checked by itself.
      if (state.get().definition === definition) update({ faults })
    } catch (fault) {
      // Saving says it again, where somebody waits for it.
      if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
    }
  }

  function take(draft: Draft<Definition>): void {
    clearTimeout(timer)
    update({
      saved: draft,
      definition: draft.definition,
      dirty: false,
      faults: [],
      theirs: null,
      problem: null,
    })
  }

  return {
    state,
    change(edit) {
      const { definition } = state.get()
      if (definition === null) return
      const next = edit(definition)
      if (next !== definition) edited(next)
    },
    begin: edited,
    async save() {
      const { saved, definition, saving, theirs } = state.get()
      if (definition === null || saving) return 'problem'
      if (theirs !== null) return 'conflict'
      clearTimeout(timer)
      update({ saving: true, problem: null })
      try {
        const answer = await server.put(saved.revision, definition)
        const onScreen = state.get().definition
        const more = onScreen !== definition
        update({
          saving: false,
          saved: answer,
          definition: more ? onScreen : answer.definition,
          dirty: more,
          ...(!more && { faults: [] }),
        })
        return 'saved'
      } catch (fault) {
        update({ saving: false })
        if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
        if (fault instanceof Refusal && fault.code === 'draft_changed') {
          update({ theirs: await server.get() })
          return 'conflict'
        }
        if (fault instanceof Refusal && fault.faults !== undefined && fault.faults.length > 0) {
          update({ faults: fault.faults })
          return 'faults'
        }
        update({ problem: fault.message })
        return 'problem'
      }
    },
    hear(draft) {
      const { saved, dirty, saving } = state.get()
      if (saving) return
      // An answer from before a save may come after it.
      if (draft.revision < saved.revision) return
      if (draft.revision === saved.revision) {
        // Training and publishing change what is known of the same revision.
        if (draft.trained !== saved.trained || draft.changed !== saved.changed)
          update({ saved: { ...draft, definition: saved.definition } })
        return
      }
      if (dirty) update({ theirs: draft })
      else take(draft)
    },
    takeTheirs() {
      const { theirs } = state.get()
      if (theirs) take(theirs)
    },
    revert: () => take(state.get().saved),
    close: () => clearTimeout(timer),
  }
}

/** What is wrong with exactly this field, as one sentence; undefined when nothing is. */
export function faultAt(faults: readonly Fault[], field: string): string | undefined {
  const here = faults.filter((fault) => fault.field === field)
  return here.length === 0 ? undefined : here.map(({ message }) => asSentence(message)).join(' ')
}

/** Faults of a field and of everything in it: `intents[2]` has those of `intents[2].answer.en`. */
export function faultsBelow(faults: readonly Fault[], field: string): readonly Fault[] {
  return faults.filter(
    (fault) =>
      fault.field === field || fault.field.startsWith(`${field}.`) || fault.field.startsWith(`${field}[`),
  )
}

/** The engine says what a field is not; a person reads it beside the field. */
export function asSentence(message: string): string {
  const said = message.charAt(0).toLocaleUpperCase('en') + message.slice(1)
  return /[.!?]$/.test(said) ? said : `${said}.`
}
