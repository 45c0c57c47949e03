/** Nothing that a page may not do is left to its good will. No policy here has an `unsafe-` source. */

const year = 31_536_000

/** Headers of our own pages (desk, tour): same origin, no frames from elsewhere, no inline code. */
export function pageHeaders(options: {
  publicUrl: string
  framedBy: 'nobody' | 'self'
  frames?: readonly string[]
}): Record<string, string> {
  const socket = options.publicUrl.replace(/^http/, 'ws')
  return {
    'content-security-policy': [
      `default-src 'none'`,
      `script-src 'self'`,
      `style-src 'self'`,
      `img-src 'self' data:`,
      `font-src 'self'`,
      `connect-src 'self' ${socket}`,
      `frame-src ${options.frames === undefined ? `'none'` : options.frames.join(' ')}`,
      `frame-ancestors '${options.framedBy === 'self' ? 'self' : 'none'}'`,
      `base-uri 'none'`,
      `form-action 'self'`,
      `require-trusted-types-for 'script'`,
      `trusted-types 'none'`,
    ].join('; '),
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    'cross-origin-opener-policy': 'same-origin',
    ...transport(options.publicUrl),
  }
}

/** Headers of immutable widget files, loaded by the tenants' pages. */
export function widgetFileHeaders(publicUrl: string): Record<string, string> {
  return {
    'cache-control': 'public, max-age=31536000, immutable',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    ...transport(publicUrl),
  }
}

function transport(publicUrl: string): Record<string, string> {
  return publicUrl.startsWith('https:')
    ? { 'strict-transport-security': `max-age=${year}; includeSubDomains` }
    : {}
}
