import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'

export const sessionCookieName = 'candor_session'

/**
 * The session token of a `Cookie` header, or null when there is none that we signed. The signature keeps whoever
 * reads the sessions table from signing in with what it holds, and invented cookies from reaching the database.
 * Form: `token.base64(HMAC-SHA256(token))`, as Better Auth writes it (better-call 1.4, signCookieValue).
 */
export function sessionTokenOf(cookieHeader: string | undefined, key: KeyObject): string | null {
  const value = cookieOf(cookieHeader, sessionCookieName)
  const dot = value?.lastIndexOf('.') ?? -1
  if (value === null || dot < 1) return null
  const token = value.slice(0, dot)
  const signature = Buffer.from(value.slice(dot + 1), 'base64')
  const expected = createHmac('sha256', key).update(token).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected) ? token : null
}

/** `Set-Cookie` that ends the session in the browser. */
export function endedSessionCookie(secure: boolean): string {
  return `${sessionCookieName}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

function cookieOf(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() !== name) continue
    try {
      return decodeURIComponent(pair.slice(equals + 1).trim())
    } catch (caught) {
      if (!(caught instanceof URIError)) throw caught
      return null
    }
  }
  return null
}
