import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEncoder } from '@candor/virtual-agent/intents/encoder.ts'
import { EncoderFault } from '@candor/virtual-agent/intents/encoder-network.ts'
import { readEncoder } from './read-encoder.ts'

/** The first twelve dimensions, as @energetic-ai/embeddings 0.2.0 and core 0.2.0 answer them. */
const golden: [text: string, start: number[]][] = [
  [
    'hello',
    [0.0417, -0.0224, -0.0476, -0.0493, 0.0451, -0.0486, 0.0493, 0.0149, 0.0493, -0.0437, -0.0339, -0.033],
  ],
  [
    'Where is my card? I ordered it two weeks ago.',
    [-0.0147, -0.0568, 0.0387, -0.0626, 0.0425, -0.0172, 0.0503, 0.031, -0.0444, -0.0179, 0.0326, 0.0375],
  ],
  [
    'I lost my card 😀😀!',
    [-0.0457, -0.0165, 0.0351, -0.0612, 0.0, 0.0099, 0.0592, 0.0594, -0.0543, -0.0329, 0.0548, 0.0427],
  ],
  [
    'مرحبا بك',
    [0.0004, 0.0146, -0.0542, -0.0185, -0.0488, 0.0022, 0.0093, -0.053, 0.055, -0.0556, 0.0405, -0.0041],
  ],
  [
    'What is 2 + 2?  double  space',
    [0.0581, -0.06, 0.0519, 0.0375, 0.0566, -0.0594, 0.0532, -0.0609, 0.0409, -0.0043, 0.0529, 0.0561],
  ],
  [
    'Ünïcödé straße',
    [-0.0578, 0.0028, -0.0478, -0.0151, -0.0575, 0.0461, -0.0002, -0.0576, 0.0582, 0.0582, -0.0442, 0.0444],
  ],
]

test("a text's meaning is what the weights' own runtime makes of it, to a thousandth", () => {
  const encoder = readEncoder()
  const together = encoder.encode(golden.map(([text]) => text))
  for (const [i, [text, start]] of golden.entries()) {
    const vector = together[i]!.subarray(0, 512)
    for (const [d, value] of start.entries())
      assert.ok(Math.abs(vector[d]! - value) < 0.001, `${text}: ${vector[d]} instead of ${value}`)
    assert.ok(Math.abs(vector.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-5)
    assert.deepEqual(encoder.encode([text])[0], together[i], 'alone it has the same bits as beside others')
  }
})

test('what the encoder cannot cut is nothing, and a long story is cut', () => {
  const [nothing, long, longer] = readEncoder().encode(['', 'a '.repeat(300), 'a '.repeat(999)])
  assert.ok(nothing!.every((value) => value === 0))
  assert.deepEqual(long, longer)
})

test('weights that are not those of the encoder are refused', () => {
  const manifest = JSON.stringify({ weightsManifest: [{ weights: [{ name: 'module/x', shape: [2] }] }] })
  const files = { manifest, vocabulary: '[["a", -1]]', weights: new Uint8Array(8) }
  assert.throws(() => openEncoder(files), EncoderFault)
  assert.throws(() => openEncoder({ ...files, weights: new Uint8Array(7) }), /7 bytes/)
  assert.throws(() => openEncoder({ ...files, manifest: '{' }), /not JSON/)
  assert.throws(() => openEncoder({ ...files, vocabulary: '[[1]]' }), EncoderFault)
})
