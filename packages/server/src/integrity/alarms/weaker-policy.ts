/**
 * In what way a policy is weaker than the one before; null where it is not. Compared as a browser reads them (CSP 3):
 * names of directives without case, the first of two counts, and a fetch directive that is absent falls back.
 */
export function weakerThan(before: string, after: string): string | null {
  const was = directivesOf(before)
  const is = directivesOf(after)
  for (const [name, sources] of was) {
    const now = is.get(name) ?? (fallsBack(name) ? is.get('default-src') : undefined)
    if (now === undefined) return `${name} is gone`
    for (const source of asked) if (sources.has(source) && !now.has(source)) return `${name} lost ${source}`
    for (const source of now)
      if (!sources.has(source) && isWide(source) && !isCovered(source, sources))
        return `${name} allows ${source}`
  }
  return null
}

/** Keywords that ask for something instead of allowing it. */
const asked = [`'report-sha256'`, `'report-sha384'`, `'report-sha512'`, `'strict-dynamic'`]

function directivesOf(policy: string): Map<string, Set<string>> {
  const directives = new Map<string, Set<string>>()
  for (const text of policy.split(';')) {
    const [name, ...sources] = text.trim().split(/\s+/)
    if (name === undefined || name === '' || directives.has(name.toLowerCase())) continue
    directives.set(name.toLowerCase(), new Set(sources))
  }
  return directives
}

function fallsBack(name: string): boolean {
  return name.endsWith('-src') || name.startsWith('script-src-') || name.startsWith('style-src-')
}

/** What opens a door for everybody. A host more is a change that its own scripts and targets show. */
function isWide(source: string): boolean {
  return source === '*' || /^(https?|wss?|data|blob|filesystem):$/i.test(source) || /^'unsafe-/i.test(source)
}

function isCovered(source: string, sources: ReadonlySet<string>): boolean {
  return sources.has('*') && /^(https?|wss?):$/i.test(source)
}
