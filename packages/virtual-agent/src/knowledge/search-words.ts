import type { Language } from '../script.ts'
import { stemsOf, wordsOf } from '../tokens.ts'
import { stemWord } from './stem-word.ts'

/** The words of a text as stems, in order. Function words stay: "what is" and "how many" tell questions apart. */
export function searchStems(text: string, language: Language): string[] {
  return withCompounds(text).map((word) => stemWord(word, language))
}

/** The stems of the words that say what a text is about. */
export function subjectStems(text: string, language: Language): string[] {
  return withCompounds(text)
    .filter((word) => !isFunctionWord(word))
    .map((word) => stemWord(word, language))
}

/** What is joined by hyphens is written as one word too: "Wi-Fi" and "wifi", "e-mail" and "email". */
function withCompounds(text: string): string[] {
  const joined = text.match(compound)?.map((word) => word.replaceAll(/\P{L}/gu, '')) ?? []
  return [...wordsOf(text), ...joined.flatMap(wordsOf)]
}

const compound = /\p{L}{1,20}(?:[-\u2010\u2011]\p{L}{1,20}){1,3}/gu

/** Says nothing about a topic: a visitor's "hello, I would like to know". */
export function isFunctionWord(word: string): boolean {
  return stemsOf(word).length === 0
}

/** Pieces of three and four letters of every word, its ends marked: misspelt and compound words share some. */
export function letterPieces(text: string): string[] {
  return wordsOf(text).flatMap((word) => {
    const marked = `_${word}_`
    const pieces: string[] = []
    for (const length of [3, 4])
      for (let i = 0; i + length <= marked.length; i++) pieces.push(marked.slice(i, i + length))
    return pieces
  })
}
