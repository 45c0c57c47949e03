import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type {
  Containment,
  IntegrityAlarm,
  IntegrityHome,
  InventoryScript,
  PageTemplate,
  Playbook,
  ReleaseRow,
  WatchedPage,
  WatcherRun,
} from '@candor/protocol/integrity-api.ts'
import { api } from '../live/api-client.ts'

/** An alarm is raised within a minute of the first report; the page adds at most this to it. */
const liveMs = 5_000
/** While frames are being stopped, somebody watches the number go up. */
const stoppingMs = 1_000
const calmMs = 20_000

const list = async <T>(path: string, signal: AbortSignal): Promise<T[]> =>
  (await api.get<{ items: T[] }>(`/integrity/${path}`, signal)).items

export const homeQuery = queryOptions({
  queryKey: ['integrity', 'home'],
  queryFn: ({ signal }) => api.get<IntegrityHome>('/integrity', signal),
  refetchInterval: liveMs,
})

export const pagesQuery = queryOptions({
  queryKey: ['integrity', 'pages'],
  queryFn: ({ signal }) => list<PageTemplate>('pages', signal),
  refetchInterval: calmMs,
})

export const alarmsQuery = (state: IntegrityAlarm['state']) =>
  queryOptions({
    queryKey: ['integrity', 'alarms', state],
    queryFn: ({ signal }) => list<IntegrityAlarm>(`alarms?state=${state}`, signal),
    refetchInterval: liveMs,
  })

/** `page`: id of a page template. */
export const scriptsQuery = (page: string) =>
  queryOptions({
    queryKey: ['integrity', 'scripts', page],
    queryFn: ({ signal }) => list<InventoryScript>(`scripts?template=${encodeURIComponent(page)}`, signal),
    refetchInterval: calmMs,
  })

/** A body has one hash for ever. */
export const bodyQuery = (hash: string) =>
  queryOptions({
    queryKey: ['integrity', 'body', hash],
    queryFn: ({ signal }) => api.text(`/integrity/bodies/${encodeURIComponent(hash)}`, signal),
    staleTime: Infinity,
  })

export const isStopping = ({ undoneAt, framesOpen, framesStopped }: Containment): boolean =>
  undoneAt === null && framesStopped < framesOpen

export const containmentsQuery = queryOptions({
  queryKey: ['integrity', 'containments'],
  queryFn: ({ signal }) => list<Containment>('containments', signal),
  refetchInterval: ({ state }) => (state.data?.some(isStopping) ? stoppingMs : liveMs),
})

export const playbookQuery = queryOptions({
  queryKey: ['integrity', 'playbook'],
  queryFn: ({ signal }) => api.get<Playbook>('/integrity/playbook', signal),
  // What is being typed is not overwritten by what comes.
  refetchOnWindowFocus: false,
})

export const releasesQuery = queryOptions({
  queryKey: ['integrity', 'releases'],
  queryFn: ({ signal }) => list<ReleaseRow>('releases', signal),
  refetchInterval: calmMs,
})

export const watchedPagesQuery = queryOptions({
  queryKey: ['integrity', 'watched-pages'],
  queryFn: ({ signal }) => list<WatchedPage>('watched-pages', signal),
  refetchInterval: liveMs,
})

/** `page`: a watched page; null: of all of them. Newest first. */
export const runsQuery = (page: string | null) =>
  infiniteQueryOptions({
    queryKey: ['integrity', 'runs', page],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams()
      if (page !== null) query.set('page', page)
      if (pageParam !== null) query.set('cursor', pageParam)
      return api.get<{ items: WatcherRun[]; next?: string | null }>(
        `/integrity/runs?${query.toString()}`,
        signal,
      )
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? null,
    refetchInterval: liveMs,
  })
