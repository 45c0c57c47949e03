/** The log's side of c2sp.org/tlog-witness. */
import { cosignatureType, parseNote, signersOf, type NoteVerifier } from './signed-note.ts'
import { addCosignatures } from './checkpoint.ts'
import type { Hash } from './merkle-tree.ts'
import { formatAddCheckpoint, sizeContentType } from './tlog-witness.ts'

export interface WitnessClient {
  readonly verifier: NoteVerifier
  /**
   * Asks for a cosignature. Remembers how far the witness has come, and asks once more with the right proof when the
   * witness knew another size. Never throws for what a witness or a network may do.
   * @param proveFrom the consistency proof from an older size to the checkpoint's; null where the log cannot give one,
   * because it never had that size.
   */
  cosign(
    checkpoint: string,
    size: number,
    proveFrom: (oldSize: number) => Promise<Hash[] | null>,
  ): Promise<CosignAnswer>
}

export type CosignAnswer =
  /** `line` is checked and fits below the checkpoint. */
  | { kind: 'cosigned'; line: string }
  /** The witness knows a tree that this log cannot continue: it was set back, or it forked. */
  | { kind: 'ahead'; size: number }
  | { kind: 'refused'; status: number; says: string }
  | { kind: 'unreachable'; why: string }

/** A checkpoint is due every 2 s under load; a witness that is slower than that is left out of it. */
const answerMsMax = 2_000
/** A cosignature line has some 150 characters. */
const answerCharsMax = 16_384

export function openWitnessClient(options: {
  /** The submission prefix. */
  url: string
  /** The witness's key, of type 0x04. */
  verifier: NoteVerifier
  fetch?: typeof fetch
  timeoutMs?: number
}): WitnessClient {
  const { verifier, timeoutMs = answerMsMax } = options
  const get = options.fetch ?? fetch
  if (verifier.type !== cosignatureType) throw new RangeError(`${verifier.name} is not the key of a witness`)
  const address = new URL('add-checkpoint', options.url.endsWith('/') ? options.url : `${options.url}/`)
  let knownSize = 0

  const ask = async (
    checkpoint: string,
    size: number,
    proof: readonly Hash[],
  ): Promise<CosignAnswer | { kind: 'knows'; size: number }> => {
    let response: Response
    let body: string
    try {
      response = await get(address, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: formatAddCheckpoint({ oldSize: knownSize, proof: [...proof], checkpoint }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
      body = await shortText(response)
    } catch (fault) {
      // fetch has no error of its own: a TypeError for the network, a DOMException for the time limit.
      if (!(fault instanceof TypeError || fault instanceof DOMException)) throw fault
      return { kind: 'unreachable', why: causeOf(fault) }
    }
    if (response.status === 409 && response.headers.get('content-type')?.split(';')[0] === sizeContentType) {
      const known = /^(0|[1-9]\d{0,15})\n$/.exec(body)
      if (known) return { kind: 'knows', size: Number(known[1]) }
    }
    if (response.status !== 200) return { kind: 'refused', status: response.status, says: body.slice(0, 200) }
    const note = parseNote(addCosignatures(checkpoint, body.replace(/\n$/, '').split('\n')))
    const checked = note && signersOf(note, [verifier])
    if (checked?.kind !== 'signers' || checked.signers.length === 0)
      return { kind: 'refused', status: 200, says: 'the cosignature does not hold' }
    knownSize = size
    return { kind: 'cosigned', line: checked.signers[0]!.signature.line }
  }

  return {
    verifier,
    async cosign(checkpoint, size, proveFrom) {
      // A second answer of another size would mean that somebody else feeds the same log to the witness.
      for (let attempt = 0; attempt < 2; attempt++) {
        if (knownSize > size) return { kind: 'ahead', size: knownSize }
        const proof = await proveFrom(knownSize)
        if (proof === null) return { kind: 'ahead', size: knownSize }
        const answer = await ask(checkpoint, size, proof)
        if (answer.kind !== 'knows') return answer
        knownSize = answer.size
      }
      return { kind: 'ahead', size: knownSize }
    },
  }
}

/** @throws TypeError, as fetch does, when the answer does not end. */
async function shortText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  if (response.body === null) return text
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > answerCharsMax) {
      await reader.cancel()
      throw new TypeError('the answer is too long')
    }
  }
}

const causeOf = (fault: Error): string =>
  fault.cause instanceof Error && 'code' in fault.cause ? String(fault.cause.code) : fault.message
