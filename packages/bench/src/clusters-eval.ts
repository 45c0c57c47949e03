/**
 * How well questions that ask for the same are found together, against k-means over TF-IDF that is told the true
 * number of groups. On labelled utterances of NatCS, CLINC150 and BANKING77; the last had no say in any constant.
 *
 *     CANDOR_DATA=<folder of the data sets> node packages/bench/src/clusters-eval.ts
 */
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { readEncoder } from '@candor/server/virtual-agents/read-encoder.ts'
import { clusterTexts } from '@candor/virtual-agent/cluster-texts.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { stemsOf } from '@candor/virtual-agent/tokens.ts'
import { dataSet, missingDataSet } from './data-sets.ts'
import { seededRandom } from './seeded-random.ts'

export interface Labelled {
  text: string
  label: string
}

export interface ClusterScores {
  /** Normalised mutual information, arithmetic mean (Strehl & Ghosh 2002). */
  nmi: number
  /** Adjusted Rand index (Hubert & Arabie 1985). */
  ari: number
  /** Share of texts whose group is paired with their label, each group and each label once, largest cells first. */
  accuracy: number
  groups: number
}

export interface ClusterRow extends ClusterScores {
  set: string
  by: string
}

/** A text that no cluster took is a group of its own. */
export function byClusters(texts: readonly string[], encoder: Encoder | null): number[] {
  const groups = texts.map((_, i) => -1 - i)
  for (const [group, { members }] of clusterTexts(texts, encoder).entries())
    for (const i of members) groups[i] = group
  return groups
}

export function clusterScores(labels: readonly string[], groups: readonly number[]): ClusterScores {
  const n = labels.length
  const cells = new Map<string, { label: string; group: number; count: number }>()
  const ofLabel = new Map<string, number>()
  const ofGroup = new Map<number, number>()
  for (const [i, label] of labels.entries()) {
    const group = groups[i]!
    const key = `${group} ${label}`
    const cell = cells.get(key) ?? { label, group, count: 0 }
    cells.set(key, { ...cell, count: cell.count + 1 })
    ofLabel.set(label, (ofLabel.get(label) ?? 0) + 1)
    ofGroup.set(group, (ofGroup.get(group) ?? 0) + 1)
  }
  const all = [...cells.values()]
  const mutual = all.reduce(
    (sum, { label, group, count }) =>
      sum + (count / n) * Math.log((count * n) / (ofLabel.get(label)! * ofGroup.get(group)!)),
    0,
  )
  const [together, byLabel, byGroup] = [
    all.map(({ count }) => count),
    [...ofLabel.values()],
    [...ofGroup.values()],
  ].map((counts) => counts.reduce((sum, count) => sum + pairs(count), 0)) as [number, number, number]
  const expected = (byLabel * byGroup) / pairs(n)
  return {
    nmi: (2 * mutual) / (entropy(ofLabel, n) + entropy(ofGroup, n) || 1),
    ari: (together - expected) / ((byLabel + byGroup) / 2 - expected || 1),
    accuracy: pairedOneToOne(all) / n,
    groups: ofGroup.size,
  }
}

/** Spherical k-means over TF-IDF of stems, begun as k-means++ (Arthur & Vassilvitskii 2007). */
export function byKMeans(texts: readonly string[], k: number, random: () => number): number[] {
  const terms = texts.map((text) => stemsOf(text))
  const textsWith = new Map<string, number>()
  for (const each of terms)
    for (const term of new Set(each)) textsWith.set(term, (textsWith.get(term) ?? 0) + 1)
  const places = new Map([...textsWith.keys()].map((term, i) => [term, i]))
  const vectors = terms.map((each) => {
    const vector = new Float64Array(places.size)
    for (const term of each)
      vector[places.get(term)!]! += Math.log((1 + texts.length) / (1 + textsWith.get(term)!))
    return unit(vector)
  })
  const centres = [vectors[Math.floor(random() * vectors.length)]!]
  while (centres.length < k) {
    const far = vectors.map((vector) =>
      Math.max(0, Math.min(...centres.map((centre) => 1 - dot(vector, centre)))),
    )
    let left = random() * far.reduce((sum, x) => sum + x, 0)
    let i = 0
    while (i < far.length - 1 && (left -= far[i]!) > 0) i++
    centres.push(vectors[i]!)
  }
  let groups: number[] = []
  for (let round = 0; round < roundsMax; round++) {
    const next = vectors.map((vector) => nearest(vector, centres))
    if (next.every((group, i) => group === groups[i])) break
    groups = next
    for (let c = 0; c < k; c++) {
      const sum = new Float64Array(places.size)
      for (const [i, group] of groups.entries())
        if (group === c) for (let t = 0; t < sum.length; t++) sum[t]! += vectors[i]![t]!
      centres[c] = unit(sum)
    }
  }
  return groups
}

export function evaluateClusters(
  name: string,
  set: readonly Labelled[],
  encoder: Encoder | null,
): ClusterRow[] {
  const texts = set.map(({ text }) => text)
  const labels = set.map(({ label }) => label)
  const k = new Set(labels).size
  const runs = seeds.map((seed) => clusterScores(labels, byKMeans(texts, k, seededRandom(seed))))
  const mean = (of: keyof ClusterScores): number => runs.reduce((sum, run) => sum + run[of], 0) / runs.length
  return [
    ...(encoder === null
      ? []
      : [{ set: name, by: 'words and meaning', ...clusterScores(labels, byClusters(texts, encoder)) }]),
    { set: name, by: 'words', ...clusterScores(labels, byClusters(texts, null)) },
    {
      set: name,
      by: `k-means, true k, mean of ${seeds.length}`,
      nmi: mean('nmi'),
      ari: mean('ari'),
      accuracy: mean('accuracy'),
      groups: k,
    },
  ]
}

/** 913 utterances, 22 intents; null where the data set is not there. */
export function insuranceUtterances(): Labelled[] | null {
  const folder = dataSet('natcs')
  if (folder === null) return null
  return jsonLines(path.join(folder, 'insurance.jsonl')).map((o) => ({
    text: o['utterance']!,
    label: o['intent']!,
  }))
}

/** Every fifth intent of CLINC150's test set: 900 utterances. */
export function assistantUtterances(): Labelled[] | null {
  const folder = dataSet('clinc150')
  if (folder === null) return null
  const all = jsonLines(path.join(folder, 'test.jsonl')).map((o) => ({
    text: o['text']!,
    label: o['label']!,
  }))
  return everyNth(all, 5, 2)
}

/** Every fourth intent of BANKING77's test set. */
export function bankUtterances(): Labelled[] | null {
  const folder = dataSet('banking77')
  if (folder === null) return null
  const lines = readFileSync(path.join(folder, 'test.csv'), 'utf8').trim().split('\n').slice(1)
  const all = lines.map((line) => {
    const comma = line.lastIndexOf(',')
    return { text: line.slice(0, comma).replaceAll('"', ''), label: line.slice(comma + 1).trim() }
  })
  return everyNth(all, 4, 1)
}

const seeds = [1, 2, 3]
const roundsMax = 30

function everyNth(all: readonly Labelled[], n: number, from: number): Labelled[] {
  const labels = [...new Set(all.map(({ label }) => label))].sort((a, b) => (a < b ? -1 : 1))
  const taken = new Set(labels.filter((_, i) => i % n === from))
  return all.filter(({ label }) => taken.has(label))
}

function jsonLines(file: string): Record<string, string>[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2
}

function entropy(counts: ReadonlyMap<unknown, number>, n: number): number {
  return [...counts.values()].reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0)
}

function pairedOneToOne(cells: { label: string; group: number; count: number }[]): number {
  const labels = new Set<string>()
  const groups = new Set<number>()
  let paired = 0
  for (const { label, group, count } of cells.toSorted((a, b) => b.count - a.count)) {
    if (labels.has(label) || groups.has(group)) continue
    labels.add(label)
    groups.add(group)
    paired += count
  }
  return paired
}

function nearest(vector: Float64Array, centres: readonly Float64Array[]): number {
  let best = 0
  let likeness = -Infinity
  for (const [c, centre] of centres.entries()) {
    const here = dot(vector, centre)
    if (here > likeness) [best, likeness] = [c, here]
  }
  return best
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((x) => x / length)
}

if (import.meta.main) {
  const encoder = readEncoder()
  for (const [name, set] of [
    ['natcs', insuranceUtterances()],
    ['clinc150', assistantUtterances()],
    ['banking77', bankUtterances()],
  ] as const)
    if (set === null) process.stdout.write(`${missingDataSet(name)}\n`)
    else
      for (const { by, nmi, ari, accuracy, groups } of evaluateClusters(name, set, encoder))
        process.stdout.write(
          `${name} (${set.length})  ${by.padEnd(26)} NMI ${nmi.toFixed(3)}  ARI ${ari.toFixed(3)}  accuracy ${accuracy.toFixed(3)}  groups ${groups}\n`,
        )
}
