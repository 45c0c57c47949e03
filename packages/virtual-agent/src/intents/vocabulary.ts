/** Which pieces count, and how a text becomes a vector over them (TF-IDF). */
import { textCharactersMax } from './intent-types.ts'
import { openPieceReader, pieceKinds, type PieceReader, type TextPieces } from './text-pieces.ts'

export interface Vocabulary {
  /** Hashes of the pieces, in the order of their rows. */
  hashes: Int32Array
  kinds: Uint8Array
  /** Natural logarithm of how rare the piece is among the examples (smoothed inverse document frequency). */
  rarity: Float32Array
  /** Share of the squared length of a text's vector that words have; letter groups have the rest. */
  wordShare: number
}

/** A text as rows of the vocabulary with their weights; valid until the next call of the reader. */
export interface TextVector {
  count: number
  rows: Int32Array
  values: Float32Array
  pieces: TextPieces
  /** For each piece its place in `rows`; -1 when the vocabulary has it not, or it stood before. */
  places: Int32Array
  /** Share of the pieces, words and groups alike, that the vocabulary has. */
  known: number
}

export interface VectorReader {
  read(text: string): TextVector
}

/**
 * Of all pieces of the texts those that at least `textsMin` have, the most frequent when they are too many. Texts MUST
 * come in an order of their own: the rows follow it.
 */
export function gatherVocabulary(
  texts: readonly string[],
  textsMin: number,
  rowsMax: number,
  wordShare: number,
): Vocabulary {
  const reader = openPieceReader(textCharactersMax)
  const table = openTable(1 << 16)
  const counts: number[] = []
  const kinds: number[] = []
  const seen: number[] = []
  for (const [number, text] of texts.entries()) {
    const pieces = reader.read(text)
    for (let i = 0; i < pieces.count; i++) {
      const row = table.add(pieces.hashes[i]!)
      if (row === counts.length) {
        counts.push(0)
        kinds.push(pieces.kinds[i]!)
        seen.push(-1)
      }
      if (seen[row] === number) continue
      seen[row] = number
      counts[row]!++
    }
  }
  let least = textsMin
  const kept = (): number => counts.reduce((sum, count) => sum + (count >= least ? 1 : 0), 0)
  while (kept() > rowsMax) least++
  const size = kept()
  const vocabulary = {
    hashes: new Int32Array(size),
    kinds: new Uint8Array(size),
    rarity: new Float32Array(size),
    wordShare,
  }
  const all = table.hashes()
  let row = 0
  for (const [i, count] of counts.entries()) {
    if (count < least) continue
    vocabulary.hashes[row] = all[i]!
    vocabulary.kinds[row] = kinds[i]!
    vocabulary.rarity[row] = Math.log((1 + texts.length) / (1 + count)) + 1
    row++
  }
  return vocabulary
}

export function openVectorReader(
  { hashes, kinds, rarity, wordShare }: Vocabulary,
  pieces: PieceReader = openPieceReader(textCharactersMax),
): VectorReader {
  const table = openTable(4 * hashes.length)
  for (const hash of hashes) table.add(hash)
  const lastSeen = new Int32Array(hashes.length)
  const placesOfRows = new Int32Array(hashes.length)
  let turn = 0
  const vector: TextVector = {
    count: 0,
    rows: new Int32Array(rowsPerTextMax),
    values: new Float32Array(rowsPerTextMax),
    pieces: pieces.read(''),
    places: new Int32Array(pieces.read('').hashes.length),
    known: 0,
  }
  const { rows, values } = vector

  return {
    read(text) {
      turn++
      const found = pieces.read(text)
      let count = 0
      let known = 0
      for (let i = 0; i < found.count; i++) {
        const row = table.find(found.hashes[i]!)
        vector.places[i] = -1
        if (row === -1) continue
        known++
        if (lastSeen[row] === turn) values[placesOfRows[row]!]!++
        else if (count < rowsPerTextMax) {
          lastSeen[row] = turn
          placesOfRows[row] = count
          vector.places[i] = count
          rows[count] = row
          values[count++] = 1
        }
      }
      let words = 0
      let letters = 0
      for (let i = 0; i < count; i++) {
        const row = rows[i]!
        const times = values[i]!
        const value = (times === 1 ? 1 : 1 + Math.log(times)) * rarity[row]!
        values[i] = value
        if (kinds[row] === pieceKinds.letters) letters += value * value
        else words += value * value
      }
      const perWord = words === 0 ? 0 : Math.sqrt(wordShare / words)
      const perLetters = letters === 0 ? 0 : Math.sqrt((1 - wordShare) / letters)
      for (let i = 0; i < count; i++)
        values[i]! *= kinds[rows[i]!] === pieceKinds.letters ? perLetters : perWord
      vector.count = count
      vector.pieces = found
      vector.known = found.count === 0 ? 0 : known / found.count
      return vector
    },
  }
}

/** More different pieces than this has no text of `textCharactersMax` that a person wrote. */
const rowsPerTextMax = 8_192

interface Table {
  /** The number of the hash, a new one when it is new. */
  add(hash: number): number
  /** -1 when it is not there. */
  find(hash: number): number
  hashes(): number[]
}

/** Numbers 32-bit hashes in the order of their coming: open addressing, half full at most. */
function openTable(expected: number): Table {
  let bits = 4
  while (1 << bits < expected) bits++
  let mask = (1 << bits) - 1
  let numbers = new Int32Array(1 << bits).fill(-1)
  let keys = new Int32Array(1 << bits)
  const all: number[] = []

  function placeOf(hash: number): number {
    let place = hash & mask
    while (numbers[place] !== -1 && keys[place] !== hash) place = (place + 1) & mask
    return place
  }

  function grow(): void {
    bits++
    mask = (1 << bits) - 1
    numbers = new Int32Array(1 << bits).fill(-1)
    keys = new Int32Array(1 << bits)
    for (const [number, hash] of all.entries()) {
      const place = placeOf(hash)
      numbers[place] = number
      keys[place] = hash
    }
  }

  return {
    add(hash) {
      let place = placeOf(hash)
      if (numbers[place] !== -1) return numbers[place]!
      if (2 * all.length >= mask) {
        grow()
        place = placeOf(hash)
      }
      numbers[place] = all.length
      keys[place] = hash
      return all.push(hash) - 1
    },
    find: (hash) => numbers[placeOf(hash)]!,
    hashes: () => all,
  }
}
