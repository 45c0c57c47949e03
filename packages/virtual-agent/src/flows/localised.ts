import type { Language, Localised } from '../script.ts'

/** The text in this language, else in the book's own, in which every text is there. */
export function textIn(text: Localised, own: Language, language: Language): string {
  return text[language] ?? text[own] ?? ''
}
