import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openOutbound } from '../../outbound/outbound.ts'
import { openArticleReader } from './article-reader.ts'
import { crawlSite, waitOrAbort, type CrawlRequest } from './crawl-site.ts'
import { testPdf } from './test-pdf.ts'

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

const html = (title: string, text: string, head = ''): Answer => ({
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<html lang="en"><head><title>${title} | Shop</title>${head}</head><body><nav>Home Help</nav><main><h1>${title}</h1><p>${text} ${'It is said here at some length so that it counts as text of a page. '.repeat(2)}</p></main></body></html>`,
})

const sitemap = (...paths: string[]) => (origin: string): Answer => ({
  body: `<urlset>${paths.map((path) => `<url><loc>${path.startsWith('http') ? path : origin + path}</loc></url>`).join('')}</urlset>`,
}) // prettier-ignore

/** A site on this machine with a few pages; time is a number, so no test waits for politeness. */
async function site(t: TestContext, pages: Record<string, Answer | ((origin: string, asked: number) => Answer)>) {
  const asked: string[] = []
  const at: number[] = []
  let origin = ''
  let now = 0
  let open = 0
  let openMost = 0
  const server = createServer((request, response) => {
    const count = asked.filter((path) => path === request.url).length
    asked.push(request.url!)
    at.push(now)
    open++
    openMost = Math.max(openMost, open)
    const page = pages[request.url!]
    const { status = 200, headers = {}, body = '' } = typeof page === 'function' ? page(origin, count) : (page ?? { status: 404 })
    setTimeout(() => {
      open--
      response.writeHead(status, headers).end(body)
    }, 5)
  }) // prettier-ignore
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const reader = openArticleReader()
  t.after(async () => {
    server.close()
    await reader.close()
  })
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const outbound = openOutbound({ allowPrivate: [origin], resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
  const crawl = (more: Partial<CrawlRequest> = {}, tools: { now?: () => number } = {}) =>
    crawlSite(
      { origin, registered: [origin], language: 'en', ...more },
      {
        outbound,
        reader,
        now: tools.now ?? (() => now),
        wait: async (ms) => {
          now += ms
        },
      },
    )
  return { origin, asked, at, crawl, openMost: () => openMost }
} // prettier-ignore

test('the pages that a site lists become articles that nobody has approved yet', async (t) => {
  const { crawl, origin } = await site(t, {
    '/sitemap.xml': sitemap('/help/refunds', '/help/manual.pdf', '/help/gone', '/help/data.json'),
    '/help/refunds': html('Refunds', 'Money comes back within ten days.'),
    '/help/manual.pdf': { headers: { 'content-type': 'application/pdf' }, body: testPdf([[{ y: 700, text: 'Press the button.' }]], { title: 'Manual' }) },
    '/help/data.json': { headers: { 'content-type': 'application/json' }, body: '{}' },
  }) // prettier-ignore
  const progress: number[] = []
  const outcome = await crawl({ progress: ({ tried }) => progress.push(tried) })
  assert.ok(outcome.kind === 'crawled')
  assert.equal(outcome.ended, 'complete')
  assert.deepEqual(
    outcome.articles.map(({ title, language, source, approved, version }) => ({ title, language, source, approved, version })),
    [
      { title: 'Refunds', language: 'en', source: 'crawl', approved: false, version: 1 },
      { title: 'Manual', language: 'en', source: 'crawl', approved: false, version: 1 },
    ],
  ) // prettier-ignore
  assert.deepEqual(outcome.articles[0]!.body[0], { kind: 'heading', level: 1, text: 'Refunds' })
  assert.deepEqual(outcome.leftOut, [
    { address: `${origin}/help/gone`, reason: 'answered with status 404' },
    { address: `${origin}/help/data.json`, reason: 'is neither a page nor a PDF' },
  ])
  assert.deepEqual(
    progress.toSorted((a, b) => a - b),
    [1, 2, 3, 4],
  )
  const again = await crawl()
  assert.ok(again.kind === 'crawled')
  assert.deepEqual(again.articles, outcome.articles)
})

test('only a site that is registered with the tenant is read', async (t) => {
  const { crawl, asked, origin } = await site(t, {})
  for (const more of [{ registered: [] }, { registered: ['https://other.example'] }, { origin: `${origin}/`, registered: [`${origin}/`] }]) {
    const outcome = await crawl(more)
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'not_registered')
  }
  assert.deepEqual(asked, [])
}) // prettier-ignore

test('no address of another origin is ever called, whoever names it', async (t) => {
  const other = await site(t, { '/x': html('Elsewhere', 'Not yours.') })
  const { crawl } = await site(t, {
    '/robots.txt': { body: `Sitemap: ${other.origin}/sitemap.xml\nSitemap: /map.xml` },
    '/map.xml': (origin) => sitemap(`${other.origin}/x`, '/away', '/loop', 'https://user:pass@localhost/', '/here')(origin),
    '/away': { status: 302, headers: { location: `${other.origin}/x` } },
    '/loop': { status: 301, headers: { location: '/loop' } },
    '/here': { status: 301, headers: { location: '/there' } },
    '/there': html('There', 'Found after a redirect.'),
  }) // prettier-ignore
  const outcome = await crawl()
  assert.ok(outcome.kind === 'crawled')
  assert.deepEqual(outcome.articles.map(({ title }) => title), ['There'])
  assert.deepEqual(outcome.leftOut.map(({ reason }) => reason), ['redirects to another site', 'redirects without end'])
  assert.deepEqual(other.asked, [])
}) // prettier-ignore

test('what robots.txt forbids is not asked for, also not behind a redirect', async (t) => {
  const { crawl, asked } = await site(t, {
    '/robots.txt': { body: 'User-agent: *\nDisallow: /private\nCrawl-delay: 1' },
    '/sitemap.xml': sitemap('/private/a', '/open', '/moved'),
    '/open': html('Open', 'For all.'),
    '/moved': { status: 302, headers: { location: '/private/b' } },
    '/private/b': html('Private', 'SECRET'),
  })
  const outcome = await crawl()
  assert.ok(outcome.kind === 'crawled')
  assert.deepEqual(outcome.articles.map(({ title }) => title), ['Open'])
  assert.ok(!asked.some((path) => path.startsWith('/private')))
  assert.deepEqual(outcome.leftOut.map(({ reason }) => reason), ['redirects to what robots.txt forbids'])
}) // prettier-ignore

test('a robots.txt that cannot be had forbids everything, one that is not there nothing', async (t) => {
  const broken = await site(t, { '/robots.txt': { status: 500 }, '/sitemap.xml': sitemap('/a'), '/a': html('A', 'a') })
  const refused = await broken.crawl()
  assert.ok(refused.kind === 'refused' && refused.reason === 'robots_unreachable')
  assert.deepEqual(new Set(broken.asked), new Set(['/robots.txt']))
  const all = await site(t, { '/robots.txt': { body: 'User-agent: *\nDisallow: /' }, '/sitemap.xml': sitemap('/a') })
  const forbidden = await all.crawl()
  assert.ok(forbidden.kind === 'refused' && forbidden.reason === 'robots_forbid')
  const none = await (await site(t, {})).crawl()
  assert.ok(none.kind === 'refused' && none.reason === 'no_sitemap')
}) // prettier-ignore

test('an index of sitemaps is followed one level, also zipped', async (t) => {
  const { crawl } = await site(t, {
    '/sitemap.xml': (origin) => ({ body: `<sitemapindex><sitemap><loc>${origin}/1.xml.gz</loc></sitemap><sitemap><loc>${origin}/2.xml</loc></sitemap><sitemap><loc>${origin}/sitemap.xml</loc></sitemap></sitemapindex>` }),
    '/1.xml.gz': (origin) => ({ body: gzipSync(sitemap('/a')(origin).body!) }),
    '/2.xml': (origin) => ({ body: `<sitemapindex><sitemap><loc>${origin}/3.xml</loc></sitemap></sitemapindex>` }),
    '/3.xml': sitemap('/b'),
    '/a': html('A', 'a'),
    '/b': html('B', 'b'),
  }) // prettier-ignore
  const outcome = await crawl()
  assert.ok(outcome.kind === 'crawled')
  assert.deepEqual(outcome.articles.map(({ title }) => title), ['A'])
}) // prettier-ignore

test('requests keep their distance, two at a time, and a busy site is asked again later', async (t) => {
  const paths = Array.from({ length: 6 }, (_, i) => `/p${i}`)
  const { crawl, at, openMost } = await site(t, {
    '/sitemap.xml': sitemap(...paths),
    ...Object.fromEntries(paths.map((path) => [path, html(path, `Text of ${path}.`)])),
    '/p3': (_, asked) => (asked === 0 ? { status: 503, headers: { 'retry-after': '7' } } : html('p3', 'Text of p3.')),
  })
  const outcome = await crawl()
  assert.ok(outcome.kind === 'crawled' && outcome.articles.length === 6)
  assert.ok(openMost() <= 2)
  assert.ok(at.at(-1)! >= 7 * 300 + 7_000, `${at.join()}`)
}) // prettier-ignore

test('the same text under several addresses is one article, and pages that ask not to be found are none', async (t) => {
  const { crawl, origin } = await site(t, {
    '/sitemap.xml': sitemap('/a', '/a?ref=mail', '/copy', '/other', '/quiet', '/header'),
    '/a': html('A', 'Same.'),
    '/a?ref=mail': html('A', 'Same, printed.', '<link rel="canonical" href="/a">'),
    '/other': html('O', 'Another text.', '<link rel="canonical" href="/">'),
    '/copy': html('A', 'Same.'),
    '/quiet': html('Q', 'Quiet.', '<meta name="robots" content="noindex">'),
    '/header': {
      ...html('H', 'Header.'),
      headers: { 'content-type': 'text/html', 'x-robots-tag': 'noindex' },
    },
  })
  const outcome = await crawl()
  assert.ok(outcome.kind === 'crawled')
  assert.deepEqual(
    outcome.articles.map(({ title }) => title),
    ['A', 'O'],
  )
  assert.deepEqual(
    outcome.leftOut.map(({ reason }) => reason),
    [
      `the same page as ${origin}/a`,
      `the same page as ${origin}/a`,
      'asks not to be found',
      'asks not to be found',
    ],
  )
})

test('a crawl ends at its number of pages, at its time, and when it is given up', async (t) => {
  const paths = Array.from({ length: 10 }, (_, i) => `/p${i}`)
  const { crawl } = await site(t, {
    '/sitemap.xml': sitemap(...paths),
    ...Object.fromEntries(paths.map((path) => [path, html(path, `Text of ${path}.`)])),
  })
  const few = await crawl({ pagesMax: 3 })
  assert.ok(few.kind === 'crawled' && few.ended === 'pages_max' && few.articles.length === 3)
  let tick = 0
  const late = await crawl({}, { now: () => (tick += 60_000) })
  assert.ok(late.kind === 'crawled' && late.ended === 'time_max' && late.articles.length < 10)
  const control = new AbortController()
  const given = await crawl({ signal: control.signal, progress: ({ read }) => read === 2 && control.abort() })
  assert.ok(given.kind === 'crawled' && given.ended === 'aborted')
  assert.ok(given.articles.length >= 2 && given.articles.length < 10)
})

test('waiting ends at its time or when it is given up, and never throws', async () => {
  await waitOrAbort(1, undefined)
  const control = new AbortController()
  const waiting = waitOrAbort(60_000, control.signal)
  control.abort()
  await waiting
  await waitOrAbort(60_000, control.signal)
})

test('a page with a private address behind its name is not read', async (t) => {
  const { asked, origin } = await site(t, { '/sitemap.xml': sitemap('/a') })
  const reader = openArticleReader()
  t.after(() => reader.close())
  const outbound = openOutbound({
    allowPrivate: [],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  const secure = origin.replace('http:', 'https:')
  const outcome = await crawlSite(
    { origin: secure, registered: [secure], language: 'en' },
    { outbound, reader, now: () => 0, wait: async () => {} },
  )
  assert.ok(outcome.kind === 'refused' && outcome.reason === 'robots_unreachable')
  assert.deepEqual(asked, [])
})
