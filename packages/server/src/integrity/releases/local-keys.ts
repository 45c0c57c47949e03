/**
 * Keys on the very machine that serves, for whoever starts Candor for the first time: they show how releases work and
 * prove nothing to anybody.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { releaseIdOf, releaseMsMax, spellManifest } from '@candor/release/manifest.ts'
import { newKeyText, parseKeyText, type ReleaseKey } from '@candor/release/release-keys.ts'
import type { BuiltRelease, SignedRelease } from '@candor/release/release-folder.ts'
import type { ReleaseRoot } from '@candor/release/root.ts'
import type { Signatures } from '@candor/release/verify-release.ts'

const releaseKeys = ['release-1', 'release-2', 'release-3'] as const
const builders = ['builder-1', 'builder-2'] as const

export interface LocalKeys {
  root(log: string, witnesses: readonly string[]): ReleaseRoot
  /**
   * Signed by two, until seven days from now. Without attestations: what this server did not build a second time,
   * nobody attests.
   */
  sign(built: BuiltRelease, nowMs: number): SignedRelease
}

/** Makes what is missing of them. */
export function openLocalKeys(folder: string): LocalKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = (name: string): ReleaseKey => {
    const file = path.join(folder, `${name}.key`)
    if (!existsSync(file)) writeFileSync(file, newKeyText(), { mode: 0o600, flag: 'wx' })
    const parsed = parseKeyText(readFileSync(file, 'utf8'))
    if (parsed === null) throw new Error(`${file} is not a key of releases.`)
    return parsed
  }
  const [one, two, three] = releaseKeys.map(key) as [ReleaseKey, ReleaseKey, ReleaseKey]
  const [builder, other] = builders.map(key) as [ReleaseKey, ReleaseKey]

  return {
    root: (log, witnesses) => ({
      v: 1,
      releaseKeys: [one.publicKey, two.publicKey, three.publicKey],
      log,
      witnesses: [...witnesses],
      builders: [builder.publicKey, other.publicKey],
    }),
    sign(built, nowMs) {
      const manifest = {
        v: 1 as const,
        ...built.build,
        issued: new Date(nowMs).toISOString(),
        expires: nowMs + releaseMsMax,
        built: [],
      }
      const manifestText = spellManifest(manifest)
      const signatures: Signatures = [one.sign(manifestText), two.sign(manifestText), '']
      return { ...built, id: releaseIdOf(manifestText), manifestText, manifest, signatures }
    },
  }
}

/** Whether the root of this folder is made of keys that lie beside it. */
export function hasLocalKeys(folder: string): boolean {
  return existsSync(path.join(folder, `${releaseKeys[0]}.key`))
}
