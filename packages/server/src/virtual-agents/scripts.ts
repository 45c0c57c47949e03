import { screen } from '@candor/card-guard'
import { Refusal } from '@candor/protocol/refusals.ts'
import { parseScript, type Script } from '@candor/virtual-agent/script.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'

export interface Scripts {
  /** The newest version; null when the tenant has none. */
  newest(tenant: string): Promise<SavedScript | null>
  /** Keeps it as the next version. @throws Refusal invalid_field with all faults. */
  save(actor: Actor, script: unknown): Promise<{ version: number; script: Script }>
}

export interface SavedScript {
  version: number
  script: Script
}

/** Scripts in memory, some 100 KB each; the one not used for longest is read again when needed. */
const heldMax = 500
/** Two administrators who save at once: the later one takes the next number. */
const attemptsMax = 5

export function openScripts(options: {
  store: Store
  clock: Clock
  log: (event: Record<string, unknown>) => void
}): Scripts {
  const { store, clock, log } = options
  const held = new Map<string, SavedScript | null>()

  function hold(tenant: string, script: SavedScript | null): void {
    held.delete(tenant)
    if (held.size >= heldMax) held.delete(held.keys().next().value!)
    held.set(tenant, script)
  }

  return {
    async newest(tenant) {
      const known = held.get(tenant)
      if (known !== undefined) return known
      const [row] = await store.read(tenant, (q) =>
        q<{ version: number; script: unknown }>(
          'select version, script from virtual_agent_scripts where tenant_id = $1 order by version desc limit 1',
          [tenant],
        ),
      )
      const parsed = row === undefined ? null : parseScript(row.script)
      if (parsed !== null && 'faults' in parsed)
        // Saved by another version of this program: better silent than wrong.
        log({ level: 'error', event: 'script not readable', tenant, version: row!.version })
      const saved =
        parsed !== null && 'script' in parsed ? { version: row!.version, script: parsed.script } : null
      hold(tenant, saved)
      return saved
    },

    async save(actor, value) {
      if (actor.role !== 'administrator' && actor.kind !== 'system')
        throw new Refusal('not_allowed', 'Only administrators change the virtual agent.')
      const parsed = parseScript(value)
      if ('faults' in parsed)
        throw new Refusal(
          'invalid_field',
          parsed.faults.map(({ field, message }) => `${field} ${message}`).join('; '),
          { field: parsed.faults[0]!.field },
        )
      const json = JSON.stringify(parsed.script)
      if (screen(json).findings.length > 0)
        throw new Refusal('invalid_field', 'The script has a card number in it.', { field: 'script' })
      for (let attempt = 1; ; attempt++) {
        const [row] = await store.write(actor.tenant, (q) =>
          q<{ version: number }>(
            `insert into virtual_agent_scripts (tenant_id, version, script, saved_by, saved_at)
             select $1, coalesce(max(version), 0) + 1, $2, $3, to_timestamp($4 / 1000.0)
             from virtual_agent_scripts where tenant_id = $1
             on conflict do nothing returning version`,
            [actor.tenant, json, actor.id, clock.now()],
          ),
        )
        if (row !== undefined) {
          const saved = { version: row.version, script: parsed.script }
          hold(actor.tenant, saved)
          return saved
        }
        if (attempt === attemptsMax) throw new Refusal('busy', undefined, { retryAfterMs: 500 })
      }
    },
  }
}
