/**
 * The log's keys as this browser saw them first. A server that begins another log, or drops a witness, can show a list
 * that verifies by itself; it cannot make this browser forget what it knew.
 */
export interface PinnedLog {
  origin: string
  vkey: string
  witnesses: string[]
  quorum: number
  /** When this browser saw the key first. */
  since: string
}

export type LogKeysSeen = Omit<PinnedLog, 'since'>

export type PinVerdict =
  | { kind: 'first' | 'same'; pinned: PinnedLog }
  /** `why` is a sentence. */
  | { kind: 'changed'; pinned: PinnedLog; why: string }

const place = (tenant: string): string => `candor.log ${tenant}`

/** Compares what is shown with what is known; what is new and takes nothing away is known from now on. */
export function pinLog(
  tenant: string,
  seen: LogKeysSeen,
  now: string,
  storage: Storage = localStorage,
): PinVerdict {
  const pinned = read(tenant, storage)
  if (!pinned) return { kind: 'first', pinned: write(tenant, { ...seen, since: now }, storage) }
  const why = difference(pinned, seen)
  if (why !== null) return { kind: 'changed', pinned, why }
  return { kind: 'same', pinned: write(tenant, { ...seen, since: pinned.since }, storage) }
}

/** A person was told of the change by another way. */
export function trustLog(
  tenant: string,
  seen: LogKeysSeen,
  now: string,
  storage: Storage = localStorage,
): void {
  write(tenant, { ...seen, since: now }, storage)
}

function difference(pinned: PinnedLog, seen: LogKeysSeen): string | null {
  if (pinned.vkey !== seen.vkey || pinned.origin !== seen.origin)
    return 'The log is signed by another key than the one this browser knows.'
  const missing = pinned.witnesses.find((vkey) => !seen.witnesses.includes(vkey))
  if (missing !== undefined) return `The witness ${missing.split('+')[0]} has gone.`
  if (seen.quorum < pinned.quorum)
    return `Only ${seen.quorum} of ${seen.witnesses.length} witnesses must cosign now; it was ${pinned.quorum}.`
  return null
}

function read(tenant: string, storage: Storage): PinnedLog | null {
  try {
    return JSON.parse(storage.getItem(place(tenant)) ?? 'null') as PinnedLog | null
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault
    return null
  }
}

function write(tenant: string, pinned: PinnedLog, storage: Storage): PinnedLog {
  storage.setItem(place(tenant), JSON.stringify(pinned))
  return pinned
}
