import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { policyFits } from '../../release/src/manifest.ts'
import { pinLoader, pinOf, pinPlaceholder } from '../../release/src/root.ts'
import { releaseWorld } from '../../release/test/release-world.ts'
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
  const files = readdirSync(folders[0]!, { recursive: true }).map(String)
  assert.deepEqual(readdirSync(folders[1]!, { recursive: true }), files)
  for (const file of files.filter((each) => each !== 'release'))
    assert.equal(read(0, file), read(1, file), file)
})

test('loader and frame are within their budgets', () => {
  assert.ok(manifest.loader.brotli <= loaderBytesMax, `${manifest.loader.brotli} B`)
  assert.equal(loaderBytesMax, 2_048)
  assert.equal(usableBytesMax, 25_600)
  assert.match(lines.at(-1)!, /until usable \d+ of 25600 B gzip/)
})

test('a loader with its pin is what was built, named by what it is, and within the budget', () => {
  const template = readFileSync(path.join(folders[0]!, manifest.loader.template))
  for (const start of [0, 1, 2]) {
    const pin = pinOf(releaseWorld(start).root)
    const loader = pinLoader(template, pin)
    assert.match(loader.name, /^loader\.[0-9a-f]{8}\.js$/)
    assert.equal(loader.content.length, template.length)
    assert.ok(loader.content.includes(pin) && !loader.content.includes(pinPlaceholder))
    assert.ok(brotliCompressSync(loader.content).length <= loaderBytesMax)
  }
})

const digest = (file: string): string =>
  'sha384-' + createHash('sha384').update(read(0, file)).digest('base64')

test('the manifest names every file of the release by what it is, and nothing else is in its folder', () => {
  assert.deepEqual(Object.keys(manifest.files), readdirSync(path.join(folders[0]!, 'release')).sort())
  for (const [file, integrity] of Object.entries(manifest.files))
    assert.equal(integrity, digest(`release/${file}`))
  assert.equal(manifest.launcher.integrity, digest(manifest.launcher.file))
  assert.ok(policyFits(manifest.csp, manifest.files))
})

test('a document runs one script and has one style, both by the digests of the policy', () => {
  const documents = Object.keys(manifest.files).filter((file) => file.endsWith('.html'))
  assert.deepEqual(documents, ['ar.html', 'de.html', 'en.html', 'es.html'])
  for (const document of documents) {
    const html = read(0, `release/${document}`)
    const scripts = [...html.matchAll(/<script src="([^"]+)"[^>]* integrity="([^"]+)"><\/script>/g)]
    assert.equal(scripts.length, 1)
    assert.equal(html.split('<script').length, 2)
    const [, file, integrity] = scripts[0]!
    assert.equal(integrity, manifest.files[file!])
    assert.ok(manifest.csp.includes(`'${integrity}'`))
    const [, style] = /<style>(.*)<\/style>/s.exec(html)!
    const hash = createHash('sha384').update(style!).digest('base64')
    assert.ok(manifest.csp.includes(`style-src 'sha384-${hash}';`))
    assert.doesNotMatch(html, /<link|<meta http-equiv|\son\w+=/)
  }
})

test('no policy has an unsafe source, and no built script turns text into code or markup', () => {
  assert.doesNotMatch(manifest.csp, /unsafe|\*|data:|https?:/)
  for (const file of ['loader.js', 'release/en.js', 'release/ar.js', 'release/de.js', 'release/es.js'])
    assert.doesNotMatch(
      read(0, file),
      /\beval\(|new Function|insertAdjacentHTML|outerHTML|document\.write/,
      file,
    )
  assert.doesNotMatch(read(0, 'loader.js'), /innerHTML|\.style=|cssText|<style/)
})
