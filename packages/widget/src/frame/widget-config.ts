import type { WidgetConfig } from '@candor/protocol/frames.ts'
import { isHexColour } from '../ink.ts'

/** A greeting longer than this is a page of its own. */
const greetingCharactersMax = 1_000
const nameCharactersMax = 80

/**
 * The tenant's configuration as the frame uses it: whatever came, each field is what its type says or the default.
 * Configuration is data: texts are shown as text, colours are six hex digits, addresses are https.
 */
export function readWidgetConfig(value: unknown): WidgetConfig {
  const given: { [field in keyof WidgetConfig]?: unknown } =
    typeof value === 'object' && value !== null ? value : {}
  const colour = (given: unknown, otherwise: string): string => (isHexColour(given) ? given : otherwise)
  const accent = colour(given.accent, '#1d4fd8')
  return {
    name: text(given.name, nameCharactersMax),
    accent,
    accentDark: colour(given.accentDark, isHexColour(given.accent) ? accent : '#9dbbff'),
    position: given.position === 'start' ? 'start' : 'end',
    greeting: text(given.greeting, greetingCharactersMax),
    payUrl: configuredUrl(given.payUrl),
    privacyUrl: configuredUrl(given.privacyUrl),
    locales: [],
  }
}

/** An address as text, or null: https without user and password, which can make one host look like another. */
export function httpsUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 2_048 || !URL.canParse(value)) return null
  const { protocol, username, password, href } = new URL(value)
  return protocol === 'https:' && username + password === '' ? href : null
}

/** The tenant's own addresses; on its own machine a site may do without a certificate, as the server allows too. */
function configuredUrl(value: unknown): string | null {
  const isLoopback = typeof value === 'string' && /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\//.test(value)
  return isLoopback && value.length <= 2_048 && URL.canParse(value) ? new URL(value).href : httpsUrl(value)
}

const text = (value: unknown, charactersMax: number): string =>
  typeof value === 'string' ? value.slice(0, charactersMax) : ''
