import { queryOptions } from '@tanstack/react-query'
import type { ArticleDetail, ArticleSummary, CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import { api } from '../../live/api-client.ts'

const crawlMs = 1_000

export const articlesQuery = queryOptions({
  queryKey: ['virtual-agent', 'articles'],
  queryFn: ({ signal }) => api.get<{ items: ArticleSummary[] }>('/virtual-agent/articles', signal),
})

export const crawlQuery = queryOptions({
  queryKey: ['virtual-agent', 'crawl'],
  queryFn: ({ signal }) => api.get<CrawlStatus>('/virtual-agent/articles/crawl', signal),
  refetchInterval: ({ state }) => (state.data?.state === 'running' ? crawlMs : false),
})

export const articleQuery = (id: string) =>
  queryOptions({
    queryKey: ['virtual-agent', 'article', id],
    queryFn: ({ signal }) => api.get<ArticleDetail>(`/virtual-agent/articles/${id}`, signal),
  })
