import { createHash } from 'node:crypto'
import type { CrossValidation } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { indexFormat } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/**
 * What training made, kept by what it read: a model of examples, an index of articles. The same examples are trained
 * once, for test pane, proposal and version.
 */
export interface Trained {
  /** Which of these are at hand. */
  have(tenant: string, hashes: readonly Buffer[]): Promise<boolean[]>
  bytes(tenant: string, hash: Buffer): Promise<Uint8Array | null>
  /** The one that was made last: what it has encoded need not be encoded again. */
  newestIndex(tenant: string): Promise<Uint8Array | null>
  /** Of a model. */
  crossValidation(tenant: string, hash: Buffer): Promise<CrossValidation | null>
  /** Also over what could not be read. What no version has, and newer ones have followed, goes. */
  keep(tenant: string, hash: Buffer, made: Made): Promise<void>
}

export type Made =
  | { kind: 'model'; bytes: Uint8Array; crossValidation: CrossValidation }
  | { kind: 'index'; bytes: Uint8Array }

/** What a tenant's virtual agent is made of must fit into memory beside those of others; PostgreSQL takes 1 GB. */
export const trainedBytesMax = 64 * 1024 * 1024
/** Of each kind: back to yesterday's examples without training again. */
const unusedKept = 3
/** Raise it when training makes something else of the same examples, or `saveModel` writes it otherwise. */
const modelsMadeBy = 'model 1'
const indexesMadeBy = `index ${indexFormat}`

/** What a model is made of: nothing else of a definition changes it. */
export function modelHashOf(definition: Definition): Buffer {
  const examples = trainingExamples(definition).map(({ label, text }) => [label, text])
  return hashOf([modelsMadeBy, definition.language, examples])
}

/** A version of an article never changes, so its number says what it says. */
export function indexHashOf(articles: readonly { id: string; version: number }[]): Buffer {
  return hashOf([indexesMadeBy, articles.map(({ id, version }) => `${id}@${version}`).sort()])
}

function hashOf(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}

export function openTrained(store: Store, clock: Clock): Trained {
  return {
    async have(tenant, hashes) {
      const rows = await store.read(tenant, (q) =>
        q<{ hash: Buffer }>(
          'select hash from virtual_agent_trained where tenant_id = $1 and hash = any ($2)',
          [tenant, hashes],
        ),
      )
      return hashes.map((hash) => rows.some((row) => row.hash.equals(hash)))
    },

    async bytes(tenant, hash) {
      const [row] = await store.read(tenant, (q) =>
        q<{ bytes: Buffer }>('select bytes from virtual_agent_trained where tenant_id = $1 and hash = $2', [
          tenant,
          hash,
        ]),
      )
      return row?.bytes ?? null
    },

    async newestIndex(tenant) {
      const [row] = await store.read(tenant, (q) =>
        q<{ bytes: Buffer }>(
          `select bytes from virtual_agent_trained where tenant_id = $1 and kind = 'index'
           order by made_at desc limit 1`,
          [tenant],
        ),
      )
      return row?.bytes ?? null
    },

    async crossValidation(tenant, hash) {
      const [row] = await store.read(tenant, (q) =>
        q<{ cross_validation: CrossValidation | null }>(
          'select cross_validation from virtual_agent_trained where tenant_id = $1 and hash = $2',
          [tenant, hash],
        ),
      )
      return row?.cross_validation ?? null
    },

    async keep(tenant, hash, made) {
      if (made.bytes.byteLength > trainedBytesMax)
        throw new RangeError(
          `What came of it has ${made.bytes.byteLength} bytes, more than ${trainedBytesMax}.`,
        )
      const crossValidation = made.kind === 'model' ? JSON.stringify(made.crossValidation) : null
      await store.write(tenant, async (q) => {
        await q(
          `insert into virtual_agent_trained (tenant_id, hash, kind, bytes, cross_validation, made_at)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (tenant_id, hash) do update
             set bytes = excluded.bytes, cross_validation = excluded.cross_validation, made_at = excluded.made_at`,
          [tenant, hash, made.kind, Buffer.from(made.bytes), crossValidation, new Date(clock.now())],
        )
        await q(
          `delete from virtual_agent_trained t where tenant_id = $1 and kind = $2
             and not exists (select from virtual_agent_versions v
               where v.tenant_id = $1 and (v.model_hash = t.hash or v.index_hash = t.hash))
             and hash not in (
               select hash from virtual_agent_trained where tenant_id = $1 and kind = $2
               order by made_at desc limit $3)`,
          [tenant, made.kind, unusedKept],
        )
      })
    },
  }
}
