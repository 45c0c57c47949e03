/** Properties over thousands of random places and containments. The seed is printed where one fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { coversPage, coversScope, isOfTemplate, originOf, type Contained, type Place } from './covers-page.ts'

const tenants = ['air', 'shop']
const origins = ['https://air.example', 'https://shop.example', 'http://localhost:8080']
const templates = origins.flatMap((origin) => [`${origin}/`, `${origin}/pay/:id`])
const releases = ['a', 'b'].map((letter) => letter.repeat(43))
const rounds = 20_000
/** From which template an address was made. */
const templateWas = new Map<string, string>()

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number) {
  const next = (): number => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!
  const scope = (): ContainmentScope =>
    pick<() => ContainmentScope>([
      () => ({ kind: 'tenant' }),
      () => ({ kind: 'site', origin: pick(origins) }),
      () => ({ kind: 'template', template: pick(templates) }),
      () => ({ kind: 'release', release: pick(releases) }),
    ])()
  const containments = (): Contained[] =>
    Array.from({ length: below(4) }, () => ({ tenant: pick(tenants), scope: scope() }))
  /** A page that says everything, and says it consistently. */
  const place = (): Place & { url: string } => {
    const template = pick(templates)
    const url = template.replace(':id', String(below(1_000)))
    templateWas.set(url, template)
    return { tenant: pick(tenants), origin: originOf(url), url, release: pick(releases) }
  }
  return { below, pick, scope, containments, place }
}

test('a page is covered exactly by a scope of its own tenant that names it', () => {
  const { place, containments } = seeded(1)
  let covered = 0
  for (let i = 0; i < rounds; i++) {
    const [where, all] = [place(), containments()]
    const named = all.some(
      ({ tenant, scope }) =>
        tenant === where.tenant &&
        (scope.kind === 'tenant' ||
          (scope.kind === 'site' && scope.origin === where.origin) ||
          (scope.kind === 'template' && scope.template === templateWas.get(where.url)) ||
          (scope.kind === 'release' && scope.release === where.release)),
    )
    assert.equal(coversPage(all, where), named, JSON.stringify([where, all]))
    if (named) covered++
  }
  assert.ok(covered > rounds / 10 && covered < rounds * 0.9, `${covered} of ${rounds} are covered`)
})

test('saying less never uncovers a page', () => {
  const { place, containments, pick } = seeded(2)
  for (let i = 0; i < rounds; i++) {
    const [where, all] = [place(), containments()]
    if (!coversPage(all, where)) continue
    const silent: Place = { ...where }
    for (const field of ['origin', 'url', 'release'] as const) if (pick([true, false])) silent[field] = null
    assert.ok(coversPage(all, silent), JSON.stringify([where, silent, all]))
  }
})

test('one more containment never uncovers a page, and undoing all of a tenant uncovers its pages', () => {
  const { place, containments, scope, pick } = seeded(3)
  for (let i = 0; i < rounds; i++) {
    const [where, all] = [place(), containments()]
    const more = [...all, { tenant: pick(tenants), scope: scope() }]
    if (coversPage(all, where)) assert.ok(coversPage(more, where))
    assert.equal(
      coversPage(
        more.filter(({ tenant }) => tenant !== where.tenant),
        where,
      ),
      false,
    )
  }
})

test('where a scope covers another, it covers every page that the other covers', () => {
  const { place, scope } = seeded(4)
  let nested = 0
  for (let i = 0; i < rounds; i++) {
    const [where, outer, inner] = [place(), scope(), scope()]
    const of = (each: ContainmentScope): boolean => coversPage([{ tenant: where.tenant, scope: each }], where)
    if (!coversScope(outer, inner)) continue
    nested++
    if (of(inner)) assert.ok(of(outer), JSON.stringify([where, outer, inner]))
  }
  assert.ok(nested > rounds / 10)
  assert.ok(coversScope({ kind: 'site', origin: origins[0]! }, { kind: 'template', template: templates[1]! }))
})

test('a page that says one origin and comes from another is covered by either', () => {
  const where: Place = {
    tenant: 'air',
    origin: 'https://shop.example',
    url: 'https://air.example/pay/1',
    release: null,
  }
  for (const origin of ['https://shop.example', 'https://air.example'])
    assert.ok(coversPage([{ tenant: 'air', scope: { kind: 'site', origin } }], where))
  assert.ok(!coversPage([{ tenant: 'air', scope: { kind: 'site', origin: 'http://localhost:8080' } }], where))
})

test('an address belongs to a template segment by segment, and :id is any of them', () => {
  const at = 'https://air.example'
  for (const [path, template, belongs] of [
    ['/pay/4711', '/pay/:id', true],
    ['/pay/new', '/pay/:id', true],
    ['/pay/', '/pay', true],
    ['/pay;jsessionid=1', '/pay', true],
    ['/pay?step=2#card', '/pay', true],
    ['/', '/', true],
    ['/pay', '/', false],
    ['/pay/4711/done', '/pay/:id', false],
    ['/pay', '/pay/:id', false],
    ['/play', '/pay', false],
  ] as const)
    assert.equal(isOfTemplate(at + path, at + template), belongs, `${path} of ${template}`)
  assert.ok(!isOfTemplate('https://air.example.evil.example/pay', `${at}/pay`))
  assert.ok(!isOfTemplate('about:srcdoc', `${at}/pay`))
})

test('an address that is none counts as a page that is not said', () => {
  const where: Place = { tenant: 'air', origin: null, url: 'not an address', release: null }
  assert.ok(coversPage([{ tenant: 'air', scope: { kind: 'template', template: templates[1]! } }], where))
  assert.ok(coversPage([{ tenant: 'air', scope: { kind: 'site', origin: origins[0]! } }], where))
})
