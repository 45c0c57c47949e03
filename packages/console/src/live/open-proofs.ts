/** Signatures for what is opened, made before they are needed: the connection asks for them and cannot wait. */
import { proofMsMax, type OpenProof } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { BrowserKey } from '../session/browser-key.ts'
import { Unreachable } from './api-client.ts'

export interface OpenProofs {
  /** What was signed last, as long as it counts. */
  proof(conversation: string): OpenProof | undefined
  /** @returns null when a fresh one is at hand, else a promise that resolves when it is, or cannot be made. */
  prepare(conversation: string): Promise<void> | null
  /** The server did not take it: signs again, with a new key where the signature was fresh. */
  renew(conversation: string): Promise<void>
}

/** A conversation that stays open is signed for again this often: a third of the time that a proof counts. */
export const resignMs = proofMsMax / 3
/** Rows that were hovered over; older ones are signed for again when they are opened. */
const proofsMax = 200

export function openProofs(parts: {
  /** Asked once, and again after it failed. */
  key(): Promise<BrowserKey>
  renewed(old: BrowserKey): Promise<BrowserKey>
  now(): number
}): OpenProofs {
  const proofs = new Map<string, { proof: OpenProof; at: number }>()
  const signing = new Map<string, Promise<void>>()
  let key: Promise<BrowserKey> | null = null
  let renewing: Promise<BrowserKey> | null = null

  const isFresh = (conversation: string): boolean => {
    const held = proofs.get(conversation)
    return held !== undefined && parts.now() - held.at < resignMs
  }

  function ownKey(): Promise<BrowserKey> {
    key ??= parts.key().catch((fault: unknown) => {
      key = null
      throw fault
    })
    return key
  }

  async function sign(conversation: string): Promise<void> {
    try {
      const at = parts.now()
      const proof = await (await ownKey()).sign(conversation)
      proofs.delete(conversation)
      proofs.set(conversation, { proof, at })
      if (proofs.size > proofsMax) proofs.delete(proofs.keys().next().value!)
    } catch (fault) {
      // Without a signature the server says what is missing, and that is told where the text would stand.
      if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
    } finally {
      signing.delete(conversation)
    }
  }

  function prepare(conversation: string): Promise<void> | null {
    if (isFresh(conversation)) return null
    let running = signing.get(conversation)
    if (!running) signing.set(conversation, (running = sign(conversation)))
    return running
  }

  // The first conversation should not wait for the key.
  void ownKey().catch((fault: unknown) => {
    if (!(fault instanceof Refusal || fault instanceof Unreachable)) throw fault
  })

  return {
    proof(conversation) {
      const held = proofs.get(conversation)
      return held && parts.now() - held.at < proofMsMax ? held.proof : undefined
    },
    prepare,
    async renew(conversation) {
      if (isFresh(conversation)) {
        const refused = proofs.get(conversation)!.proof.key
        proofs.clear()
        // Several conversations may be refused for the same key; one new key is enough.
        renewing ??= ownKey()
          .then((old) => (old.key === refused ? parts.renewed(old) : old))
          .finally(() => (renewing = null))
        const made = renewing
        key = made.catch((fault: unknown) => {
          key = null
          throw fault
        })
      }
      await prepare(conversation)
    },
  }
}
