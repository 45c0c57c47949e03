import { hash } from 'node:crypto'

/** The root that a leaf and its path lead to (RFC 9162 §2.1.3.2), written apart from the ledger's own code. */
export function inclusionRoot(line: string, proof: { index: number; size: number; path: string[] }): string {
  let node = hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(line)]), 'buffer')
  let at = proof.index
  let last = proof.size - 1
  for (const hex of proof.path) {
    const other = Buffer.from(hex, 'hex')
    const otherIsLeft = at % 2 === 1 || at === last
    if (otherIsLeft)
      while (at % 2 === 0 && at > 0) {
        at >>= 1
        last >>= 1
      }
    const pair = otherIsLeft ? [other, node] : [node, other]
    node = hash('sha256', Buffer.concat([Buffer.of(1), ...pair]), 'buffer')
    at >>= 1
    last >>= 1
  }
  return node.toString('hex')
}
