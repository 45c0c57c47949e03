/** Okapi BM25 over texts that were cut into terms: an inverted index, and what a text scores against each of them. */
export interface Bm25 {
  readonly size: number
  /** How much a term tells; 0 when no text has it. */
  weight(term: string): number
  /** Score of each text, in the order given; 0 where no term is shared. A term said twice counts once. */
  scores(terms: readonly string[]): Float64Array
  /** The most that a text could score: all terms, as often as one likes. */
  scoreMax(terms: readonly string[]): number
  /** Terms that the text shares, the one that counts most first. */
  shared(terms: readonly string[], text: number): string[]
}

/**
 * S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). `k1` says how soon a
 * term that is repeated counts no more, `b` how much the length of a text counts against it.
 */
export function openBm25(texts: readonly (readonly string[])[], { k1 = 1.2, b = 0.75 } = {}): Bm25 {
  const postings = new Map<string, { texts: number[]; counts: number[]; weight: number }>()
  for (const [text, terms] of texts.entries()) {
    for (const term of terms) {
      let posting = postings.get(term)
      if (posting === undefined) postings.set(term, (posting = { texts: [], counts: [], weight: 0 }))
      if (posting.texts.at(-1) === text) posting.counts[posting.counts.length - 1]! += 1
      else {
        posting.texts.push(text)
        posting.counts.push(1)
      }
    }
  }
  const lengthMean = texts.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, texts.length)
  const lengthPart = texts.map((terms) => k1 * (1 - b + (b * terms.length) / Math.max(1, lengthMean)))

  // The variant with 1 added, which is never negative: a term of most texts still tells a little.
  for (const posting of postings.values()) {
    const having = posting.texts.length
    posting.weight = Math.log(1 + (texts.length - having + 0.5) / (having + 0.5))
  }
  const weight = (term: string): number => postings.get(term)?.weight ?? 0

  const gain = (count: number, text: number): number => (count * (k1 + 1)) / (count + lengthPart[text]!)

  return {
    size: texts.length,
    weight,
    scores(terms) {
      const scores = new Float64Array(texts.length)
      for (const term of new Set(terms)) {
        const posting = postings.get(term)
        if (posting === undefined) continue
        for (let i = 0; i < posting.texts.length; i++) {
          const text = posting.texts[i]!
          scores[text]! += posting.weight * gain(posting.counts[i]!, text)
        }
      }
      return scores
    },
    scoreMax: (terms) => [...new Set(terms)].reduce((sum, term) => sum + weight(term) * (k1 + 1), 0),
    shared(terms, text) {
      const counted = [...new Set(terms)].flatMap((term) => {
        const posting = postings.get(term)
        const at = posting?.texts.indexOf(text) ?? -1
        return at === -1 ? [] : [{ term, score: weight(term) * gain(posting!.counts[at]!, text) }]
      })
      return counted.sort((x, y) => y.score - x.score).map(({ term }) => term)
    },
  }
}
