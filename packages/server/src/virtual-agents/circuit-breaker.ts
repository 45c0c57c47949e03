import type { Clock } from '../clock.ts'

/**
 * Keeps from asking, over and over, a system that does not answer: visitors would wait for every time-out, and the
 * system for peace. After a row of faults it is closed to calls for a while; then one call may try.
 */
export interface CircuitBreaker {
  /** Whether it may be called now. Who was told so MUST tell `answered` or `failed`. */
  mayCall(name: string): boolean
  answered(name: string): void
  /** True when this fault closed it. */
  failed(name: string): boolean
}

export const faultsInARowMax = 5
export const restMs = 30_000
/** The one not used for longest is forgotten, and so may be called. */
const heldMax = 10_000

interface Circuit {
  faults: number
  restsUntil: number
  /** One call is trying whether it answers again. */
  trying: boolean
}

export function openCircuitBreaker(clock: Clock): CircuitBreaker {
  const circuits = new Map<string, Circuit>()

  return {
    mayCall(name) {
      const circuit = circuits.get(name)
      if (circuit === undefined || circuit.faults < faultsInARowMax) return true
      if (circuit.trying || clock.now() < circuit.restsUntil) return false
      circuit.trying = true
      return true
    },

    answered: (name) => void circuits.delete(name),

    failed(name) {
      const circuit = circuits.get(name) ?? { faults: 0, restsUntil: 0, trying: false }
      circuits.delete(name)
      if (circuits.size >= heldMax) circuits.delete(circuits.keys().next().value!)
      circuits.set(name, circuit)
      circuit.faults++
      circuit.trying = false
      if (circuit.faults < faultsInARowMax) return false
      circuit.restsUntil = clock.now() + restMs
      return true
    },
  }
}
