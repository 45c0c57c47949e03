import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Allowance } from '../../visits/allowance.ts'
import type { SiteFile } from './render-site.ts'
import { siteLanguages } from './response-site.ts'
import type { Inquiry, Spool } from './spool.ts'

/** The public side of response sites: files from memory, and a letter box. It knows nothing that it could give away. */
export interface SiteServer {
  /** Replaces all sites at once; requests under way keep what they have. */
  publish(sites: ReadonlyMap<string, readonly SiteFile[]>): void
  /** @returns false when the address is not below `/response/`: somebody else's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

const prefix = '/response/'
/** An address, a code and their names, percent-encoded. */
const formBytesMax = 4 * 1024
/** A form of two fields is here at once; who sends slower is not filling in a form. */
const formMsMax = 10_000

/** Nothing but its own files, no script from anywhere, in no frame. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

/** One form of a body, with all of its headers made: a request writes and is done. */
interface Ready {
  head: Record<string, string | number>
  body: Buffer
}

interface Prepared {
  etag: string
  plain: Ready
  br: Ready
  gzip: Ready
  unchanged: Record<string, string | number>
}

/**
 * @param allowance inquiries of one network; who has none left is told to wait, whatever they asked.
 * @param networkOf the client's address, cut to a network.
 */
export function openSiteServer(options: {
  spool: Spool
  allowance: Allowance
  networkOf(request: IncomingMessage): string
  newId(): string
  now(): number
}): SiteServer {
  let files = new Map<string, Prepared>()

  function serve(request: IncomingMessage, response: ServerResponse, at: string, status = 200): void {
    const file = files.get(at)
    if (file === undefined) {
      response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('There is no such page.\n')
      return
    }
    if (status === 200 && request.headers['if-none-match'] === file.etag) {
      response.writeHead(304, file.unchanged)
      response.end()
      return
    }
    const accepted = request.headers['accept-encoding'] ?? ''
    const ready = takes(accepted, 'br') ? file.br : takes(accepted, 'gzip') ? file.gzip : file.plain
    response.writeHead(status, ready.head)
    response.end(request.method === 'HEAD' ? undefined : ready.body)
  }

  async function take(request: IncomingMessage, response: ServerResponse, place: FormPlace): Promise<void> {
    const show = (name: string, status: number): void => serve(request, response, place.folder + name, status)
    const form = await readForm(request)
    if (form === null || form === 'slow') {
      response.setHeader('Connection', 'close')
      return show('unreadable.html', 400)
    }
    const email = (form.get('email') ?? '').trim().toLowerCase()
    const code = (form.get('code') ?? '').trim()
    if (!isEmail(email) || code.length > 60) return show('unreadable.html', 400)
    if (!options.allowance.take(options.networkOf(request))) {
      response.setHeader('Retry-After', '60')
      return show('too-many.html', 429)
    }
    const inquiry: Inquiry = {
      id: options.newId(),
      at: new Date(options.now()).toISOString(),
      slug: place.slug,
      language: place.language,
      kind: place.kind,
      email,
      code: place.kind === 'affected' ? code : '',
    }
    if (!(await options.spool.put(inquiry))) {
      response.setHeader('Retry-After', '300')
      return show('away.html', 503)
    }
    response.writeHead(303, {
      ...headers,
      Location: place.kind === 'affected' ? 'asked.html' : 'subscribed.html',
      'Cache-Control': 'no-store',
    })
    response.end()
  }

  return {
    publish(sites) {
      const next = new Map<string, Prepared>()
      for (const [slug, ofSite] of sites)
        for (const file of ofSite) {
          const prepared = prepare(file)
          next.set(`${slug}/${file.path}`, prepared)
          if (file.path === 'index.html' || file.path.endsWith('/index.html'))
            next.set(`${slug}/${file.path.slice(0, -'index.html'.length)}`, prepared)
        }
      files = next
    },

    handle(request, response) {
      const { url = '', method } = request
      if (!url.startsWith(prefix)) return false
      const end = url.indexOf('?')
      const at = url.slice(prefix.length, end === -1 ? undefined : end)
      if (method === 'GET' || method === 'HEAD') {
        if (!at.includes('/') && files.has(`${at}/`)) {
          response.writeHead(308, { ...headers, Location: `${prefix}${at}/` })
          response.end()
        } else serve(request, response, at)
        return true
      }
      const place = method === 'POST' ? formPlace(at) : null
      if (place === null || !files.has(`${place.folder}index.html`)) {
        response.writeHead(405, { ...headers, Allow: 'GET, HEAD', Connection: 'close' })
        response.end()
        return true
      }
      void take(request, response, place).catch((caught: unknown) => {
        // The client went in the middle: there is nobody to answer.
        if (!request.destroyed && !response.destroyed) response.destroy()
        if ((caught as NodeJS.ErrnoException).code !== 'ECONNRESET') throw caught
      })
      return true
    },
  }
}

interface FormPlace {
  slug: string
  language: string
  /** With a slash at its end. */
  folder: string
  kind: Inquiry['kind']
}

const formForm = new RegExp(`^([a-z0-9-]+)/(?:(${siteLanguages.join('|')})/)?(affected|subscribe)$`)

function formPlace(at: string): FormPlace | null {
  const [, slug, language, kind] = formForm.exec(at) ?? []
  if (slug === undefined) return null
  return {
    slug,
    language: language ?? '',
    folder: language === undefined ? `${slug}/` : `${slug}/${language}/`,
    kind: kind as Inquiry['kind'],
  }
}

function prepare(file: SiteFile): Prepared {
  const body = Buffer.from(file.body)
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  // The style is named by its content; everything else may have changed a minute ago, and is asked for again.
  const fresh = file.path.endsWith('.css')
    ? 'public, max-age=31536000, immutable'
    : 'public, max-age=0, must-revalidate'
  const common = { ...headers, ETag: etag, 'Cache-Control': fresh, Vary: 'Accept-Encoding' }
  const ready = (bytes: Buffer, encoding?: string): Ready => ({
    head: {
      ...common,
      'Content-Type': file.type,
      'Content-Length': bytes.length,
      ...(encoding !== undefined && { 'Content-Encoding': encoding }),
    },
    body: bytes,
  })
  return {
    etag,
    plain: ready(body),
    br: ready(brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }), 'br'),
    gzip: ready(gzipSync(body, { level: 9 }), 'gzip'),
    unchanged: common,
  }
}

/** `q=0` is a refusal; other weights are not worth telling apart. */
function takes(accepted: string, coding: string): boolean {
  return accepted.split(',').some((each) => {
    const [name, weight] = each.trim().split(/\s*;\s*q=/)
    return name === coding && !/^0(\.0*)?$/.test(weight ?? '')
  })
}

function isEmail(text: string): boolean {
  return (
    text.length <= 254 && /^[^\s@"<>(),;:\\[\]\p{Cc}]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/u.test(text)
  )
}

/** @returns null for what is no form, or too large for one. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | null | 'slow'> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return null
  const chunks: Buffer[] = []
  let bytes = 0
  const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams | null | 'slow'>()
  const timer = setTimeout(() => resolve('slow'), formMsMax)
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > formBytesMax) resolve(null)
    else chunks.push(chunk)
  })
  request.on('end', () => resolve(new URLSearchParams(Buffer.concat(chunks).toString('utf8'))))
  request.on('error', reject)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    if (bytes > formBytesMax) request.pause()
  }
}
