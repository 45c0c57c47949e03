/**
 * Cuts a text into the pieces of a unigram vocabulary (Kudo 2018, "Subword Regularization", §3.2): of all ways to
 * cut it, the one whose pieces have the highest sum of log probabilities.
 */
export interface SentencePieces {
  /** Numbers of the pieces in order; what the vocabulary does not know is `unknownPiece`, once for a whole run. */
  cut(text: string): number[]
}

/** Piece and log probability, in the order of their numbers; the first six are reserved and never cut. */
export type Vocabulary = readonly (readonly [piece: string, score: number])[]

export const unknownPiece = 0
const reservedPieces = 6
/** Stands for the space before a word: "▁". */
const wordStart = '\u2581'

export function openSentencePieces(vocabulary: Vocabulary): SentencePieces {
  const numbers = new Map<string, number>()
  let longest = 1
  for (let i = reservedPieces; i < vocabulary.length; i++) {
    const piece = vocabulary[i]![0]
    numbers.set(piece, i)
    longest = Math.max(longest, [...piece].length)
  }

  return {
    cut(text) {
      const letters = [...lettersOf(text)]
      /** For each end: the best sum of scores up to it (0 is none yet), the piece it ends with, and that piece's start. */
      const best = new Float64Array(letters.length + 1)
      const pieces = new Int32Array(letters.length + 1)
      const starts = new Int32Array(letters.length + 1)
      for (let start = 0; start < letters.length; start++) {
        let found = false
        let piece = ''
        for (let end = start + 1; end <= letters.length && end - start <= longest; end++) {
          piece += letters[end - 1]!
          const number = numbers.get(piece)
          if (number === undefined) continue
          found = true
          offer(start, end, number, vocabulary[number]![1])
        }
        if (!found) offer(start, start + 1, unknownPiece, 0)
      }

      function offer(start: number, end: number, number: number, score: number): void {
        const sum = best[start]! + score
        // Of two ways that are as good, the one whose last piece is shorter, as the vocabulary's own tokenizer does.
        if (best[end] !== 0 && sum < best[end]!) return
        best[end] = sum
        pieces[end] = number
        starts[end] = start
      }

      const cut: number[] = []
      for (let end = letters.length; end > 0; end = starts[end]!) {
        const piece = pieces[end]!
        if (piece !== unknownPiece || cut.at(-1) !== unknownPiece) cut.push(piece)
      }
      return cut.reverse()
    },
  }
}

function lettersOf(text: string): string {
  const normal = text.normalize('NFKC')
  return normal === '' ? '' : wordStart + normal.replaceAll(' ', wordStart)
}
