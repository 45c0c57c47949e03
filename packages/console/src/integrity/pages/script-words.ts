import type { InventoryScript, ScriptState } from '@candor/protocol/integrity-api.ts'

export const stateWords: Record<ScriptState, string> = {
  new: 'New',
  approved: 'Approved',
  refused: 'Refused',
}

export const stateTones = { new: 'warn', approved: 'good', refused: 'bad' } as const

/** Contents of a script that nobody has decided about. */
export const newHashes = ({ hashes }: InventoryScript): number =>
  hashes.filter(({ state }) => state === 'new').length

/** An approved script with content that nobody approved is not approved. */
export const scriptTone = (script: InventoryScript): 'good' | 'warn' | 'bad' =>
  script.state === 'approved' && newHashes(script) > 0 ? 'warn' : stateTones[script.state]

export const scriptWord = (script: InventoryScript): string =>
  script.state === 'approved' && newHashes(script) > 0 ? 'New content' : stateWords[script.state]
