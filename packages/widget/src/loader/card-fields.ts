import type { CardFieldSigns } from './launcher.ts'

/**
 * Whether a page asks for payment cards. Looks at names and labels of fields, never at what stands in them, and
 * answers yes or no. Frames of payment providers are told by their names and titles: their insides belong to
 * another origin.
 */
export const hasCardFields = (document: ParentNode, signs: CardFieldSigns): boolean =>
  [...document.querySelectorAll<HTMLInputElement>(signs.among)].some((field) =>
    // With a list of names, JSON holds these and no others, at every depth: what else counts goes by itself.
    new RegExp(signs.words, 'i').test(
      JSON.stringify(field, signs.read) + JSON.stringify([field.dataset, field.labels?.[0]?.textContent]),
    ),
  )
