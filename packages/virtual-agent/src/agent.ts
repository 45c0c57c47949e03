import type { ApprovedText, ApprovedTexts } from './approved-texts.ts'
import type { Definition, Intent } from './definition.ts'
import type { CompiledBook } from './flows/compile-book.ts'
import type { Encoder } from './intents/intent-types.ts'
import type { IntentModel } from './intents/intent-model.ts'
import type { KnowledgeIndex } from './knowledge/knowledge-index.ts'
import type { Matcher } from './match-topic.ts'

/** A definition with what was made of it, compiled once by `prepareAgent` and used for every conversation. */
export interface Agent {
  readonly definition: Definition
  /** Number of the published version; 0 for a draft. */
  readonly version: number
  /** Null: not trained yet; the nearest example decides. */
  readonly model: IntentModel | null
  readonly encoder: Encoder | null
  readonly knowledge: KnowledgeIndex | null
  readonly compiled: CompiledBook
  readonly intents: ReadonlyMap<string, Intent>
  /** Intents by the words of their examples and titles. */
  readonly byExample: ReadonlyMap<string, Intent>
  /** Made when it is first asked: nearness of all examples by words. */
  readonly matcher: Matcher<Intent>
  /** Stems of all examples. */
  readonly knownStems: ReadonlySet<string>
  /** Texts of the definition; passages are added by `approved`. */
  readonly texts: ReadonlyMap<string, ApprovedText>
  /** Everything that may be said, passages included. */
  readonly approved: ApprovedTexts
}
