/** Keys, a root, a log with its witness and a signed release: all in memory, so that every part of it can be forged. */
import { createHash } from 'node:crypto'
import { signCheckpoint, addCosignatures } from '@candor/ledger/checkpoint.ts'
import { encodeEntry, type Entry } from '@candor/ledger/entry.ts'
import { inclusionPath, leafHash, nodeHash, type Hash } from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { cosignatureType, noteSignatureType, parseNote, signerOf } from '@candor/ledger/signed-note.ts'
import { makeBundle, type ReleaseBundle } from '../src/bundle.ts'
import {
  buildStatement,
  integrityOf,
  releaseIdOf,
  spellManifest,
  type Build,
  type ReleaseManifest,
} from '../src/manifest.ts'
import { newKeyText, parseKeyText, type ReleaseKey } from '../src/release-keys.ts'
import { pinOf, type ReleaseRoot } from '../src/root.ts'
import type { Signatures } from '../src/verify-release.ts'

export interface ReleaseWorld {
  keys: [ReleaseKey, ReleaseKey, ReleaseKey]
  builders: [ReleaseKey, ReleaseKey]
  root: ReleaseRoot
  pin: string
  nowMs: number
  manifest(more?: Partial<ReleaseManifest>): ReleaseManifest
  /** Signed by the keys at these places. */
  sign(text: string, by?: readonly number[]): Signatures
  /** A bundle of a log with some other entries around its own. */
  bundle(more?: {
    manifest?: string
    signatures?: Signatures
    /** Instead of the entry that says it is in force. */
    entry?: Entry
    at?: string
    root?: ReleaseRoot
    witnessSeed?: Uint8Array
    /** Of the log whose checkpoint it is, under the same key. */
    origin?: string
  }): ReleaseBundle
}

const logSeed = seed('log')
const witnessSeed = seed('witness')

export function releaseWorld(nowMs = Date.parse('2026-11-25T12:00:00Z')): ReleaseWorld {
  const key = (): ReleaseKey => parseKeyText(newKeyText())!
  const keys: ReleaseWorld['keys'] = [key(), key(), key()]
  const builders: ReleaseWorld['builders'] = [key(), key()]
  const log = signerOf(nodeCrypto, 'release.example/log', noteSignatureType, logSeed)
  const witness = signerOf(nodeCrypto, 'witness.example', cosignatureType, witnessSeed)
  const root: ReleaseRoot = {
    v: 1,
    releaseKeys: [keys[0].publicKey, keys[1].publicKey, keys[2].publicKey],
    log: log.vkey,
    witnesses: [witness.vkey],
    builders: [builders[0].publicKey, builders[1].publicKey],
  }
  const script = Buffer.from('script')
  const build: Build = {
    version: '0.1.0',
    commit: '0123456789012345678901234567890123456789',
    files: { 'en.html': integrityOf(Buffer.from('document')), 'frame.js': integrityOf(script) },
    sbom: `sha256-${createHash('sha256').update('parts').digest('base64')}`,
    csp: `default-src 'none'; script-src '${integrityOf(script)}'; connect-src <o> <w>`,
  }
  const world: ReleaseWorld = {
    keys,
    builders,
    root,
    pin: pinOf(root),
    nowMs,
    manifest: (more = {}) => ({
      v: 1,
      ...build,
      issued: new Date(nowMs - 3_600_000).toISOString(),
      expires: nowMs + 3 * 86_400_000,
      built: builders.map(({ publicKey, sign }) => ({ by: publicKey, sig: sign(buildStatement(build)) })),
      ...more,
    }),
    sign(text, by = [0, 1]) {
      const of = (at: number): string => (by.includes(at) ? keys[at]!.sign(text) : '')
      return [of(0), of(1), of(2)]
    },
    bundle(more = {}) {
      const manifest = more.manifest ?? spellManifest(world.manifest())
      const at = more.at ?? new Date(nowMs - 600_000).toISOString()
      const entry = more.entry ?? {
        v: 1,
        at,
        type: 'release',
        outcome: 'in-force',
        request: releaseIdOf(manifest),
      }
      const index = 5
      const entries = Array.from({ length: 11 }, (_, place) =>
        encodeEntry(place === index ? entry : { v: 1, at, type: 'start' }),
      )
      const leaves = entries.map((each) => leafHash(nodeCrypto, each))
      const hashes = inclusionPath(index, leaves.length).map(({ from, to }) => rootOf(leaves.slice(from, to)))
      const checkpoint = signCheckpoint(
        more.origin ?? 'release.example/log',
        leaves.length,
        rootOf(leaves),
        log,
      )
      const cosigner = signerOf(
        nodeCrypto,
        'witness.example',
        cosignatureType,
        more.witnessSeed ?? witnessSeed,
      )
      const note = addCosignatures(checkpoint, [
        cosigner.sign(parseNote(checkpoint)!.text, Math.floor(nowMs / 1_000)),
      ])
      const signatures = more.signatures ?? world.sign(manifest)
      return makeBundle({ manifest, signatures, root: more.root ?? root, at, index, note, hashes })!
    },
  }
  return world
}

/** RFC 6962 §2.1, as it is defined. */
function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 1) return leaves[0]!
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return nodeHash(nodeCrypto, rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

function seed(name: string): Uint8Array {
  return createHash('sha256').update(name).digest()
}
