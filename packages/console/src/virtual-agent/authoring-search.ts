/** What stands in the address of an authoring page besides its section. */
export interface AuthoringSearch {
  /** The intent, article or version that is open. */
  item?: string
  /** Language that is written in. */
  language?: string
}

export function readAuthoringSearch(search: Record<string, unknown>): AuthoringSearch {
  const { item, language } = search
  return {
    ...(typeof item === 'string' && item.length <= 100 && { item }),
    ...(typeof item === 'number' && { item: String(item) }),
    ...(typeof language === 'string' && language.length <= 10 && { language }),
  }
}
