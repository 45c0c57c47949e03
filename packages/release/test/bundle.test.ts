import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, encodeBase64 } from '@candor/ledger/base64.ts'
import { noteSignatureType, signerOf } from '@candor/ledger/signed-note.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { inForceMsMax, makeBundle, verifyBundle, type ReleaseBundle } from '../src/bundle.ts'
import { parseManifest, releaseIdOf, spellManifest } from '../src/manifest.ts'
import { releaseWorld } from './release-world.ts'

const world = releaseWorld()
const { pin, nowMs } = world

function faultOf(bundle: unknown, at = nowMs): string {
  const checked = verifyBundle(JSON.parse(JSON.stringify(bundle)), pin, at)
  return checked.kind === 'valid' ? 'none' : checked.fault
}

/** One bit of what base64 stands for. */
function flipped(text: string): string {
  const bytes = decodeBase64(text)!
  bytes[7]! ^= 1
  return encodeBase64(bytes)
}

test('a release that is signed, logged, cosigned and in force is opened', () => {
  const bundle = world.bundle()
  const checked = verifyBundle(JSON.parse(JSON.stringify(bundle)), pin, nowMs)
  assert.equal(checked.kind, 'valid')
  assert.deepEqual(checked.kind === 'valid' && [checked.id, checked.at], [releaseIdOf(bundle.m), bundle.a])
})

test('two of three signatures are enough, whichever two, and one is not', () => {
  const manifest = spellManifest(world.manifest())
  for (const by of [
    [0, 1],
    [0, 2],
    [1, 2],
    [0, 1, 2],
  ])
    assert.equal(faultOf(world.bundle({ manifest, signatures: world.sign(manifest, by) })), 'none')
  for (const by of [[], [0], [1], [2]])
    assert.equal(faultOf(world.bundle({ manifest, signatures: world.sign(manifest, by) })), 'unsigned')
})

test('another log under the same key, cosigned by the same witness, is another log', () => {
  assert.equal(faultOf(world.bundle({ origin: 'evil.example/log' })), 'pin')
  const bundle = world.bundle({ origin: `,${world.bundle().k[4]}release.example/log` })
  bundle.k.length = bundle.s.length = 4
  assert.equal(faultOf({ ...bundle, t: [] }), 'pin')
})

test('the same key twice is one signature', () => {
  const bundle = world.bundle()
  bundle.s[1] = bundle.s[0]!
  assert.equal(faultOf(bundle), 'unsigned')
})

test('other keys than those of the pin count nothing, however well they sign', () => {
  const other = releaseWorld()
  assert.equal(faultOf(other.bundle()), 'pin')
  const bundle = world.bundle()
  bundle.k[0] = other.root.releaseKeys[0]
  assert.equal(faultOf(bundle), 'pin')
})

test('keys that are moved to other places by a comma in one of them are no keys', () => {
  const bundle = world.bundle()
  const [first, second, ...rest] = bundle.k
  const moved = { ...bundle, k: [`${first},${second}`, ...rest], s: bundle.s.slice(1) }
  assert.equal(verifyBundle({ ...moved, t: [] }, pin, nowMs).kind, 'invalid')
  assert.equal(faultOf({ ...moved, t: [] }), 'malformed')
})

test('a manifest in which one character was changed is not the signed one', () => {
  const bundle = world.bundle()
  bundle.m = bundle.m.replace('0.1.0', '0.1.1')
  assert.equal(faultOf(bundle), 'unsigned')
})

test('a manifest that was swapped for another signed one is not the one in the log', () => {
  const bundle = world.bundle()
  const other = spellManifest(world.manifest({ version: '0.0.9' }))
  bundle.m = other
  bundle.s.splice(0, 3, ...world.sign(other))
  assert.equal(faultOf(bundle), 'path')
})

test('a checkpoint that the log did not sign is refused', () => {
  const bundle = world.bundle()
  bundle.s[3] = flipped(bundle.s[3]!)
  assert.equal(faultOf(bundle), 'log')
  const forger = signerOf(nodeCrypto, 'release.example/log', noteSignatureType, Buffer.alloc(32, 7))
  const [, , blob] = forger.sign(bundle.c, 0).split(' ')
  bundle.s[3] = encodeBase64(decodeBase64(blob!)!.subarray(4))
  assert.equal(faultOf(bundle), 'log')
})

test('a checkpoint without its witness is refused: left out, forged, or of another time', () => {
  const bundle = world.bundle()
  assert.equal(faultOf({ ...bundle, s: [...bundle.s.slice(0, 4), ''] }), 'unwitnessed')
  assert.equal(faultOf({ ...bundle, s: [...bundle.s.slice(0, 4), flipped(bundle.s[4]!)] }), 'unwitnessed')
  assert.equal(faultOf({ ...bundle, t: [bundle.t[0]! + 1] }), 'unwitnessed')
  assert.equal(faultOf({ ...bundle, t: [], s: bundle.s.slice(0, 4) }), 'malformed')
  assert.throws(() => world.bundle({ witnessSeed: Buffer.alloc(32, 9) }).m, TypeError)
})

test('a forged proof is refused: another hash, a side changed, a step left out or added', () => {
  const bundle = world.bundle()
  const change = (steps: ReleaseBundle['p']): string => faultOf({ ...bundle, p: steps })
  assert.equal(
    change(
      bundle.p.map(([left, right], at) =>
        at === 1 ? [left && flipped(left), right && flipped(right)] : [left, right],
      ),
    ),
    'path',
  )
  assert.equal(change(bundle.p.map(([left, right]) => [right, left])), 'path')
  assert.equal(change(bundle.p.slice(1)), 'path')
  assert.equal(change([...bundle.p, ['', bundle.p[0]!.join('')]]), 'path')
  assert.equal(change([[bundle.p[0]!.join(''), bundle.p[0]!.join('')], ...bundle.p.slice(1)]), 'path')
  assert.equal(change([]), 'path')
})

test('an entry that says something else is not in force', () => {
  const manifest = spellManifest(world.manifest())
  const at = new Date(nowMs).toISOString()
  for (const outcome of ['published', 'revoked'])
    assert.equal(
      faultOf(
        world.bundle({
          manifest,
          at,
          entry: { v: 1, at, type: 'release', outcome, request: releaseIdOf(manifest) },
        }),
      ),
      'path',
    )
  const bundle = world.bundle()
  assert.equal(faultOf({ ...bundle, a: new Date(Date.parse(bundle.a) + 1).toISOString() }), 'path')
  assert.equal(faultOf({ ...bundle, a: '2026-11-25' }), 'malformed')
})

test('an entry counts for a day, and one from the future counts nothing', () => {
  const bundle = world.bundle()
  const at = Date.parse(bundle.a)
  assert.equal(faultOf(bundle, at + inForceMsMax), 'none')
  assert.equal(faultOf(bundle, at + inForceMsMax + 1), 'stale')
  assert.equal(faultOf(bundle, at - 3_600_000), 'none')
  assert.equal(faultOf(bundle, at - 3_600_001), 'future')
})

test('a release is over when it expires, though its entry is young', () => {
  const manifest = spellManifest(world.manifest({ expires: nowMs }))
  assert.equal(faultOf(world.bundle({ manifest })), 'expired')
  assert.equal(faultOf(world.bundle({ manifest }), nowMs - 1), 'none')
})

test('a manifest of another spelling is refused though it is signed', () => {
  const text = spellManifest(world.manifest())
  for (const other of [`${text} `, text.replace('{"v":1', '{ "v":1'), text.replace('"v":1', '"v":2')]) {
    assert.equal(parseManifest(other), null)
    assert.equal(faultOf(world.bundle({ manifest: other })), 'malformed')
  }
})

test('what is no bundle at all is malformed, whatever it is', () => {
  const bundle = world.bundle()
  for (const other of [
    null,
    1,
    '',
    [],
    {},
    { ...bundle, k: 'x' },
    { ...bundle, p: [[1, 2]] },
    { ...bundle, s: [] },
  ])
    assert.equal(faultOf(other), 'malformed')
  assert.equal(
    faultOf({ ...bundle, p: Array.from({ length: 65 }, () => ['', bundle.p[0]!.join('')]) }),
    'malformed',
  )
  assert.equal(faultOf({ ...bundle, c: `${bundle.c}extension\n` }), 'malformed')
})

test('no bundle is made from a checkpoint that lacks a witness of the root', () => {
  const { root } = releaseWorld()
  const manifest = spellManifest(world.manifest())
  assert.equal(
    makeBundle({
      manifest,
      signatures: world.sign(manifest),
      root,
      at: new Date(nowMs).toISOString(),
      index: 0,
      note: 'no note',
      hashes: [],
    }),
    null,
  )
})
