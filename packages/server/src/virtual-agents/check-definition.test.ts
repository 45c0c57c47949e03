import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { definitionBytesMax } from '@candor/virtual-agent/definition.ts'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { cardFaults, checkDefinition, requireDefinition } from './check-definition.ts'

const fields = async (value: unknown): Promise<string[]> =>
  (await cardFaults(value, [])).map(({ field }) => field)

test('a card number is found in any text, in digits and in words, and named by its field', async () => {
  const value = {
    name: 'Aurora',
    intents: [
      { answer: { en: 'Call us', de: 'Nummer 4111 1111 1111 1111' } },
      { examples: { en: ['four one one one one one one one one one one one one one one one'] } },
    ],
  }
  assert.deepEqual(await fields(value), ['intents[0].answer.de', 'intents[1].examples.en[0]'])
})

test('a number that goes on in the texts that follow is one number; sentences with a number in each are not', async () => {
  assert.deepEqual(await fields({ examples: ['pay with 4111 1111', '1111', '1111', 'please'] }), ['examples'])
  assert.deepEqual(
    await fields({ examples: ['what is 41 plus 11', 'what is 1111 by 11', '11 plus 1111'] }),
    [],
  )
  assert.deepEqual(await fields({ examples: ['4111 1111', { text: '1111 1111' }] }), [])
})

test('a script of the first version becomes a definition, and a definition too large is refused', async () => {
  const large = {
    ...newDefinition('Aurora', 'en'),
    intents: Array.from({ length: 200 }, (_, i) => ({
      id: `topic-${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`,
      title: { en: `Topic ${i}` },
      examples: { en: Array.from({ length: 100 }, (_, j) => `${'word '.repeat(50)}${i} and ${j}`) },
      answer: { en: 'Yes.' },
      followUps: [],
    })),
  }
  assert.ok(JSON.stringify(large).length > definitionBytesMax)
  const checked = await checkDefinition(large, [], [])
  assert.ok('faults' in checked)
  assert.match(checked.faults[0]!.message, /bytes/)
  await assert.rejects(requireDefinition({ version: 2 }, [], []), (refusal: { faults?: unknown[] }) => {
    assert.ok(refusal.faults!.length > 3)
    return true
  })
})

test('others are served while a large definition is checked', async () => {
  const examples = Array.from({ length: 6_000 }, (_, i) => `How do I change flight ${i} to the one at 18:30?`)
  let turns = 0
  let done = false
  const checked = cardFaults({ examples }, []).then((faults) => {
    done = true
    return faults
  })
  while (!done) {
    await setImmediate()
    turns++
  }
  assert.deepEqual(await checked, [])
  assert.ok(turns > 5, `${turns} turns of the loop`)
})

test('a tool is called by plain http only at an origin that the operator named', async () => {
  const plain = newDefinition('Skye', 'en')
  plain.tools = [{ ...testBook.tools[0]!, url: 'http://crm.internal:8080/free' }]
  const refused = await checkDefinition(plain, [], [])
  assert.deepEqual('faults' in refused && refused.faults.map(({ field }) => field), ['tools[0].url'])
  assert.ok('json' in (await checkDefinition(plain, [], ['http://crm.internal:8080'])))
})
