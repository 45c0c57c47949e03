import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useDefinition } from '../draft-context.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { articlesQuery } from '../knowledge/article-queries.ts'
import type { TraceNames } from './trace-words.ts'

/** What the draft on screen calls things; an id stays where the draft does not know it. */
export function useTraceNames(): TraceNames {
  const definition = useDefinition()
  const { data } = useQuery(articlesQuery)
  return useMemo(
    () => ({
      intent: (id) => nameOfIntentId(definition, id),
      flow: (id) => definition.flows.find((flow) => flow.id === id)?.title[definition.language] ?? id,
      article: (id) => data?.items.find((article) => article.id === id)?.title ?? id,
    }),
    [definition, data],
  )
}
