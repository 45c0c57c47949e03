import assert from 'node:assert/strict'
import { test } from 'node:test'
import { integrityOf, parseManifest, policyFits, releaseMsMax, spellManifest } from '../src/manifest.ts'
import { parseRoot, pinLoader, pinOf, pinPlaceholder, spellRoot } from '../src/root.ts'
import { attestationsOf, revocationHolds, revocationStatement, verifyRelease } from '../src/verify-release.ts'
import { releaseWorld } from './release-world.ts'

const world = releaseWorld()
const { root, nowMs } = world

test('a manifest is read from its own text only', () => {
  const manifest = world.manifest()
  assert.deepEqual(parseManifest(spellManifest(manifest)), manifest)
  const { v, version, ...rest } = manifest
  assert.equal(parseManifest(JSON.stringify({ version, v, ...rest })), null)
  assert.equal(parseManifest(JSON.stringify({ ...manifest, more: 1 })), null)
  assert.equal(parseManifest('{'), null)
})

test('files stand in the order of their names, whatever order they were given in', () => {
  const { files } = world.manifest()
  const turned = Object.fromEntries(Object.entries(files).reverse())
  assert.equal(spellManifest(world.manifest({ files: turned })), spellManifest(world.manifest()))
})

test('no manifest lives longer than seven days, or has a file outside its folder', () => {
  const issuedMs = Date.parse(world.manifest().issued)
  spellManifest(world.manifest({ expires: issuedMs + releaseMsMax }))
  const digest = integrityOf(Buffer.from('x'))
  const wrong = [
    { expires: issuedMs + releaseMsMax + 1 },
    { expires: issuedMs },
    { issued: '2026-11-25T12:00:00Z' },
    { version: 'latest' },
    { commit: 'main' },
    { files: {} },
    { files: { '../en.html': digest } },
    { files: { '7': digest } },
    { files: { 'en.html': 'sha256-x' } },
    { csp: 'default-src "x"' },
    { built: [{ by: 'x', sig: 'x' }] },
  ]
  for (const more of wrong) assert.throws(() => spellManifest(world.manifest(more)), RangeError)
})

test('two builders attest a build, and neither attests another file, policy or bill of materials', () => {
  const manifest = world.manifest()
  assert.equal(attestationsOf(manifest, root), 2)
  const changed = [
    { files: { ...manifest.files, 'en.html': integrityOf(Buffer.from('altered')) } },
    { csp: manifest.csp.replace(`'none'`, '*') },
    { sbom: `sha256-${'A'.repeat(43)}=` },
    { version: '0.1.1' },
    { commit: '' },
  ]
  for (const more of changed) assert.equal(attestationsOf(world.manifest(more), root), 0)
  const [one] = manifest.built
  assert.equal(attestationsOf(world.manifest({ built: [one!, one!] }), root), 1)
  assert.equal(attestationsOf(world.manifest({ built: [] }), root), 0)
})

test('a policy may name scripts of the release and nothing else', () => {
  const { csp, files } = world.manifest()
  assert.equal(policyFits(csp, files), true)
  assert.equal(policyFits(csp.replace('script-src', `script-src 'unsafe-inline'`), files), false)
  assert.equal(policyFits(csp.replace('script-src', 'script-src https://cdn.example'), files), false)
  assert.equal(policyFits(csp.replace('connect-src <o>', 'connect-src *'), files), false)
  assert.equal(policyFits(csp.replace(/script-src[^;]*;/, ''), files), false)
})

test('a release is valid, unsigned or expired, in that order of doubt', () => {
  const text = spellManifest(world.manifest())
  assert.equal(verifyRelease(text, world.sign(text), root, nowMs).kind, 'valid')
  assert.equal(verifyRelease(text, world.sign(text, [2]), root, nowMs).kind, 'unsigned')
  assert.equal(verifyRelease(text, world.sign(text), releaseWorld().root, nowMs).kind, 'unsigned')
  assert.equal(verifyRelease(text, world.sign(text), root, nowMs + releaseMsMax).kind, 'expired')
  assert.equal(verifyRelease(text, world.sign(text), root, nowMs - 3 * 3_600_000).kind, 'expired')
  assert.equal(verifyRelease(`${text}\n`, world.sign(text), root, nowMs).kind, 'malformed')
})

test('a revocation is signed by two, for one release and one reason in one line', () => {
  const what = { id: 'A'.repeat(43), reason: 'A hole.', at: new Date(nowMs).toISOString() }
  const signed = (reason: string, by: number[]) => {
    const revocation = { ...what, reason }
    return { ...revocation, signatures: world.sign(revocationStatement(revocation), by) }
  }
  assert.equal(revocationHolds(signed('A hole.', [0, 2]), root), true)
  assert.equal(revocationHolds(signed('A hole.', [1]), root), false)
  assert.equal(revocationHolds({ ...signed('A hole.', [0, 1]), reason: 'Another.' }, root), false)
  assert.equal(revocationHolds(signed('Two\nlines', [0, 1]), root), false)
})

test('a root has seven different keys of the right kinds', () => {
  assert.deepEqual(parseRoot(spellRoot(root)), root)
  const [one, two] = root.releaseKeys
  for (const more of [
    { releaseKeys: [one, two, two] },
    { releaseKeys: [one, two] },
    { builders: [one, root.builders[1]] },
    { log: root.witnesses[0] },
    { witnesses: [root.log] },
    { witnesses: [root.witnesses[0], root.witnesses[0]] },
    { v: 2 },
    { more: 1 },
  ])
    assert.equal(parseRoot(JSON.stringify({ ...root, ...more })), null)
  assert.equal(parseRoot('nothing'), null)
})

test('a loader has the pin of its root in its one place, and another root is another loader', () => {
  const template = Buffer.from(`const pin="${pinPlaceholder}"`)
  const pin = pinOf(root)
  const loader = pinLoader(template, pin)
  assert.equal(loader.content.toString(), `const pin="${pin}"`)
  assert.match(loader.name, /^loader\.[0-9a-f]{8}\.js$/)
  assert.equal(loader.integrity, integrityOf(loader.content))
  assert.notEqual(pinLoader(template, pinOf(releaseWorld().root)).name, loader.name)
  assert.throws(() => pinLoader(Buffer.from('no place'), pin), RangeError)
  assert.throws(() => pinLoader(Buffer.concat([template, template]), pin), RangeError)
  assert.throws(() => pinLoader(template, 'short'), RangeError)
})
