/**
 * Markup whose every hole is escaped: a template of ours, and texts of others in it. Only `html` makes `Html`, so a text
 * cannot become markup by being forgotten.
 */
export class Html {
  readonly #markup: string
  /** Only this file calls it. */
  constructor(markup: string) {
    this.#markup = markup
  }
  toString(): string {
    return this.#markup
  }
}

type Hole = string | Html | readonly Html[]

export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return new Html(parts.reduce((markup, part, n) => markup + markupOf(holes[n - 1]!) + part))
}

function markupOf(hole: Hole): string {
  if (hole instanceof Html) return hole.toString()
  if (typeof hole === 'string') return escaped(hole)
  return hole.join('')
}

/** For text, for attributes in double quotes, and for XML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
