import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBrowserReports, reportsMax } from './parse-browser-reports.ts'
import { parsePageView, scriptsMax } from './parse-page-view.ts'

const hash = 'sha256-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='

test('what Chromium sends for an external script is a script with its hash', () => {
  // As Chromium 153 wrote it.
  const raw = `[{"age":12,"type":"csp-hash","url":"https://shop.example/","user_agent":"Mozilla/5.0","body":{"destination":"script","documentURL":"https://shop.example/","hash":"${hash}","subresourceURL":"https://shop.example/a.js","type":"subresource"}}]`
  assert.deepEqual(parseBrowserReports(raw), [
    {
      kind: 'script',
      page: 'https://shop.example/',
      userAgent: 'Mozilla/5.0',
      ageMs: 12,
      script: 'https://shop.example/a.js',
      hash,
    },
  ])
})

test('of a script from elsewhere without CORS Chromium tells the address and no hash', () => {
  const raw = `[{"age":12,"type":"csp-hash","url":"https://shop.example/","user_agent":"x","body":{"destination":"script","documentURL":"https://shop.example/","hash":"","subresourceURL":"https://cdn.example/a.js","type":"subresource"}}]`
  const [report] = parseBrowserReports(raw)
  assert.ok(report?.kind === 'script')
  assert.deepEqual([report.script, report.hash], ['https://cdn.example/a.js', ''])
})

test('a violation is read in both of its forms', () => {
  const policy = `connect-src 'self'; report-to candor`
  const now = parseBrowserReports(
    JSON.stringify([
      {
        age: 0,
        type: 'csp-violation',
        url: 'https://shop.example/',
        user_agent: 'x',
        body: {
          documentURL: 'https://shop.example/pay',
          blockedURL: 'https://evil.example/c',
          effectiveDirective: 'connect-src',
          disposition: 'report',
          originalPolicy: policy,
        },
      },
    ]),
  )
  const legacy = parseBrowserReports(
    JSON.stringify({
      'csp-report': {
        'document-uri': 'https://shop.example/pay',
        'blocked-uri': 'https://evil.example/c',
        'violated-directive': `connect-src 'self'`,
        'original-policy': policy,
        disposition: 'report',
      },
    }),
  )
  const about = { kind: 'violation', page: 'https://shop.example/pay', ageMs: 0 }
  const told = { directive: 'connect-src', blocked: 'https://evil.example/c', enforced: false, policy }
  assert.deepEqual(now, [{ ...about, ...told, userAgent: 'x' }])
  assert.deepEqual(legacy, [{ ...about, ...told, userAgent: '' }])
})

test('what is no report of ours is left out; what is no JSON, or too much, is refused', () => {
  for (const raw of [
    '[]',
    '7',
    'null',
    '[null]',
    '[{"type":"deprecation","age":0,"url":"https://a.example/","body":{}}]',
    `[{"type":"csp-hash","age":0,"url":"https://a.example/","body":{"hash":"sha256-x","subresourceURL":"https://a.example/a.js"}}]`,
    `[{"type":"csp-hash","age":-1,"url":"https://a.example/","body":{"hash":"${hash}","subresourceURL":"https://a.example/a.js"}}]`,
    `[{"type":"csp-hash","age":0,"url":"https://a.example/","body":{"hash":"${hash}","subresourceURL":{"__proto__":1}}}]`,
    '{"csp-report":null}',
  ])
    assert.deepEqual(parseBrowserReports(raw), [], raw)
  assert.throws(() => parseBrowserReports('{'), { code: 'malformed' })
  assert.throws(() => parseBrowserReports(JSON.stringify(Array(reportsMax + 1).fill({}))), {
    code: 'too_large',
  })
})

test('a page view has exactly the shape that the loader sends', () => {
  const view = {
    t: 'shop',
    v: '0199a6a0-0000-7000-8000-000000000001',
    n: '0199a6a0-0000-7000-8000-000000000002',
    u: 'https://shop.example/pay',
    c: true,
    l: 'https://chat.example/w/loader.x.js',
    i: true,
    m: '',
    s: ['https://shop.example/a.js'],
    e: '',
  }
  assert.deepEqual(parsePageView(JSON.stringify({ ...view, more: 1 })), view)
  for (const [field, value] of Object.entries({
    t: 7,
    v: 'x',
    n: null,
    u: 'x'.repeat(3_000),
    c: 'yes',
    l: null,
    i: 1,
    m: '<script>',
    s: Array(scriptsMax + 1).fill('https://a.example/a.js'),
    e: 'gone',
  }))
    assert.throws(() => parsePageView(JSON.stringify({ ...view, [field]: value })), {
      code: 'invalid_field',
      field,
    })
  assert.throws(() => parsePageView('{'), { code: 'malformed' })
  assert.throws(() => parsePageView('[]'), { code: 'malformed' })
})
