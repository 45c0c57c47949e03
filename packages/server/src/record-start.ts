import { Refusal } from '@candor/protocol/refusals.ts'
import type { AccessLog } from './access/access-log.ts'
import type { Log } from './log.ts'

/**
 * What the operator did before this start, and the start itself, in the log before anything is done with the database.
 * While a keyholder elsewhere is away chat starts all the same; then the entries follow when it is back.
 */
export async function recordStart(options: {
  accessLog: Pick<AccessLog, 'record'>
  onConnected(act: () => void): void
  version: string
  /** When the backup was made that the database was restored from since the last start. */
  restoredFrom: string | null
  log: Log
}): Promise<void> {
  const { accessLog, log, restoredFrom } = options
  const acts = [
    ...(restoredFrom === null ? [] : [`The database was restored from the backup of ${restoredFrom}.`]),
    `The server starts, version ${options.version}.`,
  ]
  const record = async (): Promise<void> => {
    while (acts.length > 0) {
      await accessLog.record({ type: 'operator', tenant: null, by: null, what: acts[0]! })
      acts.shift()
    }
  }
  try {
    await record()
  } catch (caught) {
    if (!(caught instanceof Refusal && caught.code === 'history_unavailable')) throw caught
    log({ level: 'warn', event: 'the start is not in the log yet', reason: caught.message })
    let recording = false
    options.onConnected(() => {
      if (recording) return
      recording = true
      record()
        .catch((again: unknown) => {
          if (!(again instanceof Refusal)) throw again
        })
        .finally(() => (recording = false))
    })
  }
}
