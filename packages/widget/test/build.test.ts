import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { buildWidget, loaderBytesMax, usableBytesMax, type WidgetManifest } from '../build.ts'

const folders = [0, 1].map(() => mkdtempSync(path.join(tmpdir(), 'candor-widget-')))
const lines: string[] = []
let manifest: WidgetManifest
before(async () => {
  manifest = await buildWidget(folders[0], (line) => lines.push(line))
  await buildWidget(folders[1], () => {})
})
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

const read = (folder: number, file: string): string => readFileSync(path.join(folders[folder]!, file), 'utf8')

test('the same sources give the same bytes', () => {
  const files = readdirSync(folders[0]!)
  assert.deepEqual(readdirSync(folders[1]!), files)
  for (const file of files) assert.equal(read(0, file), read(1, file), file)
})

test('loader and frame are within their budgets', () => {
  assert.ok(manifest.loader.brotli <= loaderBytesMax, `${manifest.loader.brotli} B`)
  assert.equal(loaderBytesMax, 2_048)
  assert.equal(usableBytesMax, 25_600)
  assert.match(lines.at(-1)!, /until usable \d+ of 25600 B gzip/)
})

test('every script and style of a document is pinned by what it is', () => {
  const digest = (file: string): string =>
    'sha384-' + createHash('sha384').update(read(0, file)).digest('base64')
  for (const document of Object.values(manifest.frame.languages)) {
    const parts = [
      ...read(0, path.basename(document)).matchAll(/(?:href|src)="([^"]+)"[^>]*? integrity="([^"]+)"/g),
    ]
    assert.equal(parts.length, 2, document)
    for (const [, file, integrity] of parts) assert.equal(integrity, digest(file!))
  }
  assert.equal(manifest.loader.integrity, digest(path.basename(manifest.loader.path)))
})

test('no policy has an unsafe source, and no built script turns text into code or markup', () => {
  assert.doesNotMatch(manifest.frame.csp, /unsafe|\*|data:/)
  for (const file of readdirSync(folders[0]!).filter((each) => /^(loader|frame).*\.js$/.test(each)))
    assert.doesNotMatch(
      read(0, file),
      /\beval\(|new Function|insertAdjacentHTML|outerHTML|document\.write/,
      file,
    )
  assert.doesNotMatch(read(0, path.basename(manifest.loader.path)), /innerHTML|\.style=|cssText|<style/)
})
