/** Sources that fit into a header line that every proxy passes. */
const targetsMax = 60

/**
 * The two lines that a tenant adds to its pages. Report-only: nothing is refused by them, so nothing can break. Every
 * script is allowed and its hash asked for (CSP 3, `report-sha256`); of requests, those are allowed that the tenant
 * approved, so that each other one is told of.
 */
export function reportingHeaders(options: {
  publicUrl: string
  publicId: string
  /** Origins that the tenant approved, of all pages. */
  targets: readonly string[]
}): string[] {
  const { publicUrl, publicId, targets } = options
  const own = new URL(publicUrl)
  const socket = own.origin.replace(/^http/, 'ws')
  const connect = [...new Set([`'self'`, own.origin, socket, ...targets])].slice(0, targetsMax)
  return [
    `Reporting-Endpoints: candor="${own.origin}/v1/reports/${publicId}"`,
    `Content-Security-Policy-Report-Only: script-src * data: blob: 'unsafe-inline' 'unsafe-eval' 'report-sha256'; connect-src ${connect.join(' ')}; report-to candor`,
  ]
}
