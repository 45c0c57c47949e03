import { canarySpace } from './canary.ts'
import { hostOf, type Sent } from './sent.ts'

/** A number that left in pieces. */
export interface SplitFinding {
  /** Places in the list of what was sent, in order. */
  sent: number[]
  pieces: string[]
  /** How the pieces were written. */
  encoding: string
  /**
   * Upper bound of the probability that traffic which knows nothing of the canary holds such a chain: the number of
   * chains of 16 digits that this traffic has at all, divided by the number of canaries that there are.
   */
  chance: number
}

/** A chain that this many runs would show by chance once is not reported. */
export const chanceMax = 1e-5
/** So many decoys between two pieces, tried in this order: the fewer, the fewer chains there are by chance. */
const decoys = [0, 1, 2, 4, 8, 16]
/** Of one place in requests; more are not looked at, so that a chatty page costs no more than this. */
const tokensMax = 20_000
/** A value that holds a piece is short. */
const valueCharactersMax = 400

/**
 * Pieces that stand at the same place of several requests (a parameter, a segment, a frame), or anywhere in requests
 * to one host, or side by side in one request. What lies between them may be decoys.
 */
export function findSplit(sent: readonly Sent[], number: string): SplitFinding[] {
  const reversed = [...number].reverse().join('')
  const found: SplitFinding[] = []
  for (const [, { encoding, tokens }] of groupsOf(sent)) {
    if (tokens.reduce((sum, { digits }) => sum + digits.length, 0) < number.length) continue
    for (const target of [number, reversed]) {
      const chain = findChain(tokens, target)
      if (chain === null) continue
      const places = [...new Set(chain.tokens.map((token) => token.sent))]
      if (found.some((other) => places.every((place) => other.sent.includes(place)))) continue
      found.push({
        sent: places,
        pieces: chain.tokens.map(({ digits }) => digits),
        encoding: `${chain.tokens.length} pieces${encoding}${target === number ? '' : ', reversed'}`,
        chance: chain.chance,
      })
    }
  }
  return found
}

interface Token {
  sent: number
  digits: string
}

function groupsOf(sent: readonly Sent[]): Map<string, { encoding: string; tokens: Token[] }> {
  const groups = new Map<string, { encoding: string; tokens: Token[] }>()
  const put = (key: string, encoding: string, token: Token): void => {
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { encoding, tokens: [] }))
    if (group.tokens.length < tokensMax) group.tokens.push(token)
  }
  for (const [at, each] of sent.entries()) {
    const host = hostOf(each.url)
    for (const { name, value, apart } of valuesOf(each))
      for (const { encoding, text } of readingsOf(value)) {
        const skeleton = text.replace(/\d+/g, '#').replace(/[^\x20-\x7e]+/g, '.')
        let run = 0
        for (const [digits] of text.matchAll(/\d+/g)) {
          run++
          // 16 digits in one piece are not split, and are found as they are.
          if (digits.length > 15) continue
          const token = { sent: at, digits }
          const place = `${name.replace(/\d+/g, '#')} ${skeleton} ${run}${encoding}`
          put(`${host} ${place}`, encoding, token)
          put(`* ${place}`, encoding, token)
          if (encoding !== '' || apart) continue
          put(`${host} *`, '', token)
          put(`one ${at}`, '', token)
        }
      }
  }
  return groups
}

/** Named values of a request; `apart`: not to be taken together with the others. */
function* valuesOf(each: Sent): Generator<{ name: string; value: string; apart: boolean }> {
  if (URL.canParse(each.url)) {
    const url = new URL(each.url)
    for (const label of url.hostname.split('.').slice(0, -1))
      yield { name: 'label', value: label, apart: each.kind !== 'name' && each.kind !== 'request' }
    for (const segment of url.pathname.split('/').slice(1))
      if (segment !== '') yield { name: 'segment', value: unescaped(segment), apart: false }
    for (const [name, value] of url.searchParams) yield { name: `query ${name}`, value, apart: false }
    if (url.hash !== '') yield { name: 'fragment', value: url.hash.slice(1), apart: false }
  }
  for (const [name, value] of each.headers)
    for (const part of value.split(/[;,]/)) yield { name: `header ${name}`, value: part.trim(), apart: true }
  if (each.body.length === 0) return
  const body = Buffer.from(each.body).toString('latin1')
  const leaves = jsonLeaves(body)
  if (leaves !== null) {
    for (const [name, value] of leaves) yield { name: `json ${name}`, value, apart: false }
    return
  }
  for (const line of body.split(/[\r\n&]+/)) {
    const pair = /^([^=\s]{1,100})=(.*)$/.exec(line)
    if (pair === null) yield { name: 'line', value: unescaped(line), apart: false }
    else yield { name: `field ${pair[1]}`, value: unescaped(pair[2]!), apart: false }
  }
}

function* readingsOf(value: string): Generator<{ encoding: string; text: string }> {
  if (value.length > valueCharactersMax) return
  yield { encoding: '', text: value }
  if (/^[A-Za-z0-9+/_-]{2,}={0,2}$/.test(value) && value.length <= 24) {
    for (const [encoding, code] of [
      [' in base64', 'base64'],
      [' in hex', 'hex'],
    ] as const) {
      const text = Buffer.from(value, code).toString('latin1')
      if (/^[^\d]?\d{1,15}[^\d]?$/.test(text)) yield { encoding, text }
    }
  }
}

function jsonLeaves(body: string): [string, string][] | null {
  if (!/^\s*[[{"\d]/.test(body)) return null
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught
    return null
  }
  const leaves: [string, string][] = []
  const walk = (name: string, each: unknown): void => {
    if (typeof each === 'string' || typeof each === 'number') leaves.push([name, String(each)])
    else if (Array.isArray(each)) for (const one of each) walk(name, one)
    else if (typeof each === 'object' && each !== null)
      for (const [key, one] of Object.entries(each)) walk(`${name}.${key}`, one)
  }
  walk('', value)
  return leaves
}

function unescaped(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

/** Tokens in order that are the target together, with as few decoys between two of them as possible. */
function findChain(tokens: readonly Token[], target: string): { tokens: Token[]; chance: number } | null {
  // Most groups hold nothing of it: a piece must at least begin it.
  if (!tokens.some(({ digits }) => target.startsWith(digits))) return null
  if (chainWithin(tokens, target, decoys.at(-1)!) === null) return null
  for (const gap of decoys) {
    const chain = chainWithin(tokens, target, gap)
    if (chain === null) continue
    const chance = chainsWithin(tokens, target.length, gap) / canarySpace
    return chance <= chanceMax ? { tokens: chain, chance } : null
  }
  return null
}

function chainWithin(tokens: readonly Token[], target: string, gap: number): Token[] | null {
  // ends[i]: where in the target a chain that ends with token i may have come to → the token before it, or -1.
  const ends: Map<number, number>[] = []
  for (const [i, { digits }] of tokens.entries()) {
    const reached = new Map<number, number>()
    ends.push(reached)
    if (target.startsWith(digits)) reached.set(digits.length, -1)
    for (let j = Math.max(0, i - gap - 1); j < i; j++)
      for (const at of ends[j]!.keys())
        if (target.startsWith(digits, at) && !reached.has(at + digits.length))
          reached.set(at + digits.length, j)
    if (!reached.has(target.length)) continue
    const chain: Token[] = []
    for (let token = i, at = target.length; token !== -1;) {
      chain.unshift(tokens[token]!)
      const before = ends[token]!.get(at)!
      at -= tokens[token]!.digits.length
      token = before
    }
    return chain
  }
  return null
}

/** How many chains there are of so many digits, whatever the digits are. */
function chainsWithin(tokens: readonly Token[], length: number, gap: number): number {
  const counts: Float64Array[] = []
  let chains = 0
  for (const [i, { digits }] of tokens.entries()) {
    const count = new Float64Array(length + 1)
    counts.push(count)
    if (digits.length < length) count[digits.length] = 1
    for (let j = Math.max(0, i - gap - 1); j < i; j++)
      for (let at = 1; at + digits.length <= length; at++) count[at + digits.length]! += counts[j]![at]!
    chains += count[length]!
  }
  return chains
}
