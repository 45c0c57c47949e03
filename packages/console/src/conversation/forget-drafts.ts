/** Where drafts are kept, and how they go. Apart from drafts.ts, which brings the card guard. */

export const draftPrefix = 'candor.draft.'

export function draftKeys(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, i) => storage.key(i)!).filter((key) =>
    key.startsWith(draftPrefix),
  )
}

/** Signing out leaves nothing on a shared computer. */
export function forgetDrafts(storage: Storage = localStorage): void {
  for (const key of draftKeys(storage)) storage.removeItem(key)
}
