import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepDraft, readDraft } from './drafts.ts'
import { forgetDrafts } from './forget-drafts.ts'

/** What a browser's localStorage does, from memory. */
function memory(): Storage {
  const held = new Map<string, string>()
  return {
    get length() {
      return held.size
    },
    key: (i) => [...held.keys()][i] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
  }
}

test('a draft is kept for its conversation and its person, and gone when it is empty', () => {
  const storage = memory()
  keepDraft('maya', 'c1', { mode: 'note', text: 'Ask Lisbon' }, [], storage)
  assert.deepEqual(readDraft('maya', 'c1', storage), { mode: 'note', text: 'Ask Lisbon' })
  assert.deepEqual(readDraft('jonas', 'c1', storage), { mode: 'reply', text: '' })
  keepDraft('maya', 'c1', { mode: 'note', text: '  ' }, [], storage)
  assert.equal(storage.length, 0)
})

test('a card number in a draft does not reach the disk', () => {
  const storage = memory()
  keepDraft('maya', 'c1', { mode: 'reply', text: 'it is 5555 5555 5555 4444 ok' }, [], storage)
  const raw = storage.getItem(storage.key(0)!)!
  assert.doesNotMatch(raw, /5555|4444/)
  assert.match(readDraft('maya', 'c1', storage).text, /^it is \[.+\] ok$/)
})

test('the oldest draft makes room for the hundred and first', () => {
  const storage = memory()
  for (let i = 0; i <= 100; i++)
    keepDraft('maya', `c${i}`, { mode: 'reply', text: `draft ${i}` }, [], storage)
  assert.equal(storage.length, 100)
  assert.equal(readDraft('maya', 'c100', storage).text, 'draft 100')
})

test('signing out leaves no draft, and touches nothing else', () => {
  const storage = memory()
  storage.setItem('candor.theme', 'dark')
  keepDraft('maya', 'c1', { mode: 'reply', text: 'half' }, [], storage)
  keepDraft('maya', 'c2', { mode: 'reply', text: 'half' }, [], storage)
  forgetDrafts(storage)
  assert.deepEqual([storage.length, storage.getItem('candor.theme')], [1, 'dark'])
})
