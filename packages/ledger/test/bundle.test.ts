import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserCrypto } from '../src/browser-crypto.ts'
import { bundledEntry, formatBundle, verifyBundle, type ProofBundle } from '../src/bundle.ts'
import { commitDetail, encodeEntry } from '../src/entry.ts'
import { noteSignatureType, parseVkey, signerOf } from '../src/signed-note.ts'
import { tileProofs } from '../src/tile-proofs.ts'
import { checkpointPath } from '../src/tiles.ts'
import { formatProof } from '../src/tlog-proof.ts'
import { crypto, entriesTo, entryAt, logOf, logSigner, origin, trusted, witnessSigner } from './test-log.ts'

const salt = new Uint8Array(16).fill(5)
const text = '{"agent":"Ada","purpose":"refund"}'
const entries = entriesTo(400)
entries[300] = encodeEntry(entryAt(300, { detail: commitDetail(crypto, salt, text) }))
const log = await logOf(entries)
const checkpoint = new TextDecoder().decode(log.files.get(checkpointPath))

async function bundleOf(indexes: readonly number[]): Promise<ProofBundle> {
  const prover = tileProofs(crypto, log, 400)
  return {
    format: 'candor proof bundle 1',
    log: { origin, vkey: logSigner.vkey },
    witnesses: [witnessSigner.vkey],
    quorum: 1,
    entries: await Promise.all(
      indexes.map(async (index) =>
        bundledEntry(
          index,
          await prover.entryAt(index),
          formatProof({ index, hashes: await prover.inclusion(index), checkpoint }),
          index === 300 ? { salt, text } : undefined,
        ),
      ),
    ),
  }
}

const bundle = await bundleOf([0, 299, 300, 399])

test('a third person checks a bundle without a network, with keys of their own', () => {
  for (const with_ of [crypto, browserCrypto]) {
    const own = {
      ...trusted,
      logKey: parseVkey(with_, logSigner.vkey)!,
      witnessKeys: [parseVkey(with_, witnessSigner.vkey)!],
    }
    const checked = verifyBundle(with_, formatBundle(bundle), own)
    assert.ok(checked.kind === 'checked' && checked.trusted)
    assert.deepEqual(
      checked.entries.map(({ kind, index }) => [index, kind]),
      [0, 299, 300, 399].map((index) => [index, 'valid']),
    )
    const third = checked.entries[2]!
    assert.ok(third.kind === 'valid')
    assert.deepEqual(third.detail, { text })
    assert.deepEqual(third.entry.range, [1, 301])
  }
})

test('without keys of their own a person is told that the bundle vouches for itself', () => {
  const checked = verifyBundle(crypto, formatBundle(bundle))
  assert.ok(checked.kind === 'checked' && !checked.trusted)
  assert.ok(checked.entries.every(({ kind }) => kind === 'valid'))
})

test('one byte changed anywhere in an entry of a bundle turns that entry bad, and no other', () => {
  const whole = formatBundle(bundle)
  const from = whole.indexOf(bundle.entries[1]!.entry)
  for (let at = from; at < from + bundle.entries[1]!.entry.length; at += 11) {
    const other = whole[at] === 'A' ? 'B' : 'A'
    const checked = verifyBundle(crypto, whole.slice(0, at) + other + whole.slice(at + 1), trusted)
    assert.ok(checked.kind === 'checked')
    assert.deepEqual(
      checked.entries.map(({ kind }) => kind),
      ['valid', 'invalid', 'valid', 'valid'],
    )
  }
})

test('a detail that was erased leaves the entry proven; another detail does not', () => {
  const change = (detail: ProofBundle['entries'][number]['detail']): string =>
    formatBundle({
      ...bundle,
      entries: bundle.entries.map((entry) => {
        if (entry.index !== 300) return entry
        const { detail: _, ...without } = entry
        return detail === undefined ? without : { ...without, detail }
      }),
    })
  const erased = verifyBundle(crypto, change(undefined), trusted)
  assert.ok(erased.kind === 'checked' && erased.entries[2]!.kind === 'valid')
  assert.equal(erased.entries[2]!.detail, 'unopened')
  const forged = verifyBundle(
    crypto,
    change({ ...bundle.entries[2]!.detail!, text: text.replace('Ada', 'Eve') }),
    trusted,
  )
  assert.ok(forged.kind === 'checked' && forged.entries[2]!.kind === 'invalid')
  assert.match(forged.entries[2]!.why, /detail is not what the entry commits to/)
})

test('a bundle of another log, of other witnesses or of a lower quorum does not pass', () => {
  const other = signerOf(crypto, origin, noteSignatureType, new Uint8Array(32).fill(7))
  const reasons = [
    verifyBundle(crypto, formatBundle({ ...bundle, log: { origin, vkey: other.vkey } }), trusted),
    verifyBundle(crypto, formatBundle({ ...bundle, witnesses: [] }), trusted),
    // The bundle may say what it likes of the quorum: the verifier's counts.
    verifyBundle(crypto, formatBundle({ ...bundle, quorum: 0 }), { ...trusted, quorum: 2 }),
    verifyBundle(
      crypto,
      formatBundle({ ...bundle, entries: [{ ...bundle.entries[0]!, index: 1 }] }),
      trusted,
    ),
  ].map(
    (checked) =>
      checked.kind === 'checked' && checked.entries[0]!.kind === 'invalid' && checked.entries[0]!.why,
  )
  assert.match(String(reasons[0]), /not of yours/)
  assert.match(String(reasons[1]), /does not name your witness/)
  assert.match(String(reasons[2]), /2 must/)
  assert.match(String(reasons[3]), /another index/)
})

test('what is not a bundle is said to be none, and nothing throws', () => {
  for (const bad of [
    '',
    '{',
    'null',
    '[]',
    '{"format":"candor proof bundle 2"}',
    '{"format":"candor proof bundle 1"}',
  ])
    assert.equal(verifyBundle(crypto, bad).kind, 'unreadable')
  const whole = formatBundle(bundle)
  for (const [from, to] of [
    ['"index": 0', '"index": -1'],
    ['"quorum": 1', '"quorum": "1"'],
    [witnessSigner.vkey, 'nobody'],
  ] as const) {
    assert.ok(whole.includes(from))
    assert.equal(verifyBundle(crypto, whole.replace(from, to)).kind, 'unreadable')
  }
})
