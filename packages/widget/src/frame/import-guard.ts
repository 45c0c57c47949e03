import type { Guard } from './chat.ts'

/** Put in by the build: file name of the card guard, beside this script, and its digest. */
declare const guardFile: string
declare const guardIntegrity: string

/**
 * The policy lets scripts run by their digest alone, and `import()` takes none: so the module is loaded by a link that
 * carries it, and what is imported then is what was loaded.
 */
export async function importGuard(): Promise<Guard> {
  const link = document.createElement('link')
  link.rel = 'modulepreload'
  link.crossOrigin = 'anonymous'
  link.integrity = guardIntegrity
  link.href = new URL(guardFile, document.baseURI).href
  await new Promise((resolve, reject) => {
    link.onload = resolve
    link.onerror = reject
    document.head.append(link)
  })
  return import(link.href) as Promise<Guard>
}
