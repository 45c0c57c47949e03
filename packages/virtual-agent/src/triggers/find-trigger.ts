import type { Triggers } from '../definition.ts'
import { isNegated } from './negation.ts'
import {
  angerWords,
  crisisWords,
  emergencyWords,
  legalWords,
  paymentWords,
  rejectionWords,
  type TriggerWords,
} from './trigger-words.ts'
import { clausesOf, findPattern } from './word-pattern.ts'
import { wishForPerson } from './wish-for-person.ts'

export type TriggerGroup = 'crisis' | 'person' | keyof Triggers

export interface Trigger {
  group: TriggerGroup
  /** Words of the text that say so, folded. */
  found: string
}

/** Reason of the hand-over, as results and queues see it. */
export const reasonOfTrigger: Record<TriggerGroup, string> = {
  crisis: 'crisis',
  emergency: 'emergency',
  legal: 'legal',
  anger: 'anger',
  payment: 'payment-trouble',
  person: 'asked-for-a-person',
  rejection: 'answer-rejected',
}

/**
 * Why a person should answer, before anything else is looked for: the first group that holds, the gravest first. Of
 * a very long text, the beginning and the end are read.
 */
export function findTrigger(
  text: string,
  on: Triggers,
  groups: readonly TriggerGroup[] = allGroups,
): Trigger | null {
  const clauses = clausesOf(shortened(text))
  for (const group of allGroups) {
    if (!groups.includes(group) || (group !== 'crisis' && group !== 'person' && !on[group])) continue
    const found = inGroup(group, clauses) ?? (group === 'anger' && isShouted(text) ? 'capitals' : null)
    if (found !== null) return { group, found }
  }
  return null
}

const allGroups: readonly TriggerGroup[] = [
  'crisis',
  'emergency',
  'legal',
  'anger',
  'payment',
  'person',
  'rejection',
]

/** Longer is a letter: what its writer is about stands at its beginning or at its end. */
const charactersRead = 4_000

function shortened(text: string): string {
  return text.length <= charactersRead
    ? text
    : `${text.slice(0, charactersRead / 2)}\n${text.slice(-charactersRead / 2)}`
}

function inGroup(group: TriggerGroup, clauses: readonly string[][]): string | null {
  if (group === 'person') {
    for (const words of clauses) {
      const wish = wishForPerson(words)
      if (wish !== null) return wish
    }
    return null
  }
  const words = wordsOfGroup[group]
  for (const clause of clauses) {
    const found = inClause(words, clause, group !== 'crisis' && group !== 'rejection')
    if (found !== null) return found
  }
  return null
}

const wordsOfGroup: Record<Exclude<TriggerGroup, 'person'>, TriggerWords> = {
  crisis: crisisWords,
  emergency: emergencyWords,
  legal: legalWords,
  anger: angerWords,
  payment: paymentWords,
  rejection: rejectionWords,
}

function inClause(words: TriggerWords, clause: readonly string[], negatable: boolean): string | null {
  const read = [...clause]
  for (const pattern of words.except)
    // An empty word is equal to none and stands where the others stood: distances stay.
    for (const { start, end } of findPattern(pattern, clause)) read.fill('', start, end)
  for (const pattern of words.holds)
    for (const { start, end, between } of findPattern(pattern, read))
      if (!negatable || !isNegated(read, start, between)) return clause.slice(start, end).join(' ')
  return null
}

/** A sentence in capitals with exclamation marks. "LHR TO JFK" and "OK!!!" are none. */
function isShouted(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? []
  const capitals = text.match(/\p{Lu}/gu) ?? []
  return /[!?]{3}/.test(text) && letters.length >= 12 && capitals.length > letters.length * 0.7
}
