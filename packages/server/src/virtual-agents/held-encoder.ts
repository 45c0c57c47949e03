import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { readEncoder } from './read-encoder.ts'

/**
 * The encoder, read when the first agent needs it and held from then on: an installation without an English model of
 * two tiers, and without English articles, never spends its memory (docs/virtual-agent-authoring.md has the figures).
 */
export function heldEncoder(): () => Encoder {
  let held: Encoder | undefined
  return () => (held ??= readEncoder())
}
