import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'

/**
 * What the desk loads before the inbox is usable, brotli, and with the conversation that follows unasked. A person
 * on a hotel's network signs in within seconds.
 */
const firstLoadBytesMax = 170_000
const deskBytesMax = 180_000

const folder = resolve(import.meta.dirname, '..')
const dist = resolve(folder, '../../.cache/console-test', `first-load-${process.pid}`)
after(() => rmSync(dist, { recursive: true, force: true }))

test('the first load stays within its budget, and no page holds a script or style of its own', async (t) => {
  await build({ root: folder, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } })
  const page = readFileSync(resolve(dist, 'index.html'), 'utf8')
  const loaded = [...page.matchAll(/(?:href|src)="\/desk\/([^"]+)"/g)].map(([, file]) => file!)
  assert.ok(loaded.some((file) => file.endsWith('.js')) && loaded.some((file) => file.endsWith('.css')))
  const bytes = loaded.reduce(
    (sum, file) => sum + brotliCompressSync(readFileSync(resolve(dist, file))).length,
    0,
  )
  const more = readdirSync(resolve(dist, 'assets')).filter((file) =>
    /^conversation-pane-.*\.(js|css)$/.test(file),
  )
  assert.ok(more.length > 0)
  const desk = more.reduce(
    (sum, file) => sum + brotliCompressSync(readFileSync(resolve(dist, 'assets', file))).length,
    bytes,
  )
  t.diagnostic(`with the conversation: ${desk} bytes brotli`)
  assert.ok(desk <= deskBytesMax, `${desk} bytes with the conversation`)
  t.diagnostic(`first load: ${bytes} bytes brotli in ${loaded.length + 1} requests`)
  assert.ok(bytes <= firstLoadBytesMax, `${bytes} bytes`)
  assert.doesNotMatch(page, /<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/i)
})
