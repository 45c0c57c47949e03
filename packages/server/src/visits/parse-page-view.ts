import type { PageViewReport } from '@candor/protocol/integrity-api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { Refusal } from '@candor/protocol/refusals.ts'

/** More scripts than a page has; the rest is left out by the loader too. */
export const scriptsMax = 200
/** Of an address. What is longer is a `data:` or a signed one. */
const addressCharactersMax = 2_048
const publicIdCharactersMax = 40
const releaseForm = /^[\w-]{0,64}$/

/** Text of a beacon → a report of the right shape. @throws Refusal `malformed`, `invalid_field` */
export function parsePageView(raw: unknown): PageViewReport {
  let value: unknown
  try {
    value = typeof raw === 'string' ? JSON.parse(raw) : raw
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Refusal('malformed', 'A page view is one JSON object.', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('malformed', 'A page view is one JSON object.')
  const o = value as Record<string, unknown>
  const { t, v, n, u, c, l, i, m, s, e } = o
  if (typeof t !== 'string' || t.length > publicIdCharactersMax) wrong('t')
  if (!isUuid(v)) wrong('v')
  if (!isUuid(n)) wrong('n')
  if (!isAddress(u)) wrong('u')
  if (typeof c !== 'boolean') wrong('c')
  if (!isAddress(l)) wrong('l')
  if (typeof i !== 'boolean') wrong('i')
  if (typeof m !== 'string' || !releaseForm.test(m)) wrong('m')
  if (!Array.isArray(s) || s.length > scriptsMax || !s.every(isAddress)) wrong('s')
  if (e !== '' && e !== 'silent' && e !== 'unverified') wrong('e')
  return { t, v, n, u, c, l, i, m, s, e }
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && value.length <= addressCharactersMax
}

function wrong(field: string): never {
  throw new Refusal('invalid_field', `The field ${field} is not as a loader sends it.`, { field })
}
