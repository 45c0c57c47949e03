import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InventoryScript } from '@candor/protocol/integrity-api.ts'
import { isScript } from './is-script.ts'

const script = (url: string, hash: string | null = null) => ({ url, hashes: [{ hash }] }) as InventoryScript

test('the script of an alarm is found by its content, or by its address with what a build changes left out', () => {
  const built = script('https://shop.example/assets/app.*.js', 'sha256-a')
  assert.ok(isScript(built, 'https://shop.example/assets/app.4f2a91.js', null))
  assert.ok(isScript(built, 'https://elsewhere.example/copy.js', 'sha256-a'))
  assert.ok(!isScript(built, 'https://shop.example/assets/app.4f2a91.js.map', null))
  assert.ok(!isScript(built, 'https://evil.example/assets/app.4f2a91.js', null))
  assert.ok(!isScript(built, null, 'sha256-a'))
  const plain = script('https://shop.example/a.js')
  assert.ok(isScript(plain, 'https://shop.example/a.js', null))
  assert.ok(!isScript(plain, 'https://shop.example/a.js?x', null))
})
