import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { identifies, openTemplateLearning, templateOf, valuesAtOnePlaceMax } from './page-template.ts'

test('numbers, UUIDs, hashes, tokens, dates and addresses of e-mail become :id', () => {
  for (const [path, template] of [
    ['/', '/'],
    ['', '/'],
    ['/checkout/', '/checkout'],
    ['/orders/104', '/orders/:id'],
    [`/orders/${randomUUID()}/pay`, '/orders/:id/pay'],
    ['/o/550e8400e29b41d4a716446655440000', '/o/:id'],
    ['/c/9f86d081', '/c/:id'],
    ['/reset/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', '/reset/:id'],
    ['/news/2026-03-01/spring', '/news/:id/spring'],
    ['/p/red-shoe-104232.html', '/p/:id'],
    ['/u/ana%40example.org', '/u/:id'],
    ['/u/ana@example.org', '/u/:id'],
    ['/cart;jsessionid=1A2B', '/cart'],
    ['/about-us/our-story-and-how-we-make-shoes', '/about-us/our-story-and-how-we-make-shoes'],
    ['/iphone-15', '/iphone-15'],
    ['/decade/facade', '/decade/facade'],
    ['/a/b/c/d/e/f/g/h/i/j/k/l/m/n', '/a/b/c/d/e/f/g/h/i/j/k/l/:id'],
    ['/%E0%A4%A', '/%E0%A4%A'],
  ] as const)
    assert.equal(templateOf(path), template, path)
})

/** Splitmix32: the same paths in every run. */
function random(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x9e3779b9) | 0
    let t = a ^ (a >>> 16)
    t = Math.imul(t, 0x21f0aaad)
    t ^= t >>> 15
    t = Math.imul(t, 0x735a2d97)
    return ((t ^ (t >>> 15)) >>> 0) / 4_294_967_296
  }
}

test('of any path: a template is its own template, has no number of four digits and no @, and as many places', () => {
  const draw = random(7)
  const letters = 'abcXYZ0123456789-_.@;~=é '
  for (let n = 0; n < 5_000; n++) {
    const segments = Array.from({ length: Math.floor(draw() * 11) }, () =>
      Array.from(
        { length: 1 + Math.floor(draw() * 40) },
        () => letters[Math.floor(draw() * letters.length)],
      ).join(''),
    )
    const path = `/${segments.join('/')}`
    const template = templateOf(path)
    assert.equal(templateOf(template), template, path)
    assert.doesNotMatch(template, /\d{4}|@/, path)
    const places = template.split('/').filter(Boolean).length
    assert.ok(places <= segments.length, path)
  }
})

test('paths that differ only in what identifies have one template', () => {
  const draw = random(11)
  const kinds = [
    () => String(Math.floor(draw() * 1e9)),
    () => randomUUID(),
    () =>
      `${Math.floor(draw() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')}9a`,
    () => `person${Math.floor(draw() * 1e6)}@example.org`,
  ]
  for (let n = 0; n < 1_000; n++) {
    const value = kinds[n % kinds.length]!()
    assert.ok(identifies(value), value)
    assert.equal(templateOf(`/account/${value}/invoices`), '/account/:id/invoices')
  }
})

test('a place with more values than pages can be varies, once enough networks have shown it', () => {
  const learning = openTemplateLearning([])
  let began: string[] = []
  for (let n = 0; n <= valuesAtOnePlaceMax; n++)
    began = learning.learn(`/products/${word(n)}`, `network ${n % 20}`)
  assert.deepEqual(began, ['/products'])
  const varies = (prefix: string) => learning.varies(prefix)
  assert.equal(templateOf('/products/blue-shoe', varies), '/products/:id')
  assert.equal(templateOf('/products', varies), '/products')
  assert.equal(templateOf('/help/returns', varies), '/help/returns')
})

test('one network, however busy, cannot make a place vary: the template of a page is not blurred by strangers', () => {
  const learning = openTemplateLearning([])
  for (let n = 0; n < 5_000; n++) assert.deepEqual(learning.learn(`/checkout/${word(n)}`, 'one'), [])
  assert.equal(learning.varies('/checkout'), false)
})

/** A word for each number, without a digit. */
function word(n: number): string {
  return `w-${[...n.toString(36)].map((c) => String.fromCharCode(97 + (parseInt(c, 36) % 26))).join('')}-${'x'.repeat(n % 7)}`
}
