import type { InventoryScript } from '@candor/protocol/integrity-api.ts'

/** The script that an alarm is about. In the inventory `*` stands for what a build changes in its address. */
export function isScript(known: InventoryScript, url: string | null, hash: string | null): boolean {
  if (url === null) return false
  if (hash !== null && known.hashes.some((one) => one.hash === hash)) return true
  const parts = known.url.split('*')
  let at = 0
  for (const [i, part] of parts.entries()) {
    const found = i === 0 ? (url.startsWith(part) ? 0 : -1) : url.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return parts.length === 1 ? url === known.url : url.endsWith(parts.at(-1)!)
}
