import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { Articles, QuotableArticle } from './article-store.ts'
import { indexHashOf, modelHashOf } from './trained.ts'
import type { TrainingPart } from './training.ts'

/** What an agent is made of besides its definition; null where there is nothing to make. */
export interface AgentParts {
  model: Extract<TrainingPart, { kind: 'model' }> | null
  index: Extract<TrainingPart, { kind: 'index' }> | null
  articles: readonly QuotableArticle[]
  /** Of the articles. */
  languages: readonly Language[]
}

/** One intent is told from nothing. */
const intentsMin = 2

/** @param version whose articles are quoted; null: those that are approved now; `none`: a script quotes nothing. */
export async function partsOf(
  articles: Pick<Articles, 'quotable' | 'quotableKeys'>,
  tenant: string,
  definition: Definition,
  version: number | null | 'none',
): Promise<AgentParts> {
  const keys = version === 'none' ? [] : await articles.quotableKeys(tenant, version)
  const told = new Set(trainingExamples(definition).map(({ label }) => label))
  return {
    model: told.size < intentsMin ? null : { kind: 'model', hash: modelHashOf(definition), definition },
    index:
      keys.length === 0 || version === 'none'
        ? null
        : { kind: 'index', hash: indexHashOf(keys), articles: () => articles.quotable(tenant, version) },
    articles: keys,
    languages: [...new Set(keys.map(({ language }) => language))],
  }
}

export function listOf({ model, index }: AgentParts): TrainingPart[] {
  return [...(model === null ? [] : [model]), ...(index === null ? [] : [index])]
}
