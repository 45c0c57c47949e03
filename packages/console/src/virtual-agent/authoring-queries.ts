import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type {
  CheckAnswer,
  Draft,
  DraftReview,
  TrainingStatus,
  VersionDetail,
  VersionPage,
  VirtualAgentOverview,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { api } from '../live/api-client.ts'
import type { DraftServer } from './draft-store.ts'
import type { Review } from '@candor/virtual-agent/review.ts'

/** Somebody else may be writing the same draft. */
const overviewMs = 20_000
const trainingMs = 700

export const overviewQuery = queryOptions({
  queryKey: ['virtual-agent', 'overview'],
  queryFn: ({ signal }) => api.get<VirtualAgentOverview<Definition>>('/virtual-agent', signal),
  refetchInterval: overviewMs,
})

export const isUnderWay = ({ state }: TrainingStatus): boolean => state === 'waiting' || state === 'running'

export const trainingQuery = queryOptions({
  queryKey: ['virtual-agent', 'training'],
  queryFn: ({ signal }) => api.get<TrainingStatus>('/virtual-agent/training', signal),
  refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? trainingMs : false),
})

export const reviewQuery = queryOptions({
  queryKey: ['virtual-agent', 'review'],
  queryFn: ({ signal }) => api.get<DraftReview<Review>>('/virtual-agent/draft/review', signal),
})

export const versionsQuery = infiniteQueryOptions({
  queryKey: ['virtual-agent', 'versions'],
  queryFn: ({ pageParam, signal }) =>
    api.get<VersionPage>(
      `/virtual-agent/versions${pageParam === null ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
      signal,
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
})

export const versionQuery = (version: number) =>
  queryOptions({
    queryKey: ['virtual-agent', 'version', version],
    queryFn: ({ signal }) =>
      api.get<VersionDetail<Definition, Review>>(`/virtual-agent/versions/${version}`, signal),
  })

export const draftServer: DraftServer = {
  put: (revision, definition) => api.put<Draft<Definition>>('/virtual-agent/draft', { revision, definition }),
  check: async (definition) =>
    (await api.post<CheckAnswer>('/virtual-agent/draft/check', { definition })).faults,
  get: async () => (await api.get<VirtualAgentOverview<Definition>>('/virtual-agent')).draft,
}
