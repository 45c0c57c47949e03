/** What a release of the widget is: one line of JSON in one spelling, whose SHA-256 is its id. docs/releases.md */
import { hash } from 'node:crypto'
import { decodeBase64 } from '@candor/ledger/base64.ts'

export interface ReleaseManifest {
  v: 1
  version: string
  /** Of the sources, 40 hexadecimal digits; '' where they are not under version control. */
  commit: string
  /** RFC 3339, UTC, with milliseconds. */
  issued: string
  /** Milliseconds since 1970; at most seven days after `issued`. */
  expires: number
  /** Every file that is served under `/w/<id>/`, in the order of their names: `sha384-` and base64, as browsers take it. */
  files: Record<string, string>
  /** `sha256-` and base64 of the bill of materials, served as `/w/<id>/sbom.json`. */
  sbom: string
  /** Content-Security-Policy that the frame is embedded under; `<o>` and `<w>` stand for the server's two origins. */
  csp: string
  /** Who built these files from these sources, each by itself, and got the same bytes. */
  built: Attestation[]
}

export interface Attestation {
  /** Raw Ed25519 key of a builder; base64. */
  by: string
  /** Over `buildStatement`; base64. */
  sig: string
}

/** What is built; a manifest adds when and until when it may run. */
export type Build = Pick<ReleaseManifest, 'version' | 'commit' | 'files' | 'sbom' | 'csp'>

const dayMs = 86_400_000
/** A stolen release, or one with a hole that is known by now, stops by itself after a week. */
export const releaseMsMax = 7 * dayMs
/** The loader has to read it before the chat can open. */
export const manifestCharsMax = 16_384
/** Two documents, two scripts and a style for some languages. */
const filesMax = 64
const attestationsMax = 2

/** The canonical text, which is signed. @throws RangeError for what is no manifest: a bug of the caller. */
export function spellManifest(manifest: ReleaseManifest): string {
  const text = spell(manifest)
  if (parseManifest(text) === null) throw new RangeError(`Not a manifest: ${text}`)
  return text
}

/** @returns null for anything but the canonical text of a manifest: another order, an unknown key, white space. */
export function parseManifest(text: string): ReleaseManifest | null {
  if (text.length > manifestCharsMax) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    if (fault instanceof SyntaxError) return null
    throw fault
  }
  if (!isManifest(value)) return null
  return spell(value) === text ? value : null
}

/** SHA-256 of the text; base64url, 43 characters. */
export function releaseIdOf(manifestText: string): string {
  return hash('sha256', manifestText, 'base64url')
}

export function isReleaseId(text: string): boolean {
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)
}

/** What a builder signs who got these bytes from these sources. The policy belongs to it: it decides what may run. */
export function buildStatement({ version, commit, files, sbom, csp }: Build): string {
  const built = hash('sha256', JSON.stringify([sorted(files), sbom, csp]), 'base64')
  return `candor build 1\n${version}\n${commit}\n${built}\n`
}

/** `sha384-…`, as `integrity` takes it and `files` holds it. */
export function integrityOf(content: Uint8Array): string {
  return `sha384-${hash('sha384', content, 'base64')}`
}

/** Every digest of the scripts, and only those, may stand in `script-src`; no folder, no host, no `unsafe-`. */
export function policyFits(csp: string, files: Record<string, string>): boolean {
  const sources = (directive: string): string[] | null => {
    const found = csp.split(/; */).filter((each) => each.startsWith(`${directive} `))
    return found.length === 1 ? found[0]!.split(' ').slice(1) : null
  }
  const scripts = Object.entries(files).flatMap(([name, digest]) => (name.endsWith('.js') ? [digest] : []))
  const allowed = sources('script-src')
  return (
    !csp.includes('unsafe-') &&
    allowed !== null &&
    allowed.every((source) => scripts.includes(source.replace(/^'(.*)'$/, '$1'))) &&
    sources('default-src')?.join() === `'none'` &&
    (sources('connect-src') ?? []).every((source) => source === '<o>' || source === '<w>')
  )
}

export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length === 44 && decodeBase64(value)?.length === 32
}

export function isSignature(value: unknown): value is string {
  return typeof value === 'string' && value.length === 88 && decodeBase64(value)?.length === 64
}

function spell(manifest: ReleaseManifest): string {
  const { v, version, commit, issued, expires, files, sbom, csp, built } = manifest
  return JSON.stringify({
    v,
    version,
    commit,
    issued,
    expires,
    files: sorted(files),
    sbom,
    csp,
    built: built.map(({ by, sig }) => ({ by, sig })),
  })
}

function sorted(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function isManifest(value: unknown): value is ReleaseManifest {
  if (typeof value !== 'object' || value === null) return false
  const { v, version, commit, issued, expires, files, sbom, csp, built } = value as Record<string, unknown>
  if (v !== 1 || !isText(version, /^\d{1,5}\.\d{1,5}\.\d{1,5}(-[a-z0-9.]{1,30})?$/)) return false
  if (!isText(commit, /^([0-9a-f]{40})?$/) || !isText(issued, /^\d{4}-/)) return false
  const issuedMs = Date.parse(issued)
  if (Number.isNaN(issuedMs) || new Date(issuedMs).toISOString() !== issued) return false
  if (!Number.isSafeInteger(expires)) return false
  if ((expires as number) <= issuedMs || (expires as number) > issuedMs + releaseMsMax) return false
  if (typeof files !== 'object' || files === null) return false
  const entries = Object.entries(files)
  if (entries.length === 0 || entries.length > filesMax) return false
  if (!entries.every(([name, digest]) => fileName.test(name) && isText(digest, sha384))) return false
  if (!isText(sbom, sha256)) return false
  // Printable ASCII without what JSON would escape: one spelling.
  if (!isText(csp, /^[ !#-[\]-~]{1,4000}$/)) return false
  return Array.isArray(built) && built.length <= attestationsMax && built.every(isAttestation)
}

function isAttestation(value: unknown): value is Attestation {
  if (typeof value !== 'object' || value === null) return false
  const { by, sig } = value as Record<string, unknown>
  return isKey(by) && isSignature(sig)
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/** With a dot in it, so that no name is a number, which would come first whatever the order. */
const fileName = /^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,20}){1,4}$/
const sha384 = /^sha384-[A-Za-z0-9+/]{64}$/
const sha256 = /^sha256-[A-Za-z0-9+/]{43}=$/
