/** The goals of the guard, on a corpus from a fixed seed; `candor bench card-guard` runs the large one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWindow, screen } from '../src/card-guard.ts'
import {
  cardFree,
  cardFreeKinds,
  formNames,
  isMasked,
  isSplitMasked,
  positive,
  randomFrom,
  splitConversation,
  toldConversation,
} from '../src/card-corpus.ts'
import { machineRun, machineTemplates } from '../src/machine-corpus.ts'
import { hardInputs } from '../src/hard-inputs.ts'

const count = 20_000

test('at least 99.9 % of card numbers in every form are masked', () => {
  const random = randomFrom(1)
  let missed = 0
  for (let i = 0; i < count; i++) {
    const one = positive(random, formNames[i % formNames.length])
    if (!isMasked(one, screen(one.text))) missed++
  }
  assert.ok(missed <= count * 0.001, `${missed} of ${count} were missed`)
})

test('at most 0.05 % of card-free messages are masked', () => {
  const random = randomFrom(2)
  let wrong = 0
  for (let i = 0; i < count; i++) {
    if (screen(cardFree(random, cardFreeKinds[i % cardFreeKinds.length]).text).findings.length > 0) wrong++
  }
  assert.ok(wrong <= count * 0.0005, `${wrong} of ${count} were masked`)
})

for (const [kind, converse] of [
  ['cut anywhere', splitConversation],
  ['by fours, with words around them', toldConversation],
] as const) {
  test(`at least 99.5 % of numbers split over messages are masked in every piece: ${kind}`, () => {
    const random = randomFrom(3)
    let whole = 0
    for (let i = 0; i < 2_000; i++) {
      const conversation = converse(random)
      const window = openWindow()
      const shown: string[] = []
      for (const [at, { text }] of conversation.messages.entries()) {
        const screened = window.screen(String(at), text)
        shown[at] = screened.text
        for (const earlier of screened.earlier) shown[Number(earlier.id)] = earlier.text
      }
      if (isSplitMasked(conversation, shown)) whole++
    }
    assert.ok(whole >= 1_990, `${whole} of 2000`)
  })
}

test('at most 0.05 % of what programs and counters write is masked, in all templates together', () => {
  const random = randomFrom(6)
  const runs = Object.keys(machineTemplates).map((name) => machineRun([name], 1_500, random))
  runs.push(machineRun(Object.keys(machineTemplates), 1_500, random))
  let masked = 0
  for (const run of runs) masked += maskedOf(run).size
  assert.ok(masked <= runs.length * 1_500 * 0.0005, `${masked} of ${runs.length * 1_500}`)
})

test('not one message of a counter is masked, wherever the number stands', () => {
  for (const name of Object.keys(machineTemplates).filter((name) => name.includes('counter'))) {
    const masked = maskedOf(machineRun([name], 3_000, randomFrom(7)))
    assert.equal(masked.size, 0, name)
  }
})

/** The messages of one author that are masked in the end. */
function maskedOf(messages: readonly string[]): Set<string> {
  const window = openWindow()
  const masked = new Set<string>()
  for (const [i, text] of messages.entries()) {
    const { findings, earlier } = window.screen(String(i), text)
    if (findings.length > 0) masked.add(String(i))
    for (const { id } of earlier) masked.add(id)
  }
  return masked
}

test('screening masked text again masks nothing more', () => {
  const random = randomFrom(4)
  const texts = Array.from({ length: 3_000 }, (_, i) => {
    const parts = [positive(random).text, cardFree(random).text, positive(random).text]
    return parts.slice(i % 2, 1 + (i % 3)).join(random.pick([' ', '\n', '', ', ']))
  })
  for (const text of [...texts, ...Object.values(hardInputs(random))]) {
    const masked = screen(text).text
    assert.equal(screen(masked).text, masked)
  }
})

test('findings are in order, apart from each other, and say what was masked', () => {
  const random = randomFrom(5)
  for (let i = 0; i < 3_000; i++) {
    const text = `${positive(random).text} ${positive(random).text}`
    let end = 0
    for (const finding of screen(text).findings) {
      assert.ok(finding.start >= end && finding.end > finding.start && finding.end <= text.length)
      end = finding.end
    }
  }
})

test('no input of 10 KB takes long, alone or with a window full of pieces', () => {
  const full = openWindow()
  for (let i = 0; i < 100; i++) full.screen(String(i), i % 3 ? '4111' : '4 4 4 4 4 4 x 41 x 4')
  const slow = Object.entries(hardInputs(randomFrom(1))).flatMap(([name, text]) => {
    // The best of a few runs: others use this machine too, and a pattern gone wild is slow every time.
    const alone = fastestMs(7, () => screen(text))
    const joining = fastestMs(3, () => full.screen(name, text))
    const ms = Math.max(alone, joining)
    return ms > hardInputMsMax ? [`${name}: ${ms.toFixed(1)} ms`] : []
  })
  assert.deepEqual(slow, [])
})

test('a window costs microseconds a message, whatever programs number', () => {
  for (const name of [
    'counter and uuid',
    'hexadecimal id, long',
    'counter within',
    'random digit',
    'log line',
  ]) {
    const messages = machineRun([name], 2_000, randomFrom(8))
    const ms = fastestMs(3, () => maskedOf(messages))
    assert.ok(ms / 2_000 < windowMessageMsMax, `${name}: ${((ms / 2_000) * 1000).toFixed(0)} µs a message`)
  }
})

function fastestMs(runs: number, work: () => unknown): number {
  return Math.min(
    ...Array.from({ length: runs }, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )
}

/** The goal is 10 ms on an idle core; the rest is room for a machine that others load. */
const hardInputMsMax = 40
/** The goal is 50 µs. */
const windowMessageMsMax = 0.2
