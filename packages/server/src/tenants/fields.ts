import { Refusal } from '@candor/protocol/refusals.ts'

/** What a name on a badge holds. */
export const nameCharactersMax = 100
/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, its angle brackets included. */
export const emailCharactersMax = 254

/** A line of text as people type it: trimmed, not empty, without control characters. */
export function checkLine(value: unknown, field: string, charactersMax: number): string {
  if (typeof value !== 'string') refuseField(field, 'is a string')
  const line = value.trim()
  if (line === '') refuseField(field, 'is not empty')
  if (line.length > charactersMax) refuseField(field, `has at most ${charactersMax} characters`)
  if (/\p{Cc}/u.test(line) || !line.isWellFormed()) refuseField(field, 'has no control characters')
  return line
}

/** Lower case, so that one person is one address. Stricter than RFC 5322, as sign-in forms are. */
export function checkEmail(value: unknown, field: string): string {
  const email = checkLine(value, field, emailCharactersMax).toLowerCase()
  if (!emailForm.test(email)) refuseField(field, 'is an e-mail address')
  return email
}

export function refuseField(field: string, rule: string): never {
  throw new Refusal('invalid_field', `The field ${field} ${rule}.`, { field })
}

const emailForm =
  /^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,}$/
