import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPattern, pageIsApproved } from './approved-pages.ts'

const approved = (url: string, ...patterns: string[]): boolean =>
  pageIsApproved(
    url,
    patterns.map((pattern) => ({ pattern: checkPattern(pattern) })),
  )

test('a page is approved by its address, whatever its query and fragment', () => {
  const pattern = 'https://www.example.com/checkout'
  for (const url of [
    pattern,
    `${pattern}?step=2`,
    `${pattern}#card`,
    'https://WWW.example.com:443/a/../checkout',
  ])
    assert(approved(url, 'https://other.example/', pattern), url)
  for (const url of [
    `${pattern}/`,
    `${pattern}2`,
    'https://www.example.com/Checkout',
    'https://www.example.com/',
    'http://www.example.com/checkout',
    'https://www.example.com:8443/checkout',
    'https://example.com/checkout',
    'https://www.example.com.evil.example/checkout',
    'https://www.example.com@evil.example/checkout',
    'https://evil.example/https://www.example.com/checkout',
    'https://evil.example/?https://www.example.com/checkout',
    'data:text/html,https://www.example.com/checkout',
    'blob:https://www.example.com/checkout',
    'about:blank',
    '',
    'not a url',
  ])
    assert(!approved(url, pattern), url)
})

test('a final star approves whatever begins so, on the same origin', () => {
  const pattern = 'https://www.example.com/checkout*'
  for (const path of ['/checkout', '/checkout/', '/checkout/pay?x', '/checkout-2', '/checkout*'])
    assert(approved(`https://www.example.com${path}`, pattern), path)
  for (const path of ['/check', '/a/checkout', '/checkout/../account', '/checkout/%2e%2e/account'])
    assert(!approved(`https://www.example.com${path}`, pattern), path)
  assert(approved('https://www.example.com/anything', 'https://www.example.com/*'))
  assert(!approved('https://www.example.com.evil.example/', 'https://www.example.com/*'))
})

test('nothing in a pattern is a pattern language', () => {
  assert(!approved('https://www.example.com/checkout', 'https://www.example.com/check.ut'))
  assert(!approved('https://www.example.com/aaa', 'https://www.example.com/a+'))
  assert(approved('https://www.example.com/(a|b)', 'https://www.example.com/(a|b)'))
})

test('a pattern that would approve more than it shows is refused', () => {
  for (const pattern of [
    '*',
    '/checkout*',
    'https://*',
    'https://www.example.com*',
    'https://*.example.com/*',
    'https://www.example.com',
    'https://www.example.com/*/pay',
    'https://www.example.com/**',
    'https://www.example.com/pay?card=1',
    'https://www.example.com/pay?',
    'https://www.example.com/pay#card',
    'https://user@www.example.com/pay',
    'http://www.example.com/pay',
    'javascript:alert(1)//x/*',
    'file:///*',
    'about:blank*',
    'https:///x/',
    'https://www.example.com\\@evil.example/',
    '',
    7,
    null,
    `https://www.example.com/${'x'.repeat(2_048)}`,
  ])
    assert.throws(() => checkPattern(pattern), { code: 'invalid_field', field: 'pattern' }, String(pattern))
})
