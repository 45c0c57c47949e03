import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Parser } from 'htmlparser2'
import { decodeText } from './read-html.ts'

/** sitemaps.org allows 50 MB; ours has room for 50,000 addresses of 200 characters. */
export const sitemapBytesMax = 12_000_000
const locationsMax = 50_000
const locationCharactersMax = 2_000

/** What a sitemap file lists, in its order: pages, or further sitemaps. */
export interface Sitemap {
  kind: 'pages' | 'sitemaps'
  locations: string[]
}

/** @returns null when the bytes are no sitemap, or more than one may be */
export async function readSitemap(bytes: Buffer): Promise<Sitemap | null> {
  const plain = await unzipped(bytes)
  if (plain === null || plain.length > sitemapBytesMax) return null
  const text = decodeText(plain, 'utf-8')
  return /<(?:\w+:)?(?:urlset|sitemapindex)\b/.test(text.slice(0, 5_000)) ? readXml(text) : readLines(text)
}

async function unzipped(bytes: Buffer): Promise<Buffer | null> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: sitemapBytesMax })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return null
  }
}

/** No entity that the file itself defines is known to this parser: nothing can unfold. */
function readXml(text: string): Sitemap {
  const locations: string[] = []
  const open: string[] = []
  let kind: Sitemap['kind'] = 'pages'
  let location: string | null = null
  const parser = new Parser(
    {
      onopentag(name) {
        const local = localName(name)
        if (local === 'sitemapindex') kind = 'sitemaps'
        // Images and videos have locations of their own, in elements of their own.
        if (local === 'loc' && /^(?:url|sitemap)$/.test(open.at(-1) ?? '')) location = ''
        if (open.length >= depthMax) parser.pause()
        open.push(local)
      },
      ontext(part) {
        if (location !== null && location.length <= locationCharactersMax) location += part
      },
      onclosetag() {
        open.pop()
        if (location === null) return
        const said = location.trim()
        if (said !== '' && said.length <= locationCharactersMax && locations.length < locationsMax)
          locations.push(said)
        location = null
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(text)
  parser.end()
  return { kind, locations }
}

/** urlset > url > loc, and extensions a little deeper. What nests deeper is no sitemap: the rest is not read. */
const depthMax = 20

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase()

/** One address a line, as sitemaps.org also allows. */
function readLines(text: string): Sitemap | null {
  const locations = text.split(/\r\n?|\n/, locationsMax).flatMap((line) => {
    const said = line.replace(/^\uFEFF/, '').trim()
    return /^https?:\/\/\S+$/.test(said) && said.length <= locationCharactersMax ? [said] : []
  })
  return locations.length === 0 ? null : { kind: 'pages', locations }
}
