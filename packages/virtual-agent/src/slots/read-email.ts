import type { Span } from './slot-type.ts'

/** RFC 5321 §4.5.3.1: 64 octets before the sign; addresses beyond 254 cannot be delivered to. */
const charactersMax = 254

/** E-mail addresses as people write them; quoted local parts are not read. The domain is lower case. */
export function emailsIn(text: string): { email: string; span: Span }[] {
  const found: { email: string; span: Span }[] = []
  for (const match of text.matchAll(/@/g)) {
    const local = /[A-Za-z0-9._%+-]{1,64}$/.exec(text.slice(Math.max(0, match.index - 64), match.index))?.[0]
    const domain = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}/.exec(
      text.slice(match.index + 1, match.index + 256),
    )?.[0]
    if (local === undefined || domain === undefined) continue
    const name = local.replace(/^\.+/, '')
    if (
      name === '' ||
      name.endsWith('.') ||
      name.includes('..') ||
      name.length + domain.length >= charactersMax
    )
      continue
    found.push({
      email: `${name}@${domain.toLowerCase()}`,
      span: { start: match.index - name.length, end: match.index + 1 + domain.length },
    })
  }
  return found
}
