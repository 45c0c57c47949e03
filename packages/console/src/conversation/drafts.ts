/**
 * What was written and not sent, by conversation, over a reload. The card guard sees a draft before it is stored:
 * a card number that somebody began to type does not outlive the page.
 */
import { screen } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { draftKeys, draftPrefix } from './forget-drafts.ts'

export interface Draft {
  mode: 'reply' | 'note'
  text: string
}

/** Older drafts make room: whoever left 100 answers half written does not miss the first. */
const draftsMax = 100

export function readDraft(person: string, conversation: string, storage: Storage = localStorage): Draft {
  const raw = storage.getItem(keyOf(person, conversation))
  if (raw === null) return { mode: 'reply', text: '' }
  const { mode, text } = JSON.parse(raw) as Partial<Draft>
  return { mode: mode === 'note' ? 'note' : 'reply', text: typeof text === 'string' ? text : '' }
}

export function keepDraft(
  person: string,
  conversation: string,
  draft: Draft,
  formats: readonly IdentifierFormat[],
  storage: Storage = localStorage,
): void {
  const key = keyOf(person, conversation)
  if (draft.text.trim() === '') return storage.removeItem(key)
  const { text } = screen(draft.text, { identifiers: formats })
  const value = JSON.stringify({ mode: draft.mode, text, at: Date.now() })
  if (storage.getItem(key) === null) makeRoom(storage)
  storage.setItem(key, value)
}

function keyOf(person: string, conversation: string): string {
  return `${draftPrefix}${person}.${conversation}`
}

function makeRoom(storage: Storage): void {
  const held = draftKeys(storage)
  if (held.length < draftsMax) return
  const age = (key: string): number => (JSON.parse(storage.getItem(key) ?? '{}') as { at?: number }).at ?? 0
  const oldest = held.toSorted((a, b) => age(a) - age(b))[0]
  if (oldest) storage.removeItem(oldest)
}
