import type { KeyObject } from 'node:crypto'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { ToolSecret } from '@candor/protocol/virtual-agent-api.ts'
import { openText, sealText } from '../access/data-key.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import { refuseField } from '../tenants/fields.ts'

/** What authorises the virtual agent's requests to a tenant's systems. Written by people, read by the room alone. */
export interface ToolSecrets {
  /** Without the secrets. */
  list(tenant: string): Promise<ToolSecret[]>
  /** @param url the tool's address: the secret is bound to its origin. */
  set(by: Actor, tool: string, url: string, secret: unknown): Promise<ToolSecret>
  /** @throws Refusal `not_found` */
  remove(tenant: string, tool: string): Promise<void>
  /**
   * For a request to this address; null when there is none, or when it was given for another origin: who edits an
   * address must not be able to have a secret sent there.
   */
  secretFor(tenant: string, tool: string, url: string): Promise<string | null>
}

/** What goes into one header; servers refuse longer lines. */
const secretCharactersMax = 4_096
/** As many as a definition has tools, with room for some that are no longer in it. */
const secretsMax = 100

/** @param key for this purpose alone (derived-key.ts). */
export function openToolSecrets(store: Store, clock: Clock, key: KeyObject): ToolSecrets {
  return {
    async list(tenant) {
      const rows = await store.read(tenant, (q) =>
        q<SecretRow>(`select ${columns} from virtual_agent_tool_secrets where tenant_id = $1 order by tool`, [
          tenant,
        ]),
      )
      return rows.map(toolSecret)
    },

    async set(by, tool, url, secret) {
      const { origin } = new URL(url)
      const sealed = sealText(key, contextOf(by.tenant, tool, origin), checkSecret(secret))
      const row = await store.write(by.tenant, async (q) => {
        const [others] = await q<{ n: number }>(
          'select count(*)::int as n from virtual_agent_tool_secrets where tenant_id = $1 and tool <> $2',
          [by.tenant, tool],
        )
        if (others!.n >= secretsMax)
          throw new Refusal('too_many', `A tenant keeps at most ${secretsMax} secrets.`)
        const [saved] = await q<SecretRow>(
          `insert into virtual_agent_tool_secrets (tenant_id, tool, origin, sealed, set_by, set_by_name, set_at)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, tool) do update
             set origin = $3, sealed = $4, set_by = $5, set_by_name = $6, set_at = $7
           returning ${columns}`,
          [by.tenant, tool, origin, sealed, by.id, by.name, new Date(clock.now())],
        )
        return saved!
      })
      return toolSecret(row)
    },

    async remove(tenant, tool) {
      const gone = await store.write(tenant, (q) =>
        q('delete from virtual_agent_tool_secrets where tenant_id = $1 and tool = $2 returning tool', [
          tenant,
          tool,
        ]),
      )
      if (gone.length === 0) throw new Refusal('not_found')
    },

    async secretFor(tenant, tool, url) {
      const [row] = await store.read(tenant, (q) =>
        q<{ origin: string; sealed: Buffer }>(
          'select origin, sealed from virtual_agent_tool_secrets where tenant_id = $1 and tool = $2',
          [tenant, tool],
        ),
      )
      if (row === undefined || new URL(url).origin !== row.origin) return null
      return openText(key, contextOf(tenant, tool, row.origin), row.sealed)
    },
  }
}

/** Authenticated with it, so that a row copied to another tenant, tool or origin does not open. */
function contextOf(tenant: string, tool: string, origin: string): string {
  return `tool secret ${tenant} ${tool} ${origin}`
}

/** RFC 9110 §5.5: visible characters, spaces within. */
function checkSecret(secret: unknown): string {
  if (typeof secret !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(secret))
    refuseField('secret', 'is a header value: visible ASCII characters, spaces within')
  if (secret.length > secretCharactersMax)
    refuseField('secret', `has at most ${secretCharactersMax} characters`)
  return secret
}

interface SecretRow {
  tool: string
  origin: string
  set_by: string
  set_by_name: string
  set_at: Date
}

const columns = 'tool, origin, set_by, set_by_name, set_at'

function toolSecret(row: SecretRow): ToolSecret {
  return {
    tool: row.tool,
    origin: row.origin,
    setBy: { id: row.set_by, name: row.set_by_name },
    setAt: row.set_at.toISOString(),
  }
}
