import { infiniteQueryOptions } from '@tanstack/react-query'
import type { ConversationPage } from '@candor/protocol/api.ts'
import type { UnansweredPage } from '@candor/protocol/virtual-agent-api.ts'
import { api } from '../../live/api-client.ts'

const rowsPerPage = 50

/** Rows say who and where, and no text: looking at them leaves no entry. */
export const rowsQuery = (status: 'open' | 'closed') =>
  infiniteQueryOptions({
    queryKey: ['virtual-agent', 'past', status],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ view: 'all', status, limit: String(rowsPerPage) })
      if (pageParam !== null) query.set('cursor', pageParam)
      return api.get<ConversationPage>(`/conversations?${query.toString()}`, signal)
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  })

export const unansweredQuery = infiniteQueryOptions({
  queryKey: ['virtual-agent', 'unanswered'],
  queryFn: ({ pageParam, signal }) =>
    api.get<UnansweredPage>(
      `/virtual-agent/unanswered${pageParam === null ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
      signal,
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
})
