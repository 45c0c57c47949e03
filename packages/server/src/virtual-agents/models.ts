import { createHash } from 'node:crypto'
import type { CrossValidation } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/** What training made, kept by what it read: the same examples are trained once, for test pane, proposal and version. */
export interface Models {
  has(tenant: string, hash: Buffer): Promise<boolean>
  crossValidation(tenant: string, hash: Buffer): Promise<CrossValidation | null>
  /** As `saveModel` wrote it. */
  bytes(tenant: string, hash: Buffer): Promise<Uint8Array | null>
  /** The same hash again changes nothing. Models that no version has, and that newer ones have followed, go. */
  keep(tenant: string, hash: Buffer, model: Uint8Array, crossValidation: CrossValidation): Promise<void>
}

/** 200 intents with a large vocabulary come to some 5 MB (intents/save-model.ts). */
export const modelBytesMax = 32 * 1024 * 1024
/** Back to yesterday's examples without training again. */
const unusedKept = 3
/** Raise it when training makes something else of the same examples. */
const trainer = 1

/** What a model is made of: nothing else of a definition changes it. */
export function examplesHash({ language, intents }: Definition): Buffer {
  const examples = intents.map(({ id, examples }) => [id, examples])
  return createHash('sha256')
    .update(JSON.stringify([trainer, language, examples]))
    .digest()
}

export function openModels(store: Store, clock: Clock): Models {
  return {
    async has(tenant, hash) {
      const rows = await store.read(tenant, (q) =>
        q('select 1 from virtual_agent_models where tenant_id = $1 and hash = $2', [tenant, hash]),
      )
      return rows.length > 0
    },

    async crossValidation(tenant, hash) {
      const [row] = await store.read(tenant, (q) =>
        q<{ cross_validation: CrossValidation }>(
          'select cross_validation from virtual_agent_models where tenant_id = $1 and hash = $2',
          [tenant, hash],
        ),
      )
      return row?.cross_validation ?? null
    },

    async bytes(tenant, hash) {
      const [row] = await store.read(tenant, (q) =>
        q<{ model: Buffer }>('select model from virtual_agent_models where tenant_id = $1 and hash = $2', [
          tenant,
          hash,
        ]),
      )
      return row?.model ?? null
    },

    async keep(tenant, hash, model, crossValidation) {
      if (model.byteLength > modelBytesMax)
        throw new RangeError(`a model of ${model.byteLength} bytes is larger than ${modelBytesMax}`)
      await store.write(tenant, async (q) => {
        await q(
          `insert into virtual_agent_models (tenant_id, hash, model, cross_validation, made_at)
           values ($1, $2, $3, $4, $5) on conflict do nothing`,
          [tenant, hash, Buffer.from(model), JSON.stringify(crossValidation), new Date(clock.now())],
        )
        // Not those of a proposal that is being made at this moment: it refers to the newest.
        await q(
          `delete from virtual_agent_models m where tenant_id = $1
             and not exists (select from virtual_agent_versions v where v.tenant_id = $1 and v.model_hash = m.hash)
             and hash not in (
               select hash from virtual_agent_models where tenant_id = $1 order by made_at desc limit $2)`,
          [tenant, unusedKept],
        )
      })
    },
  }
}
