import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { readEncoder } from './read-encoder.ts'

/**
 * The encoder, read when the first agent needs it and held from then on: its weights take some 60 MB, which an
 * installation without an English model of two tiers never spends.
 */
export function heldEncoder(): () => Promise<Encoder | null> {
  let held: Promise<Encoder | null> | null = null
  return () => {
    held ??= readEncoder().catch((cause: unknown) => {
      held = null
      throw cause
    })
    return held
  }
}
