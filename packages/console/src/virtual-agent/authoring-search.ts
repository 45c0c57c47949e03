/** What stands in the address of an authoring page besides its section. */
export interface AuthoringSearch {
  /** The intent, flow, tool, article, version or number of the results that is open. */
  item?: string
  /** Language that is written in. */
  language?: string
  /** Days of the results. */
  from?: string
  to?: string
  /** What of an open number of the results. */
  reason?: string
  intent?: string
}

export function readAuthoringSearch(search: Record<string, unknown>): AuthoringSearch {
  const { item, language } = search
  const more: AuthoringSearch = {}
  for (const name of ['from', 'to', 'reason', 'intent'] as const) {
    const given = search[name]
    if (typeof given === 'string' && given.length <= 100) more[name] = given
  }
  return {
    ...more,
    ...(typeof item === 'string' && item.length <= 100 && { item }),
    ...(typeof item === 'number' && { item: String(item) }),
    ...(typeof language === 'string' && language.length <= 10 && { language }),
  }
}

/** Another thing of the same section, or its list: what belongs to the one before goes. */
export function showing(before: AuthoringSearch, item?: string): AuthoringSearch {
  const { item: _, reason: __, intent: ___, ...rest } = before
  return item === undefined ? rest : { ...rest, item }
}
