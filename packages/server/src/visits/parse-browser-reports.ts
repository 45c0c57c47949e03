import { Refusal } from '@candor/protocol/refusals.ts'

/** What a browser told of a page, without what identifies a person. Addresses are still as the browser wrote them. */
export type BrowserReport = {
  /** Address of the page. */
  page: string
  /** As the browser names itself; '' in the legacy form. */
  userAgent: string
  /** Milliseconds since it happened. */
  ageMs: number
} &
  /** hash '': of a script from elsewhere that came without CORS a browser tells the address alone. */
  (
    | { kind: 'script'; script: string; hash: string }
    /** A policy would refuse this, or did. */
    | { kind: 'violation'; directive: string; blocked: string; enforced: boolean; policy: string }
  )

/** Of one POST. Browsers send what gathered in a minute; a page with more scripts comes in two. */
export const reportsMax = 200
const addressCharactersMax = 2_048
/** Longest policy that is looked at; proxies refuse header lines of more than 8 KB. */
const policyCharactersMax = 8_192
/** Reports that waited longer tell of another day. Browsers give up after fewer tries. */
const ageMsMax = 30 * 60_000
const hashForm = /^sha(256-[A-Za-z0-9+/]{43}=|384-[A-Za-z0-9+/]{64}|512-[A-Za-z0-9+/]{86}==)$/
const directiveForm = /^[a-z-]{1,40}$/

/**
 * `application/reports+json` (Reporting API) or `application/csp-report` (CSP 2) → reports of kinds that we know.
 * Others are left out without a word: browsers send what the site asked for, and sites ask for more than ours.
 * @throws Refusal `malformed`, `too_large`
 */
export function parseBrowserReports(raw: unknown): BrowserReport[] {
  let value: unknown
  try {
    value = JSON.parse(String(raw))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Refusal('malformed', 'Reports are JSON.', { cause })
  }
  const legacy = field(value, 'csp-report')
  if (legacy !== undefined) return legacyReport(legacy)
  const list = Array.isArray(value) ? value : [value]
  if (list.length > reportsMax) throw new Refusal('too_large', `At most ${reportsMax} reports at once.`)
  return list.flatMap(reportOf)
}

function reportOf(value: unknown): BrowserReport[] {
  const body = field(value, 'body')
  const page = address(field(body, 'documentURL')) ?? address(field(value, 'url'))
  const age = field(value, 'age')
  if (page === null || typeof age !== 'number' || !(age >= 0 && age <= ageMsMax)) return []
  const about = { page, userAgent: text(field(value, 'user_agent'), 500) ?? '', ageMs: age }
  switch (field(value, 'type')) {
    case 'csp-hash': {
      const script = address(field(body, 'subresourceURL'))
      const hash = field(body, 'hash')
      if (script === null || typeof hash !== 'string' || !(hash === '' || hashForm.test(hash))) return []
      return [{ ...about, kind: 'script', script, hash }]
    }
    case 'csp-violation':
      return violation(
        about,
        field(body, 'effectiveDirective'),
        field(body, 'blockedURL'),
        field(body, 'disposition'),
        field(body, 'originalPolicy'),
      )
    case 'integrity-violation':
      return violation(
        about,
        'integrity-policy',
        field(body, 'blockedURL'),
        field(body, 'reportOnly') === true ? 'report' : 'enforce',
        '',
      )
    default:
      return []
  }
}

function legacyReport(body: unknown): BrowserReport[] {
  const page = address(field(body, 'document-uri'))
  if (page === null) return []
  const directive = text(field(body, 'effective-directive') ?? field(body, 'violated-directive'), 200)
  return violation(
    { page, userAgent: '', ageMs: 0 },
    // CSP 1 wrote the whole directive with its sources.
    directive?.split(' ')[0],
    field(body, 'blocked-uri'),
    field(body, 'disposition'),
    field(body, 'original-policy'),
  )
}

function violation(
  about: Pick<BrowserReport, 'page' | 'userAgent' | 'ageMs'>,
  directive: unknown,
  blocked: unknown,
  disposition: unknown,
  policy: unknown,
): BrowserReport[] {
  if (typeof directive !== 'string' || !directiveForm.test(directive)) return []
  return [
    {
      ...about,
      kind: 'violation',
      directive,
      blocked: address(blocked) ?? '',
      enforced: disposition === 'enforce',
      policy: text(policy, policyCharactersMax) ?? '',
    },
  ]
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function address(value: unknown): string | null {
  return text(value, addressCharactersMax)
}

function text(value: unknown, charactersMax: number): string | null {
  return typeof value === 'string' && value.length <= charactersMax ? value : null
}
