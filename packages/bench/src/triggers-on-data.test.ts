import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { findTrigger } from '@candor/virtual-agent/triggers/find-trigger.ts'
import { dataSet, missingDataSet } from './data-sets.ts'

const folder = dataSet('clinc150')
const on = { anger: true, payment: true, legal: true, emergency: true, rejection: true }

/** What these intents of CLINC150 are about is what a group of words is for. */
const meant: Record<string, string[]> = {
  payment: ['report_fraud', 'report_lost_card', 'card_declined', 'replacement_card_duration', 'damaged_card'],
  rejection: ['no', 'repeat'],
  person: ['are_you_a_bot'],
}

test(
  'in 20,500 everyday requests, words that call a person are found where they are not meant less than once in 400',
  { skip: folder === null && missingDataSet('clinc150') },
  () => {
    const requests = ['train.jsonl', 'test.jsonl', 'oos_test.jsonl'].flatMap((file) =>
      readFileSync(path.join(folder!, file), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { text: string; label: string }),
    )
    const found = requests.flatMap(({ text, label }) => {
      const trigger = findTrigger(text, on)
      return trigger === null ? [] : [{ text, label, group: trigger.group }]
    })
    const wrong = found.filter(({ group, label }) => meant[group]?.includes(label) !== true)
    assert.equal(requests.length, 20_500)
    assert.ok(wrong.length < requests.length / 400, `${wrong.length} of ${found.length} found`)
    assert.deepEqual(
      wrong.filter(({ group }) => group === 'crisis'),
      [],
    )
  },
)
