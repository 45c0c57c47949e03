/**
 * What programs and people who number things write, message after message: counters, measures, ids, in every place of
 * a message. Nothing in it is a card, save what is one by chance (`holdsCard`). From a seed; not part of a bundle.
 */

import type { Random } from './card-corpus.ts'

/** The n-th message of one author, by template. */
export type MachineTemplate = (n: number, random: Random) => string

/** Templates of messages; each alone, or a few in turn, make a conversation. */
export const machineTemplates: Readonly<Record<string, MachineTemplate>> = {
  'counter behind': (n) => `Message ${n}`,
  'counter before': (n) => `${n} hello there`,
  'counter within': (n) => `message ${n} from writer 2`,
  'counter alone': (n) => `${n}`,
  'counter from one': (n) => `${n + 1}`,
  'counter by ten': (n) => `${n * 10}`,
  'counter down': (n) => `${10_000 - n}`,
  'counter with zeros': (n) => String(n).padStart(4, '0'),
  'counter with zeros, named': (n) => `msg ${String(n).padStart(6, '0')}`,
  'counter by fours': (n) => `${4000 + n}`,
  'counter glued to a letter': (n) => `w1-${n}`,
  'counter glued to letters': (n) => `msg${n}`,
  'counter with a number sign': (n) => `#${n}`,
  'counter in brackets': (n) => `[${n}] ok`,
  'counter of all': (n) => `${n}/10000`,
  'list item': (n) => `${n}. next thing`,
  'list item, bare': (n) => `${n})`,
  'counter in hexadecimal': (n) => n.toString(16),
  'counter in hexadecimal, named': (n) => `0x${(n * 7919).toString(16)}`,
  'counter in words': (n) => `number ${['one', 'two', 'three', 'four', 'five', 'six', 'seven'][n % 7]}`,
  'two writers': (n) => `writer ${n % 4} message ${n}`,
  'counter and measure': (n, r) => `${n} ${r.below(1000)}`,
  'counter twice': (n) => `test ${n} of run ${n + 17}`,
  'long text with counter': (n) => `the quick brown fox jumps over the lazy dog for the ${n} time today`,
  'talk of a card with counter': (n) => `payment ${n} by card`,
  'card counter': (n) => `card ${n}`,
  'random float': (n) => `hello ${n} ${fraction(n)}`,
  'random float alone': (_, r) => `${r.below(1e9) / 1e9 + r.below(1e8) / 1e17}`,
  'large float': (_, r) => `${(r.below(1e9) / 1e9) * 10_000 + r.below(1e6) / 1e13}`,
  'float in milliseconds': (_, r) => `took ${(r.below(1e9) / 1e9) * 300 + 1e-13} ms`,
  uuid: (_, r) => uuid(r),
  'counter and uuid': (n, r) => `msg-${n}-${uuid(r)}`,
  'uuid in capitals': (n, r) => `${n} ${uuid(r).toUpperCase()}`,
  'hexadecimal id': (_, r) => `id ${hex(r, 16)}`,
  'hexadecimal id, long': (_, r) => `trace=${hex(r, 32)} span=${hex(r, 16)}`,
  'time stamp': (n) => `${1_760_000_000 + n * 3} ping`,
  'time stamp in milliseconds': (n, r) => `${1_760_000_000_000 + n * 1000 + r.below(1000)}`,
  'ISO date': (n) => new Date(1_760_000_000_000 + n * 61_003).toISOString(),
  'ISO date and counter': (n) => `[${new Date(1_760_000_000_000 + n * 61_003).toISOString()}] event ${n}`,
  'log line': (n, r) => `2026-05-12 10:${two(n % 60)}:${two(r.below(60))},${three(r)} INFO [worker-${r.below(8)}] request ${n} done in ${r.below(2000)} ms`, // prettier-ignore
  'phone number': (_, r) => `+1 ${three(r)}-${three(r)}-${r.below(9000) + 1000}`,
  'phone number, bare': (_, r) => `555${String(r.below(1e7)).padStart(7, '0')}`,
  'address of a machine': (_, r) => `${r.below(256)}.${r.below(256)}.${r.below(256)}.${r.below(256)}`,
  'address of a machine and port': (n, r) =>
    `10.0.${r.below(256)}.${r.below(256)}:${40_000 + r.below(9000)} conn ${n}`,
  'JSON line': (n, r) =>
    JSON.stringify({ id: n, user: r.below(500), score: r.below(100), latency: r.below(3000) / 10 }),
  'JSON with an array': (n, r) =>
    JSON.stringify({ n, values: Array.from({ length: 8 }, () => r.below(1000)) }),
  'JSON with a time': (n, r) => JSON.stringify({ seq: n, ts: 1_760_000_000_000 + n, id: uuid(r) }),
  'comma-separated values': (n, r) => [n, r.below(100), r.below(10_000), r.below(1000), r.below(1e6) / 1e4].join(','), // prettier-ignore
  'tab-separated values': (n, r) => [n, r.below(100), r.below(10_000), r.below(1000)].join('\t'),
  'latency in milliseconds': (_, r) => `${r.below(2000)}ms`,
  'latency in milliseconds, apart': (_, r) => `latency ${r.below(2000)} ms`,
  'random number': (_, r) => `${r.below(10_000)}`,
  'random number of four digits': (_, r) => `${1000 + r.below(9000)}`,
  'random number of four digits, named': (_, r) => `room ${1000 + r.below(9000)}`,
  'random digit': (_, r) => `${r.below(10)}`,
  'rating of one to five': (_, r) => `${1 + r.below(5)}`,
  'random number, named': (_, r) => `score ${r.below(1000)}`,
  'random number between words': (_, r) => `got ${r.below(100)} points`,
  'two random numbers': (_, r) => `${r.below(100)} ${r.below(1000)}`,
  'pair of scores': (_, r) => `${r.below(10)}-${r.below(10)}`,
  price: (_, r) => `$${r.below(500)}.${two(r.below(100))}`,
  'price, bare': (_, r) => `${r.below(500)}.${two(r.below(100))}`,
  'quantity and price': (_, r) => `${1 + r.below(20)} x ${r.below(100)}.99`,
  'order line': (n, r) => `order ${100_000 + n}: ${1 + r.below(9)} pcs, sku ${r.below(1e6)}`,
  'seat number': (_, r) => `seat ${1 + r.below(40)}${'ABCDEF'[r.below(6)]}`,
  'flight number': (_, r) => `BA${1000 + r.below(9000)} gate ${r.below(60)}`,
  'clock time': (n) => `${two(Math.floor(n / 60) % 24)}:${two(n % 60)}`,
  'clock time, bare': (n) => `${two(Math.floor(n / 60) % 24)}${two(n % 60)}`,
  percentage: (_, r) => `${r.below(101)}%`,
  temperature: (_, r) => `${15 + r.below(20)}.${r.below(10)} C`,
  'year and month': (n) => `${2000 + (n % 27)}-${two(1 + (n % 12))}`,
  'postal code': (_, r) => `${10_000 + r.below(89_999)}`,
  'version number': (n, r) => `v1.${r.below(40)}.${n}`,
  'slow reader': (n) => `slow reader ${'.'.repeat(n % 5)} ${n} of 500`,
  'chat with counter': (n) => (n % 3 ? 'ok' : `step ${n} done`),
  'counter and chatter in turn': (n) => (n % 2 ? `${n}` : 'thanks, next one please'),
}

/** Messages of one author by these templates in turn. */
export function machineRun(names: readonly string[], count: number, random: Random): string[] {
  return Array.from({ length: count }, (_, n) => machineTemplates[names[n % names.length]!]!(n, random))
}

const two = (n: number) => String(n).padStart(2, '0')
const three = (random: Random) => String(100 + random.below(900))
const hex = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.below(16).toString(16)).join('')
const uuid = (random: Random) =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${'89ab'[random.below(4)]}${hex(random, 3)}-${hex(random, 12)}`

/** As many digits as `Math.random()` shows. */
function fraction(n: number): number {
  const x = Math.sin(n * 12.9898 + 1) * 43_758.5453
  return x - Math.floor(x)
}
