import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { ResultNumber, ResultPage, VirtualAgentResults } from '@candor/protocol/virtual-agent-results.ts'
import { api } from '../../live/api-client.ts'
import type { Period } from './period.ts'

export const resultsQuery = ({ from, to }: Period) =>
  queryOptions({
    queryKey: ['virtual-agent', 'results', from, to],
    queryFn: ({ signal }) =>
      api.get<VirtualAgentResults>(
        `/virtual-agent/results?${new URLSearchParams({ from, to }).toString()}`,
        signal,
      ),
  })

/** Which conversations: of a number, and of one reason or one intent where that is chosen. */
export interface Opened {
  number: ResultNumber
  reason?: string
  intent?: string
}

export const openedQuery = ({ from, to }: Period, { number, reason, intent }: Opened) =>
  infiniteQueryOptions({
    queryKey: ['virtual-agent', 'results', from, to, number, reason, intent],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ from, to })
      if (reason !== undefined) query.set('reason', reason)
      if (intent !== undefined) query.set('intent', intent)
      if (pageParam !== null) query.set('cursor', pageParam)
      return api.get<ResultPage>(`/virtual-agent/results/${number}?${query.toString()}`, signal)
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  })
