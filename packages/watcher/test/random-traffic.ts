import type { Sent } from '../src/sent.ts'

/** A generator with a seed (mulberry32): a test that fails once fails again. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function seededBytes(random: () => number): (count: number) => Uint8Array {
  return (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256))
}

/** What shops' pages send: analytics, counters, tokens, timings, images, compressed and binary bodies. */
export function randomRequest(random: () => number, at: number): Sent {
  const whole = (max: number): number => Math.floor(random() * max)
  const word = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[whole(alphabet.length)]).join('')
  const digits = (length: number): string => word('0123456789', length)
  const base64 = (length: number): string =>
    word('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', length)
  const hex = (length: number): string => word('0123456789abcdef', length)
  const host = ['shop.example', 'metrics.example', 'cdn.example', 'ads.example', 'pay.example'][whole(5)]!
  const text = (value: string): Uint8Array => Buffer.from(value)
  const headers: [string, string][] = [
    ['Cookie', `_id=GA1.2.${digits(9)}.${digits(10)}; s=${base64(43)}; n=${at}`],
    ['Referer', `https://shop.example/checkout?step=${whole(4)}`],
  ]
  const base: Sent = {
    kind: 'request',
    url: `https://${host}/`,
    method: 'GET',
    headers,
    body: new Uint8Array(0),
  }
  switch (whole(8)) {
    case 0:
      return {
        ...base,
        url: `https://${host}/collect?v=2&cid=${digits(9)}.${digits(10)}&sid=${digits(10)}&seq=${at}&p=400&q=000&v1=${digits(3)}&v2=${digits(4)}`,
      }
    case 1:
      return { ...base, url: `https://${host}/i/${hex(32)}/${digits(4)}x${digits(3)}.webp` }
    case 2:
      return {
        ...base,
        method: 'POST',
        body: text(
          JSON.stringify({
            t: 1_795_000_000_000 + at,
            events: Array.from({ length: 8 }, () => ({ x: whole(2000), y: whole(1200), d: whole(900) })),
            session: base64(64),
            order: digits(16),
          }),
        ),
      }
    case 3:
      return { ...base, method: 'POST', body: seededBytes(random)(600) }
    case 4:
      return { ...base, method: 'POST', body: text(`data=${base64(400)}&n=${digits(4)}&k=${hex(64)}`) }
    case 5:
      return {
        ...base,
        kind: 'frame',
        url: `wss://${host}/live`,
        body: text(`42["tick",${digits(4)},${digits(4)}]`),
      }
    case 6:
      // Cards of others, as a page that shows them has: the same prefix, other digits.
      return { ...base, url: `https://${host}/tokens?pan=400000${digits(10)}&b=${digits(19)}` }
    default:
      return { ...base, url: `https://${host}/t?k=${digits(1)}&piece=${digits(4)}` }
  }
}
