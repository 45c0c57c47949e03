import type { Encoder } from './intent-types.ts'

/** For tests: words that mean the same point the same way, as a real encoder has learnt from much text. */
export function testEncoder(meanings: readonly (readonly string[])[]): Encoder {
  return {
    parts: [meanings.length, meanings.length],
    encode: (texts) =>
      texts.map((text) => {
        const counts = meanings.map(
          (words) => words.filter((word) => text.toLowerCase().includes(word)).length,
        )
        const length = Math.hypot(...counts)
        return Float32Array.from([...counts.map((count) => (length === 0 ? 0 : count / length)), ...counts])
      }),
  }
}
