/** A release as it lies on a disk, from the build until it is served; the same folder at every step. */
import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import {
  integrityOf,
  parseManifest,
  releaseIdOf,
  type Attestation,
  type Build,
  type ReleaseManifest,
} from './manifest.ts'
import type { Signatures } from './verify-release.ts'

/** What was built, with its bytes. */
export interface BuiltRelease {
  build: Build
  /** By name; the loader's template among them, which is served here to be compared and never run. */
  files: Map<string, Buffer>
  sbom: Buffer
}

export interface SignedRelease extends BuiltRelease {
  id: string
  /** Its text is what was signed. */
  manifestText: string
  manifest: ReleaseManifest
  signatures: Signatures
}

/** A folder that is not what it has to be; the message says what is wrong with it. */
export class ReleaseFault extends Error {
  override readonly name = 'ReleaseFault'
}

export const loaderTemplate = 'loader.js'
/** What a loader fetches beside itself, by the digest that it carries. */
export const isLauncher = (name: string): boolean => /^launcher\.[0-9a-f]{8}\.json$/.test(name)

/**
 * What `packages/widget/build.ts` wrote. The loader's template and its launcher belong to the release as well: they are
 * signed and attested with it, though pages load them from elsewhere.
 * @throws ReleaseFault
 */
export function readDist(
  dist: string,
  about: { version: string; commit: string; sbom: Buffer },
): BuiltRelease {
  const {
    files: named,
    csp,
    launcher,
  } = readJson(path.join(dist, 'manifest.json')) as {
    files?: Record<string, string>
    csp?: string
    launcher?: { file: string }
  }
  if (named === undefined || csp === undefined || launcher === undefined)
    throw new ReleaseFault(`${dist} was built by another version: build the widget again.`)
  const files = new Map<string, Buffer>()
  for (const name of Object.keys(named)) files.set(name, readFile(path.join(dist, 'release', name)))
  for (const name of [loaderTemplate, launcher.file]) files.set(name, readFile(path.join(dist, name)))
  const build = {
    version: about.version,
    commit: about.commit,
    files: Object.fromEntries([...files].map(([name, content]) => [name, integrityOf(content)])),
    sbom: sbomDigest(about.sbom),
    csp,
  }
  for (const [name, digest] of Object.entries(named))
    if (build.files[name] !== digest) throw new ReleaseFault(`${name} is not the file that was built.`)
  return { build, files, sbom: about.sbom }
}

export function writeBuild(folder: string, { build, files, sbom }: BuiltRelease): void {
  mkdirSync(path.join(folder, 'files'), { recursive: true })
  for (const [name, content] of files) writeFileSync(path.join(folder, 'files', name), content)
  writeFileSync(path.join(folder, 'sbom.json'), sbom)
  writeFileSync(path.join(folder, 'build.json'), `${JSON.stringify(build, null, 2)}\n`)
}

/** @throws ReleaseFault unless every file is the one that `build.json` names. */
export function readBuild(folder: string): BuiltRelease {
  const build = readJson(path.join(folder, 'build.json')) as Build
  return { build, ...readFiles(folder, build) }
}

export function readAttestations(folder: string): Attestation[] {
  const file = path.join(folder, 'attestations.json')
  return readdirSync(folder).includes('attestations.json') ? (readJson(file) as Attestation[]) : []
}

export function writeAttestations(folder: string, attestations: readonly Attestation[]): void {
  replaceFile(path.join(folder, 'attestations.json'), `${JSON.stringify(attestations, null, 2)}\n`)
}

/** The text to be signed; null before the first has signed. */
export function readManifestText(folder: string): string | null {
  return readdirSync(folder).includes('manifest.json')
    ? readFile(path.join(folder, 'manifest.json')).toString('utf8')
    : null
}

export function readSignatures(folder: string): Signatures {
  if (!readdirSync(folder).includes('signatures.json')) return ['', '', '']
  const value = readJson(path.join(folder, 'signatures.json'))
  if (!Array.isArray(value) || value.length !== 3 || !value.every((each) => typeof each === 'string'))
    throw new ReleaseFault(`${folder}: signatures.json holds three texts.`)
  return [value[0] as string, value[1] as string, value[2] as string]
}

export function writeSigned(folder: string, manifestText: string, signatures: Signatures): void {
  replaceFile(path.join(folder, 'manifest.json'), manifestText)
  replaceFile(path.join(folder, 'signatures.json'), `${JSON.stringify(signatures, null, 2)}\n`)
}

/** Every byte is the one that the manifest names; who signed it is another question. @throws ReleaseFault */
export function readSigned(folder: string): SignedRelease {
  const manifestText = readManifestText(folder)
  if (manifestText === null) throw new ReleaseFault(`${folder} holds no manifest: nobody has signed it yet.`)
  const manifest = parseManifest(manifestText)
  if (manifest === null)
    throw new ReleaseFault(`${folder}: manifest.json is not a manifest in its one spelling.`)
  const { version, commit, files, sbom, csp } = manifest
  return {
    id: releaseIdOf(manifestText),
    manifestText,
    manifest,
    signatures: readSignatures(folder),
    build: { version, commit, files, sbom, csp },
    ...readFiles(folder, manifest),
  }
}

/** Whole or not at all. */
export function replaceFile(file: string, content: string | Uint8Array, mode = 0o644): void {
  writeFileSync(`${file}.new`, content, { mode })
  renameSync(`${file}.new`, file)
}

export function sbomDigest(sbom: Uint8Array): string {
  return `sha256-${hash('sha256', sbom, 'base64')}`
}

function readFiles(
  folder: string,
  build: Pick<Build, 'files' | 'sbom'>,
): Pick<BuiltRelease, 'files' | 'sbom'> {
  const files = new Map<string, Buffer>()
  for (const [name, digest] of Object.entries(build.files)) {
    if (name !== path.basename(name)) throw new ReleaseFault(`${name} is not the name of a file.`)
    const content = readFile(path.join(folder, 'files', name))
    if (integrityOf(content) !== digest)
      throw new ReleaseFault(`${name} is not the file that the release names.`)
    files.set(name, content)
  }
  const sbom = readFile(path.join(folder, 'sbom.json'))
  if (sbomDigest(sbom) !== build.sbom)
    throw new ReleaseFault('sbom.json is not the one that the release names.')
  return { files, sbom }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFile(file).toString('utf8'))
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught
    throw new ReleaseFault(`${file} is not JSON.`, { cause: caught })
  }
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught)) throw caught
    throw new ReleaseFault(`${file} cannot be read: ${String(caught.code)}.`, { cause: caught })
  }
}
