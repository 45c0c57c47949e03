/** Talk of payment cards, in five languages. */

/** Does the text speak of payment cards? Then weaker evidence counts. */
export function speaksOfCards(text: string): boolean {
  return cardNames.test(text.includes('[') ? text.replace(/\[[a-z ]+ removed\]/g, '') : text)
}

const cardNames =
  /\bcards?\b|\bcc\b|visa|master ?card|amex|american express|discover|maestro|debit|credit\b|\bcv[vc]\d?\b|tarjeta|\bcarte\b|karte|kredit|cart[aã]o|\bcb\b|\bpan\b|expir|\bpay\b|payment/i
