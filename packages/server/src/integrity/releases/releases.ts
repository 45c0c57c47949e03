import { decodeBase64 } from '@candor/ledger/base64.ts'
import type { DenialCode, Op, Requests } from '@candor/keyholder/frames.ts'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { inForceMsMax, makeBundle, verifyBundle } from '@candor/release/bundle.ts'
import { buildStatement } from '@candor/release/manifest.ts'
import { isLauncher, loaderTemplate, type BuiltRelease } from '@candor/release/release-folder.ts'
import { pinLoader, pinOf, spellRoot, type ReleaseRoot } from '@candor/release/root.ts'
import { attestationsOf, verifyRelease } from '@candor/release/verify-release.ts'
import type { Clock } from '../../clock.ts'
import { hasLocalKeys, openLocalKeys, type LocalKeys } from './local-keys.ts'
import type { ReleaseStore, StoredRelease } from './release-store.ts'

/** Releases of the widget: published, in force, revoked; and what is served of them. */
export interface Releases {
  /** Of the newest release, with the pin of the trust root in it; null where nothing is built or nobody signs. */
  loader(): { path: string; integrity: string } | null
  /** Loaders and what they load beside themselves, by name: every one that some page may still have. */
  beside(name: string): Buffer | undefined
  /** As long as frames of it may be open. Of what was revoked only the manifest is for others: as evidence. */
  release(id: string): ServedRelease | undefined
  /** Id of the release that loaders are given; null where none is in force. */
  served(): string | null
  /** Of a release that was published here once. */
  isRevoked(id: string): boolean
  /** Told of each release that is revoked from now on. */
  onRevoked(listener: (id: string) => void): void
  /** Text of the bundle; null where no release is in force. The first is waited for. */
  bundle(): Promise<string | null>
  /** Public: it says whom a loader believes. */
  rootText(): string | null
  /** Newest first. */
  rows(tenant: string): Promise<ReleaseRow[]>
  /** The one in force. */
  row(tenant: string): Promise<ReleaseRow | null>
  /** The keys lie on this machine: it shows how it works, and proves nothing. */
  isLocal(): boolean
  close(): Promise<void>
}

export interface ServedRelease extends Pick<
  StoredRelease,
  'id' | 'manifestText' | 'manifest' | 'files' | 'sbom'
> {
  isRevoked: boolean
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A bundle is good for a day: an hour between two leaves 23 to bring a keyholder back. */
const inForceMs = hourMs
/** What two days are left of is signed anew: a weekend's stop does not end the widget. */
const reissueMs = 2 * dayMs
/** Frames live as long as somebody keeps a tab open; a release lives seven days, and its files one more. */
const keptMs = 8 * dayMs
/** What `candor release` hands over is taken up within this. */
const usualLookMs = 2_000
/** The checkpoint that holds an entry comes within a second. */
const provingMs = 200
/** After a "no" that only a person can change. */
const refusedMs = 60_000
/** The first bundle of an installation takes as long as its first checkpoint: a second, and more where all begins at once. */
const firstBundleMsMax = 10_000

type Asked<Name extends Op> =
  | { kind: 'answer'; answer: Requests[Name]['answer'] }
  | { kind: 'denied'; code: DenialCode; why: string }
  | { kind: 'away' }

/** What this room needs of the keyholder. */
export interface ReleaseKeyholder {
  ask<Name extends Op>(op: Name, ask: Requests[Name]['ask']): Promise<Requests[Name]['answer']>
  onConnected(listener: () => void): void
}

export async function openReleases(options: {
  store: ReleaseStore
  keyholder: ReleaseKeyholder
  /** What is built here; null where nothing is. */
  built: BuiltRelease | null
  /** Page views of a tenant whose loader opened this release. */
  viewsLastHour(tenant: string, release: string): Promise<number>
  clock: Clock
  /** How often it looks for what was handed over; tests do not wait for it. */
  lookMs?: number
  log(event: Record<string, unknown>): void
}): Promise<Releases> {
  const { store, keyholder, built, clock, log, lookMs = usualLookMs } = options
  const releases = new Map(store.releases().map((release) => [release.id, release]))
  const loaders = store.loaders()
  const refusedUntil = new Map<string, number>()
  const revokedListeners: ((id: string) => void)[] = []
  let root = store.root()
  let pin = root === null ? '' : pinOf(root)
  let keys: LocalKeys | null = null
  let loader: { path: string; integrity: string } | null = null
  /** Newest entry that says so. */
  let inForce: { id: string; index: number; at: string } | null = null
  let bundle: { text: string; id: string; at: string } | null = null
  let told = ''
  let closed = false
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  /** The first bundle is there, or will not be soon. */
  const first = Promise.withResolvers<void>()
  const firstLimit = setTimeout(first.resolve, firstBundleMsMax)

  async function ask<Name extends Op>(op: Name, what: Requests[Name]['ask']): Promise<Asked<Name>> {
    try {
      return { kind: 'answer', answer: await keyholder.ask(op, what) }
    } catch (caught) {
      if (!(caught instanceof Error)) throw caught
      if (caught.name === 'KeyholderAway') {
        tell('keyholder-away', { level: 'warn', event: 'releases-wait', reason: 'The keyholder is away.' })
        return { kind: 'away' }
      }
      if (caught.name !== 'KeyholderDenied') throw caught
      return { kind: 'denied', code: (caught as Error & { code: DenialCode }).code, why: caught.message }
    }
  }

  /** Once for each state of things, however often it is looked at. */
  function tell(state: string, event: Record<string, unknown>): void {
    if (told !== state) log(event)
    told = state
  }

  /** Local keys name the log and the witnesses that there are; a root of somebody else is never touched. */
  async function settleRoot(): Promise<void> {
    if (keys === null && (root === null || hasLocalKeys(store.keysFolder))) {
      const opened = openLocalKeys(store.keysFolder)
      const isOurs =
        root === null || String(opened.root(root.log, []).releaseKeys) === String(root.releaseKeys)
      if (!isOurs) return
      keys = opened
      log({
        level: 'warn',
        event: 'release-keys-on-this-machine',
        means:
          'They show how signed releases work and prove nothing: whoever has this machine has them. Nobody attests the build. docs/releases.md says how to keep them elsewhere.',
      })
    }
    if (keys === null) return
    const status = await ask('status', {})
    if (status.kind !== 'answer') return
    const { vkey, witnesses } = status.answer
    const wanted = keys.root(
      vkey,
      witnesses.map((witness) => witness.vkey),
    )
    if (root !== null && spellRoot(wanted) === spellRoot(root)) return
    if (root !== null)
      log({
        level: 'warn',
        event: 'release-root-changed',
        means: 'The log or its witnesses are others now: pages need the new loader tag.',
      })
    store.writeRoot(wanted)
    useRoot(wanted)
  }

  function useRoot(next: ReleaseRoot): void {
    root = next
    pin = pinOf(next)
    pinNewest()
  }

  function pinNewest(): void {
    const newest = newestOf([...releases.values()].filter(({ record }) => record.revoked === null))
    const files = newest?.files ?? built?.files
    const template = files?.get(loaderTemplate)
    if (files === undefined || template === undefined || root === null) return
    const pinned = pinLoader(template, pin)
    const keep = (name: string, content: Buffer): void => {
      if (loaders.has(name)) return
      loaders.set(name, content)
      store.addLoader({ name, content })
    }
    keep(pinned.name, pinned.content)
    for (const [name, content] of files) if (isLauncher(name)) keep(name, content)
    loader = { path: `/w/${pinned.name}`, integrity: pinned.integrity }
  }

  function takeHanded(): void {
    for (const { what, taken, refused } of store.handedReleases()) {
      if (root === null) return
      const checked = verifyRelease(what.manifestText, what.signatures, root, clock.now())
      if (checked.kind !== 'valid') {
        refused(`The release is refused: ${checked.why}.`)
        continue
      }
      releases.set(what.id, store.add(what))
      refusedUntil.delete(what.id)
      taken()
      log({ event: 'release-taken', id: what.id, version: what.manifest.version })
      pinNewest()
    }
  }

  async function takeRevocations(): Promise<void> {
    for (const { what, taken, refused } of store.handedRevocations()) {
      const { id, reason, at, signatures } = what
      const asked = await ask('release-revoke', { id, reason, at, signatures })
      if (asked.kind === 'away') return
      if (asked.kind === 'denied') {
        refused(asked.why)
        continue
      }
      noteRevoked(id, asked.answer.index)
      taken()
    }
  }

  function noteRevoked(id: string, index: number | null): void {
    const release = releases.get(id)
    if (release !== undefined && release.record.revoked === null) {
      release.record.revoked = { index, at: new Date(clock.now()).toISOString() }
      store.writeRecord(release)
    }
    if (inForce?.id === id) inForce = null
    if (bundle?.id === id) putBundle(null)
    log({ level: 'warn', event: 'release-revoked', id, index })
    pinNewest()
    for (const listener of revokedListeners) listener(id)
  }

  /** What is built here runs under the local keys, unless this very build was revoked. */
  function reissue(): void {
    if (keys === null || built === null || root === null) return
    const statement = buildStatement(built.build)
    const same = [...releases.values()].filter(({ build }) => buildStatement(build) === statement)
    if (same.some(({ record }) => record.revoked !== null)) return
    const now = clock.now()
    const good = same.some(
      ({ manifest, manifestText, signatures }) =>
        manifest.expires > now + reissueMs &&
        verifyRelease(manifestText, signatures, root!, now).kind === 'valid',
    )
    if (good) return
    const release = store.add(keys.sign(built, now))
    releases.set(release.id, release)
    log({
      event: 'release-signed-here',
      id: release.id,
      expires: new Date(release.manifest.expires).toISOString(),
    })
    pinNewest()
  }

  async function publish(): Promise<void> {
    for (const release of [...releases.values()].sort(byIssue)) {
      const { id, record, manifest, manifestText, signatures } = release
      const now = clock.now()
      if (record.revoked !== null || record.published?.pin === pin || manifest.expires <= now) continue
      if ((refusedUntil.get(id) ?? 0) > now || root === null) continue
      const asked = await ask('release-publish', { manifest: manifestText, signatures })
      if (asked.kind === 'away') return
      if (asked.kind === 'denied') {
        if (asked.code === 'release-revoked') noteRevoked(id, null)
        else refuse(id, asked.why)
        continue
      }
      const { index } = asked.answer
      record.published = { index, pin, at: record.published?.at ?? new Date(clock.now()).toISOString() }
      store.writeRecord(release)
      log({ event: 'release-published', id, index })
    }
  }

  function refuse(id: string, why: string): void {
    refusedUntil.set(id, clock.now() + refusedMs)
    log({ level: 'error', event: 'release-refused', id, reason: why, retriesAfterMs: refusedMs })
  }

  function candidate(): StoredRelease | undefined {
    const now = clock.now()
    return newestOf(
      [...releases.values()].filter(
        ({ id, record, manifest }) =>
          record.revoked === null &&
          record.published?.pin === pin &&
          manifest.expires > now &&
          (refusedUntil.get(id) ?? 0) <= now,
      ),
    )
  }

  /** Some release could be in force in a moment. */
  function mayCome(): boolean {
    const now = clock.now()
    return [...releases.values()].some(
      ({ id, record, manifest }) =>
        record.revoked === null && manifest.expires > now && (refusedUntil.get(id) ?? 0) <= now,
    )
  }

  async function keepInForce(): Promise<void> {
    const release = candidate()
    if (release === undefined) return
    const { id } = release
    const age = (at: string): number => clock.now() - Date.parse(at)
    if (inForce?.id === id && age(inForce.at) < inForceMs) return
    if (inForce === null && bundle?.id === id && age(bundle.at) < inForceMs) return
    const asked = await ask('release-in-force', { id })
    if (asked.kind === 'answer') inForce = { id, ...asked.answer }
    else if (asked.kind === 'denied') {
      if (asked.code === 'release-revoked') noteRevoked(id, null)
      else if (asked.code === 'release-unknown') release.record.published = null
      else refuse(id, asked.why)
    }
  }

  /** @returns whether there is something that is still to be proven. */
  async function prove(): Promise<boolean> {
    if (inForce === null || bundle?.at === inForce.at || root === null) return false
    const { id, index, at } = inForce
    const release = releases.get(id)
    if (release === undefined) return false
    const asked = await ask('release-proof', { index })
    if (asked.kind !== 'answer') return asked.kind === 'denied'
    const hashes = asked.answer.hashes.map((hash) => decodeBase64(hash)!)
    const { manifestText: manifest, signatures } = release
    const made = makeBundle({ manifest, signatures, root, at, index, note: asked.answer.note, hashes })
    if (made === null) {
      tell('unwitnessed', {
        level: 'error',
        event: 'release-unwitnessed',
        reason: 'A witness of the trust root has not cosigned the newest checkpoint.',
      })
      return false
    }
    const text = JSON.stringify(made)
    const checked = verifyBundle(made, pin, clock.now())
    if (checked.kind === 'invalid') throw new Error(`The bundle of ${id} does not hold: ${checked.fault}`)
    putBundle({ text, id, at })
    tell(`in force ${id}`, { event: 'release-in-force', id, index })
    return false
  }

  function putBundle(next: typeof bundle): void {
    bundle = next
    store.writeBundle(next === null ? null : next.text)
    if (next !== null) first.resolve()
  }

  function prune(): void {
    const now = clock.now()
    for (const [id, { manifest, record }] of releases) {
      if (Date.parse(manifest.issued) + keptMs > now || id === bundle?.id) continue
      // Of what was revoked the record stays, or local keys would sign the same build again.
      if (record.revoked !== null && built !== null && keys !== null) continue
      releases.delete(id)
      store.remove(id)
    }
  }

  async function step(): Promise<number> {
    await settleRootWhereMissing()
    await takeRevocations()
    takeHanded()
    reissue()
    await publish()
    await keepInForce()
    const proving = await prove()
    if (bundle !== null && Date.parse(bundle.at) < clock.now() - inForceMsMax)
      tell(`stale ${bundle.at}`, {
        level: 'error',
        event: 'release-bundle-stale',
        means: 'No loader opens a frame any more until the keyholder and its witnesses are back.',
      })
    prune()
    if (!mayCome()) first.resolve()
    return proving ? provingMs : lookMs
  }

  const settleRootWhereMissing = async (): Promise<void> => (root === null ? settleRoot() : undefined)

  function goOn(): void {
    if (closed || running !== null) return
    if (timer !== null) clearTimeout(timer)
    running = step()
      .catch((fault: unknown) => {
        log({ level: 'error', event: 'releases-fault', reason: String(fault) })
        return lookMs
      })
      .then((afterMs) => {
        running = null
        if (!closed) timer = setTimeout(goOn, afterMs)
      })
  }

  /** The last one serves on while nobody contradicts it. */
  function resume(): void {
    const text = store.bundle()
    if (text === null) return
    const checked = verifyBundle(parse(text), pin, clock.now())
    if (checked.kind === 'valid' && releases.get(checked.id)?.record.revoked === null)
      putBundle({ text, id: checked.id, at: checked.at })
  }

  async function rowOf(tenant: string, release: StoredRelease): Promise<ReleaseRow> {
    const { id, manifest, record } = release
    return {
      id,
      version: manifest.version,
      commit: manifest.commit,
      publishedAt: record.published!.at,
      expiresAt: new Date(manifest.expires).toISOString(),
      publishedEntry: record.published!.index,
      revokedAt: record.revoked?.at ?? null,
      revokedEntry: record.revoked?.index ?? null,
      attestations: root === null ? 0 : attestationsOf(manifest, root),
      inForce: bundle?.id === id,
      viewsLastHour: await options.viewsLastHour(tenant, id),
    }
  }

  await settleRoot()
  if (root !== null) useRoot(root)
  resume()
  reissue()
  pinNewest()
  keyholder.onConnected(goOn)
  goOn()

  return {
    loader: () => loader,
    beside: (name) => loaders.get(name),
    served: () => bundle?.id ?? null,
    isRevoked: (id) => (releases.get(id)?.record.revoked ?? null) !== null,
    onRevoked: (listener) => void revokedListeners.push(listener),
    release(id) {
      const release = releases.get(id)
      return release && { ...release, isRevoked: release.record.revoked !== null }
    },
    async bundle() {
      if (bundle === null) await first.promise
      return bundle?.text ?? null
    },
    rootText: () => (root === null ? null : spellRoot(root)),
    rows: (tenant) =>
      Promise.all(
        [...releases.values()]
          .filter(({ record }) => record.published !== null)
          .sort(byIssue)
          .reverse()
          .map((release) => rowOf(tenant, release)),
      ),
    async row(tenant) {
      const release = bundle === null ? undefined : releases.get(bundle.id)
      return release?.record.published == null ? null : rowOf(tenant, release)
    },
    isLocal: () => keys !== null,
    async close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      clearTimeout(firstLimit)
      first.resolve()
      await running
    },
  }
}

const byIssue = (one: StoredRelease, other: StoredRelease): number =>
  Date.parse(one.manifest.issued) - Date.parse(other.manifest.issued)

function newestOf(releases: readonly StoredRelease[]): StoredRelease | undefined {
  return [...releases].sort(byIssue).at(-1)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (caught) {
    if (caught instanceof SyntaxError) return null
    throw caught
  }
}
