import { identifies } from '../../visits/page-template.ts'

const version = '*'

/**
 * What stays the same of a script's address over its versions: `/js/app.3f2a91.js` and `/js/app.9c01d4.js` are
 * `/js/app.*.js`. Only for finding what is the same script: under a name that is known, a hash is still a new one.
 * @param url origin and path
 */
export function scriptName(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) return url
  const { origin, pathname } = new URL(url)
  const segments = pathname.split('/')
  const file = segments.pop()!
  const folders = segments.map((folder) => (folder !== '' && varies(folder) ? version : folder))
  return `${origin}${[...folders, fileName(file)].join('/')}`
}

/** Parts between dots, hyphens and underscores; those that a build made stand as one star. */
function fileName(file: string): string {
  const parts = file.split(/([.\-_~])/)
  const named = parts.map((part, i) => (i % 2 === 0 && isMade(part) ? version : part)).join('')
  return named.replaceAll(/\*(?:[.\-_~]\*)+/g, version)
}

function varies(folder: string): boolean {
  return identifies(folder) || /^v?\d+(\.\d+)+([-+][\w.]+)?$/i.test(folder) || isMade(folder)
}

function isMade(part: string): boolean {
  if (/^v?\d+$/i.test(part)) return true
  if (/^[0-9a-f]{6,}$/i.test(part) && /\d/.test(part)) return true
  return /^[A-Za-z0-9]{8,}$/.test(part) && /\d/.test(part) && /[A-Za-z]/.test(part)
}
