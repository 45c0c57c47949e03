import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { decodeBase64 } from '@candor/ledger/base64.ts'
import { decodeEntries, entriesPath } from '@candor/ledger/tiles.ts'
import { makeBundle, verifyBundle } from '@candor/release/bundle.ts'
import { releaseIdOf, spellManifest, type ReleaseManifest } from '@candor/release/manifest.ts'
import { newKeyText, parseKeyText, type ReleaseKey } from '@candor/release/release-keys.ts'
import { pinOf, spellRoot, type ReleaseRoot } from '@candor/release/root.ts'
import { revocationStatement, type Signatures } from '@candor/release/verify-release.ts'
import { openTestKeyholder, type KeyholderUnderTest } from './keyholder-under-test.ts'

const key = (): ReleaseKey => parseKeyText(newKeyText())!
const dayMs = 86_400_000

interface Released extends KeyholderUnderTest {
  root(): ReleaseRoot
  manifest(more?: Partial<ReleaseManifest>): string
  sign(text: string, by?: number[]): Signatures
  entries(): string[]
  /** Another set of keys, with the same log. */
  changeKeys(): void
}

async function openReleased(): Promise<Released> {
  let keys = [key(), key(), key()]
  const builders = [key(), key()]
  let vkey = ''
  const root = (): ReleaseRoot => ({
    v: 1,
    releaseKeys: keys.map(({ publicKey }) => publicKey) as [string, string, string],
    log: vkey,
    witnesses: [],
    builders: builders.map(({ publicKey }) => publicKey) as [string, string],
  })
  const made = await openTestKeyholder({ releaseRoot: () => (vkey === '' ? null : spellRoot(root())) })
  vkey = (await made.keyholder.handle('hello', { protocol: 1 })).vkey
  return Object.assign(made, {
    root,
    manifest: (more: Partial<ReleaseManifest> = {}) =>
      spellManifest({
        v: 1,
        version: '0.1.0',
        commit: '',
        issued: new Date().toISOString(),
        expires: Date.now() + 3 * dayMs,
        files: { 'en.html': `sha384-${'A'.repeat(64)}` },
        sbom: `sha256-${createHash('sha256').update('parts').digest('base64')}`,
        csp: `default-src 'none'`,
        built: [],
        ...more,
      }),
    sign: (text: string, by = [0, 1]) =>
      [0, 1, 2].map((at) => (by.includes(at) ? keys[at]!.sign(text) : '')) as [string, string, string],
    entries: () =>
      decodeEntries(
        readFileSync(path.join(made.folder, 'log', `${entriesPath(0, sizeOf(made.folder))}`)),
      ).entries.map((entry) => Buffer.from(entry).toString()),
    changeKeys: () => void (keys = [key(), key(), key()]),
  })
}

const sizeOf = (folder: string): number =>
  Number(readFileSync(path.join(folder, 'log/checkpoint'), 'utf8').split('\n')[1])

async function denied(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (caught: unknown) => (caught as { code: string }).code,
  )
}

test('a release is published, in force, and a bundle of it holds for a loader', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const signatures = made.sign(manifest)
    const id = releaseIdOf(manifest)
    const { index } = await made.keyholder.handle('release-publish', { manifest, signatures })
    const inForce = await made.keyholder.handle('release-in-force', { id })
    await made.keyholder.publish()
    const entries = made.entries()
    assert.match(
      entries[index]!,
      new RegExp(`^\\{"v":1,"at":"[^"]+","type":"release","outcome":"published","request":"${id}"\\}$`),
    )
    assert.equal(
      entries[inForce.index],
      `{"v":1,"at":"${inForce.at}","type":"release","outcome":"in-force","request":"${id}"}`,
    )
    const { note, hashes } = await made.keyholder.handle('release-proof', { index: inForce.index })
    const bundle = makeBundle({
      manifest,
      signatures,
      root: made.root(),
      at: inForce.at,
      index: inForce.index,
      note,
      hashes: hashes.map((hash) => decodeBase64(hash)!),
    })
    assert.equal(verifyBundle(bundle, pinOf(made.root()), Date.now()).kind, 'valid')
    assert.equal(await denied(made.keyholder.handle('release-proof', { index: 9_999 })), 'pending')
  } finally {
    await made.close()
  }
})

test('the same release again is the same entry', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const publish = () =>
      made.keyholder.handle('release-publish', { manifest, signatures: made.sign(manifest) })
    const { index } = await publish()
    assert.deepEqual(await publish(), { index })
    await made.restart()
    assert.deepEqual(await publish(), { index })
  } finally {
    await made.close()
  }
})

test('what one key signed, nobody signed, or others signed is refused, and that it was is an entry', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const others = [key(), key(), key()].map(({ sign }) => sign(manifest)) as [string, string, string]
    for (const signatures of [made.sign(manifest, [1]), made.sign(manifest, []), others])
      assert.equal(
        await denied(made.keyholder.handle('release-publish', { manifest, signatures })),
        'release-unsigned',
      )
    assert.equal(
      await denied(made.keyholder.handle('release-in-force', { id: releaseIdOf(manifest) })),
      'release-unknown',
    )
    await made.keyholder.publish()
    const refused = made.entries().filter((entry) => entry.includes('"type":"denial"'))
    assert.equal(refused.length, 4)
    assert.ok(refused.every((entry) => entry.includes(`"request":"${releaseIdOf(manifest)}"`)))
    assert.equal(
      made.entries().some((entry) => entry.includes('"type":"release"')),
      false,
    )
  } finally {
    await made.close()
  }
})

test('what is no manifest, or has a signature of no form, is malformed', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    for (const ask of [
      { manifest: `${manifest}\n`, signatures: made.sign(manifest) },
      { manifest, signatures: ['x', '', ''] },
      { manifest, signatures: made.sign(manifest).slice(0, 2) },
      { manifest: '', signatures: made.sign(manifest) },
    ])
      assert.equal(await denied(made.keyholder.handle('release-publish', ask)), 'malformed')
  } finally {
    await made.close()
  }
})

test('a release stops being in force when it expires, and an expired one is not published', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const signatures = made.sign(manifest)
    const id = releaseIdOf(manifest)
    await made.keyholder.handle('release-publish', { manifest, signatures })
    await made.keyholder.handle('release-in-force', { id })
    made.pass(3 * dayMs)
    assert.equal(await denied(made.keyholder.handle('release-in-force', { id })), 'release-expired')
    const late = made.manifest({ version: '0.1.1' })
    assert.equal(
      await denied(made.keyholder.handle('release-publish', { manifest: late, signatures: made.sign(late) })),
      'release-expired',
    )
  } finally {
    await made.close()
  }
})

test('a revoked release is never in force again, whatever restarts and whoever signs', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const id = releaseIdOf(manifest)
    await made.keyholder.handle('release-publish', { manifest, signatures: made.sign(manifest) })
    const what = { id, reason: 'It has a hole.', at: new Date().toISOString() }
    const revoke = (by: number[]) =>
      made.keyholder.handle('release-revoke', {
        ...what,
        signatures: made.sign(revocationStatement(what), by),
      })
    assert.equal(await denied(revoke([2])), 'release-unsigned')
    await made.keyholder.handle('release-in-force', { id })
    const { index } = await revoke([0, 2])
    assert.deepEqual(await revoke([0, 2]), { index })
    for (let times = 0; times < 2; times++) {
      assert.equal(await denied(made.keyholder.handle('release-in-force', { id })), 'release-revoked')
      assert.equal(
        await denied(
          made.keyholder.handle('release-publish', { manifest, signatures: made.sign(manifest, [0, 1, 2]) }),
        ),
        'release-revoked',
      )
      await made.restart()
    }
  } finally {
    await made.close()
  }
})

test('a release can be revoked before anybody publishes it', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    // The root is read when something is published, or at a start.
    await made.restart()
    const what = { id: releaseIdOf(manifest), reason: 'Stolen keys.', at: new Date().toISOString() }
    await made.keyholder.handle('release-revoke', {
      ...what,
      signatures: made.sign(revocationStatement(what)),
    })
    assert.equal(
      await denied(made.keyholder.handle('release-publish', { manifest, signatures: made.sign(manifest) })),
      'release-revoked',
    )
  } finally {
    await made.close()
  }
})

test('who signs is an entry when it changes, and what former keys signed has to be signed again', async () => {
  const made = await openReleased()
  try {
    const manifest = made.manifest()
    const id = releaseIdOf(manifest)
    const former = made.sign(manifest)
    await made.keyholder.handle('release-publish', { manifest, signatures: former })
    made.changeKeys()
    await made.restart()
    assert.equal(await denied(made.keyholder.handle('release-in-force', { id })), 'release-unknown')
    assert.equal(
      await denied(made.keyholder.handle('release-publish', { manifest, signatures: former })),
      'release-unsigned',
    )
    await made.keyholder.handle('release-publish', { manifest, signatures: made.sign(manifest) })
    await made.keyholder.handle('release-in-force', { id })
    await made.keyholder.publish()
    assert.equal(made.entries().filter((entry) => entry.includes('"outcome":"release-root"')).length, 2)
  } finally {
    await made.close()
  }
})

test('without a root file nothing is published', async () => {
  const made = await openTestKeyholder()
  try {
    assert.equal(
      await denied(made.keyholder.handle('release-in-force', { id: 'A'.repeat(43) })),
      'release-unsigned',
    )
  } finally {
    await made.close()
  }
})

test('a containment is an entry of the tenant, begun and undone', async () => {
  const made = await openReleased()
  try {
    const { actor } = await made.person('Noor', 'supervisor')
    const ask = { tenant: made.tenant, by: actor, what: 'The site shop.example.' }
    const begun = await made.keyholder.handle('contain', { ...ask, begun: true })
    const undone = await made.keyholder.handle('contain', { ...ask, begun: false })
    const { items } = await made.keyholder.handle('entries', {
      tenant: made.tenant,
      filter: { types: ['containment'] },
      limit: 10,
    })
    assert.deepEqual(
      items.map(({ index, outcome, detail }) => [index, outcome, detail?.what, detail?.actor?.name]),
      [
        [undone.index, 'undone', 'The site shop.example.', 'Noor'],
        [begun.index, 'begun', 'The site shop.example.', 'Noor'],
      ],
    )
    assert.equal(await denied(made.keyholder.handle('contain', { ...ask, begun: 'yes' })), 'malformed')
  } finally {
    await made.close()
  }
})
