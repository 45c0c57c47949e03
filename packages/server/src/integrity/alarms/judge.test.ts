import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObservedBatch } from '../../visits/observed-batch.ts'
import type { InventoryState } from '../inventory/inventory-state.ts'
import { seeBatch } from '../inventory/see-batch.ts'
import { judge, type JudgeKnown } from './judge.ts'
import type { PageHealth } from './page-health.ts'
import type { Sighting } from './sighting.ts'

const page = 'https://shop.example/pay'
const template = 7
const minute = 60_000
const start = Date.parse('2026-03-01T10:00:00Z')
const shop = { url: 'https://shop.example/shop.js', hash: 'sha256-shop' }
const pay = { url: 'https://shop.example/pay.js', hash: 'sha256-pay' }

/** An inventory, its health and a clock, fed as the server feeds them. */
function watching() {
  const inventory: InventoryState = { baselines: new Map(), scripts: new Map(), targets: new Map() }
  const health = new Map<number, PageHealth>()
  let ids = 0
  const known: JudgeKnown = {
    inventory,
    health,
    cardFieldsApproved: () => true,
    loaderPath: '/w/loader.now.js',
  }
  return {
    known,
    feed(now: number, part: Partial<ObservedBatch>): Sighting[] {
      const batch: ObservedBatch = {
        tenant: 't',
        at: now,
        views: [],
        hashes: [],
        violations: [],
        joined: new Map(),
        refused: { networks: new Map(), count: 0 },
        ...part,
      }
      seeBatch(inventory, batch, () => `id ${ids++}`)
      const judged = judge(known, batch, now)
      for (const [of, changed] of judged.health) health.set(of, changed)
      return judged.sightings
    },
    /** Everything seen so far is approved. */
    approve() {
      inventory.baselines.set(template, { approvedBy: 'Ada', approvedAt: 0, justification: 'x' })
      for (const script of inventory.scripts.values()) {
        script.state = 'approved'
        for (const hash of script.hashes.values()) hash.state = 'approved'
      }
      for (const target of inventory.targets.values()) target.state = 'approved'
    },
  }
}

let views = 0
function view(at: number, network: string, more: Partial<ObservedBatch['views'][number]> = {}) {
  return {
    template, page, at, network, view: `view ${views++}`, cardFields: false, pinned: true, again: false,
    loader: 'https://chat.example/w/loader.now.js', release: '', fault: '' as const, scripts: [shop.url, pay.url], ...more,
  } // prettier-ignore
}

function ran(at: number, network: string, { url, hash }: { url: string; hash: string }) {
  return { template, page, at, network, browser: network, script: url, hash }
}

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

test('a skimmer in 5 % of views is an alarm at the first view that reports it: within what arithmetic predicts', (t) => {
  const p = 0.05
  const r = 0.7
  // P(no alarm after n views) = (1 − p·r)^n: 95 of 100 runs have their alarm within this many views.
  const within = Math.ceil(Math.log(0.05) / Math.log(1 - p * r))
  const needed: number[] = []
  for (let seed = 1; seed <= 400; seed++) {
    const draw = random(seed)
    const shopFront = watching()
    shopFront.feed(start, {
      views: [view(start, 'n')],
      hashes: [ran(start, 'n', shop), ran(start, 'n', pay)],
    })
    shopFront.approve()
    let firstReported = 0
    for (let n = 1; ; n++) {
      const now = start + n * 500
      const network = `network ${Math.floor(draw() * 400)}`
      const skimmed = draw() < p
      const reports = draw() < r
      const content = { ...pay, hash: skimmed ? 'sha256-skimmer' : pay.hash }
      const found = shopFront.feed(now, {
        views: [view(now, network)],
        hashes: reports ? [ran(now, network, shop), ran(now, network, content)] : [],
      })
      if (skimmed && reports) firstReported = n
      assert.equal(
        found.some(({ kind }) => kind === 'unknown-hash'),
        firstReported === n,
        `seed ${seed}, view ${n}`,
      )
      if (firstReported === n) break
      assert.deepEqual(found, [], `seed ${seed}, view ${n}: no alarm without cause`)
    }
    needed.push(firstReported)
  }
  const inside = (of: number[]): number => of.filter((n) => n <= within).length
  const twenty = needed.slice(0, 20)
  const mean = needed.reduce((sum, n) => sum + n, 0) / needed.length
  t.diagnostic(`views until the alarm, seeds 1 to 20: ${twenty.join(' ')}`)
  t.diagnostic(
    `within ${within} views (95 %): ${inside(twenty)} of 20, ${inside(needed)} of 400; mean ${mean.toFixed(1)}, expected ${(1 / (p * r)).toFixed(1)}`,
  )
  // Binomial, 95 % each: 17 of 20 or more in 984 of 1,000 such samples; 368 of 400 or more in 997.
  assert.ok(
    inside(twenty) >= 17 && inside(needed) >= 368,
    `${inside(twenty)} of 20, ${inside(needed)} of 400`,
  )
})

test('the share of visitors who got the other content is said, of those whose browsers report', () => {
  const shopFront = watching()
  shopFront.feed(start, { views: [view(start, 'n')], hashes: [ran(start, 'n', shop), ran(start, 'n', pay)] })
  shopFront.approve()
  let last: Sighting[] = []
  for (let n = 1; n <= 99; n++) {
    const content = n % 10 === 0 ? { ...pay, hash: 'sha256-other' } : pay
    const now = start + n * 1_000
    const found = shopFront.feed(now, {
      views: [view(now, `n${n}`), view(now, `silent ${n}`)],
      hashes: [ran(now, `n${n}`, shop), ran(now, `n${n}`, content)],
    })
    if (found.length > 0) last = found
  }
  assert.deepEqual(last.map(({ kind }) => kind).sort(), ['two-variants', 'unknown-hash'])
  // 9 of the 91 that had been reported by then.
  for (const { share } of last) assert.ok(Math.abs(share! - 9 / 91) < 1e-9, String(share))
})

test('reports that fall silent while page views go on are a gap, as soon as chance is no explanation', () => {
  const shopFront = watching()
  let now = start
  const visit = (reporting: boolean) => {
    now += 10_000
    const network = `network ${now % 7}`
    return shopFront.feed(now, {
      views: [view(now, network)],
      hashes: reporting ? [ran(now, network, shop), ran(now, network, pay)] : [],
      joined: new Map(reporting ? [[template, 1]] : []),
    })
  }
  visit(true)
  shopFront.approve()
  for (let n = 0; n < 100; n++) assert.deepEqual(visit(n % 2 === 0), [])
  // Half of the browsers report. Ten silent views happen once in a thousand times; views of the last two minutes may
  // still report, and networks repeat.
  const silentSince = now
  let raisedAfter = 0
  for (let n = 0; n < 60 && raisedAfter === 0; n++)
    if (visit(false).some(({ kind }) => kind === 'reports-silent')) raisedAfter = now - silentSince
  assert.ok(raisedAfter >= 2 * minute && raisedAfter <= 6 * minute, `${raisedAfter / 1_000} s`)
  assert.deepEqual(visit(true), [])
})

test('a page without its loader is known by browsers that still report its scripts', () => {
  const shopFront = watching()
  let now = start
  for (let n = 0; n < 60; n++) {
    now += 5_000
    shopFront.feed(now, { views: [view(now, `n${n % 5}`)], hashes: [ran(now, `n${n % 5}`, shop)] })
  }
  shopFront.approve()
  const found = new Set<string>()
  for (let n = 0; n < 100; n++) {
    now += 5_000
    for (const { kind } of shopFront.feed(now, { hashes: [ran(now, `n${n % 5}`, shop)] })) found.add(kind)
  }
  assert.deepEqual([...found], ['loader-missing'])
})

test('frames that say nothing are a gap of the page, one blocked visitor is not', () => {
  const shopFront = watching()
  shopFront.feed(start, { views: [view(start, 'n')] })
  shopFront.approve()
  let now = start
  const silent = (network: string) => {
    now += 1_000
    return shopFront.feed(now, { views: [view(now, network, { fault: 'silent' })] }).map(({ kind }) => kind)
  }
  for (let n = 0; n < 20; n++) assert.deepEqual(silent('one'), [])
  assert.deepEqual(silent('two'), [])
  assert.deepEqual(silent('three'), ['frame-silent'])
})

test('hashes that are no longer reported while violations are: the policy was weakened', () => {
  const shopFront = watching()
  let now = start
  const visit = (hashes: boolean) => {
    now += 10_000
    const network = `n${(now / 10_000) % 5}`
    return shopFront.feed(now, {
      views: [view(now, network)],
      hashes: hashes ? [ran(now, network, shop), ran(now, network, pay)] : [],
      joined: new Map(hashes ? [[template, 1]] : []),
      violations: [
        { template, page, at: now, network, directive: 'connect-src', target: 'https://a.example', script: null, enforced: false, policy: '' },
      ], // prettier-ignore
    })
  }
  for (let n = 0; n < 60; n++) visit(true)
  shopFront.approve()
  const found = new Set<string>()
  for (let n = 0; n < 70; n++) for (const { kind } of visit(false)) found.add(kind)
  assert.deepEqual([...found].sort(), ['headers-weakened', 'reports-silent'])
})

test('a new version of a file is noticed by its address alone where no browser reports hashes', () => {
  const shopFront = watching()
  const file = (version: string) => [`https://shop.example/app.${version}.js`]
  shopFront.feed(start, { views: [view(start, 'n', { scripts: file('3f2a91') })] })
  shopFront.approve()
  const [found, ...more] = shopFront.feed(start + minute, {
    views: [view(start + minute, 'n', { scripts: file('9c01d4') })],
  })
  assert.deepEqual(
    [found!.kind, found!.script, found!.hash, more.length],
    ['unknown-hash', file('9c01d4')[0], null, 0],
  )
})

test('the same batch in the same state gives the same, and what was given is not changed', () => {
  const shopFront = watching()
  shopFront.feed(start, { views: [view(start, 'n')], hashes: [ran(start, 'n', pay)] })
  shopFront.approve()
  const { known } = shopFront
  const batch: ObservedBatch = {
    tenant: 't',
    at: start + 1,
    views: [view(start + 1, 'n', { pinned: false })],
    hashes: [ran(start + 1, 'n', { ...pay, hash: 'sha256-other' })],
    violations: [],
    joined: new Map(),
    refused: { networks: new Map(), count: 0 },
  }
  const before = structuredClone(known.health)
  const once = judge(known, batch, start + 1)
  assert.deepEqual(judge(known, batch, start + 1), once)
  assert.deepEqual(known.health, before)
  assert.deepEqual(once.sightings.map(({ kind }) => kind).sort(), ['loader-unpinned', 'unknown-hash'])
})
