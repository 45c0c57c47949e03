/** Something that left the browser, or was about to: a request, a frame of a socket, a packet, a name looked up. */
export interface Sent {
  kind: 'request' | 'frame' | 'bytes' | 'packet' | 'name'
  /** Address, as far as it is known: a packet has `udp://<address>:<port>`, a name `dns://<name>`. */
  url: string
  method: string
  headers: readonly (readonly [name: string, value: string])[]
  /** Empty when there is none. */
  body: Uint8Array
}

/** Lower case, without port; '' where the address has none. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : ''
}
