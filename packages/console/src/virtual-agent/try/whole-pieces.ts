/**
 * The classifier looks at words and at pieces of words (`_mon`, `oney_`: an underscore is where a word begins or
 * ends). A person reads what the pieces belong to: of pieces that lie in one another the longest stays.
 */
export function wholePieces(features: readonly string[]): string[] {
  const pieces = [...new Set(features.map((feature) => feature.replaceAll('_', ' ').trim()))].filter(Boolean)
  return pieces.filter(
    (piece) => !pieces.some((other) => other.length > piece.length && other.includes(piece)),
  )
}
