import { createHash } from 'node:crypto'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { encoderLanguage } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { IndexFault, loadIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { loadModel, ModelFault } from '@candor/virtual-agent/intents/save-model.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Store } from '../store/store.ts'
import { listOf, partsOf, type AgentParts } from './agent-parts.ts'
import type { Articles } from './article-store.ts'
import type { Trained } from './trained.ts'
import type { Training } from './training.ts'
import type { Versions } from './versions.ts'
import { withoutArticles } from './without-articles.ts'

/**
 * What answers a tenant's visitors, prepared and held in memory. Which version that is, is read for every turn, one
 * row by its key: a publication or a withdrawn article counts from the next turn on, in every server on this database
 * and without anybody being told.
 */
export interface CurrentAgents {
  /** Null: the tenant has no virtual agent. */
  current(tenant: string): Promise<Agent | null>
  /** What was answered last, without waiting; undefined when it is not known. */
  known(tenant: string): Agent | null | undefined
  /** Not published, with the articles that are approved now; without a model while its examples are not trained. */
  draft(tenant: string, definition: Definition): Promise<{ agent: Agent; trained: boolean }>
  /** Bytes that are held, as far as they can be counted. */
  heldBytes(): number
}

/** Agents of all tenants; the one not used for longest is prepared again when it is asked for. */
const heldBytesMax = 256 * 1024 * 1024
/** Objects of JavaScript take about four times what their JSON does. */
const bytesPerJsonCharacter = 4
/** Tenants without a virtual agent, so that their messages wait for nothing. */
const absentMax = 10_000

interface HeldAgent {
  /** What it was made from; when that has changed, it is made anew. */
  of: string
  bytes: number
  agent: Promise<Agent | null>
  /** Once it is prepared. */
  known: Agent | null | undefined
}

export function openCurrentAgents(options: {
  store: Store
  versions: Versions
  trained: Trained
  articles: Articles
  training: Pick<Training, 'startUnasked' | 'onTrained'>
  /** Read once, when the first agent needs it: some 60 MB. */
  encoder(): Promise<Encoder | null>
  log: (event: Record<string, unknown>) => void
}): CurrentAgents {
  const { store, versions, trained, articles, training, encoder, log } = options
  const held = new Map<string, HeldAgent>()
  const absent = new Set<string>()
  let heldBytes = 0

  function drop(key: string): void {
    const gone = held.get(key)
    if (gone === undefined) return
    held.delete(key)
    heldBytes -= gone.bytes
  }

  /** Callers that come meanwhile share one preparation; one that failed is not held. */
  function holding(
    key: string,
    of: string,
    make: () => Promise<{ agent: Agent | null; bytes: number }>,
  ): Promise<Agent | null> {
    const known = held.get(key)
    if (known?.of === of) {
      held.delete(key)
      held.set(key, known)
      return known.agent
    }
    drop(key)
    const made = make()
    const entry: HeldAgent = { of, bytes: 0, agent: made.then(({ agent }) => agent), known: known?.known }
    held.set(key, entry)
    made.then(
      ({ agent, bytes }) => {
        entry.known = agent
        if (held.get(key) !== entry) return
        entry.bytes = bytes
        heldBytes += bytes
        for (const oldest of held.keys()) {
          if (heldBytes <= heldBytesMax || oldest === key) break
          drop(oldest)
        }
      },
      () => {
        if (held.get(key) === entry) held.delete(key)
      },
    )
    return entry.agent
  }

  /** What cannot be read was written by another version of this program: it is as if it were not there. */
  function readable<Value>(tenant: string, read: () => Value): Value | null {
    try {
      return read()
    } catch (caught) {
      if (!(caught instanceof ModelFault || caught instanceof IndexFault)) throw caught
      log({ level: 'warn', event: 'trained by another version', tenant, reason: caught.message })
      return null
    }
  }

  async function prepared(
    tenant: string,
    definition: Definition,
    version: number,
    parts: AgentParts,
    frozen: { modelHash: Buffer | null; indexHash: Buffer | null },
  ): Promise<{ agent: Agent; bytes: number; complete: boolean }> {
    const load = async <Value>(
      hashes: readonly (Buffer | null | undefined)[],
      read: (bytes: Uint8Array) => Value,
    ): Promise<{ value: Value; bytes: number } | null> => {
      for (const hash of hashes) {
        if (hash === null || hash === undefined) continue
        const bytes = await trained.bytes(tenant, hash)
        const value = bytes && readable(tenant, () => read(bytes))
        if (value !== null) return { value, bytes: bytes!.byteLength }
      }
      return null
    }
    const model = await load([frozen.modelHash, parts.model?.hash], loadModel)
    const english = parts.index !== null && definition.language === encoderLanguage
    const loaded = model?.value.tiers === 2 || english ? await encoder() : null
    const index = await load([frozen.indexHash, parts.index?.hash], (bytes) => loadIndex(bytes, loaded))
    const gone = await articles.withdrawn(
      tenant,
      parts.articles.map(({ id }) => id),
    )
    const agent = prepareAgent({
      definition,
      version,
      model: model?.value ?? null,
      knowledge: index && withoutArticles(index.value, gone),
      encoder: loaded,
    })
    const json = JSON.stringify(definition).length
    const bytes = bytesPerJsonCharacter * json + (model?.bytes ?? 0) + (index?.bytes ?? 0)
    const complete = (model !== null || parts.model === null) && (index !== null || parts.index === null)
    return { agent, bytes, complete }
  }

  training.onTrained((tenant) => {
    for (const key of held.keys()) if (key.startsWith(tenant)) drop(key)
  })
  versions.onPublished((tenant) => absent.delete(tenant))

  return {
    async current(tenant) {
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
      if (version === null) {
        if (absent.size >= absentMax) absent.clear()
        absent.add(tenant)
        return null
      }
      return holding(tenant, `${version} ${since?.getTime()} ${withdrawn?.getTime()}`, async () => {
        const inForce = await versions.inForce(tenant)
        if (inForce === null) return { agent: null, bytes: 0 }
        const { definition } = inForce
        const parts = await partsOf(articles, tenant, definition, inForce.script ? 'none' : inForce.version)
        const { agent, bytes, complete } = await prepared(tenant, definition, inForce.version, parts, inForce)
        // Until then the nearest example by words answers, and nothing is quoted.
        if (!complete) training.startUnasked(tenant, await missing(tenant, parts))
        return { agent, bytes }
      })
    },

    known: (tenant) => (absent.has(tenant) ? null : held.get(tenant)?.known),

    async draft(tenant, definition) {
      const parts = await partsOf(articles, tenant, definition, null)
      const trainedNow = (await missing(tenant, parts)).length === 0
      const digest = createHash('sha256').update(JSON.stringify(definition)).digest('base64url')
      const hashes = listOf(parts).map(({ hash }) => hash.toString('base64url'))
      const none = { modelHash: null, indexHash: null }
      const agent = await holding(`${tenant} draft`, [digest, trainedNow, ...hashes].join(' '), () =>
        prepared(tenant, definition, 0, parts, none),
      )
      return { agent: agent!, trained: trainedNow }
    },

    heldBytes: () => heldBytes,
  }

  async function missing(tenant: string, parts: AgentParts) {
    const list = listOf(parts)
    const have = await trained.have(
      tenant,
      list.map(({ hash }) => hash),
    )
    return list.filter((_, i) => !have[i])
  }
}
