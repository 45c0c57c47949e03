/**
 * Lower case without accents, Arabic digits as ASCII ones, every kind of space as one space and every kind of dash
 * as `-`: unit for unit, so that a place in the folded text is the same place in the text as it was written.
 */
export function foldText(text: string): string {
  let folded = ''
  for (let i = 0; i < text.length; i++) folded += foldUnit(text[i]!)
  return folded
}

/** Longer texts are read up to here: a value stands in a sentence, not in a treatise. */
export const readCharactersMax = 2_000

function foldUnit(unit: string): string {
  if (unit <= '\u007f') return unit === '\n' || unit === '\t' || unit === '\r' ? ' ' : unit.toLowerCase()
  const code = unit.charCodeAt(0)
  if (code >= 0x660 && code <= 0x669) return String(code - 0x660)
  if (code >= 0x6f0 && code <= 0x6f9) return String(code - 0x6f0)
  if (/\s/u.test(unit)) return ' '
  if (/\p{Pd}/u.test(unit)) return '-'
  if (unit === '’' || unit === '‘') return "'"
  if (unit === 'ß') return 's'
  if (/[أإآٱ]/u.test(unit)) return 'ا'
  if (unit === 'ى') return 'ي'
  if (unit === 'ة') return 'ه'
  const base = unit.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return base.length === 1 ? base : unit
}
