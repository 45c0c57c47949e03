import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { billOfMaterials } from '@candor/release/bill-of-materials.ts'
import { readDist, ReleaseFault, type BuiltRelease } from '@candor/release/release-folder.ts'

/** What lies in `packages/widget/dist`; null where nothing was built, or something older. */
export function readBuiltWidget(
  project: string,
  version: string,
  log: (event: Record<string, unknown>) => void,
): BuiltRelease | null {
  const dist = path.join(project, 'packages/widget/dist')
  if (!existsSync(path.join(dist, 'manifest.json'))) return null
  const sbom = billOfMaterials(readFileSync(path.join(project, 'package-lock.json'), 'utf8'), version)
  try {
    // Of no commit: what lies here may have been changed since. `candor release build` says which it is.
    return readDist(dist, { version, commit: '', sbom })
  } catch (caught) {
    if (!(caught instanceof ReleaseFault)) throw caught
    log({ level: 'error', event: 'widget-not-served', reason: caught.message })
    return null
  }
}
