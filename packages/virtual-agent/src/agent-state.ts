import { newDialogueState, parseDialogueState } from './flows/dialogue-state.ts'
import { languages } from './script.ts'
import { agentStateBytesMax, type AgentState } from './turn.ts'

export function newAgentState(): AgentState {
  return {
    version: 1,
    flows: newDialogueState(),
    asked: null,
    options: [],
    about: null,
    others: [],
    language: null,
  }
}

/**
 * Reads a state as it was kept. Null for anything else: a conversation whose state was damaged begins anew instead
 * of going on with what nobody said.
 */
export function parseAgentState(value: unknown): AgentState | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const o = value as Record<string, unknown>
  if (!Object.keys(o).every((name) => fields.includes(name)) || bytesOfState(o) > agentStateBytesMax)
    return null
  const flows = parseDialogueState(o['flows'])
  const asked = [null, 'clarification', 'not-understood', 'helped'].find((known) => known === o['asked'])
  const about = aboutOf(o['about'])
  if (o['version'] !== 1 || flows === null || asked === undefined || about === undefined) return null
  if (!isTexts(o['options']) || !isTexts(o['others'])) return null
  // States that were kept before it was remembered have none.
  const language = o['language'] ?? null
  const known = languages.find((each) => each === language) ?? null
  if (known !== language) return null
  return {
    version: 1,
    flows,
    asked: asked as AgentState['asked'],
    options: o['options'],
    about,
    others: o['others'],
    language: known,
  }
}

export function bytesOfState(state: object): number {
  return new TextEncoder().encode(JSON.stringify(state)).byteLength
}

const fields = ['version', 'flows', 'asked', 'options', 'about', 'others', 'language']
const textsMax = 40
const charactersMax = 200

function aboutOf(value: unknown): AgentState['about'] | undefined {
  if (value === null) return null
  if (typeof value !== 'object') return undefined
  const { kind, id } = value as Record<string, unknown>
  if (kind !== 'intent' && kind !== 'article' && kind !== 'flow') return undefined
  return typeof id === 'string' && id.length <= charactersMax ? { kind, id } : undefined
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= textsMax &&
    value.every((text) => typeof text === 'string' && text.length <= charactersMax)
  )
}
