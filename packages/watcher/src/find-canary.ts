/**
 * Finds a canary's number in what a browser sent, in whatever spelling a script gave it. The number is random and was
 * typed into one form in one run: where it is found, that form's content was on its way to that address. This is
 * proof, not suspicion. What is not found here proves nothing: docs/watcher.md says what cannot be found.
 */
import type { Canary } from './canary.ts'
import { openCanaryForms, viewOf } from './canary-forms.ts'
import { layersOf } from './decode-layers.ts'
import type { Sent } from './sent.ts'
import { findSplit } from './split-pieces.ts'

export interface CanaryFinding {
  /** Places in the list of what was sent: one, or several for a number that left in pieces. */
  sent: number[]
  /** Place in the list of canaries. */
  canary: number
  /** From the outermost to the innermost: `base64 › xor with a key of 2 bytes`. */
  encoding: string
  /** `address`, `header Cookie`, `body`, `frame`, `packet`, `name`; `pieces`. */
  where: string
  url: string
  /** For pieces: at most this probability of being there by chance. null: the whole number stood there. */
  chance: number | null
}

/** Of one part: what is longer is searched at its beginning. */
const partBytesMax = 4_000_000

/** @param sent in the order in which it left; leave out what went to hosts that may have card data. */
export function findCanary(sent: readonly Sent[], canaries: readonly Canary[]): CanaryFinding[] {
  const forms = canaries.map(({ number }) => openCanaryForms(number))
  const found: CanaryFinding[] = []
  const seen = new Set<string>()
  for (const [at, each] of sent.entries())
    for (const { where, bytes } of partsOf(each)) {
      // The same header goes with every request.
      const key = `${where} ${each.url} ${bytes.toString('latin1')}`
      if (seen.has(key)) continue
      seen.add(key)
      const open = new Set(canaries.keys())
      for (const layer of layersOf(bytes)) {
        const view = viewOf(layer.bytes, layer.text)
        for (const canary of open) {
          const form = forms[canary]!.in(view)
          if (form === null) continue
          open.delete(canary)
          const encoding = [...layer.path, ...(form === 'plain' && layer.path.length > 0 ? [] : [form])].join(
            ' › ',
          )
          found.push({ sent: [at], canary, encoding, where, url: each.url, chance: null })
        }
        if (open.size === 0) break
      }
    }
  const whole = new Set(found.flatMap(({ sent: places }) => places))
  const rest = sent.map((each, at) => (whole.has(at) ? { ...each, url: '', headers: [], body: none } : each))
  for (const [canary, { number }] of canaries.entries())
    for (const split of findSplit(rest, number))
      found.push({
        sent: split.sent,
        canary,
        encoding: split.encoding,
        where: 'pieces',
        url: sent[split.sent[0]!]!.url,
        chance: split.chance,
      })
  return found
}

const none = new Uint8Array(0)

function* partsOf(each: Sent): Generator<{ where: string; bytes: Buffer }> {
  if (each.kind === 'name') yield { where: 'name', bytes: Buffer.from(each.url) }
  else if (each.url !== '') yield { where: 'address', bytes: Buffer.from(each.url) }
  for (const [name, value] of each.headers)
    yield { where: `header ${name}`, bytes: Buffer.from(value, 'latin1') }
  if (each.body.length > 0)
    yield {
      where: each.kind === 'frame' || each.kind === 'packet' ? each.kind : 'body',
      bytes: Buffer.from(each.body.subarray(0, partBytesMax)),
    }
}
