import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBaseline } from '../src/compare-baseline.ts'
import type { Baseline, Observation } from '../src/observation.ts'

const page = 'https://shop.example/checkout'
const nothing: Observation = { scripts: [], headers: {}, forms: [], hosts: [] }
const approved: Baseline = { scripts: [], hosts: [], headers: null, forms: null }
const script = (url: string, hash = 'sha256-a', pinned = false) => ({ url, hash, pinned })

function kinds(observed: Partial<Observation>, baseline: Partial<Baseline>): string[] {
  return compareBaseline(page, { ...nothing, ...observed }, { ...approved, ...baseline }).map(
    ({ kind, url, proof }) => {
      assert.equal(proof, false, 'a change proves nothing but a change')
      return `${kind} ${url}`
    },
  )
}

test('a name with a star approves the files of all builds, by their content', () => {
  const scripts = [{ url: 'https://shop.example/js/app.*.js', hash: 'sha256-a' }]
  assert.deepEqual(kinds({ scripts: [script('https://shop.example/js/app.3f2a91.js')] }, { scripts }), [])
  assert.deepEqual(
    kinds({ scripts: [script('https://shop.example/js/app.3f2a91.js', 'sha256-b')] }, { scripts }),
    ['hash https://shop.example/js/app.3f2a91.js'],
  )
  for (const url of [
    'https://shop.example/js/other.js',
    'https://shop.example/js/app.js',
    'https://evil.example/js/app.1.js',
  ])
    assert.deepEqual(kinds({ scripts: [script(url)] }, { scripts }), [`script ${url}`])
})

test('a script that is approved whatever it holds may change, one that was pinned may not lose its pin', () => {
  const url = 'https://shop.example/a.js'
  assert.deepEqual(kinds({ scripts: [script(url, 'sha256-new')] }, { scripts: [{ url, hash: null }] }), [])
  assert.deepEqual(
    kinds({ scripts: [script(url)] }, { scripts: [{ url, hash: 'sha256-a', pinned: true }] }),
    [`script ${url}`],
  )
})

test('headers that are gone or weaker, forms with new fields or another target, and new hosts are found', () => {
  const form = { action: 'https://shop.example/pay', method: 'post', fields: ['card', 'name'] }
  const before: Partial<Baseline> = {
    headers: { 'content-security-policy': "default-src 'self'" },
    forms: [form],
    hosts: ['cdn.example'],
  }
  const same = {
    headers: { 'content-security-policy': "default-src 'self'" },
    forms: [form],
    hosts: ['cdn.example'],
  }
  assert.deepEqual(kinds(same, before), [])
  assert.deepEqual(
    kinds(
      {
        headers: { 'content-security-policy': '*' },
        forms: [
          { ...form, fields: ['card', 'name', 'pin'] },
          { ...form, action: 'https://evil.example/pay' },
        ],
        hosts: ['cdn.example', 'evil.example'],
      },
      before,
    ),
    [
      `header ${page}`,
      'form https://shop.example/pay',
      'form https://evil.example/pay',
      'request evil.example',
    ],
  )
  assert.deepEqual(
    kinds({ forms: [{ ...form, fields: ['card'] }] }, before),
    [`header ${page}`],
    'fewer fields are none',
  )
})
