/** Sends beacons or browsers' reports as fast as they are answered; a process of its own, so that it does not compete. */
import { createHash, randomUUID } from 'node:crypto'
import * as http from 'node:http'
import { seededRandom } from './seeded-random.ts'

export interface ReportsOrder {
  url: string
  kind: 'bare' | 'page-view' | 'reports'
  tenant: string
  site: string
  seconds: number
  seed: number
}

export interface ReportsAnswer {
  answered: number
  refused: number
  seconds: number
}

const connections = 32
/** What one page view of a shop brings. */
export const scriptsOfPage = 20

const scripts = Array.from(
  { length: scriptsOfPage },
  (_, n) => `/assets/part-${'abcdefghijklmnopqrst'[n]}.js`,
)
const hashes = scripts.map((script) => `sha256-${createHash('sha256').update(script).digest('base64')}`)
const pages = Array.from(
  { length: 50 },
  (_, n) => `/shop/${'abcdefghij'[n % 10]}/${'klmno'[Math.floor(n / 10)]}`,
)

process.once('message', (order: ReportsOrder) => {
  void run(order).then((answer) => process.send!(answer))
})
process.once('disconnect', () => process.exit())

async function run(order: ReportsOrder): Promise<ReportsAnswer> {
  const draw = seededRandom(order.seed)
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  const path =
    order.kind === 'bare'
      ? '/bare'
      : order.kind === 'page-view'
        ? '/v1/page-views'
        : `/v1/reports/${order.tenant}`
  const target = new URL(path, order.url)
  const begun = performance.now()
  const until = begun + order.seconds * 1_000
  let answered = 0
  let refused = 0
  async function lane(): Promise<void> {
    while (performance.now() < until) {
      // A network of the documentation range for measuring (RFC 2544), and of private use beside it.
      const network = `10.${Math.floor(draw() * 256)}.${Math.floor(draw() * 256)}.${Math.floor(draw() * 256)}`
      const page = pages[Math.floor(draw() * pages.length)]!
      const status = await post(agent, target, bodyOf(order, page), {
        'content-type': order.kind === 'reports' ? 'application/reports+json' : 'text/plain;charset=UTF-8',
        'x-forwarded-for': network,
        origin: order.site,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) bench',
      })
      if (status === 204) answered++
      else refused++
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  agent.destroy()
  return { answered, refused, seconds: (performance.now() - begun) / 1_000 }
}

function bodyOf({ kind, tenant, site }: ReportsOrder, page: string): string {
  if (kind === 'reports')
    return JSON.stringify(
      scripts.map((script, n) => ({
        age: 100,
        type: 'csp-hash',
        url: site + page,
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64) bench',
        body: {
          destination: 'script',
          documentURL: site + page,
          hash: hashes[n],
          subresourceURL: site + script,
          type: 'subresource',
        },
      })),
    )
  return JSON.stringify({
    t: tenant, v: randomUUID(), n: randomUUID(), u: site + page, c: false, l: `${site}/w/loader.0123abcd.js`, i: true,
    m: 'r'.repeat(43), s: scripts.map((script) => site + script), e: '',
  }) // prettier-ignore
}

function post(
  agent: http.Agent,
  target: URL,
  body: string,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((done, failed) => {
    const request = http.request(
      target,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume()
        response.on('end', () => done(response.statusCode!))
      },
    )
    request.on('error', failed)
    request.end(body)
  })
}
