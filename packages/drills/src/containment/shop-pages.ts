import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A tenant's web site on loopback, with the tag of its widget in every page. */
export interface ShopPages {
  origin: string
  /** The tag is known when the server is; the server wants to know the site first. */
  setTag(tag: { server: string; path: string; integrity: string; tenant: string }): void
  close(): void
}

/** Path of a page that shows this many payment pages in frames of its own. */
export const manyPath = (count: number): string => `/many/${count}`
export const payPath = '/pay/4711'

/**
 * What a payment page notes of its widget, by the clock of the machine. The widget's host is the one element beside
 * the body that has a shadow root.
 */
export interface NotedWidget {
  readyAt: number | null
  goneAt: number | null
  /** The widget's own frame is in the page now. */
  hasFrame: boolean
}

const payPage = (tag: string): string => `<!doctype html><html lang="en"><title>Pay</title>
<body><h1>Pay</h1>
<script>
  const noted = (window.noted = { readyAt: null, goneAt: null, hasFrame: false })
  const widget = () => [...document.documentElement.children].find((each) => each.shadowRoot)
  let seen = false
  new MutationObserver(() => {
    if (widget()) seen = true
    else if (seen) noted.goneAt ??= Date.now()
  }).observe(document.documentElement, { childList: true })
  window.look = () => ({ ...noted, hasFrame: !!widget()?.shadowRoot.querySelector('iframe[src]') })
  window.candor = (...said) => (candor.q ??= []).push(said)
  candor('on', 'ready', () => (noted.readyAt ??= Date.now()))
  candor('show')
</script>
${tag}</body></html>`

const manyPage = (count: number): string =>
  `<!doctype html><html lang="en"><title>Many</title><body>${`<iframe src="${payPath}" width="300" height="200"></iframe>`.repeat(count)}</body></html>`

export async function openShopPages(): Promise<ShopPages> {
  let tag = ''
  const server = createServer((request, response) => {
    const count = /^\/many\/(\d{1,3})$/.exec(request.url ?? '')?.[1]
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(count === undefined ? payPage(tag) : manyPage(Number(count)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTag({ server: url, path, integrity, tenant }) {
      tag = `<script src="${url}${path}" integrity="${integrity}" crossorigin="anonymous" data-tenant="${tenant}" async></script>`
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
