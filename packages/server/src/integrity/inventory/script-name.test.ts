import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptName } from './script-name.ts'

test('versions of one file have one name', () => {
  for (const [name, ...urls] of [
    [
      'https://a.example/js/app.*.js',
      'https://a.example/js/app.3f2a91.js',
      'https://a.example/js/app.9c01d4ee.js',
    ],
    [
      'https://a.example/app-*.min.js',
      'https://a.example/app-1.2.3.min.js',
      'https://a.example/app-10.0.0.min.js',
    ],
    ['https://a.example/*/main.js', 'https://a.example/v3.4.1/main.js', 'https://a.example/20260301/main.js'],
    ['https://a.example/assets/index-*.js', 'https://a.example/assets/index-BxT93kQ1.js'],
    ['https://a.example/tag.js', 'https://a.example/tag.js'],
    ['https://a.example/', 'https://a.example/'],
    ['data:', 'data:'],
  ] as [string, ...string[]][])
    for (const url of urls) assert.equal(scriptName(url), name, url)
})

test('another host, folder or file is another name', () => {
  const names = [
    'https://a.example/js/app.3f2a91.js',
    'https://b.example/js/app.3f2a91.js',
    'https://a.example/app.3f2a91.js',
    'https://a.example/js/apps.3f2a91.js',
    'https://a.example/js/app.js',
    'https://a.example/js/app.3f2a91.mjs',
    'http://a.example/js/app.3f2a91.js',
  ].map(scriptName)
  assert.equal(new Set(names).size, names.length)
})

test('a name is its own name', () => {
  for (const url of ['https://a.example/js/app.3f2a91.js', 'https://a.example/v1.2/x-10.js'])
    assert.equal(scriptName(scriptName(url)), scriptName(url))
})
