import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { parseKeybinding } from 'tinykeys'
import { actionGroups, actionTable, keyCaps } from './actions.ts'

test('docs/desk.md lists every action with its key, in the order of the table, and no other', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/desk.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([^`]+)`(?: then `([^`]+)`)? +\| (.+?) +\|$/gm)].map(
    ([, first, second, title]) => ({
      keys: second === undefined ? first : `${first} then ${second}`,
      title,
    }),
  )
  const expected = actionGroups.flatMap((group) =>
    actionTable
      .filter((action) => action.group === group)
      .map(({ keys, title }) => ({
        keys: keyCaps(keys, false).join('+').replace('+then+', ' then '),
        title,
      })),
  )
  assert.deepEqual(listed, expected)
})

test('no two actions of a page have the same key, and none is the beginning of another', () => {
  // The desk and the pages of integrity are never on screen together.
  for (const elsewhere of [['Integrity'], ['Inbox', 'Conversation', 'Composer', 'Virtual agent']]) {
    const presses = actionTable
      .filter(({ local, group }) => !local && !elsewhere.includes(group))
      .map(({ keys }) => JSON.stringify(parseKeybinding(keys)))
    assert.equal(new Set(presses).size, presses.length)
  }
  const single = new Set(actionTable.filter(({ keys }) => !keys.includes(' ')).map(({ keys }) => keys))
  for (const { keys } of actionTable)
    if (keys.includes(' ')) assert.ok(!single.has(keys.split(' ')[0]!), keys)
})

test('a key that works while somebody writes has Ctrl or Cmd in it', () => {
  for (const { keys, inFields } of actionTable) if (inFields) assert.match(keys, /\$mod\+/)
})
