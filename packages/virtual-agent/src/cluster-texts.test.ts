import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusteredTextsMax, clusterTexts } from './cluster-texts.ts'
import type { Encoder } from './intents/intent-types.ts'

const texts = [
  'how do I reset my password',
  'where is my parcel',
  'reset password please',
  'my parcel has not come yet, where is it',
  'the password reset does not work',
  'do you sell umbrellas',
  'parcel still not here',
]

test('texts that ask for the same are one group, the largest first, and one like no other is left out', () => {
  const clusters = clusterTexts(texts, null)
  assert.deepEqual(
    clusters.map(({ members }) => members.toSorted((a, b) => a - b)),
    [
      [0, 2, 4],
      [1, 3, 6],
    ],
  )
  for (const { representative, members, size } of clusters) {
    assert.equal(representative, texts[members[0]!])
    assert.equal(size, members.length)
  }
})

test('the same texts give the same groups, and texts without a word are in none', () => {
  const odd = [...texts, '', '???', '\ud83d', ...texts]
  assert.deepEqual(clusterTexts(odd, null), clusterTexts(odd, null))
  assert.ok(clusterTexts(odd, null).every(({ texts }) => texts.every((text) => /\w/.test(text))))
  assert.deepEqual(clusterTexts([], null), [])
  assert.deepEqual(clusterTexts(['alone'], null), [])
})

test('with an encoder, other words of the same meaning are one group', () => {
  // Two directions stand for two meanings; what all texts share stands in the third.
  const encoder: Encoder = {
    parts: [3],
    encode: (given) =>
      given.map((text) => Float32Array.of(/parcel|shipment|box/.test(text) ? 0.6 : -0.6, 0, 0.8)),
  }
  const clusters = clusterTexts(
    ['parcel late', 'shipment missing', 'refund due', 'box vanished', 'money owed'],
    encoder,
  )
  assert.deepEqual(
    clusters.map(({ members }) => members.toSorted((a, b) => a - b)),
    [
      [0, 1, 3],
      [2, 4],
    ],
  )
})

test('more texts than fit into memory are refused', () => {
  assert.throws(
    () =>
      clusterTexts(
        Array.from({ length: clusteredTextsMax + 1 }, () => 'x'),
        null,
      ),
    RangeError,
  )
})
