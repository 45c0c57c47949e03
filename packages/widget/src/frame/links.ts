import { httpsUrl } from './widget-config.ts'

export type TextPart = { text: string; href?: string }

/** Splits a text at its https addresses. Nothing else becomes a link: no other scheme, no bare host. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(/https:\/\/[^\s<>"'`\\]+/g)) {
    // A full stop or bracket behind an address belongs to the sentence, unless the address opened the bracket.
    const said = found
      .replace(/[.,;:!?…]+$/, '')
      .replace(/\)+$/, (closing) => (found.includes('(') ? closing : ''))
    const href = httpsUrl(said)
    if (href === null) continue
    if (index > at) parts.push({ text: text.slice(at, index) })
    parts.push({ text: said, href })
    at = index + said.length
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}
