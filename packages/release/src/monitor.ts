/** Follows a log from outside and raises the alarm for a release that nobody could build again. */
import { sameBytes } from '@candor/ledger/bytes.ts'
import { verifyCheckpoint, type TrustedKeys } from '@candor/ledger/checkpoint.ts'
import { parseEntry, type Entry } from '@candor/ledger/entry.ts'
import { growTree } from '@candor/ledger/growing-tree.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { decodeNote, parseVkey } from '@candor/ledger/signed-note.ts'
import { readBundleIfThere } from '@candor/ledger/tile-proofs.ts'
import { StorageFault, type TileReader } from '@candor/ledger/tile-storage.ts'
import { checkpointPath, tileWidth, widthOf } from '@candor/ledger/tiles.ts'
import { parseManifest, policyFits, releaseIdOf, type ReleaseManifest } from './manifest.ts'
import type { ReleaseRoot } from './root.ts'
import { NotServed } from './served-release.ts'
import { attestationsOf } from './verify-release.ts'

export const monitorAlarms = {
  'release-unattested': 'A release stands in the log that two builders have not built from its sources.',
  'release-unseen': 'A release stands in the log whose manifest cannot be had: nobody can say what it is.',
  'release-open-policy': 'A release allows its frame more than its own scripts.',
  'release-past-its-time': 'The log says in force of a release that has expired.',
  'release-revived': 'The log says in force of a release that was revoked.',
  'release-from-nowhere': 'The log says in force of a release that was never published.',
  'log-broken': 'The log does not hold.',
  'log-silent': 'The log cannot be read.',
} as const

export interface MonitorAlarm {
  alarm: keyof typeof monitorAlarms
  at: string
  says: string
  release?: string
  /** Entry of the log. */
  entry?: number
  detail?: string
}

export interface ReleaseMonitor {
  /** Reads on, from the entry after the last. @returns what is new to alarm about. */
  look(): Promise<MonitorAlarm[]>
  /** Entries that were read, all of which hash to the checkpoint that the log and its witnesses signed. */
  readonly size: number
  /** A manifest was asked for in vain, and not for long enough to say that it cannot be had. */
  readonly isWaiting: boolean
}

/** Three tries, ten seconds apart; the alarm has to come within a minute. */
const unseenMs = 25_000
const silentMs = 30_000
/** A release lives seven days; what is older is not served any more, and not asked for. */
const servedMs = 8 * 86_400_000
/** As many as are published in ten years; of the oldest it is forgotten that they were there. */
const releasesMax = 2_000

/** Asked for at once; the rest at the next look. */
const askedAtOnceMax = 16
/** Of a log that does nothing but raise alarms the first say enough. */
const alarmsHeldMax = 1_000

/** A release as the log tells it. */
interface Seen {
  publishedAt: string
  entry: number
  manifest: ReleaseManifest | null
  /** When its manifest was first asked for in vain. */
  missingSinceMs: number | null
  isRevoked: boolean
  inForce: { at: string; entry: number } | null
  raised: Set<MonitorAlarm['alarm']>
}

export function openMonitor(options: {
  reader: TileReader
  root: ReleaseRoot
  /** Text of the manifest. @throws NotServed */
  manifestOf(id: string): Promise<string>
  now(): number
}): ReleaseMonitor {
  const { reader, root, now } = options
  const trusted: TrustedKeys = {
    logKey: parseVkey(nodeCrypto, root.log)!,
    witnessKeys: root.witnesses.map((vkey) => parseVkey(nodeCrypto, vkey)!),
    quorum: root.witnesses.length,
  }
  const seen = new Map<string, Seen>()
  let tree = growTree(nodeCrypto)
  let verified = 0
  /** Not told before the entries that they are about are known to be those that were signed. */
  let alarms: MonitorAlarm[] = []
  let silentSinceMs: number | null = null
  let state: 'good' | 'silent' | 'broken' = 'good'

  function raise(alarm: MonitorAlarm['alarm'], more: Omit<MonitorAlarm, 'alarm' | 'at' | 'says'> = {}): void {
    if (alarms.length < alarmsHeldMax)
      alarms.push({ alarm, at: new Date(now()).toISOString(), says: monitorAlarms[alarm], ...more })
  }

  function raiseOf(id: string, of: Seen, alarm: MonitorAlarm['alarm'], entry: number, detail?: string): void {
    if (of.raised.has(alarm)) return
    of.raised.add(alarm)
    raise(alarm, { release: id, entry, ...(detail === undefined ? {} : { detail }) })
  }

  /** Whatever it says next is read from its first entry again. */
  function broken(detail: string): void {
    alarms = []
    if (state !== 'broken') raise('log-broken', { detail })
    state = 'broken'
    seen.clear()
    tree = growTree(nodeCrypto)
    verified = 0
  }

  function take(index: number, entry: Entry): void {
    const id = entry.request
    if (entry.type !== 'release' || id === undefined) return
    const known = seen.get(id)
    if (entry.outcome === 'published' && known === undefined) {
      if (seen.size >= releasesMax) seen.delete(seen.keys().next().value!)
      seen.set(id, {
        publishedAt: entry.at,
        entry: index,
        manifest: null,
        missingSinceMs: null,
        isRevoked: false,
        inForce: null,
        raised: new Set(),
      })
    } else if (entry.outcome === 'revoked' && known !== undefined) known.isRevoked = true
    else if (entry.outcome === 'in-force') {
      if (known === undefined) raise('release-from-nowhere', { release: id, entry: index })
      else {
        known.inForce = { at: entry.at, entry: index }
        if (known.isRevoked) raiseOf(id, known, 'release-revived', index)
      }
    }
  }

  /** @returns whether it holds, up to its newest checkpoint. @throws StorageFault */
  async function readLog(): Promise<boolean> {
    const bytes = await reader.read(checkpointPath)
    const note = bytes === null ? null : decodeNote(bytes)
    if (note === null) throw new StorageFault('There is no checkpoint.')
    const checked = verifyCheckpoint(note, trusted)
    if (checked.kind === 'invalid') {
      broken(`The checkpoint: ${checked.why}.`)
      return false
    }
    const { size, root: signed } = checked.checkpoint
    if (size < tree.size) {
      broken(`It had ${tree.size} entries, and has ${size}.`)
      return false
    }
    while (tree.size < size) {
      const position = Math.floor(tree.size / tileWidth)
      const width = widthOf(0, position, size)
      const bundle = await readBundleIfThere(reader, position, width)
      if (bundle === null || bundle.entries.length < width)
        throw new StorageFault(`Entries from ${position * tileWidth} on are missing.`)
      for (const each of bundle.entries.slice(tree.size % tileWidth)) {
        const entry = parseEntry(each)
        if (entry !== null) take(tree.size, entry)
        tree.addLeaf(tree.hashEntry(each))
      }
    }
    if (!sameBytes(tree.root(), signed)) {
      broken(`Its ${size} entries are not those that were signed.`)
      return false
    }
    verified = size
    state = 'good'
    return true
  }

  async function readManifest(id: string, of: Seen): Promise<void> {
    let why: string
    try {
      const text = await options.manifestOf(id)
      const manifest = releaseIdOf(text) === id ? parseManifest(text) : null
      if (manifest !== null) {
        of.manifest = manifest
        return
      }
      why = 'What is served is not the manifest of this id.'
    } catch (caught) {
      if (!(caught instanceof NotServed)) throw caught
      why = caught.message
    }
    of.missingSinceMs ??= now()
    if (now() - of.missingSinceMs >= unseenMs) raiseOf(id, of, 'release-unseen', of.entry, why)
  }

  function judge(id: string, of: Seen): void {
    const { manifest, inForce } = of
    if (manifest === null) return
    const attestations = attestationsOf(manifest, root)
    if (attestations < root.builders.length)
      raiseOf(id, of, 'release-unattested', of.entry, `${attestations} of ${root.builders.length} builders`)
    if (!policyFits(manifest.csp, manifest.files))
      raiseOf(id, of, 'release-open-policy', of.entry, manifest.csp)
    if (inForce !== null && Date.parse(inForce.at) > manifest.expires)
      raiseOf(id, of, 'release-past-its-time', inForce.entry)
  }

  return {
    get size() {
      return verified
    },
    get isWaiting() {
      return [...seen.values()].some(
        ({ manifest, missingSinceMs, raised }) =>
          manifest === null && missingSinceMs !== null && !raised.has('release-unseen'),
      )
    },
    async look() {
      try {
        const holds = await readLog()
        silentSinceMs = null
        if (holds) {
          const wanted = [...seen].filter(
            ([, { manifest, publishedAt }]) =>
              manifest === null && Date.parse(publishedAt) > now() - servedMs,
          )
          // The newest first: they are what visitors get.
          await Promise.all(
            wanted
              .reverse()
              .slice(0, askedAtOnceMax)
              .map(([id, of]) => readManifest(id, of)),
          )
          for (const [id, of] of seen) judge(id, of)
        }
      } catch (caught) {
        if (!(caught instanceof StorageFault)) throw caught
        silentSinceMs ??= now()
        if (state !== 'good' || now() - silentSinceMs < silentMs) return []
        state = 'silent'
        const held = alarms
        alarms = []
        raise('log-silent', { detail: caught.message })
        const [silent] = alarms
        alarms = held
        return [silent!]
      }
      const told = alarms
      alarms = []
      return told
    },
  }
}
