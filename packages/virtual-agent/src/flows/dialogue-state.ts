import type { SlotValue } from '../slots/slot-type.ts'

/** Where a conversation stands in its flows: plain JSON, at most `stateBytesMax`, written after every turn. */
export interface DialogueState {
  version: 1
  /** The last one is current; the one below is returned to. */
  frames: Frame[]
  /** Flows begun and ended in this conversation, each once. */
  started: string[]
  finished: string[]
  /** Calls by tool, for budgets. */
  callsByTool: Record<string, number>
  /** All calls so far: a part of the idempotency key of the next one. */
  calls: number
}

/** One flow under way. */
export interface Frame {
  flow: string
  step: string
  slots: Record<string, SlotValue>
  /** What the current step waits for; null only between turns of the machine. */
  waiting: Waiting | null
  /** Steps that were carried out, oldest first: a correction goes back to the first one that used the value. */
  path: string[]
  /** Runs for the frame below, which goes on at its call step's `next`. */
  called?: true
}

export type Waiting =
  { for: 'slot'; attempts: number } | { for: 'confirmation'; attempts: number } | { for: 'tool'; key: string }

/** A state is read and written with every message; more is a flow out of hand. */
export const stateBytesMax = 8_192

export function newDialogueState(): DialogueState {
  return { version: 1, frames: [], started: [], finished: [], callsByTool: {}, calls: 0 }
}

const framesMax = 32
const listMax = 200

/**
 * Reads a state as it was written. Null for anything else, so that a conversation whose state was damaged starts
 * anew instead of going on with what nobody said.
 */
export function parseDialogueState(value: unknown): DialogueState | null {
  const text = JSON.stringify(value)
  if (text === undefined || new TextEncoder().encode(text).byteLength > stateBytesMax) return null
  if (!isObject(value, ['version', 'frames', 'started', 'finished', 'callsByTool', 'calls'])) return null
  const { version, frames, started, finished, callsByTool, calls } = value
  if (version !== 1 || !isCount(calls) || !isTexts(started) || !isTexts(finished)) return null
  if (!Array.isArray(frames) || frames.length > framesMax || !frames.every(isFrame)) return null
  if (!isRecord(callsByTool) || !Object.values(callsByTool).every(isCount)) return null
  return {
    version: 1,
    frames,
    started,
    finished,
    callsByTool: callsByTool as Record<string, number>,
    calls,
  }
}

function isFrame(value: unknown): value is Frame {
  const names = ['flow', 'step', 'slots', 'waiting', 'path', 'called']
  if (!isObject(value, names)) return false
  const { flow, step, slots, waiting, path, called } = value
  return (
    isText(flow) &&
    isText(step) &&
    isRecord(slots) &&
    Object.values(slots).every(isSlotValue) &&
    (waiting === null || isWaiting(waiting)) &&
    isTexts(path) &&
    (called === undefined || called === true)
  )
}

function isWaiting(value: unknown): boolean {
  if (!isRecord(value)) return false
  if (value['for'] === 'tool') return isObject(value, ['for', 'key']) && isText(value['key'])
  return (
    (value['for'] === 'slot' || value['for'] === 'confirmation') &&
    isObject(value, ['for', 'attempts']) &&
    isCount(value['attempts'])
  )
}

/** The form only; whether it fits the slot is asked when the state meets the book. */
function isSlotValue(value: unknown): boolean {
  const fields: Record<SlotValue['kind'], Record<string, 'string' | 'number' | 'boolean'>> = {
    date: { date: 'string' },
    dateRange: { from: 'string', to: 'string' },
    time: { time: 'string' },
    money: { amount: 'number', currency: 'string' },
    quantity: { number: 'number' },
    code: { code: 'string' },
    email: { email: 'string' },
    phone: { phone: 'string' },
    choice: { choice: 'string' },
    yesNo: { yes: 'boolean' },
    text: { text: 'string' },
  }
  if (!isRecord(value)) return false
  const kind = value['kind']
  if (typeof kind !== 'string' || !Object.hasOwn(fields, kind)) return false
  const known = fields[kind as SlotValue['kind']]
  return (
    isObject(value, ['kind', ...Object.keys(known)]) &&
    Object.entries(known).every(([name, type]) => typeof value[name] === type)
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isObject(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isRecord(value) && Object.keys(value).every((name) => names.includes(name))
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1_000_000
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 400
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= listMax && value.every(isText)
}
