import type { InventoryScript } from '@candor/protocol/integrity-api.ts'
import type { Baseline } from '@candor/watcher/observation.ts'

/** What of the inventory may run: approved contents of approved scripts; known by address alone, whatever they hold. */
export function approvedScripts(scripts: readonly InventoryScript[]): Baseline['scripts'] {
  return scripts
    .filter(({ state }) => state === 'approved')
    .flatMap(({ url, hashes }) =>
      hashes.filter(({ state }) => state === 'approved').map(({ hash }) => ({ url, hash })),
    )
}
