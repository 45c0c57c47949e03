import { createHash } from 'node:crypto'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { loadModel, ModelFault } from '@candor/virtual-agent/intents/save-model.ts'
import { IndexFault, loadIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { encoderLanguage, type KnowledgeIndex } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import type { Store } from '../store/store.ts'
import { listOf, partsOf, type AgentParts } from './agent-parts.ts'
import type { Articles } from './article-store.ts'
import { openHeldByBytes, type Sized } from './held-by-bytes.ts'
import { indexHashOf, type Trained } from './trained.ts'
import type { Training, TrainingPart } from './training.ts'
import type { Versions } from './versions.ts'
import { withoutArticles } from './without-articles.ts'

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

  /** The first of these that is at hand and can be read. */
  async function load<Value>(
    tenant: string,
    hashes: readonly (Buffer | null | undefined)[],
    read: (bytes: Uint8Array) => Value,
  ): Promise<Sized<Value> | null> {
    for (const hash of hashes) {
      const bytes = hash && (await trained.bytes(tenant, hash))
      if (!bytes) continue
      try {
        return { value: read(bytes), bytes: bytes.byteLength }
      } catch (caught) {
        // Made by another version of this program: it is as if it were not there, and made anew.
        if (!(caught instanceof ModelFault || caught instanceof IndexFault)) throw caught
        log({ level: 'warn', event: 'trained by another version', tenant, reason: caught.message })
      }
    }
    return null
  }

  async function prepared(
    tenant: string,
    definition: Definition,
    version: number,
    parts: AgentParts,
    frozen: { modelHash: Buffer | null; indexHash: Buffer | null } | null,
  ): Promise<Sized<Agent> & { lacks: TrainingPart[] }> {
    const model = await load(tenant, [frozen?.modelHash, parts.model?.hash], loadModel)
    const quotesEnglish = parts.index !== null && parts.languages.includes(encoderLanguage)
    const loaded = model?.value.tiers === 2 || quotesEnglish ? encoder() : null
    const index = await load(tenant, [frozen?.indexHash, parts.index?.hash], (bytes) =>
      loadIndex(bytes, loaded),
    )
    const ids = parts.articles.map(({ id }) => id)
    const agent = prepareAgent({
      definition,
      version,
      model: model?.value ?? null,
      knowledge: index && withoutArticles(index.value, await articles.withdrawn(tenant, ids)),
      encoder: loaded,
    })
    const json = bytesPerJsonCharacter * JSON.stringify(definition).length
    return {
      value: agent,
      bytes: json + (model?.bytes ?? 0) + (index?.bytes ?? 0),
      lacks: [
        ...(model === null && parts.model !== null ? [parts.model] : []),
        ...(index === null && parts.index !== null ? [parts.index] : []),
      ],
    }
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
        const inForce = await versions.inForce(tenant)
        if (inForce === null) return { value: null, bytes: 0 }
        const { definition, script } = inForce
        const parts = await partsOf(articles, tenant, definition, script ? 'none' : inForce.version)
        const made = await prepared(tenant, definition, inForce.version, parts, inForce)
        // Until then the nearest example by words answers, or nothing is quoted.
        training.startUnasked(tenant, made.lacks)
        return made
      })
    },

    async draft(tenant, definition) {
      const parts = await partsOf(articles, tenant, definition, null)
      const hashes = listOf(parts).map(({ hash }) => hash)
      const have = await trained.have(tenant, hashes)
      const digest = createHash('sha256').update(JSON.stringify(definition)).digest('base64url')
      const of = [digest, ...hashes.map((hash, i) => `${hash.toString('base64url')} ${have[i]}`)].join(' ')
      const agent = await agents.get(`${tenant} draft`, of, () =>
        prepared(tenant, definition, 0, parts, null),
      )
      return { agent: agent!, trained: have.every(Boolean) }
    },

    async approvedArticles(tenant) {
      const keys = await articles.quotableKeys(tenant, null)
      if (keys.length === 0) return { shelves: [], encoder: null }
      const hash = indexHashOf(keys)
      return indexes.get(`${tenant} articles`, hash.toString('base64url'), async () => {
        const loaded = encoder()
        const index = await load(tenant, [hash], (bytes) => loadIndex(bytes, loaded))
        return index ?? { value: null, bytes: 0 }
      })
    },

    heldBytes: () => agents.bytes() + indexes.bytes(),
  }
}
