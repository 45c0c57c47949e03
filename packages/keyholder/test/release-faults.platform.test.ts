/** The keyholder is killed while a release is published or revoked: what it answered holds, what it wrote holds too. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import type { Entry } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import { releaseIdOf, spellManifest } from '@candor/release/manifest.ts'
import { newKeyText, parseKeyText } from '@candor/release/release-keys.ts'
import { spellRoot } from '@candor/release/root.ts'
import { revocationStatement, type Signatures } from '@candor/release/verify-release.ts'
import { KeyholderAway, openKeyholderClient, type KeyholderClient } from '../src/client.ts'
import type { Step } from '../src/keyholder.ts'

const program = path.join(import.meta.dirname, 'faulty-keyholder.ts')
const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

const keys = [0, 1, 2, 3, 4].map(() => parseKeyText(newKeyText())!)
const sign = (text: string): Signatures => [keys[0]!.sign(text), keys[1]!.sign(text), '']
const manifest = spellManifest({
  v: 1,
  version: '0.1.0',
  commit: '',
  issued: new Date().toISOString(),
  expires: Date.now() + 86_400_000,
  files: { 'en.html': `sha384-${'A'.repeat(64)}` },
  sbom: `sha256-${'A'.repeat(43)}=`,
  csp: `default-src 'none'`,
  built: [],
})
const id = releaseIdOf(manifest)
const revoked = { id, reason: 'A drill.', at: new Date().toISOString() }

async function start(
  folder: string,
  step: Step | 'never' = 'never',
): Promise<{ client: KeyholderClient; end(): Promise<void> }> {
  const child = spawn(process.execPath, [program, folder, step, '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  await once(createInterface({ input: child.stdout }), 'line')
  const client = openKeyholderClient({ kind: 'socket', path: path.join(folder, 'socket') }, () => undefined)
  return {
    client,
    async end() {
      client.close()
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A folder whose keyholder knows who signs, with a release that is published where `published`. */
async function prepared(published: boolean): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-release-faults-'))
  folders.push(folder)
  const one = await start(folder)
  const raw = keys.map(({ publicKey }) => publicKey)
  const log = (await one.client.ask('hello', { protocol: 1 })).vkey
  writeFileSync(
    path.join(folder, 'release-root.json'),
    spellRoot({
      v: 1,
      releaseKeys: [raw[0]!, raw[1]!, raw[2]!],
      log,
      witnesses: [],
      builders: [raw[3]!, raw[4]!],
    }),
  )
  if (published) await one.client.ask('release-publish', { manifest, signatures: sign(manifest) })
  await one.end()
  return folder
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const reader = folderStorage(path.join(folder, 'log'))
  const trusted = (await readLogKeys(nodeCrypto, reader))!
  const entries: Entry[] = []
  const report = await verifyLog({
    crypto: nodeCrypto,
    reader,
    trusted,
    onEntry: (_, entry) => void entries.push(entry),
  })
  assert.equal(report.kind, 'holds')
  return entries
}

const pairs: { step: Step; written: boolean }[] = [
  { step: 'judged', written: false },
  { step: 'writing', written: false },
  { step: 'durable', written: true },
]

for (const { step, written } of pairs) {
  test(`killed when a publication is ${step}: fails, ${written ? 'but' : 'not'} written`, async () => {
    const folder = await prepared(false)
    const doomed = await start(folder, step)
    await assert.rejects(
      doomed.client.ask('release-publish', { manifest, signatures: sign(manifest) }),
      KeyholderAway,
    )
    await doomed.end()
    const again = await start(folder)
    const inForce = await again.client.ask('release-in-force', { id }).then(
      () => 'in force',
      (caught: unknown) => (caught as { code: string }).code,
    )
    assert.equal(inForce, written ? 'in force' : 'release-unknown')
    // Asked again, as a server does that had no answer: there is one entry.
    await again.client.ask('release-publish', { manifest, signatures: sign(manifest) })
    await again.end()
    const published = (await entriesOf(folder)).filter(({ outcome }) => outcome === 'published')
    assert.deepEqual(
      published.map(({ type, request }) => [type, request]),
      [['release', id]],
    )
  })

  test(`killed when a revocation is ${step}: fails, ${written ? 'but' : 'not'} written`, async () => {
    const folder = await prepared(true)
    const doomed = await start(folder, step)
    const ask = { ...revoked, signatures: sign(revocationStatement(revoked)) }
    await assert.rejects(doomed.client.ask('release-revoke', ask), KeyholderAway)
    await doomed.end()
    const again = await start(folder)
    const inForce = await again.client.ask('release-in-force', { id }).then(
      () => 'in force',
      (caught: unknown) => (caught as { code: string }).code,
    )
    assert.equal(inForce, written ? 'release-revoked' : 'in force')
    await again.client.ask('release-revoke', ask)
    await again.end()
    const ends = (await entriesOf(folder)).filter(({ outcome }) => outcome === 'revoked')
    assert.equal(ends.length, 1)
  })
}
