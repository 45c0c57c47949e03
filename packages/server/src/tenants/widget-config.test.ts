import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import { contrastOf, parseWidgetConfig } from './widget-config.ts'

const good = {
  name: 'Aurora Air',
  accent: '#0B5CAD',
  accentDark: '#7ab8ff',
  position: 'end',
  greeting: 'Hello! How can we help?',
  payUrl: 'https://pay.example.com/now?a=1',
  privacyUrl: null,
  locales: ['en', 'ar'],
}

test('a configuration comes back as it was meant: trimmed, in lower case, its links as browsers read them', () => {
  assert.deepEqual(
    parseWidgetConfig({ ...good, name: ' Aurora Air ', payUrl: 'HTTPS://Pay.Example.com/a/../b' }),
    {
      ...good,
      accent: '#0b5cad',
      payUrl: 'https://pay.example.com/b',
    },
  )
  assert.equal(
    parseWidgetConfig({ ...good, payUrl: 'http://127.0.0.1:7781/pay' }).payUrl,
    'http://127.0.0.1:7781/pay',
  )
})

test('every field refuses what could run, hide or be too much', () => {
  const nasty = [
    undefined,
    7,
    true,
    {},
    [],
    ['en', 'en'],
    ['xx'],
    [{ toString: 'en' }],
    '',
    ' ',
    'x'.repeat(3_000),
    'a\u0000b',
    'a\nb',
    '\ud800',
  ]
  const perField: Record<string, unknown[]> = {
    name: [...nasty, null],
    greeting: [...nasty, null],
    position: [...nasty, null, 'left', 'END'],
    locales: [...nasty, null, ['en', 'fr'], 'en'],
    accent: [
      ...nasty,
      null,
      'red',
      '#fff',
      '#0b5cad;',
      'url(x)',
      '#0b5cad}',
      'rgb(0,0,0)',
      '#0b5cag',
      ' #0b5cad',
    ],
    accentDark: [...nasty, null, 'red', '#7ab8ff80', 'expression(1)'],
    payUrl: [
      ...nasty,
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'java\tscript:alert(1)',
      'data:text/html,x',
      'http://pay.example.com/',
      'http://127.0.0.1.evil.example/',
      'http://localhost.evil.example/',
      'https://user:secret@pay.example.com/',
      'https://',
      '//pay.example.com',
      '/pay',
      'file:///etc/passwd',
      'blob:https://pay.example.com/1',
    ],
    privacyUrl: [...nasty, 'vbscript:x', 'ftp://x.example/'],
  }
  for (const [field, values] of Object.entries(perField))
    for (const value of values)
      assert.throws(
        () => parseWidgetConfig({ ...good, [field]: value }),
        (caught) => caught instanceof Refusal && caught.code === 'invalid_field' && caught.field === field,
        `${field}: ${JSON.stringify(value)}`,
      )
})

test('there is no field for code, style or HTML, nor any other', () => {
  for (const field of ['script', 'css', 'html', 'onload', '__proto__x', 'constructor'])
    assert.throws(() => parseWidgetConfig({ ...good, [field]: 'x' }), { code: 'invalid_field', field })
  const polluted: unknown = JSON.parse(
    JSON.stringify(good).replace('{', '{"__proto__":{"payUrl":"javascript:1"},'),
  )
  assert.throws(() => parseWidgetConfig(polluted), { code: 'invalid_field', field: '__proto__' })
  for (const value of [null, [], 'x', 7])
    assert.throws(() => parseWidgetConfig(value), { code: 'invalid_field' })
})

test('a colour that cannot be read is refused with the nearest one that can, which is then accepted', () => {
  for (const [field, colour] of [
    ['accent', '#ffff00'],
    ['accent', '#ffffff'],
    ['accent', '#7ab8ff'],
    ['accentDark', '#003366'],
    ['accentDark', '#000000'],
  ] as const) {
    const caught = refusalOf({ ...good, [field]: colour })
    assert.equal(caught.field, field)
    const suggested = /such as (#[0-9a-f]{6})/.exec(caught.message)![1]!
    const against = field === 'accent' ? '#ffffff' : '#000000'
    assert(contrastOf(suggested, against) >= 4.5)
    assert.equal(parseWidgetConfig({ ...good, [field]: suggested })[field], suggested)
  }
})

test('contrast is what WCAG says it is', () => {
  assert.equal(contrastOf('#ffffff', '#000000').toFixed(2), '21.00')
  assert.equal(contrastOf('#777777', '#ffffff').toFixed(2), '4.48')
  assert.equal(contrastOf('#767676', '#ffffff').toFixed(2), '4.54')
  assert.equal(contrastOf('#ff0000', '#ffffff').toFixed(2), '4.00')
})

function refusalOf(config: unknown): Refusal {
  try {
    parseWidgetConfig(config)
  } catch (caught) {
    if (caught instanceof Refusal) return caught
    throw caught
  }
  assert.fail('accepted')
}
