/** The origin of what a person typed or pasted: an address of any page, with or without its https; null for no address. */
export function originOf(typed: string): string | null {
  const text = typed.trim()
  if (text === '') return null
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (!URL.canParse(address)) return null
  const { protocol, origin, hostname } = new URL(address)
  return (protocol === 'https:' || protocol === 'http:') && hostname !== '' ? origin : null
}
