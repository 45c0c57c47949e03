/** What each number counts, in one sentence: the same beside the number and above its conversations. */
import { resultNumbers, type ResultNumber } from '@candor/protocol/virtual-agent-results.ts'

export const numberNames: Record<ResultNumber, string> = {
  conversations: 'Asked it something',
  confirmed: 'Confirmed by the visitor',
  silent: 'Silent',
  'silent-not-back': 'Silent and not back within 7 days',
  'silent-back': 'Silent, but back within 7 days',
  'silent-undecided': 'Silent, and the 7 days are not over',
  unresolved: 'Ended without an answer',
  open: 'Still open',
  'handed-over': 'Handed over to a person',
  fallback: 'Not understood, once or more',
  'wrong-reports': 'An answer was reported as wrong',
}

export const numberSays: Record<ResultNumber, string> = {
  conversations:
    'In which the visitor asked the virtual agent something, by the day on which it spoke first.',
  confirmed: 'The visitor said that it helped.',
  silent: 'It answered, and the visitor said nothing more. That may be content, or giving up.',
  'silent-not-back': 'Of the silent: seven days have passed, and the visitor did not come back.',
  'silent-back': 'Of the silent: the visitor came back within seven days, so it may not have helped.',
  'silent-undecided': 'Of the silent: seven days have not passed yet. Nobody knows.',
  unresolved: 'Its last word was no answer: it asked back, did not understand, or did not help.',
  open: 'Somebody wrote within the last day.',
  'handed-over': 'A person came into it.',
  fallback: 'It said at least once that it did not understand, whatever came of it.',
  'wrong-reports': 'Somebody of your staff called an answer wrong.',
}

export function isResultNumber(text: string | undefined): text is ResultNumber {
  return resultNumbers.some((number) => number === text)
}

/** `not-understood` → "Not understood" */
export function reasonInWords(reason: string): string {
  const words = reason.replaceAll('-', ' ')
  return words.charAt(0).toLocaleUpperCase('en') + words.slice(1)
}

/** A share is told with the digits that it has: of 12 conversations nobody knows tenths of a per cent. */
export function shareInWords(count: number, of: number): string {
  if (of === 0) return '–'
  const percent = (100 * count) / of
  if (count > 0 && percent < 1) return '< 1 %'
  return `${Math.round(percent)} %`
}
