import { useMemo, useState } from 'react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { AccessEntry } from '@candor/protocol/api.ts'
import type { ProofBundle } from '@candor/ledger/bundle.ts'
import { useDesk } from '../live/desk-context.ts'
import { bundleQuery, entriesQuery, type Bundle, type EntryFilter } from './access-queries.ts'
import { checkBundle, readBundle, type BundleCheck } from './check-bundle.ts'
import { flipByte, type Flip, type FlipPlace } from './flip-byte.ts'
import { trustLog } from './pinned-log.ts'

/** A checkpoint with its cosignatures comes every two seconds under load. */
const waitingMs = 3_000

export interface CheckedEntries {
  listed: readonly AccessEntry[]
  loading: boolean
  fault: Error | null
  /** Why there are no proofs right now; the list is there all the same. */
  proofFault: Error | null
  more: (() => void) | null
  /** Null while it comes, and where nobody asked for it yet. */
  bundle: Bundle | null
  /** What was checked: the bundle, or the bundle with the bit turned over. */
  parsed: ProofBundle | null
  check: BundleCheck | null
  flip: Flip | null
  turn(place: FlipPlace): void
  restore(): void
  /** Takes the keys of the log as they are now for true. */
  trust(): void
  prove(): void
}

/** A list of entries and its check. @param atOnce else when `prove` is called: a long list costs a long bundle. */
export function useChecked(filter: EntryFilter, atOnce: boolean): CheckedEntries {
  const tenant = useDesk().me.tenant.id
  const entries = useInfiniteQuery(entriesQuery(filter))
  const listed = useMemo(() => entries.data?.pages.flatMap(({ items }) => items) ?? [], [entries.data])
  const [asked, setAsked] = useState(atOnce)
  const newest = listed[0]?.index
  const bundle = useQuery({
    ...bundleQuery(tenant, filter),
    enabled: asked && listed.length > 0,
    // Without any checkpoint yet there is no bundle either.
    refetchInterval: ({ state }) =>
      state.data ? (lacks(state.data, newest) ? waitingMs : false) : state.error ? waitingMs : false,
  })
  const [flipped, setFlipped] = useState<{ text: string; flip: Flip } | null>(null)

  const data = bundle.data ?? null
  const text = flipped?.text ?? data?.text ?? null
  const pinned = data?.pin.pinned
  const check = useMemo(
    () => (text !== null && pinned ? checkBundle(text, pinned, listed) : null),
    [text, pinned, listed],
  )
  const parsed = useMemo(() => (flipped ? readBundle(flipped.text) : (data?.parsed ?? null)), [flipped, data])

  return {
    listed,
    loading: entries.isPending || (asked && listed.length > 0 && bundle.isPending),
    fault: entries.error,
    proofFault: bundle.error,
    more: entries.hasNextPage && !entries.isFetchingNextPage ? () => void entries.fetchNextPage() : null,
    bundle: data,
    parsed,
    check,
    flip: flipped?.flip ?? null,
    turn(place) {
      setFlipped(data && flipByte(data.parsed, place))
    },
    restore: () => setFlipped(null),
    trust() {
      if (!data) return
      trustLog(tenant, data.keys, new Date().toISOString())
      void bundle.refetch()
    },
    prove: () => setAsked(true),
  }
}

/** The bundle was made before the newest entry that is listed, or before that one's checkpoint. */
function lacks(bundle: Bundle, newest: number | undefined): boolean {
  if (newest === undefined) return false
  return !bundle.parsed.entries.some(({ index }) => index === newest)
}
