import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A shop with a payment page, and an attacker on another host; both on this machine. */
export interface SkimmedShop {
  /** `http://localhost:…/checkout` */
  url: string
  /** `http://127.0.0.1:…`, another host to the browser. */
  attacker: string
  /** What the shop's page runs from now on, besides its own script. */
  infect(script: string): void
  headers: Record<string, string>
  /** Requests that reached the attacker. */
  received: { method: string; url: string; body: string }[]
  /** Requests that reached the shop. */
  served: string[]
  close(): Promise<void>
}

export async function openSkimmedShop(): Promise<SkimmedShop> {
  const received: SkimmedShop['received'] = []
  const served: string[] = []
  const headers: Record<string, string> = {}
  let skimmer = ''
  const attacker = createServer((request, response) => {
    void textOf(request).then((body) => {
      received.push({ method: request.method!, url: request.url!, body })
      response.setHeader('access-control-allow-origin', '*')
      response.end()
    })
  })
  const shop = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://shop')
    served.push(
      `${request.method} ${pathname} ${request.headers['user-agent']} ${request.headers['sec-ch-ua'] ?? ''}`,
    )
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (pathname === '/shop.js') {
      response.setHeader('content-type', 'text/javascript')
      return response.end('document.documentElement.dataset.shop = "open"')
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (pathname === '/product') return response.end(product)
    if (
      pathname === '/checkout' &&
      /needs=cart/.test(request.url!) &&
      !/cart=1/.test(request.headers.cookie ?? '')
    )
      return response.end('<!doctype html><title>Empty</title><p>Your cart is empty.</p>')
    return response.end(checkout(skimmer))
  })
  for (const server of [attacker, shop]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const port = (server: typeof shop): number => (server.address() as AddressInfo).port
  return {
    url: `http://localhost:${port(shop)}/checkout`,
    attacker: `http://127.0.0.1:${port(attacker)}`,
    infect: (script) => void (skimmer = script),
    headers,
    received,
    served,
    async close() {
      for (const server of [attacker, shop]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

function checkout(skimmer: string): string {
  return `<!doctype html><html lang="en"><title>Checkout</title><script src="/shop.js"></script>
<form action="/pay" method="post">
<label for="n">Card number</label><input id="n" autocomplete="cc-number" inputmode="numeric">
<label for="h">Name on card</label><input id="h" name="holder">
<label for="e">Expiry</label><input id="e" name="exp">
<label for="c">Security code</label><input id="c" name="cvc">
<button>Pay</button></form>
${skimmer === '' ? '' : `<script>${skimmer}</script>`}</html>`
}

const product = `<!doctype html><title>Boots</title><button id="add">Add to cart</button>
<script>document.querySelector('#add').onclick = () => { document.cookie = 'cart=1;path=/'; document.title = 'Added' }</script>`

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('latin1')) text += chunk as string
  return text
}
