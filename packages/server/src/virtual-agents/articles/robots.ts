/** What a site's robots.txt says to us. */
export interface Robots {
  allows(path: string): boolean
  /** Addresses of sitemaps, as written. */
  sitemaps: string[]
  /** Not in the standard, and much used: seconds between two requests. */
  delaySeconds: number | null
}

/** RFC 9309 §2.5: at least 500 KiB are read; the rest of a longer file is left. */
export const robotsBytesMax = 512_000
const rulesMax = 5_000

/** RFC 9309. @param agent our product token */
export function readRobots(text: string, agent: string): Robots {
  interface Group {
    agents: string[]
    rules: { path: string; allow: boolean }[]
    delaySeconds: number | null
  }
  const groups: Group[] = []
  const sitemaps: string[] = []
  let group: Group | null = null
  let inAgents = false
  let rules = 0
  for (const line of text.split(/\r\n?|\n/)) {
    const [, name, value] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    if (name === undefined) continue
    const key = name.toLowerCase()
    const said = value!.trim()
    if (key === 'sitemap') sitemaps.push(said)
    else if (key === 'user-agent') {
      if (group === null || !inAgents) groups.push((group = { agents: [], rules: [], delaySeconds: null }))
      group.agents.push(said.toLowerCase())
      inAgents = true
    } else if (group !== null && (key === 'allow' || key === 'disallow')) {
      inAgents = false
      // An empty rule matches nothing.
      if (said !== '' && ++rules <= rulesMax)
        group.rules.push({ path: canonicalPath(said), allow: key === 'allow' })
    } else if (group !== null && key === 'crawl-delay') {
      inAgents = false
      const seconds = Number(said)
      if (Number.isFinite(seconds) && seconds >= 0) group.delaySeconds = seconds
    }
  }
  // All groups that name us count as one; where none does, those for everybody.
  const own = groups.filter(({ agents }) => agents.includes(agent.toLowerCase()))
  const chosen = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes('*'))
  const all = chosen.flatMap((one) => one.rules)
  return {
    sitemaps,
    delaySeconds: chosen.reduce<number | null>(
      (most, { delaySeconds }) => (delaySeconds === null ? most : Math.max(most ?? 0, delaySeconds)),
      null,
    ),
    allows(path) {
      const asked = canonicalPath(path)
      let longest = -1
      let allow = true
      for (const rule of all)
        if (
          (rule.path.length > longest || (rule.path.length === longest && rule.allow)) &&
          matches(asked, rule.path)
        ) {
          longest = rule.path.length
          allow = rule.allow
        }
      return allow
    },
  }
}

/** Percent-encoded letters compare as the letters do. */
function canonicalPath(path: string): string {
  return path
    .replaceAll(/[^\x21-\x7e]+/g, (part) => encodeURIComponent(part.toWellFormed()))
    .replaceAll(/%[0-9a-f]{2}/gi, (code) => {
      const letter = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return /[\w.~-]/.test(letter) ? letter : code.toUpperCase()
    })
}

/** `*` stands for anything, `$` for the end. Greedy pieces from left to right: no backtracking. */
function matches(path: string, pattern: string): boolean {
  const atEnd = pattern.endsWith('$')
  const [first = '', ...pieces] = (atEnd ? pattern.slice(0, -1) : pattern).split('*')
  if (!path.startsWith(first)) return false
  let at = first.length
  const last = atEnd ? pieces.pop() : undefined
  if (atEnd && last === undefined) return path.length === at
  for (const piece of pieces) {
    const found = path.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return last === undefined || (path.endsWith(last) && path.length - last.length >= at)
}
