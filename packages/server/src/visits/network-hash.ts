import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'

/** Where something came from, as far as it is kept: numbers of 64 bits, in decimal. */
export interface Origin {
  /** Of the address's network: /24 of IPv4, /48 of IPv6. What one household or office has, and rents in one piece. */
  network: string
  /** Of the whole address and the browser's name: only held in memory, to join a browser's reports to its page view. */
  browser: string
}

export interface OriginHashes {
  of(address: string, userAgent: string): Origin
}

const dayMs = 24 * 3_600_000
/** A page with fifty scripts asks fifty times for the same. */
const heldMax = 10_000

/**
 * Hashes of addresses under a salt that lives a day, in memory only, and is then gone: nobody can try all four billion
 * addresses against what is stored, and a network of yesterday is not known again today. After a restart, too, every
 * network is another.
 */
export function openOriginHashes(options: { now: () => number; newSalt: () => Buffer }): OriginHashes {
  let day = -1
  let salt: Buffer = options.newSalt()
  const held = new Map<string, Origin>()

  function hash(kind: string, text: string): string {
    const digest = createHmac('sha256', salt).update(`${kind}\n${text}`).digest()
    return digest.readBigInt64BE(0).toString()
  }

  return {
    of(address, userAgent) {
      const today = Math.floor(options.now() / dayMs)
      if (today !== day) {
        day = today
        salt = options.newSalt()
        held.clear()
      }
      const key = `${address}\n${userAgent}`
      const known = held.get(key)
      if (known !== undefined) return known
      const made = { network: hash('network', networkOf(address)), browser: hash('browser', key) }
      if (held.size >= heldMax) held.delete(held.keys().next().value!)
      held.set(key, made)
      return made
    },
  }
}

/** What of an address names a network and not one of its machines. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain.split('.').slice(0, 3).join('.')
  const [before = '', after] = plain.toLowerCase().split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const groups =
    after === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
