import type { Encoder } from './intents/intent-types.ts'
import { stemsOf, wordsOf } from './tokens.ts'

export interface Cluster {
  /** Places in the list that was given, the most typical first. */
  members: number[]
  texts: string[]
  /** The text that is nearest to all others of the cluster. */
  representative: string
  size: number
  /** How alike they are: mean likeness of pairs, in thousandths. */
  likenessPermille: number
}

/** Likeness of all pairs is held in memory (2,000: 16 MB); take the newest. */
export const clusteredTextsMax = 2_000

/**
 * Groups texts that ask for the same, largest group first; a text like no other is left out. The same texts in the
 * same order give the same groups. Likeness is that of the words (TF-IDF), and with an encoder that of the meaning
 * as well. Groups are joined by average likeness, as far as it reaches.
 * @throws RangeError for more than `clusteredTextsMax` texts.
 */
export function clusterTexts(texts: readonly string[], encoder: Encoder | null): Cluster[] {
  if (texts.length > clusteredTextsMax)
    throw new RangeError(`at most ${clusteredTextsMax} texts are clustered at once`)
  const likeness = likenessOf(texts, encoder)
  const least = encoder === null ? wordLikenessMin : likenessMin
  const joined = joinAll(likeness).filter((one) => one.likeness >= least)
  return groupsOf(joined, likeness.count)
    .filter((members) => members.length > 1)
    .map((members) => clusterOf(members, texts, likeness))
    .sort((a, b) => b.size - a.size || Math.min(...a.members) - Math.min(...b.members))
}

/** Chosen on CLINC150 and NatCS; docs/virtual-agent.md has the figures, and those of a set that had no say. */
const meaningWeight = 0.4
const likenessMin = 0.16
const wordLikenessMin = 0.07

function clusterOf(members: readonly number[], texts: readonly string[], { count, of }: Likeness): Cluster {
  const ranked = members
    .map((i) => ({ i, sum: members.reduce((sum, j) => sum + of[i * count + j]!, 0) }))
    .sort((a, b) => b.sum - a.sum || a.i - b.i)
  const pairs = members.length * (members.length - 1)
  return {
    members: ranked.map(({ i }) => i),
    texts: ranked.map(({ i }) => texts[i]!),
    representative: texts[ranked[0]!.i]!,
    size: members.length,
    likenessPermille: Math.round((1_000 * ranked.reduce((sum, one) => sum + one.sum, 0)) / pairs),
  }
}

/** Row by row; the diagonal counts for nothing. */
interface Likeness {
  count: number
  of: Float32Array
}

function likenessOf(texts: readonly string[], encoder: Encoder | null): Likeness {
  const count = texts.length
  const words = tfIdf(texts)
  const meanings =
    encoder === null
      ? null
      : withoutCommon(encoder.encode(texts).map((vector) => unit(vector.subarray(0, encoder.parts[0]))))
  const of = new Float32Array(count * count)
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const ofWords = sparseCosine(words[i]!, words[j]!)
      const all =
        meanings === null
          ? ofWords
          : meaningWeight * dot(meanings[i]!, meanings[j]!) + (1 - meaningWeight) * ofWords
      of[i * count + j] = of[j * count + i] = all
    }
  return { count, of }
}

/** What all texts share ("my insurance, please") tells none from another: their mean is taken off. */
function withoutCommon(vectors: readonly Float32Array[]): Float32Array[] {
  const mean = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length
  return vectors.map((vector) => unit(vector.map((x, i) => x - mean[i]!)))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((x) => x / length)
}

interface Joined {
  a: number
  b: number
  likeness: number
}

/**
 * Everything joined to one group, nearest groups first (UPGMA). By chains of nearest neighbours (Murtagh 1983):
 * quadratic, and the same tree as joining the nearest pair each time. `a` and `b` are members of the two groups.
 */
function joinAll({ count, of }: Likeness): Joined[] {
  const between = of.slice()
  const size = new Float64Array(count).fill(1)
  const alive = new Set(size.keys())
  const joined: Joined[] = []
  const chain: number[] = []
  while (alive.size > 1) {
    if (chain.length === 0) chain.push(alive.values().next().value!)
    const top = chain.at(-1)!
    const below = chain.at(-2)
    let nearest = below ?? -1
    for (const other of alive)
      if (
        other !== top &&
        (nearest === -1 || between[top * count + other]! > between[top * count + nearest]!)
      )
        nearest = other
    if (nearest !== below) {
      chain.push(nearest)
      continue
    }
    chain.length -= 2
    joined.push({ a: top, b: nearest, likeness: between[top * count + nearest]! })
    alive.delete(nearest)
    for (const other of alive) {
      if (other === top) continue
      const [x, y] = [between[top * count + other]!, between[nearest * count + other]!]
      const mean = (size[top]! * x + size[nearest]! * y) / (size[top]! + size[nearest]!)
      between[top * count + other] = between[other * count + top] = mean
    }
    size[top]! += size[nearest]!
  }
  return joined.sort((x, y) => y.likeness - x.likeness)
}

function groupsOf(joined: readonly Joined[], count: number): number[][] {
  const leader = Array.from({ length: count }, (_, i) => i)
  const find = (i: number): number => {
    while (leader[i] !== i) i = leader[i] = leader[leader[i]!]!
    return i
  }
  for (const { a, b } of joined) leader[Math.max(find(a), find(b))] = Math.min(find(a), find(b))
  const groups = new Map<number, number[]>()
  for (let i = 0; i < count; i++) groups.set(find(i), [...(groups.get(find(i)) ?? []), i])
  return [...groups.values()]
}

type Sparse = ReadonlyMap<string, number>

/** Stems and pairs of neighbouring words, the rarer the heavier, brought to length 1. */
function tfIdf(texts: readonly string[]): Sparse[] {
  const terms = texts.map((text) => {
    const words = wordsOf(text)
    const pairs = words.slice(1).map((word, i) => `${words[i]!} ${word}`)
    return [...stemsOf(text), ...pairs]
  })
  const textsWith = new Map<string, number>()
  for (const each of terms)
    for (const term of new Set(each)) textsWith.set(term, (textsWith.get(term) ?? 0) + 1)
  return terms.map((each) => {
    const weights = new Map<string, number>()
    for (const term of each) weights.set(term, (weights.get(term) ?? 0) + 1)
    for (const [term, times] of weights)
      weights.set(
        term,
        (1 + Math.log(times)) *
          Math.log((1 + texts.length) / (1 + textsWith.get(term)!)) *
          (term.includes(' ') ? 0.5 : 1),
      )
    const length = Math.sqrt([...weights.values()].reduce((sum, x) => sum + x * x, 0))
    if (length > 0) for (const [term, weight] of weights) weights.set(term, weight / length)
    return weights
  })
}

function sparseCosine(a: Sparse, b: Sparse): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [term, weight] of small) sum += weight * (large.get(term) ?? 0)
  return sum
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
