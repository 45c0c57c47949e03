import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Makers of new ids. */
export interface Ids {
  /** UUIDv7 (RFC 9562 §5.7): sorts by the time it was made, so that index inserts stay local. */
  next(): string
}

/** Random bytes are drawn for this many ids at a time: a system call each would cost more than the rest. */
const idsPerDraw = 256

export function openIds(clock: Clock): Ids {
  const pool = Buffer.alloc(idsPerDraw * 10)
  let used = pool.length
  return {
    next() {
      if (used === pool.length) {
        randomFillSync(pool)
        used = 0
      }
      const random = pool.toString('hex', used, (used += 10))
      const time = clock.now().toString(16).padStart(12, '0')
      const variant = ((parseInt(random[3]!, 16) & 0x3) | 0x8).toString(16)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
    },
  }
}
