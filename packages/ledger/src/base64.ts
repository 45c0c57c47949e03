/**
 * Base64 (RFC 4648 §4 and §5), strict: what does not encode back to the same text is refused, so that one value has one
 * spelling.
 */

/** @returns null when the text is not canonical base64 with padding. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  return encodeBase64(bytes) === text ? bytes : null
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let from = 0; from < bytes.length; from += stride)
    binary += String.fromCharCode(...bytes.subarray(from, from + stride))
  return btoa(binary)
}

/** @returns null when the text is not canonical base64url without padding. */
export function decodeBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  const padding = '='.repeat((4 - (text.length % 4)) % 4)
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/') + padding)
}

export function encodeBase64url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Arguments of one call: engines allow some 65,000 and more on the stack. */
const stride = 8_192
