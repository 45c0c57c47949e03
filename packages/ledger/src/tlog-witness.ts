/** The words of c2sp.org/tlog-witness, for both sides. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { hashBytes } from './ledger-crypto.ts'
import type { Hash } from './merkle-tree.ts'
import { noteCharsMax } from './signed-note.ts'

export interface AddCheckpoint {
  oldSize: number
  proof: Hash[]
  /** The signed note. */
  checkpoint: string
}

/** Content type of the 409 that tells the size of the latest cosigned checkpoint. */
export const sizeContentType = 'text/x.tlog.size'

/** "The client MUST NOT send more than 63 consistency proof lines." */
export const proofLinesMax = 63

/** An old size line, 63 hashes and a checkpoint. */
export const addCheckpointBytesMax = noteCharsMax + 4_096

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${checkpoint}`
}

/** @returns null when the body is none: the witness answers 400. */
export function parseAddCheckpoint(body: string): AddCheckpoint | null {
  const split = body.indexOf('\n\n')
  if (split === -1) return null
  const [first, ...lines] = body.slice(0, split).split('\n')
  const old = /^old (0|[1-9]\d{0,15})$/.exec(first!)
  if (!old || !Number.isSafeInteger(Number(old[1])) || lines.length > proofLinesMax) return null
  const proof: Hash[] = []
  for (const line of lines) {
    const hash = decodeBase64(line)
    if (hash?.length !== hashBytes) return null
    proof.push(hash)
  }
  return { oldSize: Number(old[1]), proof, checkpoint: body.slice(split + 2) }
}
