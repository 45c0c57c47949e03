/** Stands in a template for what differs between visits. */
export const varying = ':id'

/** Deeper than any shop; what lies below says nothing more about which page it is. */
const segmentsMax = 12
/** A segment longer than this is a token or a title, one for each page. */
const segmentCharactersMax = 60
/** Different values at one place after which the place varies: no shop has so many sections beside each other. */
export const valuesAtOnePlaceMax = 50
/** Of them, from one network: what varies is seen by many people, and one of them cannot make a place vary. */
const valuesOfOneNetworkMax = 5
/** Places counted of one tenant; the one that was not seen for longest is counted anew. */
const placesMax = 5_000

/**
 * The page that a path belongs to: numbers, UUIDs, hashes, long tokens, dates and addresses of e-mail become `:id`,
 * so does whatever stands at a place that was learned to vary. A template is its own template.
 * @param path as in a URL: percent-encoded, without query.
 * @param varies whether the segments below this prefix were learned to vary, and this value is one like the others.
 */
export function templateOf(
  path: string,
  varies: (prefix: string, value: string) => boolean = () => false,
): string {
  const segments = path
    .split('/')
    // `;jsessionid=…` is a parameter of a segment (RFC 3986 §3.3).
    .map((segment) => segment.split(';')[0]!)
    .filter((segment) => segment !== '')
  let template = ''
  for (const value of segments.slice(0, segmentsMax)) {
    const stands = value === varying || identifies(value) || varies(template, value)
    template += `/${stands ? varying : value}`
  }
  return segments.length > segmentsMax ? `${template}/${varying}` : template || '/'
}

/** Whether a segment names one thing among many of its kind, and not a kind of page. */
export function identifies(segment: string): boolean {
  const text = decoded(segment)
  if (text.length > segmentCharactersMax) return true
  // Somebody's address, or what looks like one.
  if (/@|%40/i.test(text)) return true
  // Numbers, dates, prices, times.
  if (/^\d[\d.,:_\s-]*$/.test(text)) return true
  // Numbers of orders and articles inside of names: `shoe-104232`, `order_2024-11-03`.
  if (/\d{4}/.test(text)) return true
  if (/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/i.test(text)) return true
  // Hashes, short ones too: hexadecimal with a digit in it, or no word would be left.
  if (/^[0-9a-f]{8,}$/i.test(text) && /\d/.test(text)) return true
  // Tokens: long, without the hyphens of a title, and letters mixed with digits or cases.
  return (
    /^[\w~.=+-]{16,}$/.test(text) &&
    /\d/.test(text) &&
    /[a-z]/i.test(text) &&
    text.split('-').some((part) => part.length >= 16)
  )
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (caught) {
    if (!(caught instanceof URIError)) throw caught
    return segment
  }
}

/** What one tenant's paths have at the same place, until there are too many to be pages of their own. */
export interface TemplateLearning {
  /**
   * Counts a path's values; answers the prefixes that began to vary by it.
   * @param origin stands before each prefix: two sites of one tenant do not teach each other.
   */
  learn(path: string, network: string, origin?: string): string[]
  varies(prefix: string): boolean
}

/** @param learned prefixes that are known to vary. */
export function openTemplateLearning(learned: Iterable<string>): TemplateLearning {
  const known = new Set(learned)
  const places = new Map<string, { values: Set<string>; by: Map<string, number> }>()

  function place(prefix: string): { values: Set<string>; by: Map<string, number> } {
    const counted = places.get(prefix) ?? { values: new Set(), by: new Map() }
    places.delete(prefix)
    if (places.size >= placesMax) places.delete(places.keys().next().value!)
    places.set(prefix, counted)
    return counted
  }

  return {
    varies: (prefix) => known.has(prefix),
    learn(path, network, origin = '') {
      const began: string[] = []
      let prefix = origin
      for (const segment of templateOf(path).split('/').slice(1)) {
        if (segment === '') break
        if (segment !== varying && !known.has(prefix)) {
          const { values, by } = place(prefix)
          const told = by.get(network) ?? 0
          if (!values.has(segment) && told < valuesOfOneNetworkMax) {
            values.add(segment)
            by.set(network, told + 1)
          }
          if (values.size > valuesAtOnePlaceMax) {
            known.add(prefix)
            places.delete(prefix)
            began.push(prefix)
          }
        }
        prefix += `/${segment !== varying && known.has(prefix) ? varying : segment}`
      }
      return began
    },
  }
}
