import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { counted } from '../../design/counted.ts'

/** Builds that have to agree with a release before it is one: docs/releases.md. */
const buildersMin = 2
const hourMs = 3_600_000
/** Re-issued well before; what is nearer than this was forgotten. */
const soonMs = 24 * hourMs

export function attestationsOf({ attestations }: ReleaseRow): { tone: 'good' | 'bad'; text: string } {
  return attestations >= buildersMin
    ? { tone: 'good', text: `${counted(attestations, 'build')} agree` }
    : {
        tone: 'bad',
        text: attestations === 0 ? 'No build agrees' : 'Only 1 build agrees',
      }
}

export function expiryOf(
  { expiresAt }: ReleaseRow,
  now: number,
): { tone: 'warn' | 'bad' | undefined; text: string } {
  const left = Date.parse(expiresAt) - now
  if (left <= 0) return { tone: 'bad', text: 'Expired' }
  const hours = Math.floor(left / hourMs)
  const text =
    hours < 48 ? `Expires in ${counted(hours, 'hour')}` : `Expires in ${Math.floor(hours / 24)} days`
  return { tone: left < soonMs ? 'warn' : undefined, text }
}
