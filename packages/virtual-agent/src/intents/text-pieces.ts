/**
 * The words, word pairs and letter groups of a text as hashes, without making a string for any of them: a turn of
 * twelve words has some two hundred.
 */

/** What a text consists of, word by word: its letter groups, itself, its pairs. Valid until the reader's next call. */
export interface TextPieces {
  count: number
  /** 32-bit hashes; the same piece in two places has the same hash. */
  hashes: Int32Array
  /** `pieceKinds`. */
  kinds: Uint8Array
  /** Where the piece begins and ends in `plain`. */
  starts: Uint16Array
  ends: Uint16Array
  plain: Uint16Array
}

export const pieceKinds = { word: 0, letters: 1, pair: 2 } as const

export interface PieceReader {
  /** @param text at most `textCharactersMax` of it are looked at. */
  read(text: string): TextPieces
}

/** Letters of a group: shorter ones say little, longer ones are the words themselves. */
const lettersMin = 2
const lettersMax = 5

/** Two words make a pair when at most so many steps apart: "card … not … arrive" says more than its neighbours do. */
const pairDistanceMax = 3

export function openPieceReader(charactersMax: number): PieceReader {
  // Twice: a normalised text may be longer, and every word gets a space before and behind.
  const plainMax = 2 * charactersMax + 2
  const piecesMax = plainMax * (lettersMax - lettersMin + 2 + pairDistanceMax)
  const pieces: TextPieces = {
    count: 0,
    hashes: new Int32Array(piecesMax),
    kinds: new Uint8Array(piecesMax),
    starts: new Uint16Array(piecesMax),
    ends: new Uint16Array(piecesMax),
    plain: new Uint16Array(plainMax),
  }
  const { hashes, kinds, starts, ends, plain } = pieces
  const lastWords = new Int32Array(pairDistanceMax)
  const lastStarts = new Uint16Array(pairDistanceMax)

  function put(hash: number, kind: number, start: number, end: number): void {
    const at = pieces.count++
    // The last bits of a product depend on few letters; the first ones are mixed in (MurmurHash3's finish, shortened).
    hash ^= hash >>> 15
    hash = Math.imul(hash, 0x2c1b3c6d)
    hashes[at] = hash ^ (hash >>> 13)
    kinds[at] = kind
    starts[at] = start
    ends[at] = end
  }

  return {
    read(text) {
      const normal = normalised(text.length > charactersMax ? text.slice(0, charactersMax) : text)
      const classes = (characterClasses ??= classifyCharacters())
      pieces.count = 0
      let length = 0
      let words = 0
      const end = Math.min(normal.length, charactersMax * 2)
      for (let i = 0; i < end && length < plainMax - 3;) {
        const unit = normal.charCodeAt(i)
        const kind = classes[unit]!
        if (kind === separator || kind === silent) {
          i++
          continue
        }
        plain[length++] = space
        const start = length
        let word = wordSeed
        if (kind === alone) {
          const units = isHighSurrogate(unit) && i + 1 < end ? 2 : 1
          for (let u = 0; u < units; u++) {
            const one = normal.charCodeAt(i++)
            plain[length++] = one
            word = Math.imul(word ^ one, prime)
          }
        } else {
          while (i < end && length < plainMax - 2) {
            const one = normal.charCodeAt(i)
            const its = classes[one]!
            if (its === letter) {
              plain[length++] = one
              word = Math.imul(word ^ one, prime)
            } else if (its !== silent) break
            i++
          }
          plain[length] = space
          for (let from = start - 1; from < length; from++) {
            let group = letterSeed
            const last = Math.min(length, from + lettersMax - 1)
            for (let to = from; to <= last; to++) {
              group = Math.imul(group ^ plain[to]!, prime)
              if (to - from + 1 >= lettersMin) put(group, pieceKinds.letters, from, to + 1)
            }
          }
        }
        put(word, pieceKinds.word, start, length)
        for (let back = 1; back <= Math.min(words, pairDistanceMax); back++) {
          const before = (words - back) % pairDistanceMax
          const pair = Math.imul(lastWords[before]!, back === 1 ? nextPrime : nearPrime) ^ word
          put(pair, pieceKinds.pair, lastStarts[before]!, length)
        }
        lastWords[words % pairDistanceMax] = word
        lastStarts[words % pairDistanceMax] = start
        words++
      }
      return pieces
    },
  }
}

/** The piece as a person reads it; two words that do not stand together with dots between. */
export function pieceText({ plain, starts, ends, kinds }: TextPieces, at: number): string {
  const text = String.fromCharCode(...plain.subarray(starts[at], ends[at]))
  const words = text.trim().split(/ +/)
  return kinds[at] === pieceKinds.pair && words.length > 2 ? `${words[0]} … ${words.at(-1)}` : words.join(' ')
}

const space = 32
/** FNV-1a's prime and offset (RFC 9923), and other odd numbers where kinds must not meet. */
const prime = 0x01000193
const wordSeed = 0x811c9dc5 | 0
const letterSeed = 0x3c6ef372
const nextPrime = 0x9e3779b1
const nearPrime = 0x85ebca6b

const separator = 0
const letter = 1
/** Left out without ending a word: apostrophes and joiners. */
const silent = 2
/** A word of its own: signs that mean something, pictures, and letters of scripts that do not part words. */
const alone = 3

/** Apostrophes, zero-width joiners, the Arabic lengthening, and the sign that makes a picture of a letter. */
const silentUnits = new Set([0x27, 0x2019, 0x02bc, 0x200c, 0x200d, 0x0640, 0xfe0f])

let characterClasses: Uint8Array | undefined

function classifyCharacters(): Uint8Array {
  const classes = new Uint8Array(0x1_0000)
  for (let unit = 0; unit < classes.length; unit++) {
    const text = String.fromCharCode(unit)
    if (silentUnits.has(unit)) classes[unit] = silent
    else if (isHighSurrogate(unit) || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text))
      classes[unit] = alone
    else if (/[\p{L}\p{N}\p{M}]/u.test(text)) classes[unit] = letter
    else if (/[?!%؟]|\p{Sc}|\p{So}|\p{Extended_Pictographic}/u.test(text)) classes[unit] = alone
  }
  return classes
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

/** Lower case; letters without the accents, short vowels and variants that people leave out when they type. */
function normalised(text: string): string {
  const lower = text.toLowerCase()
  for (let i = 0; i < lower.length; i++) if (lower.charCodeAt(i) > asciiMax) return folded(lower)
  return lower
}

const asciiMax = 0x7f

function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f\u064b-\u065f\u0670]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replaceAll('ة', 'ه')
    .replaceAll('ß', 'ss')
}
