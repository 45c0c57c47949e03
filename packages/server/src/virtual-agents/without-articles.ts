import type { KnowledgeIndex } from '@candor/virtual-agent/knowledge/knowledge-index.ts'

/**
 * The index without articles that were withdrawn after it was made: nothing of a text is found in them, so they are
 * never quoted. It takes no time, and holds from this moment on; a new index follows with the next publication.
 */
export function withoutArticles(index: KnowledgeIndex, withdrawn: ReadonlySet<string>): KnowledgeIndex {
  if (withdrawn.size === 0) return index
  return {
    ...index,
    shelves: index.shelves.map((known) => {
      const { shelf } = known
      const gone = shelf.entries.flatMap(({ id }, entry) => (withdrawn.has(id) ? [entry] : []))
      if (gone.length === 0) return known
      return {
        ...known,
        shelf: {
          ...shelf,
          // Nor are they texts that may be sent.
          entries: shelf.entries.map((entry) =>
            withdrawn.has(entry.id) ? { ...entry, passages: [] } : entry,
          ),
          compare(query) {
            const parts = shelf.compare(query)
            for (const part of parts) for (const entry of gone) part[entry] = 0
            return parts
          },
        },
      }
    }),
  }
}
