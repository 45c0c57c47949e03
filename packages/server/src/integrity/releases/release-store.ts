/** What lies in `<data>/release`: public, but for the folder of keys. docs/releases.md */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import * as path from 'node:path'
import { isReleaseId } from '@candor/release/manifest.ts'
import {
  readSigned,
  ReleaseFault,
  replaceFile,
  writeBuild,
  writeSigned,
  type SignedRelease,
} from '@candor/release/release-folder.ts'
import { parseRoot, spellRoot, type PinnedLoader, type ReleaseRoot } from '@candor/release/root.ts'
import type { Revocation } from '@candor/release/verify-release.ts'

/** What became of a release; beside it on the disk. */
export interface ReleaseRecord {
  /** Entry of its publication, under the root with this pin; null while there is none. */
  published: { index: number; pin: string; at: string } | null
  revoked: { index: number | null; at: string } | null
}

export interface StoredRelease extends SignedRelease {
  record: ReleaseRecord
}

/** Put there by `candor release`, and taken from there. */
export interface Handed<What> {
  what: What
  /** It is where it belongs. */
  taken(): void
  /** It stays beside, with the reason. */
  refused(why: string): void
}

export interface ReleaseStore {
  readonly rootFile: string
  readonly keysFolder: string
  root(): ReleaseRoot | null
  writeRoot(root: ReleaseRoot): void
  /** All that are kept. What is damaged is left out and told. */
  releases(): StoredRelease[]
  add(release: SignedRelease): StoredRelease
  writeRecord(release: StoredRelease): void
  remove(id: string): void
  /** Every loader that a page of a tenant may still name, and what those load beside themselves. */
  loaders(): Map<string, Buffer>
  addLoader(loader: Pick<PinnedLoader, 'name' | 'content'>): void
  /** Text of the last bundle. */
  bundle(): string | null
  writeBundle(text: string | null): void
  handedReleases(): Handed<SignedRelease>[]
  handedRevocations(): Handed<Revocation>[]
}

export function openReleaseStore(
  folder: string,
  log: (event: Record<string, unknown>) => void,
): ReleaseStore {
  const at = (...names: string[]): string => path.join(folder, ...names)
  const rootFile = at('release-root.json')
  for (const name of ['releases', 'loaders', 'incoming', 'revocations'])
    mkdirSync(at(name), { recursive: true })
  // The keyholder is another user, and reads the root.
  chmodSync(folder, 0o755)
  const recordFile = (id: string): string => at('releases', id, 'record.json')

  function read(id: string): StoredRelease | null {
    try {
      const release = readSigned(at('releases', id))
      if (release.id !== id) throw new ReleaseFault(`${at('releases', id)} holds another release.`)
      const record = existsSync(recordFile(id))
        ? (JSON.parse(readFileSync(recordFile(id), 'utf8')) as ReleaseRecord)
        : { published: null, revoked: null }
      return { ...release, record }
    } catch (caught) {
      if (!(caught instanceof ReleaseFault || caught instanceof SyntaxError)) throw caught
      log({ level: 'error', event: 'release-damaged', id, reason: caught.message })
      return null
    }
  }

  /** @param take throws ReleaseFault for what is no such thing. */
  function handed<What>(kind: 'incoming' | 'revocations', take: (file: string) => What): Handed<What>[] {
    return readdirSync(at(kind))
      .filter((name) => isReleaseId(path.basename(name, '.json')))
      .flatMap((name) => {
        const file = at(kind, name)
        const refused = (why: string): void => {
          log({ level: 'error', event: 'release-refused', file, reason: why })
          rmSync(`${file}.refused`, { recursive: true, force: true })
          renameSync(file, `${file}.refused`)
          replaceFile(`${file}.why`, `${why}\n`)
        }
        try {
          return [{ what: take(file), taken: () => rmSync(file, { recursive: true, force: true }), refused }]
        } catch (caught) {
          if (!(caught instanceof ReleaseFault || caught instanceof SyntaxError)) throw caught
          refused(caught.message)
          return []
        }
      })
  }

  return {
    rootFile,
    keysFolder: at('keys'),
    root() {
      if (!existsSync(rootFile)) return null
      const root = parseRoot(readFileSync(rootFile, 'utf8'))
      if (root === null) log({ level: 'error', event: 'release-root-damaged', file: rootFile })
      return root
    },
    writeRoot(root) {
      replaceFile(rootFile, spellRoot(root))
      chmodSync(rootFile, 0o644)
    },
    releases: () =>
      readdirSync(at('releases'))
        .filter(isReleaseId)
        .flatMap((id) => read(id) ?? []),
    add(release) {
      const own = at('releases', release.id)
      const half = `${own}.new`
      rmSync(half, { recursive: true, force: true })
      writeBuild(half, release)
      writeSigned(half, release.manifestText, release.signatures)
      if (!existsSync(own)) renameSync(half, own)
      else {
        // The same bytes; whoever signed may be others.
        rmSync(half, { recursive: true })
        writeSigned(own, release.manifestText, release.signatures)
      }
      return read(release.id) ?? { ...release, record: { published: null, revoked: null } }
    },
    writeRecord: ({ id, record }) => replaceFile(recordFile(id), `${JSON.stringify(record, null, 2)}\n`),
    remove: (id) => rmSync(at('releases', id), { recursive: true, force: true }),
    loaders: () =>
      new Map(
        readdirSync(at('loaders'))
          .filter((name) => /^(loader|launcher)\.[0-9a-f]{8}\.(js|json)$/.test(name))
          .map((name) => [name, readFileSync(at('loaders', name))]),
      ),
    addLoader: ({ name, content }) => replaceFile(at('loaders', name), content),
    bundle: () => (existsSync(at('bundle.json')) ? readFileSync(at('bundle.json'), 'utf8') : null),
    writeBundle(text) {
      if (text === null) rmSync(at('bundle.json'), { force: true })
      else replaceFile(at('bundle.json'), text)
    },
    handedReleases: () =>
      handed('incoming', (file) => {
        if (!statSync(file).isDirectory()) throw new ReleaseFault('This is no folder.')
        return readSigned(file)
      }),
    handedRevocations: () =>
      handed('revocations', (file) => {
        const revocation = JSON.parse(readFileSync(file, 'utf8')) as Revocation
        if (!isReleaseId(revocation.id)) throw new ReleaseFault('This is no revocation.')
        return revocation
      }),
  }
}
