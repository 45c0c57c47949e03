/**
 * What the loader needs and is no code: it comes as one JSON file, which the loader fetches with the digest that the
 * build put into it. So the loader stays small, and this is pinned all the same.
 */
export type Launcher = Record<Language, Said> &
  CardFieldSigns & {
    /** The style of the launcher and of its panel: where the panel may stand is never a release's to say. */
    style: string
    frame: typeof frameAttributes
    proof: typeof proofTexts
  }

export type Language = 'en' | 'es' | 'de' | 'ar'

/** `rtl`: written from the right. */
export type Said = [language: Language, name: string, unavailable: string, rtl: boolean]

/** Without an origin, without windows, downloads, pointer lock or a say in where the page goes. */
export const frameAttributes = { sandbox: 'allow-scripts allow-forms' }

/**
 * What is signed and hashed beside what changes. The log's entry (`ledger/src/entry.ts`), behind the 0 that leaves are
 * hashed with (RFC 6962 §2.1), in three pieces; then the first line of a cosignature (c2sp.org/tlog-cosignature), and
 * how the id of a release is spelled.
 */
export const proofTexts: [
  before: string,
  between: string,
  behind: string,
  cosignature: string,
  idForm: { alphabet: 'base64url'; omitPadding: true },
] = [
  '\0{"v":1,"at":"',
  '","type":"release","outcome":"in-force","request":"',
  '"}',
  'cosignature/v1\ntime ',
  { alphabet: 'base64url', omitPadding: true },
]

export interface CardFieldSigns {
  /** CSS selector: among these. */
  among: string
  /** What is read of a field, besides its data attributes and its label. */
  read: string[]
  /** Regular expression, without regard to case, over the JSON of what was read. */
  words: string
}

export const cardFieldSigns: CardFieldSigns = {
  among: 'input,select,iframe',
  read: ['type', 'name', 'id', 'title', 'placeholder', 'ariaLabel', 'autocomplete'],
  // Not a radio button or a checkbox: a choice such as "pay by card" asks for no number. Then `card number` in the
  // languages of our tenants, glued or apart, security codes, `autocomplete="cc-…"`, and how hosted fields name
  // themselves: Stripe "Secure card payment input frame", Adyen `data-encrypted-card="number"` and "Iframe for card
  // number", Braintree "Secure Credit Card Frame - Credit Card Number".
  words:
    String.raw`^(?!{"type":"(radio|checkbox)).*` +
    String.raw`(card.{0,3}(no\b|num|pay)|\bcc-|ccnum|cv[cv]|\bcsc|\bpan\b|security.?code|` +
    String.raw`tarjeta|kartennum|carte.?banc|البطاقة)`,
}

export const said: Record<Language, Said> = {
  en: ['en', 'Chat', 'Chat offline', false],
  es: ['es', 'Chat', 'Chat sin conexión', false],
  de: ['de', 'Chat', 'Chat offline', false],
  ar: ['ar', 'المحادثة', 'المحادثة غير متصلة', true],
}
