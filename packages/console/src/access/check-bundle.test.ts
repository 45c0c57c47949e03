import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessEntry } from '@candor/protocol/api.ts'
import { openFakeLog } from '../../test/fake-log.ts'
import { checkBundle, keysOf, pathOf, readBundle } from './check-bundle.ts'
import { flipByte, flipPlaces } from './flip-byte.ts'
import { pinLog, trustLog } from './pinned-log.ts'

const conversation = '018f0000-0000-7000-8000-000000000001'
const jonas = { kind: 'agent', id: 'a2', name: 'Jonas Weber', role: 'agent' } as const

async function logOf(count: number) {
  const log = await openFakeLog(() => Date.parse('2026-11-25T12:00:00.000Z'))
  for (let i = 0; i < count; i++)
    log.append({
      type: 'open',
      purpose: 'desk',
      outcome: 'granted',
      range: [1, 4],
      actor: jonas,
      customer: 'v1',
      ...(i % 3 !== 1 && { conversation }),
    })
  const text = await log.bundle({ conversation })
  const pinned = { ...keysOf(readBundle(text)!), since: '' }
  return { log, text, pinned, listed: log.entries({ conversation }) }
}

test('every entry of the list is found in the log, under a checkpoint that both witnesses cosigned', async () => {
  const { text, pinned, listed } = await logOf(50)
  const check = checkBundle(text, pinned, listed)
  assert.deepEqual([check.holding, check.waiting, check.broken, check.size], [33, 0, null, 50])
  assert.deepEqual(
    check.cosigners.map(({ name }) => name),
    ['witness.aurelia.example', 'witness.auditors.example'],
  )
})

test('one bit turned over anywhere is red, with the entry that does not hold', async () => {
  const { text, pinned, listed } = await logOf(50)
  for (const place of flipPlaces) {
    const flipped = flipByte(readBundle(text)!, place)!
    const { broken } = checkBundle(flipped.text, pinned, listed)
    assert.equal(broken?.index, flipped.flip.index, place)
  }
})

test('a list that says something else than the log is red, whatever it changes', async () => {
  const { text, pinned, listed } = await logOf(8)
  const forgeries: Partial<AccessEntry>[] = [
    { actor: { ...jonas, name: 'Maya Lindqvist' } },
    { actor: null },
    { at: '2026-11-25T11:59:59.000Z' },
    { purpose: 'supervisor' },
    { outcome: null },
    { range: [1, 3] },
    { range: null },
    { signed: true },
    { offAssignment: true },
    { conversation: 'another' },
    { pseudonyms: { ...listed[2]!.pseudonyms, actor: null } },
  ]
  for (const forgery of forgeries) {
    const told = listed.map((entry, i) => (i === 2 ? { ...entry, ...forgery } : entry))
    assert.equal(checkBundle(text, pinned, told).broken?.index, listed[2]!.index, JSON.stringify(forgery))
  }
})

test('an entry without a proof is red, unless it is newer than the checkpoint', async () => {
  const { log, pinned } = await logOf(8)
  log.stopCheckpoints(true)
  log.append({ type: 'open', purpose: 'desk', outcome: 'granted', actor: jonas, conversation })
  const text = await log.bundle({ conversation })
  const listed = log.entries({ conversation })
  const check = checkBundle(text, pinned, listed)
  assert.deepEqual([check.waiting, check.broken], [1, null])
  const { entries, ...rest } = readBundle(text)!
  const without = JSON.stringify({ ...rest, entries: entries.slice(1) })
  assert.match(checkBundle(without, pinned, listed).broken!.why, /no proof/)
})

test('an erased detail leaves the entry verifiable, and nobody can put a name to it', async () => {
  const { log, pinned } = await logOf(8)
  log.forget(conversation)
  const text = await log.bundle({ conversation })
  const listed = log.entries({ conversation })
  assert.equal(checkBundle(text, pinned, listed).broken, null)
  const named = listed.map((entry) => ({ ...entry, actor: jonas }))
  assert.match(checkBundle(text, pinned, named).broken!.why, /no detail/)
})

test('a log of another key is an alarm for who knew the first, and every entry of it red', async () => {
  const { log, pinned } = await logOf(8)
  const storage = memory()
  assert.equal(pinLog('t', pinned, 'then', storage).kind, 'first')
  assert.equal(pinLog('t', pinned, 'now', storage).kind, 'same')
  log.changeKey()
  const text = await log.bundle({ conversation })
  const seen = keysOf(readBundle(text)!)
  assert.equal(pinLog('t', seen, 'now', storage).kind, 'changed')
  assert.equal(pinLog('t', seen, 'now', storage).pinned.since, 'then')
  assert.match(checkBundle(text, pinned, log.entries({ conversation })).broken!.why, /not of yours/)
  trustLog('t', seen, 'now', storage)
  assert.equal(pinLog('t', seen, 'later', storage).kind, 'same')
})

test('a witness that goes and a smaller quorum are alarms; one that comes is not', () => {
  const keys = { origin: 'o', vkey: 'k', witnesses: ['a', 'b'], quorum: 2 }
  const storage = memory()
  pinLog('t', keys, '', storage)
  assert.equal(pinLog('t', { ...keys, witnesses: ['a'] }, '', storage).kind, 'changed')
  assert.equal(pinLog('t', { ...keys, quorum: 1 }, '', storage).kind, 'changed')
  assert.equal(pinLog('t', { ...keys, witnesses: ['a', 'b', 'c'], quorum: 3 }, '', storage).kind, 'same')
  assert.equal(pinLog('t', keys, '', storage).kind, 'changed')
})

test('the path that is drawn leads from the entry to the root that was signed', async () => {
  const { text } = await logOf(50)
  for (const entry of readBundle(text)!.entries) {
    const root = entry.proof.split('\n\n')[1]!.split('\n')[2]
    assert.equal(pathOf(entry)!.steps.at(-1)!.parent, root)
  }
})

test('what is no bundle is said to be none', async () => {
  const { pinned } = await logOf(2)
  for (const text of ['', '{}', '[]', 'null', '{"format":"candor proof bundle 1"}']) {
    assert.equal(readBundle(text), null)
    assert.equal(checkBundle(text, pinned, []).broken?.index, null)
  }
})

function memory(): Storage {
  const held = new Map<string, string>()
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
  } as Storage
}
