/**
 * A real access log in memory: entries, tree, checkpoints with two cosignatures and proof bundles are made with the
 * ledger as the keyholder makes them; only who may ask is left out.
 */
import { createHash } from 'node:crypto'
import type { AccessActor, AccessEntry, AccessLogStatus } from '@candor/protocol/api.ts'
import type { OpenProof } from '@candor/protocol/open-statement.ts'
import { bundledEntry, formatBundle } from '@candor/ledger/bundle.ts'
import { addCosignatures, signCheckpoint } from '@candor/ledger/checkpoint.ts'
import {
  commitDetail,
  encodeEntry,
  pseudonymOf,
  type EntryPurpose,
  type EntryType,
} from '@candor/ledger/entry.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { cosignatureType, noteSignatureType, signerOf } from '@candor/ledger/signed-note.ts'
import { openTileLog } from '@candor/ledger/tile-log.ts'
import { tileProofs } from '@candor/ledger/tile-proofs.ts'
import { memoryStorage } from '@candor/ledger/tile-storage.ts'
import { formatProof } from '@candor/ledger/tlog-proof.ts'

export interface Happening {
  at?: string
  type: EntryType
  purpose?: EntryPurpose
  outcome?: string
  range?: [number, number]
  actor?: AccessActor
  conversation?: string
  customer?: string
  offAssignment?: boolean
  afterHours?: boolean
  proof?: OpenProof
  what?: string
}

export interface EntryFilter {
  conversation?: string | null
  customer?: string | null
  /** `agent:<id>` */
  actor?: string | null
  from?: string | null
  until?: string | null
  type?: string | null
}

export interface FakeLog {
  append(happening: Happening): number
  /** Newest first. */
  entries(filter?: EntryFilter): AccessEntry[]
  bundle(filter?: EntryFilter): Promise<string>
  status(): AccessLogStatus
  /** What lies under /log/. */
  file(path: string): Promise<Uint8Array | null>
  /** Checkpoints stop here: what comes is durable, and not proven yet. */
  stopCheckpoints(on: boolean): void
  /** A log of other keys in the place of this one, as a vendor would show who began anew. */
  changeKey(): void
  /** Details about this conversation are deleted. */
  forget(conversation: string): void
}

interface Kept {
  happening: Happening & { at: string }
  entry: Uint8Array
  salt: Uint8Array
  text: string
  erased: boolean
}

const origin = 'aurelia.example/log'

export async function openFakeLog(now: () => number): Promise<FakeLog> {
  const storage = memoryStorage()
  const tiles = await openTileLog({ crypto: nodeCrypto, reader: storage, writer: storage })
  const kept: Kept[] = []
  let keyOf = 'log'
  let stopped = false
  let published: { size: number; note: string; at: string } | null = null
  const signer = () => signerOf(nodeCrypto, origin, noteSignatureType, seed(keyOf))
  const witnesses = ['witness.aurelia.example', 'witness.auditors.example'].map((name) =>
    signerOf(nodeCrypto, name, cosignatureType, seed(name)),
  )

  async function publish(): Promise<{ size: number; note: string; at: string }> {
    if (published && (stopped || published.size === tiles.size)) return published
    const { size, root } = await tiles.flush()
    const at = now()
    const checkpoint = signCheckpoint(origin, size, root, signer())
    const note = addCosignatures(
      checkpoint,
      witnesses.map((witness) =>
        witness.sign(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1), Math.floor(at / 1_000)),
      ),
    )
    await storage.write([{ path: 'checkpoint', bytes: Buffer.from(note) }])
    published = { size, note, at: new Date(at).toISOString() }
    return published
  }

  function matching(filter: EntryFilter = {}): number[] {
    return kept.flatMap(({ happening: one }, index) => {
      const { conversation, customer, actor, from, until, type } = filter
      const fits =
        (!conversation || one.conversation === conversation) &&
        (!customer || one.customer === customer) &&
        (!actor || (one.actor && `${one.actor.kind}:${one.actor.id}` === actor)) &&
        (!from || one.at >= from) &&
        (!until || one.at < until) &&
        (!type || one.type === type)
      return fits ? [index] : []
    })
  }

  return {
    append(what) {
      const happening = { ...what, at: what.at ?? new Date(now()).toISOString() }
      const salt = createHash('sha256').update(`salt ${kept.length}`).digest().subarray(0, 16)
      const { actor, conversation, customer, offAssignment, afterHours, proof } = happening
      // The keyholder's own order and spelling of a detail.
      const text = JSON.stringify({
        ...given('actor', actor),
        ...given('conversation', conversation),
        ...given('customer', customer),
        ...given('offAssignment', offAssignment || undefined),
        ...given('afterHours', afterHours || undefined),
        ...given('proof', proof),
        ...given('what', happening.what),
      })
      const entry = encodeEntry({
        v: 1,
        at: happening.at,
        type: happening.type,
        tenant: pseudonym('tenant'),
        ...given('actor', actor && pseudonym(actor.id)),
        ...given('conversation', conversation && pseudonym(conversation)),
        ...given('customer', customer && pseudonym(customer)),
        ...given('range', happening.range),
        ...given('purpose', happening.purpose),
        ...given('outcome', happening.outcome),
        ...given('request', proof && createHash('sha256').update(proof.signature).digest('base64url')),
        detail: commitDetail(nodeCrypto, salt, text),
      })
      const index = tiles.append([entry])
      kept.push({ happening, entry, salt, text, erased: false })
      return index
    },

    entries: (filter) =>
      matching(filter)
        .reverse()
        .map((index): AccessEntry => {
          const { happening: one, erased } = kept[index]!
          return {
            index,
            at: one.at,
            type: one.type,
            purpose: one.purpose ?? null,
            outcome: one.outcome ?? null,
            range: one.range ?? null,
            actor: erased ? null : (one.actor ?? null),
            conversation: erased ? null : (one.conversation ?? null),
            customer: erased ? null : (one.customer ?? null),
            pseudonyms: {
              actor: one.actor ? pseudonym(one.actor.id) : null,
              conversation: one.conversation ? pseudonym(one.conversation) : null,
              customer: one.customer ? pseudonym(one.customer) : null,
            },
            offAssignment: !erased && (one.offAssignment ?? false),
            afterHours: !erased && (one.afterHours ?? false),
            signed: !erased && one.proof !== undefined,
            what: erased ? null : (one.what ?? null),
            erased,
          }
        }),

    async bundle(filter) {
      const { size, note } = await publish()
      const proofs = tileProofs(nodeCrypto, storage, size)
      return formatBundle({
        format: 'candor proof bundle 1',
        log: { origin, vkey: signer().vkey },
        witnesses: witnesses.map(({ vkey }) => vkey),
        quorum: 2,
        entries: await Promise.all(
          matching(filter)
            .filter((index) => index < size)
            .map(async (index) => {
              const { entry, salt, text, erased } = kept[index]!
              const proof = formatProof({ index, hashes: await proofs.inclusion(index), checkpoint: note })
              return bundledEntry(index, entry, proof, erased ? undefined : { salt, text })
            }),
        ),
      })
    },

    status: () => ({
      origin,
      vkey: signer().vkey,
      size: published?.size ?? 0,
      entries: kept.length,
      checkpointAt: published?.at ?? null,
      quorum: 2,
      witnesses: witnesses.map(({ vkey }) => ({ vkey, at: published?.at ?? null, fault: null })),
    }),

    async file(path) {
      await publish()
      return storage.read(path)
    },
    stopCheckpoints: (on) => void (stopped = on),
    changeKey() {
      keyOf = 'another log'
      published = null
    },
    forget(conversation) {
      for (const one of kept)
        if (one.happening.conversation === conversation && one.happening.type !== 'erasure') one.erased = true
    },
  }
}

const seed = (name: string): Uint8Array => createHash('sha256').update(`seed ${name}`).digest()

const pseudonym = (id: string): string =>
  pseudonymOf(createHash('sha256').update(`pseudonym ${id}`).digest().subarray(0, 16))

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V })
}
