/** Parts of the examples that are held out in turn; they follow from the texts, not from their order. */

/** 32-bit FNV-1a of the code units, begun with a seed. */
export function hashOf(text: string, seed: number): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}

/** Every fold has its share of every class, as far as there is enough of it. */
export function dealFolds(
  texts: readonly string[],
  classes: Int32Array,
  rows: readonly number[],
  count: number,
  seed: number,
): number[][] {
  const folds: number[][] = Array.from({ length: count }, () => [])
  const order = rows
    .map((row) => ({ row, hash: hashOf(texts[row]!, seed) }))
    .sort((a, b) => classes[a.row]! - classes[b.row]! || a.hash - b.hash || a.row - b.row)
  for (const [place, { row }] of order.entries()) folds[place % count]!.push(row)
  return folds
}
