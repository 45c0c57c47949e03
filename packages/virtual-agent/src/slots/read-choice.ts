import { languages } from '../script.ts'
import { editDistance } from './edit-distance.ts'
import { foldText } from './folded-text.ts'
import { numbersIn } from './number-words.ts'
import type { Choice, ReadingContext, Span } from './slot-type.ts'

export interface ChoiceRead {
  choice: string
  span: Span
  /** Others that the same words mean just as well. */
  or: string[]
}

/**
 * Which of the choices a text names: by title or synonym in any language, first word for word, then with up to two
 * typing errors in a long word. Asked for, a word that only one choice has is enough ("Hilton" for "Hilton Hotel"),
 * and so is its place in the list ("the second one").
 */
export function choicesIn(text: string, choices: readonly Choice[], context: ReadingContext): ChoiceRead[] {
  const said = tokensOf(text)
  const names = choices.flatMap((choice) =>
    namesOf(choice).map((name) => ({ choice: choice.id, words: name })),
  )
  const exact = matchesOf(said, names, (a, b) => (a === b ? 0 : null))
  if (exact.length > 0) return exact
  const near = matchesOf(said, names, (a, b) => (a === b ? 0 : editDistance(a, b, errorsMax(b))))
  if (near.length > 0 || context.expected !== true) return near
  return byPart(said, names) ?? byPlace(text, choices, context)
}

interface Token {
  word: string
  start: number
  end: number
}

interface Name {
  choice: string
  words: string[]
}

/** In "cat" every letter tells it from "car"; a long word stays itself with two wrong ones. */
function errorsMax(word: string): number {
  return word.length < 5 ? 0 : word.length < 8 ? 1 : 2
}

function tokensOf(text: string): Token[] {
  return [...foldText(text).matchAll(/[\p{L}\p{N}]+(?:'\p{L}+)?/gu)].map((match) => ({
    word: match[0].replace(/'s$/, '').replace("'", ''),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

function namesOf(choice: Choice): string[][] {
  const written = [
    choice.id.replaceAll(/[-_]/g, ' '),
    ...languages.flatMap((language) =>
      [choice.title[language] ?? [], choice.synonyms?.[language] ?? []].flat(),
    ),
  ]
  return written.map((name) => tokensOf(name).map(({ word }) => word)).filter((words) => words.length > 0)
}

function matchesOf(
  said: Token[],
  names: Name[],
  distance: (a: string, b: string) => number | null,
): ChoiceRead[] {
  const found: { choice: string; at: number; words: number; errors: number }[] = []
  for (const name of names)
    for (let at = 0; at + name.words.length <= said.length; at++) {
      let errors = 0
      for (const [i, word] of name.words.entries()) {
        const distanceHere = distance(said[at + i]!.word, word)
        if (distanceHere === null) {
          errors = Infinity
          break
        }
        errors += distanceHere
      }
      if (errors < Infinity) found.push({ choice: name.choice, at, words: name.words.length, errors })
    }
  // Longer names first, then fewer errors: "New York Times" is not "New York".
  found.sort((a, b) => b.words - a.words || a.errors - b.errors || a.at - b.at)
  const taken: (ChoiceRead & { at: number; words: number; errors: number })[] = []
  for (const match of found) {
    const over = taken.find((other) => other.at < match.at + match.words && match.at < other.at + other.words)
    if (over === undefined)
      taken.push({
        ...match,
        or: [],
        span: { start: said[match.at]!.start, end: said[match.at + match.words - 1]!.end },
      })
    else if (
      over.at === match.at &&
      over.words === match.words &&
      over.errors === match.errors &&
      over.choice !== match.choice &&
      !over.or.includes(match.choice)
    )
      over.or.push(match.choice)
  }
  return taken.sort((a, b) => a.at - b.at).map(({ choice, span, or }) => ({ choice, span, or }))
}

function byPart(said: Token[], names: Name[]): ChoiceRead[] | null {
  for (const token of said) {
    if (token.word.length < 3) continue
    const having = [
      ...new Set(names.filter(({ words }) => words.includes(token.word)).map(({ choice }) => choice)),
    ]
    // A word that most choices share ("hotel") says nothing.
    if (having.length === 0 || having.length > 3) continue
    const [choice, ...or] = having
    return [{ choice: choice!, or, span: { start: token.start, end: token.end } }]
  }
  return null
}

const ordinals =
  /(?<!\p{L})(?:(first|primer[oa]?|erste[rns]?)|(second|segund[oa]|zweite[rns]?)|(third|tercer[oa]?|dritte[rns]?)|(fourth|cuart[oa]|vierte[rns]?)|(fifth|quint[oa]|funfte[rns]?)|(last|ultim[oa]|letzte[rns]?))(?!\p{L})/u

function byPlace(text: string, choices: readonly Choice[], context: ReadingContext): ChoiceRead[] {
  const folded = foldText(text)
  const ordinal = ordinals.exec(folded)
  if (ordinal !== null) {
    const place = ordinal.slice(1).findIndex((group) => group !== undefined)
    const choice = place === 5 ? choices.at(-1) : choices[place]
    if (choice === undefined) return []
    return [
      { choice: choice.id, or: [], span: { start: ordinal.index, end: ordinal.index + ordinal[0].length } },
    ]
  }
  // A bare number counts the choices, unless they are numbers themselves.
  const numbers = numbersIn(folded, context.language)
  if (numbers.length !== 1 || choices.some(({ id, title }) => /\d/.test(id + Object.values(title).join(''))))
    return []
  const choice = choices[numbers[0]!.value - 1]
  return choice === undefined
    ? []
    : [{ choice: choice.id, or: [], span: { start: numbers[0]!.start, end: numbers[0]!.end } }]
}
