import { proofHeader } from '@candor/protocol/open-statement.ts'
import { saveFile } from '../design/save-file.ts'
import { api } from '../live/api-client.ts'
import type { OpenProofs } from '../live/open-proofs.ts'

/** An export is an opening of its own: signed, an entry, and counted. @throws Refusal, Unreachable */
export async function downloadTranscript(proofs: OpenProofs, id: string): Promise<void> {
  await proofs.prepare(id)
  const proof = proofs.proof(id)
  const headers = proof && { [proofHeader]: `${proof.key} ${proof.at} ${proof.signature}` }
  const text = await api.text(`/conversations/${id}/transcript`, undefined, headers)
  saveFile(`conversation-${id}.txt`, text, 'text/plain')
}
