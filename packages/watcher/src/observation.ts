/** What a page was in one run: kept, and compared with by the next ones. */
export interface Observation {
  scripts: SeenScript[]
  /** Response headers that protect the page, lower case; values without nonces, which change with every answer. */
  headers: Record<string, string>
  forms: SeenForm[]
  /** Hosts that anything was sent to, or whose names were looked up. */
  hosts: string[]
}

export interface SeenScript {
  /** Origin and path; `<page>#inline` for one in the page, `eval by <script>` for one made from text. */
  url: string
  /** `sha256-` and base64, as a policy writes it. */
  hash: string
  /** The page pins it (`integrity`). */
  pinned: boolean
}

export interface SeenForm {
  /** Origin and path. */
  action: string
  method: string
  /** Names of its fields, sorted. */
  fields: string[]
}

/** What is approved; null hash: whatever it holds. */
export interface Baseline {
  scripts: readonly { url: string; hash: string | null; pinned?: boolean }[]
  hosts: readonly string[]
  /** null: not compared. */
  headers: Readonly<Record<string, string>> | null
  forms: readonly SeenForm[] | null
}

/** Response headers that say what a page may do, or where what it did is reported. */
export const protectiveHeaders = [
  'content-security-policy',
  'content-security-policy-report-only',
  'integrity-policy',
  'integrity-policy-report-only',
  'permissions-policy',
  'referrer-policy',
  'reporting-endpoints',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
] as const

/** Origin and path: queries carry versions and people. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return url.slice(0, 200)
  const parsed = new URL(url)
  if (parsed.protocol === 'data:' || parsed.protocol === 'blob:') return parsed.protocol
  // Packets and names have no origin.
  return `${parsed.origin === 'null' ? `${parsed.protocol}//${parsed.host}` : parsed.origin}${parsed.pathname}`
}

export function withoutNonces(value: string): string {
  return value.replace(/'nonce-[^']*'/g, "'nonce'")
}
