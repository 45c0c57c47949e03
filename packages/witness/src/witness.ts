/** c2sp.org/tlog-witness: cosigns a checkpoint when, and only when, it continues the last one it cosigned. */
import { sameBytes } from '@candor/ledger/bytes.ts'
import { addCosignatures, parseCheckpoint, type Checkpoint } from '@candor/ledger/checkpoint.ts'
import type { LedgerCrypto } from '@candor/ledger/ledger-crypto.ts'
import { emptyRoot, verifyConsistency } from '@candor/ledger/merkle-tree.ts'
import { signersOf, type NoteSigner, type NoteVerifier } from '@candor/ledger/signed-note.ts'
import { parseAddCheckpoint, sizeContentType, type AddCheckpoint } from '@candor/ledger/tlog-witness.ts'
import type { Alarm, Alarms } from './alarms.ts'
import type { Known, WitnessState } from './witness-state.ts'

export interface Witness {
  readonly vkey: string
  /** @param body of the request. @throws when the state could not be made durable; then nothing was cosigned. */
  addCheckpoint(body: string): Promise<Answer>
  status(): WitnessStatus
  /** Looks whether a log has stopped. To be called every few seconds. */
  checkStopped(): Promise<void>
}

export interface Answer {
  status: number
  contentType: string
  body: string
}

export interface WitnessStatus {
  witness: string
  logs: {
    origin: string
    size: number
    /** The newest checkpoint with our cosignature; another way to it than through the log. */
    checkpoint: string
    /** Since the log was last heard of; since the start when it never was. */
    silentSeconds: number
  }[]
  alarms: readonly Alarm[]
}

/** Requests of one log that may wait for each other; a log sends one every 2 s. */
const waitingMax = 32

/** Trees cosigned earlier that are remembered: an older one that differs is a fork, not only a step back. */
const recentMax = 1_024

/**
 * @param options.logs the keys of the logs; the name of a key is the origin of its log.
 * @param options.stoppedAfterMs of silence a log counts as stopped.
 */
export async function openWitness(options: {
  crypto: LedgerCrypto
  signer: NoteSigner
  logs: readonly NoteVerifier[]
  state: WitnessState
  alarms: Alarms
  clock: { now(): number }
  stoppedAfterMs: number
}): Promise<Witness> {
  const { crypto, signer, state, alarms, clock, stoppedAfterMs } = options
  const startedAtMs = clock.now()
  const logs = new Map<string, WitnessedLog>()
  for (const key of options.logs) {
    const log = logs.get(key.name)
    if (log !== undefined) log.keys.push(key)
    else
      logs.set(key.name, {
        keys: [key],
        known: (await state.read(key.name)) ?? {
          checkpoint: { origin: key.name, size: 0, root: emptyRoot(crypto) },
          note: '',
          seenAtMs: startedAtMs,
        },
        heardAtMs: startedAtMs,
        recent: new Map(),
        turn: Promise.resolve(),
        waiting: 0,
      })
  }

  const judge = async (log: WitnessedLog, request: AddCheckpoint, offered: Checkpoint): Promise<Answer> => {
    const { known } = log
    const { origin } = offered
    const evidence = [known.note, request.checkpoint].filter((note) => note !== '')
    const forked = (why: string): Promise<void> => alarms.raise({ kind: 'log-forked', origin, why, evidence })

    const cosignedThen =
      offered.size === known.checkpoint.size && known.note !== ''
        ? known.checkpoint.root
        : log.recent.get(offered.size)
    const differs = cosignedThen !== undefined && !sameBytes(cosignedThen, offered.root)
    if (differs) await forked(`the log signed two trees of ${offered.size} entries with different roots`)
    else if (offered.size < known.checkpoint.size)
      await alarms.raise({
        kind: 'log-shrank',
        origin,
        why: `the log offers ${offered.size} entries after ${known.checkpoint.size}`,
        evidence,
      })
    else if (request.oldSize > known.checkpoint.size)
      await alarms.raise({
        kind: 'log-shrank',
        origin,
        why: `the log says that ${request.oldSize} entries were cosigned, this witness knows of ${known.checkpoint.size}: one of them was set back`,
        evidence,
      })

    if (request.oldSize > offered.size) return plain(400, 'the old size is larger than the checkpoint')
    if (request.oldSize !== known.checkpoint.size)
      return { status: 409, contentType: sizeContentType, body: `${known.checkpoint.size}\n` }
    if (differs) return plain(409, 'the root is not the one that was cosigned')
    const emptyIsRight = offered.size > 0 || sameBytes(offered.root, emptyRoot(crypto))
    const continues =
      emptyIsRight &&
      verifyConsistency(
        crypto,
        known.checkpoint.size,
        offered.size,
        known.checkpoint.root,
        offered.root,
        request.proof,
      )
    if (!continues) {
      await forked(
        `the log did not prove that its tree of ${offered.size} entries continues the one of ${known.checkpoint.size}`,
      )
      return plain(422, 'the consistency proof does not hold')
    }

    const now = clock.now()
    const { text } = parseCheckpoint(request.checkpoint)!.note
    const line = signer.sign(text, Math.floor(now / 1_000))
    const next: Known = {
      checkpoint: offered,
      note: addCosignatures(ownNote(request.checkpoint, log.keys), [line]),
      seenAtMs: now,
    }
    // "The witness MUST persist the new checkpoint before responding."
    await state.save(next)
    log.recent.set(offered.size, offered.root)
    if (log.recent.size > recentMax) log.recent.delete(log.recent.keys().next().value!)
    log.known = next
    log.heardAtMs = now
    await alarms.end(
      (alarm) =>
        alarm.origin === origin &&
        // A proof that was wrong once and right the second time was a fault of the one who sent it.
        (alarm.kind === 'log-stopped' || (alarm.kind === 'log-forked' && isOf(alarm, offered))),
    )
    return { status: 200, contentType: 'text/plain; charset=utf-8', body: `${line}\n` }
  }

  return {
    vkey: signer.vkey,

    async addCheckpoint(body) {
      const request = parseAddCheckpoint(body)
      const parsed = request && parseCheckpoint(request.checkpoint)
      if (!request || !parsed) return plain(400, 'not an add-checkpoint request')
      const log = logs.get(parsed.checkpoint.origin)
      if (log === undefined) return plain(404, 'this witness does not know the log')
      const signers = signersOf(parsed.note, log.keys)
      if (signers.kind === 'forged' || signers.signers.length === 0)
        return plain(403, 'the log has not signed the checkpoint')
      if (log.waiting >= waitingMax) return plain(503, 'too many requests for this log wait')
      // Checking the old size and persisting the new one must not be interleaved with another request's.
      log.waiting++
      const answer = log.turn.then(() => judge(log, request, parsed.checkpoint))
      log.turn = answer.then(
        () => {},
        () => {},
      )
      try {
        return await answer
      } finally {
        log.waiting--
      }
    },

    status: () => ({
      witness: signer.vkey,
      logs: [...logs].map(([origin, { known, heardAtMs }]) => ({
        origin,
        size: known.checkpoint.size,
        checkpoint: known.note,
        silentSeconds: Math.floor((clock.now() - heardAtMs) / 1_000),
      })),
      alarms: alarms.list,
    }),

    async checkStopped() {
      for (const [origin, { known, heardAtMs }] of logs)
        if (clock.now() - heardAtMs > stoppedAfterMs)
          await alarms.raise({
            kind: 'log-stopped',
            origin,
            why: `no checkpoint for ${stoppedAfterMs / 1_000} s`,
            evidence: known.note === '' ? [] : [known.note],
          })
    },
  }
}

interface WitnessedLog {
  keys: NoteVerifier[]
  known: Known
  /** When this process last heard of it, or started: time that the witness itself was down accuses nobody. */
  heardAtMs: number
  recent: Map<number, Uint8Array>
  /** The end of the request before. */
  turn: Promise<void>
  waiting: number
}

/** The checkpoint with the log's own signatures only: others' lines are not ours to keep or to publish. */
function ownNote(checkpoint: string, keys: readonly NoteVerifier[]): string {
  const { note } = parseCheckpoint(checkpoint)!
  const own = note.signatures.filter(({ name, keyId }) =>
    keys.some((key) => key.name === name && key.keyId === keyId),
  )
  return `${note.text}\n${own.map(({ line }) => `${line}\n`).join('')}`
}

/** Whether the alarm was about this very tree. */
function isOf(alarm: Alarm, checkpoint: Checkpoint): boolean {
  const offered = parseCheckpoint(alarm.evidence.at(-1) ?? '')?.checkpoint
  return offered?.size === checkpoint.size && sameBytes(offered.root, checkpoint.root)
}

const plain = (status: number, says: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${says}\n`,
})
