import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type {
  AccessEntries,
  AccessLogStatus,
  AccessPolicy,
  AccessReview,
  LegalHold,
} from '@candor/protocol/api.ts'
import { api } from '../live/api-client.ts'
import type { ProofBundle } from '@candor/ledger/bundle.ts'
import { keysOf, readBundle } from './check-bundle.ts'
import { pinLog, type LogKeysSeen, type PinVerdict } from './pinned-log.ts'

/** What is asked of the log, as the API spells it. */
export interface EntryFilter {
  conversation?: string
  customer?: string
  /** `agent:<id>` */
  actor?: string
  from?: string
  until?: string
  type?: string
}

/** One page of the list; a conversation of a year fits. */
const entriesPerPage = 100
/** Somebody may be reading right now. */
const liveMs = 10_000

export const entriesQuery = (filter: EntryFilter) =>
  infiniteQueryOptions({
    queryKey: ['access', 'entries', filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<AccessEntries>(
        `/access/entries?${asQuery({ ...filter, limit: String(entriesPerPage), ...(pageParam && { cursor: pageParam }) })}`,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: liveMs,
  })

export interface Bundle {
  text: string
  parsed: ProofBundle
  keys: LogKeysSeen
  pin: PinVerdict
}

export const bundleQuery = (tenant: string, filter: EntryFilter) =>
  queryOptions({
    queryKey: ['access', 'bundle', tenant, filter],
    queryFn: async ({ signal }): Promise<Bundle> => {
      const text = await api.text(`/access/bundle?${asQuery(filter)}`, signal)
      const parsed = readBundle(text)
      if (!parsed) throw new Error('The server’s answer is not a proof bundle.')
      const keys = keysOf(parsed)
      return { text, parsed, keys, pin: pinLog(tenant, keys, new Date().toISOString()) }
    },
  })

export const logStatusQuery = queryOptions({
  queryKey: ['access', 'log'],
  queryFn: ({ signal }) => api.get<AccessLogStatus>('/access/log', signal),
  refetchInterval: liveMs,
})

export const reviewQuery = (days: number) =>
  queryOptions({
    queryKey: ['access', 'review', days],
    queryFn: ({ signal }) => api.get<AccessReview>(`/access/review?days=${days}`, signal),
    refetchInterval: liveMs,
  })

export const policyQuery = queryOptions({
  queryKey: ['access', 'policy'],
  queryFn: ({ signal }) => api.get<AccessPolicy>('/access/policy', signal),
})

export const holdsQuery = queryOptions({
  queryKey: ['access', 'holds'],
  queryFn: async ({ signal }) => (await api.get<{ items: LegalHold[] }>('/access/holds', signal)).items,
})

function asQuery(filter: { [name: string]: string } | EntryFilter): string {
  return new URLSearchParams(Object.entries(filter) as [string, string][]).toString()
}
