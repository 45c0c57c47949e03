import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { openLocalRootKey, WrongPassphrase } from '../src/root-key.ts'

const secret = Buffer.from('an epoch key')

function folderOf(t: { after(act: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-root-key-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('the root key is made once, is its owner’s alone, and opens what it sealed in the same context only', (t) => {
  const folder = folderOf(t)
  const sealed = openLocalRootKey(folder, undefined).seal('one', secret)
  assert.equal(statSync(path.join(folder, 'root-key.json')).mode & 0o777, 0o600)
  const again = openLocalRootKey(folder, undefined)
  assert.deepEqual(again.open('one', sealed), secret)
  assert.throws(() => again.open('another', sealed))
  chmodSync(path.join(folder, 'root-key.json'), 0o640)
  assert.throws(() => openLocalRootKey(folder, undefined), /can be read by others/)
})

test('with a passphrase the file holds no key, and opens with the right one only', (t) => {
  const folder = folderOf(t)
  const sealed = openLocalRootKey(folder, 'correct horse battery').seal('one', secret)
  assert.deepEqual(
    Object.keys(JSON.parse(readFileSync(path.join(folder, 'root-key.json'), 'utf8')) as object),
    ['format', 'salt', 'sealed', 'proof'],
  )
  assert.deepEqual(openLocalRootKey(folder, 'correct horse battery').open('one', sealed), secret)
  for (const wrong of ['correct horse batterz', undefined])
    assert.throws(() => openLocalRootKey(folder, wrong), WrongPassphrase)
})

test('a passphrase that is given later protects the same key from then on', (t) => {
  const folder = folderOf(t)
  const sealed = openLocalRootKey(folder, undefined).seal('one', secret)
  assert.deepEqual(openLocalRootKey(folder, 'correct horse battery').open('one', sealed), secret)
  assert.throws(() => openLocalRootKey(folder, undefined), WrongPassphrase)
  assert.deepEqual(openLocalRootKey(folder, 'correct horse battery').open('one', sealed), secret)
})
