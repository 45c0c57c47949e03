import { Refusal } from '@candor/protocol/refusals.ts'
import type { By, Fault } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'
import type { Clock } from '../clock.ts'
import type { Query, Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { checkDefinition, requireDefinition } from './check-definition.ts'

/** What is being written: one draft for each tenant, which everybody who may edit shares. */
export interface Drafts {
  /** What was saved last, else what is in force. */
  draft(tenant: string): Promise<StoredDraft>
  /**
   * @param revision the one that the change was made to.
   * @throws Refusal `invalid_field` with all faults; `draft_changed` when somebody saved after that revision.
   */
  save(by: Actor, revision: number, definition: unknown): Promise<StoredDraft>
  /** Back to what is in force. @throws Refusal `draft_changed` */
  discard(by: Actor, revision: number): Promise<StoredDraft>
  /** What `save` would say, and nothing is saved. */
  check(tenant: string, definition: unknown): Promise<Fault[]>
}

export interface StoredDraft {
  /** 0: nobody has saved yet. */
  revision: number
  /** Null where nothing was saved and nothing is in force. */
  definition: Definition | null
  /** Saved text of its own, not what is in force. */
  own: boolean
  savedBy: By | null
  savedAt: string | null
}

export function openDrafts(options: {
  store: Store
  clock: Clock
  guardFormats: FormatsOf
  inForce(tenant: string): Promise<Definition | null>
  log: (event: Record<string, unknown>) => void
}): Drafts {
  const { store, clock, guardFormats, inForce, log } = options

  async function stored(row: DraftRow | undefined, tenant: string): Promise<StoredDraft> {
    if (row === undefined || row.definition === null)
      return {
        revision: row?.revision ?? 0,
        definition: await inForce(tenant),
        own: false,
        savedBy: row === undefined ? null : { id: row.saved_by, name: row.saved_by_name },
        savedAt: row === undefined ? null : row.saved_at.toISOString(),
      }
    const parsed = parseDefinition(JSON.parse(row.definition))
    if ('faults' in parsed)
      // Saved by another version of this program: the author starts from what is in force.
      log({ level: 'error', event: 'draft not readable', tenant, revision: row.revision })
    return {
      revision: row.revision,
      definition: 'faults' in parsed ? await inForce(tenant) : parsed.definition,
      own: !('faults' in parsed),
      savedBy: { id: row.saved_by, name: row.saved_by_name },
      savedAt: row.saved_at.toISOString(),
    }
  }

  async function put(by: Actor, revision: number, json: string | null): Promise<DraftRow> {
    return store.write(by.tenant, async (q) => {
      const [saved] = await q<DraftRow>(
        `insert into virtual_agent_drafts as d (tenant_id, revision, definition, saved_by, saved_by_name, saved_at)
         select $1, 1, $3, $4, $5, $6
         where $2 = 0 or exists (select from virtual_agent_drafts where tenant_id = $1)
         on conflict (tenant_id) do update
           set revision = d.revision + 1, definition = $3, saved_by = $4, saved_by_name = $5, saved_at = $6
           where d.revision = $2
         returning ${columns}`,
        [by.tenant, revision, json, by.id, by.name, new Date(clock.now())],
      )
      if (saved !== undefined) return saved
      const meanwhile = await rowOf(q, by.tenant)
      // The answer to the same request was lost on its way.
      const again =
        meanwhile?.revision === revision + 1 && meanwhile.saved_by === by.id && meanwhile.definition === json
      if (again) return meanwhile
      throw new Refusal(
        'draft_changed',
        meanwhile === undefined
          ? 'There is no saved draft with this revision.'
          : `${meanwhile.saved_by === by.id ? 'You' : meanwhile.saved_by_name} saved revision ${meanwhile.revision} in between.`,
        { field: 'revision' },
      )
    })
  }

  return {
    async draft(tenant) {
      return stored(await store.read(tenant, (q) => rowOf(q, tenant)), tenant)
    },

    async save(by, revision, value) {
      const { definition, json } = await requireDefinition(value, await guardFormats(by.tenant))
      const row = await put(by, revision, json)
      return {
        revision: row.revision,
        definition,
        own: true,
        savedBy: { id: row.saved_by, name: row.saved_by_name },
        savedAt: row.saved_at.toISOString(),
      }
    },

    discard: async (by, revision) => stored(await put(by, revision, null), by.tenant),

    async check(tenant, value) {
      const checked = await checkDefinition(value, await guardFormats(tenant))
      return 'faults' in checked ? checked.faults : []
    },
  }
}

interface DraftRow {
  revision: number
  definition: string | null
  saved_by: string
  saved_by_name: string
  saved_at: Date
}

const columns = 'revision, definition::text as definition, saved_by, saved_by_name, saved_at'

async function rowOf(q: Query, tenant: string): Promise<DraftRow | undefined> {
  const [row] = await q<DraftRow>(`select ${columns} from virtual_agent_drafts where tenant_id = $1`, [
    tenant,
  ])
  return row
}
