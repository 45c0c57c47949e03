import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkParts } from './links.ts'
import { httpsUrl } from './widget-config.ts'

const links = (text: string): string[] =>
  linkParts(text).flatMap(({ href }) => (href === undefined ? [] : [href]))

test('an https address is a link, and the sentence around it is not', () => {
  assert.deepEqual(linkParts('See https://a.example/x?y=1. Thanks'), [
    { text: 'See ' },
    { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
    { text: '. Thanks' },
  ])
  assert.deepEqual(links('(https://a.example/b) and https://en.wikipedia.org/wiki/Card_(payment)'), [
    'https://a.example/b',
    'https://en.wikipedia.org/wiki/Card_(payment)',
  ])
})

test('the parts are the text, whatever it is', () => {
  for (const text of [
    '',
    'no link',
    'https://',
    'https://a.example',
    'x https://a.example https://b.example y',
    'https://[::bad',
  ])
    assert.equal(
      linkParts(text)
        .map((part) => part.text)
        .join(''),
      text,
    )
})

test('no other scheme, no bare host, and no address with a user in front becomes a link', () => {
  for (const text of [
    'javascript:alert(1)',
    'http://a.example',
    'www.a.example',
    'data:text/html,x',
    'https://paypal.com@evil.example',
    'https://user:pass@a.example/',
  ])
    assert.deepEqual(links(text), [], text)
  assert.equal(httpsUrl('HTTPS://A.example/b'), 'https://a.example/b')
})
