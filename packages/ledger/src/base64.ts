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

/** Straight to characters: by way of base64 it costs seven times as much, and every entry is spelled with it. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  for (; at + 2 < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    text += String.fromCharCode(
      urlCodes[bits >> 18]!,
      urlCodes[(bits >> 12) & 63]!,
      urlCodes[(bits >> 6) & 63]!,
      urlCodes[bits & 63]!,
    )
  }
  const left = bytes.length - at
  if (left === 0) return text
  const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8)
  text += String.fromCharCode(urlCodes[bits >> 18]!, urlCodes[(bits >> 12) & 63]!)
  return left === 1 ? text : text + String.fromCharCode(urlCodes[(bits >> 6) & 63]!)
}

/** RFC 4648 §5. */
const urlCodes = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')

/** Arguments of one call: engines allow some 65,000 and more on the stack. */
const stride = 8_192
