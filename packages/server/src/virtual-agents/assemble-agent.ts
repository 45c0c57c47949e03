import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { loadModel, ModelFault } from '@candor/virtual-agent/intents/save-model.ts'
import { IndexFault, loadIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { withoutArticles } from './without-articles.ts'

/** What an agent is made of, as it is stored: it can be sent to another thread. */
export interface AgentIngredients {
  definition: Definition
  version: number
  /** Models that would do, the right one first. */
  models: readonly Uint8Array[]
  indexes: readonly Uint8Array[]
  /** Articles that are not quoted though they are indexed. */
  withdrawn: readonly string[]
  /** English articles are found by meaning too. */
  quotesEnglish: boolean
}

export interface AssembledAgent {
  agent: Agent
  /** What was made by another version of this program: it is as if it were not there. */
  unreadable: string[]
}

/** Takes some milliseconds for each megabyte. @param encoder asked for when it is used */
export function assembleAgent(ingredients: AgentIngredients, encoder: () => Encoder): AssembledAgent {
  const { definition, version, withdrawn } = ingredients
  const unreadable: string[] = []

  function first<Value>(stored: readonly Uint8Array[], read: (bytes: Uint8Array) => Value): Value | null {
    for (const bytes of stored)
      try {
        return read(bytes)
      } catch (caught) {
        if (!(caught instanceof ModelFault || caught instanceof IndexFault)) throw caught
        unreadable.push(caught.message)
      }
    return null
  }

  const model = first(ingredients.models, loadModel)
  const used = model?.tiers === 2 || ingredients.quotesEnglish ? encoder() : null
  const index = first(ingredients.indexes, (bytes) => loadIndex(bytes, used))
  const knowledge = index && withoutArticles(index, new Set(withdrawn))
  return { agent: prepareAgent({ definition, version, model, knowledge, encoder: used }), unreadable }
}
