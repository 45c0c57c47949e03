import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDemoSites, sitePolicy } from './demo-sites.ts'

const widget = { origin: 'http://127.0.0.1:7780', path: '/w/loader.abc.js', integrity: 'sha384-abc' }
const accents: Record<string, string> = { 'aurora-air': '#1846a8', 'maple-main': '#8a2f1f' }
const pages = [
  '/aurora-air/',
  '/aurora-air/booking',
  '/aurora-air/checkout',
  '/aurora-air/pay',
  '/maple-main/',
  '/maple-main/stores',
  '/maple-main/cart',
  '/maple-main/pay',
]

test('a demo page carries the client policy and one widget tag, pinned by its hash', async () => {
  const sites = openDemoSites(() => widget)
  for (const url of pages) {
    const { statusCode, headers, body } = await sites.inject(url)
    assert.equal(statusCode, 200, url)
    const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
    assert.equal(headers['content-security-policy'], sitePolicy(nonce!, widget))
    const tenant = url.split('/')[1]!
    const tags = [...body.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)
    assert.deepEqual(tags, [
      `<script nonce="${nonce}" src="/${tenant}/site.js" defer>`,
      `<script src="http://127.0.0.1:7780/w/loader.abc.js" integrity="sha384-abc" crossorigin="anonymous" data-tenant="${tenant}" data-accent="${accents[tenant]}" async>`,
    ])
    assert.doesNotMatch(body, /\{\{|data-page|style="|javascript:| on[a-z]+="/)
  }
  await sites.close()
})

test('the client policy is the one that the widget promises to work under', () => {
  assert.equal(
    sitePolicy('n0nce', widget),
    `default-src 'self'; script-src 'nonce-n0nce' http://127.0.0.1:7780/w/loader.abc.js; connect-src 'self' http://127.0.0.1:7780; frame-src http://127.0.0.1:7780; require-trusted-types-for 'script'`,
  )
})

test('no two answers share a nonce', async () => {
  const sites = openDemoSites(() => widget)
  const answers = await Promise.all([1, 2, 3].map(() => sites.inject('/aurora-air/')))
  assert.equal(new Set(answers.map(({ headers }) => headers['content-security-policy'])).size, 3)
  await sites.close()
})

test('without a built widget the sites stand, and load nothing of ours', async () => {
  const sites = openDemoSites(() => null)
  const { headers, body } = await sites.inject('/aurora-air/checkout')
  assert.match(String(headers['content-security-policy']), /frame-src 'none'/)
  assert.equal(body.match(/<script/g)?.length, 1)
  await sites.close()
})

test('what a card form holds has no name, so nothing of it is ever sent', async () => {
  const sites = openDemoSites(() => widget)
  for (const url of ['/aurora-air/checkout', '/aurora-air/pay', '/maple-main/pay']) {
    const { body } = await sites.inject(url)
    const fields = [...body.matchAll(/<input[^>]*>/g)].map(([field]) => field)
    assert.ok(
      fields.some((field) => /autocomplete="cc-number"/.test(field)),
      url,
    )
    assert.deepEqual(
      fields.filter((field) => /\sname=/.test(field) && !/type="radio"/.test(field)),
      [],
    )
  }
  await sites.close()
})

test('pictures and styles are answered once and then confirmed by their tag', async () => {
  const sites = openDemoSites(() => widget)
  const first = await sites.inject('/aurora-air/site.css')
  assert.equal(first.statusCode, 200)
  const again = await sites.inject({
    url: '/aurora-air/site.css',
    headers: { 'if-none-match': String(first.headers['etag']) },
  })
  assert.equal(again.statusCode, 304)
  assert.equal(again.body, '')
  assert.equal((await sites.inject('/aurora-air/../../candor.ts')).statusCode, 404)
  assert.equal((await sites.inject('/aurora-air/layout.html')).statusCode, 404)
  await sites.close()
})
