import { createHash } from 'node:crypto'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { IndexFault, loadIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { encoderLanguage, type KnowledgeIndex } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import type { Store } from '../store/store.ts'
import { listOf, partsOf, type AgentParts } from './agent-parts.ts'
import type { Articles } from './article-store.ts'
import { assembleAgent, type AgentIngredients } from './assemble-agent.ts'
import { openHeldByBytes, type Sized } from './held-by-bytes.ts'
import { indexHashOf, type Trained } from './trained.ts'
import type { Training } from './training.ts'
import type { Versions } from './versions.ts'

/**
 * What answers a tenant's visitors, prepared and held in memory. Which version that is, is read for every turn, one
 * row by its key: a publication or a withdrawn article counts from the next turn on, in every server on this database
 * and without anybody being told.
 */
export interface CurrentAgents {
  /** Null: the tenant has no virtual agent. */
  currentAgent(tenant: string): Promise<Agent | null>
  /** Not published, with the articles that are approved now; without a model while its examples are not trained. */
  draft(tenant: string, definition: Definition): Promise<{ agent: Agent; trained: boolean }>
  /** What they are made of, for another thread: of a draft, or (null) of what is in force; null when nothing is. */
  ingredients(tenant: string, draft: Definition | null): Promise<AgentIngredients | null>
  /** The index of the articles that are approved now; null while there is none of exactly these. */
  approvedArticles(tenant: string): Promise<KnowledgeIndex | null>
  /** Bytes that are held, as far as they can be counted. */
  heldBytes(): number
}

/** Agents of all tenants, and the drafts that are being tried. */
const agentBytesMax = 256 * 1024 * 1024
/** Indexes that are being searched by authors. */
const indexBytesMax = 64 * 1024 * 1024
/** Objects of JavaScript take about four times what their JSON does. */
const bytesPerJsonCharacter = 4

export function openCurrentAgents(options: {
  store: Store
  versions: Versions
  trained: Trained
  articles: Articles
  training: Pick<Training, 'startUnasked' | 'onTrained'>
  /** Read once, when the first agent needs it. */
  encoder(): Encoder
  log: (event: Record<string, unknown>) => void
}): CurrentAgents {
  const { store, versions, trained, articles, training, encoder, log } = options
  const agents = openHeldByBytes<Agent | null>(agentBytesMax)
  const indexes = openHeldByBytes<KnowledgeIndex | null>(indexBytesMax)

  training.onTrained((tenant) => {
    agents.drop(tenant)
    indexes.drop(tenant)
  })

  async function gathered(
    tenant: string,
    definition: Definition,
    version: number,
    parts: AgentParts,
    frozen: { modelHash: Buffer | null; indexHash: Buffer | null } | null,
  ): Promise<AgentIngredients> {
    async function stored(hashes: readonly (Buffer | null | undefined)[]): Promise<Uint8Array[]> {
      const wanted = hashes.filter(
        (hash, i) => hash && !hashes.slice(0, i).some((other) => other?.equals(hash)),
      )
      const found = await Promise.all(wanted.map((hash) => trained.bytes(tenant, hash!)))
      return found.filter((bytes) => bytes !== null)
    }
    const ids = parts.articles.map(({ id }) => id)
    return {
      definition,
      version,
      models: await stored([frozen?.modelHash, parts.model?.hash]),
      indexes: await stored([frozen?.indexHash, parts.index?.hash]),
      withdrawn: [...(await articles.withdrawn(tenant, ids))],
      quotesEnglish: parts.languages.includes(encoderLanguage),
    }
  }

  function prepared(tenant: string, ingredients: AgentIngredients): Sized<Agent> {
    const { agent, unreadable } = assembleAgent(ingredients, encoder)
    for (const reason of unreadable)
      log({ level: 'warn', event: 'trained by another version', tenant, reason })
    const stored = [...ingredients.models.slice(0, 1), ...ingredients.indexes.slice(0, 1)]
    const json = bytesPerJsonCharacter * JSON.stringify(ingredients.definition).length
    return { value: agent, bytes: stored.reduce((sum, { byteLength }) => sum + byteLength, json) }
  }

  /** What is in force, and what it is made of. */
  async function inForceParts(
    tenant: string,
  ): Promise<{ parts: AgentParts; ingredients: AgentIngredients } | null> {
    const inForce = await versions.inForce(tenant)
    if (inForce === null) return null
    const { definition, version, script } = inForce
    const parts = await partsOf(articles, tenant, definition, script ? 'none' : version)
    return { parts, ingredients: await gathered(tenant, definition, version, parts, inForce) }
  }

  return {
    async currentAgent(tenant) {
      const [pointer] = await store.read(tenant, (q) =>
        q<{ version: number | null; since: Date | null; withdrawn: Date | null }>(
          `select coalesce(c.version, s.version) as version, c.since, w.withdrawn
           from (select max(version) as version from virtual_agent_scripts where tenant_id = $1) s
           cross join (select max(withdrawn_at) as withdrawn from virtual_agent_articles where tenant_id = $1) w
           left join virtual_agent_current c on c.tenant_id = $1`,
          [tenant],
        ),
      )
      const { version, since, withdrawn } = pointer!
      if (version === null) return null
      return agents.get(tenant, [version, since?.getTime(), withdrawn?.getTime()].join(' '), async () => {
        const inForce = await inForceParts(tenant)
        if (inForce === null) return { value: null, bytes: 0 }
        const { parts, ingredients } = inForce
        const made = prepared(tenant, ingredients)
        // Until then the nearest example by words answers, or nothing is quoted.
        training.startUnasked(tenant, [
          ...(made.value.model === null && parts.model !== null ? [parts.model] : []),
          ...(made.value.knowledge === null && parts.index !== null ? [parts.index] : []),
        ])
        return made
      })
    },

    async draft(tenant, definition) {
      const parts = await partsOf(articles, tenant, definition, null)
      const hashes = listOf(parts).map(({ hash }) => hash)
      const have = await trained.have(tenant, hashes)
      const digest = createHash('sha256').update(JSON.stringify(definition)).digest('base64url')
      const of = [digest, ...hashes.map((hash, i) => `${hash.toString('base64url')} ${have[i]}`)].join(' ')
      const agent = await agents.get(`${tenant} draft`, of, async () =>
        prepared(tenant, await gathered(tenant, definition, 0, parts, null)),
      )
      return { agent: agent!, trained: have.every(Boolean) }
    },

    async ingredients(tenant, draft) {
      if (draft === null) return (await inForceParts(tenant))?.ingredients ?? null
      const parts = await partsOf(articles, tenant, draft, null)
      return gathered(tenant, draft, 0, parts, null)
    },

    async approvedArticles(tenant) {
      const keys = await articles.quotableKeys(tenant, null)
      if (keys.length === 0) return { shelves: [], encoder: null }
      const hash = indexHashOf(keys)
      return indexes.get(`${tenant} articles`, hash.toString('base64url'), async () => {
        const loaded = encoder()
        const bytes = await trained.bytes(tenant, hash)
        if (bytes === null) return { value: null, bytes: 0 }
        try {
          return { value: loadIndex(bytes, loaded), bytes: bytes.byteLength }
        } catch (caught) {
          if (!(caught instanceof IndexFault)) throw caught
          return { value: null, bytes: 0 }
        }
      })
    },

    heldBytes: () => agents.bytes() + indexes.bytes(),
  }
}
