import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readSitemap, sitemapBytesMax } from './read-sitemap.ts'

const read = (text: string) => readSitemap(Buffer.from(text))

test('pages and further sitemaps are listed in their order, zipped or not', async () => {
  const pages = `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="x">
    <url><loc> https://a.example/1?x=1&amp;y=2 </loc><image:image><image:loc>https://a.example/i.png</image:loc></image:image></url>
    <url><lastmod>2026-01-01</lastmod><loc><![CDATA[https://a.example/2]]></loc></url></urlset>`
  const expected = { kind: 'pages', locations: ['https://a.example/1?x=1&y=2', 'https://a.example/2'] }
  assert.deepEqual(await read(pages), expected)
  assert.deepEqual(await readSitemap(gzipSync(pages)), expected)
  assert.deepEqual(
    await read(
      '<s:sitemapindex><s:sitemap><s:loc>https://a.example/s1.xml</s:loc></s:sitemap></s:sitemapindex>',
    ),
    { kind: 'sitemaps', locations: ['https://a.example/s1.xml'] },
  )
  assert.deepEqual(await read('https://a.example/1\r\nhttps://a.example/2\nno address\n'), {
    kind: 'pages',
    locations: ['https://a.example/1', 'https://a.example/2'],
  })
})

test('a sitemap that unfolds without end, by zip or by entities, is not unfolded', async () => {
  assert.equal(await readSitemap(gzipSync(Buffer.alloc(sitemapBytesMax + 1, ' '))), null)
  const laughs = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/&b;&f;</loc></url></urlset>`
  assert.deepEqual((await read(laughs))?.locations, ['https://a.example/&b;&f;'])
})

test('what is no sitemap is told, and one that nests without end is given up', async () => {
  assert.equal(await read('<html><body>Not found</body></html>'), null)
  assert.equal(await readSitemap(Buffer.from([0x1f, 0x8b, 1, 2, 3])), null)
  assert.equal(await read(''), null)
  const startedAt = performance.now()
  const nested = await read(`<urlset>${'<url>'.repeat(1_000_000)}`)
  assert.deepEqual(nested?.locations, [])
  assert.ok(performance.now() - startedAt < 3_000)
})
