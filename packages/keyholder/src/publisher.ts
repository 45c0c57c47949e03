import { encodeBase64 } from '@candor/ledger/base64.ts'
import { bundledEntry, formatBundle } from '@candor/ledger/bundle.ts'
import { addCosignatures, parseCheckpoint, signCheckpoint } from '@candor/ledger/checkpoint.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { encodeLogKeys, logKeysPath } from '@candor/ledger/log-keys.ts'
import { noteSignatureType, parseVkey, signerOf } from '@candor/ledger/signed-note.ts'
import { openTileLog, unflushedMax } from '@candor/ledger/tile-log.ts'
import { tileProofs } from '@candor/ledger/tile-proofs.ts'
import { checkpointPath } from '@candor/ledger/tiles.ts'
import { formatProof } from '@candor/ledger/tlog-proof.ts'
import { openWitnessClient, type WitnessClient } from '@candor/ledger/witness-client.ts'
import type { Alarm, LogStatus } from './frames.ts'
import { JournalDamaged } from './journal.ts'
import type { StoredEntry } from './log-index.ts'

export interface LogKey {
  /** RFC 8032 private key, 32 bytes. */
  seed: Uint8Array
  publicKey: Uint8Array
}

export interface Witness {
  vkey: string
  url: string
}

/** Turns durable entries into tiles and checkpoints that others can verify. */
export interface Publisher {
  readonly vkey: string
  /** Ed25519 of the log's key over text that is no note; base64. */
  sign(text: string): string
  /**
   * These entries are on the disk. They are hashed as they come, a few at a time, so that a publication has nothing
   * left to do at once; what it finds missing it reads again.
   */
  durable(first: number, entries: readonly Uint8Array[]): void
  /** Everything durable now, under a checkpoint with its quorum. False when the witnesses did not give one. */
  publish(): Promise<boolean>
  /** A proof bundle of entries that lie below the last published checkpoint. */
  bundle(entries: readonly StoredEntry[]): Promise<string>
  /** Of an entry in the tree of the last published checkpoint; null while it is not in it. */
  prove(index: number): Promise<{ note: string; hashes: string[] } | null>
  status(): Omit<LogStatus, 'entries' | 'openings' | 'releases'>
  close(): Promise<void>
}

/** At least every 2 s under load is promised; a publication takes a part of that. */
const publishMs = 500
/** A witness takes 90 s of silence for a stopped log. */
const idlePublishMs = 25_000
/** A witness that has not cosigned for this long is an alarm; the promise is 2 minutes. */
const witnessSilentMs = 90_000
/** Hashed at one go, a quarter of a millisecond; openings wait no longer than that for a publication. */
const entriesPerStep = 64

interface Cosigner extends Witness {
  client: WitnessClient
  atMs: number | null
  askedSinceMs: number
  fault: string | null
  alarmed: boolean
}

export async function openPublisher(options: {
  folder: string
  origin: string
  key: LogKey
  witnesses: readonly Witness[]
  quorum: number
  now(): number
  log(event: Record<string, unknown>): void
  entries(from: number, limit: number): Promise<string[]>
  /** Entries below this are durable. */
  durable(): number
  alarm(kind: Alarm['kind'], detail: string): void
  fatal(fault: unknown): void
}): Promise<Publisher> {
  const { origin, now, quorum } = options
  const storage = folderStorage(options.folder)
  const signer = signerOf(nodeCrypto, origin, noteSignatureType, options.key.seed)
  const ed25519 = nodeCrypto.ed25519Key(options.key.seed)
  const tiles = await openTileLog({ crypto: nodeCrypto, reader: storage, writer: storage })
  if (tiles.size > options.durable())
    throw new JournalDamaged(
      `The published log has ${tiles.size} entries, the journal ends at ${options.durable()}: it was rolled back.`,
    )
  const cosigners: Cosigner[] = options.witnesses.map((witness) => {
    const verifier = parseVkey(nodeCrypto, witness.vkey)
    if (verifier === null) throw new Error(`${witness.vkey} is not the key of a witness.`)
    const client = openWitnessClient({ url: witness.url, verifier })
    return { ...witness, client, atMs: null, askedSinceMs: now(), fault: null, alarmed: false }
  })
  const witnessKeys = cosigners.map(({ vkey }) => vkey)
  const keys = encodeLogKeys({ origin, vkey: signer.vkey, witnesses: witnessKeys, quorum })
  await storage.write([{ path: logKeysPath, bytes: keys }])

  const former = await storage.read(checkpointPath)
  let published = former === null ? null : readPublished(new TextDecoder().decode(former))
  let chain: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  async function publishNow(): Promise<boolean> {
    const target = options.durable()
    while (tiles.size < target) {
      const texts = await options.entries(tiles.size, Math.min(entriesPerStep, target - tiles.size))
      if (texts.length === 0) throw new Error(`Entry ${tiles.size} is durable and cannot be found.`)
      await tiles.appendAt(
        tiles.size,
        texts.map((text) => Buffer.from(text)),
      )
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    const { size, root } = await tiles.flush()
    const checkpoint = signCheckpoint(origin, size, root, signer)
    const lines = await cosign(checkpoint, size)
    watch()
    if (lines.length < quorum) return false
    const whole = addCosignatures(checkpoint, lines)
    await storage.write([{ path: checkpointPath, bytes: Buffer.from(whole) }])
    published = { size, checkpoint: whole, atMs: now() }
    return true
  }

  async function cosign(checkpoint: string, size: number): Promise<string[]> {
    const proofs = tileProofs(nodeCrypto, storage, size)
    const lines = await Promise.all(
      cosigners.map(async (cosigner) => {
        const answer = await cosigner.client.cosign(checkpoint, size, async (oldSize) =>
          oldSize > size
            ? null
            : oldSize === 0 || oldSize === size
              ? []
              : await proofs.consistencyFrom(oldSize),
        )
        if (answer.kind === 'cosigned') {
          Object.assign(cosigner, { atMs: now(), fault: null, alarmed: false })
          return answer.line
        }
        cosigner.fault =
          answer.kind === 'ahead'
            ? `It knows a log of ${answer.size} entries, this one has ${size}.`
            : answer.kind === 'refused'
              ? `It refuses (${answer.status}): ${answer.says}`
              : `It cannot be reached: ${answer.why}`
        // A log that was set back or forked; no network does that.
        if (answer.kind !== 'unreachable' && !cosigner.alarmed) {
          cosigner.alarmed = true
          options.alarm('witness-refuses', `${nameOf(cosigner)}: ${cosigner.fault}`)
        }
        return null
      }),
    )
    return lines.filter((line) => line !== null)
  }

  function watch(): void {
    for (const cosigner of cosigners) {
      if (cosigner.alarmed || now() - (cosigner.atMs ?? cosigner.askedSinceMs) < witnessSilentMs) continue
      cosigner.alarmed = true
      options.alarm(
        'witness-silent',
        `${nameOf(cosigner)} has not cosigned for ${witnessSilentMs / 1_000} s.`,
      )
    }
  }

  function publish(): Promise<boolean> {
    const run = chain.then(publishNow)
    chain = run.catch(options.fatal)
    return run
  }

  /** From start to start: what a publication takes is not added to the time between two. */
  function schedule(afterMs: number): void {
    timer = setTimeout(() => {
      const startedAt = performance.now()
      const due =
        options.durable() > (published?.size ?? -1) || now() - (published?.atMs ?? 0) > idlePublishMs
      void (due ? publish() : Promise.resolve(true))
        .catch(() => undefined)
        .finally(() => closed || schedule(Math.max(0, publishMs - (performance.now() - startedAt))))
    }, afterMs)
  }
  schedule(publishMs)

  return {
    vkey: signer.vkey,
    sign: (text) => Buffer.from(ed25519.sign(Buffer.from(text))).toString('base64'),
    publish,

    durable(first, entries) {
      const waiting = tiles.size + entries.length - (published?.size ?? 0)
      if (first !== tiles.size || waiting > unflushedMax / 2) return
      tiles.append(entries)
    },

    async bundle(entries) {
      const { size, checkpoint } = published!
      const proofs = tileProofs(nodeCrypto, storage, size)
      const bundled = []
      for (const entry of entries) {
        if (entry.index >= size) continue
        const proof = formatProof({
          index: entry.index,
          hashes: await proofs.inclusion(entry.index),
          checkpoint,
        })
        bundled.push(
          bundledEntry(
            entry.index,
            Buffer.from(entry.entry),
            proof,
            entry.salt === null || entry.detail === null
              ? undefined
              : { salt: entry.salt, text: entry.detail },
          ),
        )
      }
      return formatBundle({
        format: 'candor proof bundle 1',
        log: { origin, vkey: signer.vkey },
        witnesses: witnessKeys,
        quorum,
        entries: bundled,
      })
    },

    async prove(index) {
      if (published === null || index >= published.size) return null
      const { size, checkpoint } = published
      const hashes = await tileProofs(nodeCrypto, storage, size).inclusion(index)
      return { note: checkpoint, hashes: hashes.map(encodeBase64) }
    },

    status: () => ({
      origin,
      vkey: signer.vkey,
      size: published?.size ?? 0,
      checkpointAt: published === null ? null : new Date(published.atMs).toISOString(),
      witnesses: cosigners.map(({ vkey, url, atMs, fault }) => ({
        vkey,
        url,
        at: atMs === null ? null : new Date(atMs).toISOString(),
        fault,
      })),
      quorum,
    }),

    async close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      await publish().catch(() => false)
    },
  }
}

/** What was published before this start; its age counts from now on. */
function readPublished(checkpoint: string): { size: number; checkpoint: string; atMs: number } | null {
  const parsed = parseCheckpoint(checkpoint)
  return parsed === null ? null : { size: parsed.checkpoint.size, checkpoint, atMs: 0 }
}

/** The key's name, as a person knows the witness. */
function nameOf({ vkey }: Witness): string {
  return `Witness ${vkey.split('+')[0]}`
}
