import { Refusal } from '@candor/protocol/refusals.ts'
import type { Actor } from '../../tenants/actor.ts'
import { scopeInWords } from './containment-scope.ts'
import type { StoredContainment } from './containment-rows.ts'

export type Step = 'begun' | 'undone'

/** The entries of containments in the access log: first where the keyholder is there, and in any case in the end. */
export interface ContainmentEntries {
  /**
   * Durable, or null: it did not come in time, or cannot. It is then written later, at least once. An entry whose
   * answer was lost may stand twice; both carry the containment's id.
   */
  write(of: StoredContainment, step: Step): Promise<number | null>
  /** What is missing of these, in order. Void where the keyholder is still away. */
  writeMissing(of: readonly StoredContainment[]): Promise<void>
}

/** A keyholder that is there answers in some milliseconds. Stopping an attack waits no longer for a slow one. */
const entryMsMax = 1_000

/** @param late is told of an entry that came after `write` had answered null. */
export function openContainmentEntries(options: {
  /** @throws Refusal `history_unavailable` while the keyholder is away */
  record(by: Actor, what: string, begun: boolean): Promise<{ index: number }>
  late(of: StoredContainment, step: Step, entry: number): Promise<void>
  log: (event: Record<string, unknown>) => void
}): ContainmentEntries {
  const { record, late, log } = options
  /** Those whose answer is waited for: asked again they would stand twice. */
  const asking = new Set<string>()

  function ask(of: StoredContainment, step: Step): Promise<number> {
    const key = `${of.tenant} ${of.id} ${step}`
    asking.add(key)
    const by = step === 'begun' ? of.begunBy : of.undone!.by
    return record(by, entryInWords(of, step), step === 'begun')
      .then(({ index }) => index)
      .finally(() => asking.delete(key))
  }

  return {
    async write(of, step) {
      let inTime = true
      let limit: NodeJS.Timeout | undefined
      const asked = ask(of, step).then(
        async (index) => {
          if (!inTime) await late(of, step, index)
          return index
        },
        (caught: unknown) => {
          if (!(caught instanceof Refusal)) throw caught
          log({ level: 'warn', event: 'a containment is not in the log yet', step, reason: caught.message })
          return null
        },
      )
      // Whoever was answered already hears no more of it; a fault is a fault all the same.
      asked.catch((fault: unknown) => {
        if (!inTime) log({ level: 'error', event: 'a containment is not in the log', reason: String(fault) })
      })
      try {
        return await Promise.race([
          asked,
          new Promise<null>((resolve) => {
            limit = setTimeout(() => {
              inTime = false
              resolve(null)
            }, entryMsMax)
          }),
        ])
      } finally {
        clearTimeout(limit)
      }
    },

    async writeMissing(all) {
      for (const of of all)
        for (const step of ['begun', 'undone'] as const) {
          const missing =
            step === 'begun' ? of.entry === null : of.undone !== null && of.undone.entry === null
          if (!missing) continue
          // The later step must not stand before the earlier one.
          if (asking.has(`${of.tenant} ${of.id} ${step}`)) break
          try {
            await late(of, step, await ask(of, step))
          } catch (caught) {
            if (!(caught instanceof Refusal && caught.code === 'history_unavailable')) throw caught
            return
          }
        }
    },
  }
}

function entryInWords(of: StoredContainment, step: Step): string {
  const scope = `${step === 'begun' ? 'Switched off' : 'On again'}: ${scopeInWords(of.scope)}.`
  const reason = step === 'begun' ? of.reason : of.undone!.reason
  return `${scope} Containment ${of.id}.${of.alarm === null ? '' : ` Alarm ${of.alarm}.`} Reason: ${reason}`
}
