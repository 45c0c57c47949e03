import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { sendFile, staticFile, type StaticFile } from '../edge/static-files.ts'

/** The tag that a client company puts into its pages, with the widget's origin filled in. */
export interface WidgetTag {
  /** Our origin: where the loader comes from and the frame lives. */
  origin: string
  path: string
  integrity: string
}

const sitesFolder = path.join(import.meta.dirname, 'sites')
/** The page that stands at a site's root, and the colour of the chat's button before the widget knows its own. */
const sites = {
  'aurora-air': { root: 'home', accent: '#1846a8' },
  'maple-main': { root: 'product', accent: '#8a2f1f' },
} as const
export type SiteName = keyof typeof sites
export const siteNames = Object.keys(sites) as SiteName[]

/**
 * The web sites of the demo tenants, as those companies would run them: a listener and an origin of their own, one
 * script tag of ours, and the policy under which the widget promises to work. `tag` is null while there is no
 * widget to load; it is asked for with each page, because our address is known only once the server listens.
 */
export function openDemoSites(
  tag: () => WidgetTag | null,
  systems?: (app: FastifyInstance) => void,
): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true })
  systems?.(app)
  const assets = new Map<string, StaticFile>()
  const pages = new Map<string, string>()
  for (const site of siteNames) {
    const folder = path.join(sitesFolder, site)
    const layout = readFileSync(path.join(folder, 'layout.html'), 'utf8')
    for (const name of readdirSync(folder)) {
      const body = readFileSync(path.join(folder, name))
      const { name: stem, ext } = path.parse(name)
      if (ext !== '.html') {
        assets.set(`/${site}/${name}`, staticFile(body, ext, { 'cache-control': 'no-cache', ...everyAnswer }))
      } else if (stem !== 'layout') {
        pages.set(
          `/${site}/${stem === sites[site].root ? '' : stem}`,
          pageIn(layout, stem, body.toString('utf8')),
        )
      }
    }
  }

  app.get('/', (_, reply) => reply.redirect('/aurora-air/'))
  for (const site of siteNames) app.get(`/${site}`, (_, reply) => reply.redirect(`/${site}/`, 308))
  app.get('/*', (request, reply) => {
    const [pathname = ''] = request.url.split('?')
    const asset = assets.get(pathname)
    if (asset !== undefined) return sendFile(request, reply, asset)
    const page = pages.get(pathname)
    if (page === undefined) return reply.callNotFound()
    const site = siteNames.find((name) => pathname.startsWith(`/${name}/`))!
    const nonce = randomBytes(16).toString('base64')
    const widget = tag()
    return reply
      .headers({
        ...everyAnswer,
        'content-security-policy': sitePolicy(nonce, widget),
        // The nonce is for this answer alone.
        'cache-control': 'no-store',
      })
      .type('text/html; charset=utf-8')
      .send(
        page
          .replaceAll('{{nonce}}', nonce)
          .replace('{{candor}}', widget === null ? '' : scriptTag(site, widget)),
      )
  })
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).headers(everyAnswer).type('text/plain; charset=utf-8').send('There is no such page.'),
  )
  return app
}

/** What a strict client sends with its pages; the widget works under it with no violation. */
export function sitePolicy(nonce: string, widget: WidgetTag | null): string {
  const { loader, frame, server } =
    widget === null
      ? { loader: '', frame: `'none'`, server: '' }
      : { loader: ` ${widget.origin}${widget.path}`, frame: widget.origin, server: ` ${widget.origin}` }
  return [
    `default-src 'self'`,
    `script-src 'nonce-${nonce}'${loader}`,
    `connect-src 'self'${server}`,
    `frame-src ${frame}`,
    `require-trusted-types-for 'script'`,
  ].join('; ')
}

export function scriptTag(tenant: SiteName, widget: WidgetTag): string {
  return `<script src="${widget.origin}${widget.path}" integrity="${widget.integrity}" crossorigin="anonymous" data-tenant="${tenant}" data-accent="${sites[tenant].accent}" async></script>`
}

const everyAnswer = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
}

/** A page file is its title, then its main element; the rest is the site's layout. */
function pageIn(layout: string, stem: string, file: string): string {
  const [, title, main] = /^<title>([^<]+)<\/title>\s*([\s\S]+)$/.exec(file) ?? []
  if (title === undefined || main === undefined) throw new Error(`a demo page without title: ${stem}`)
  return layout
    .replace('{{title}}', title)
    .replace('{{main}}', main.trim())
    .replace(`data-page="${stem}"`, 'aria-current="page"')
    .replaceAll(/ data-page="[a-z]+"/g, '')
}
