import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { differencesOf } from '../src/attest-build.ts'
import { billOfMaterials } from '../src/bill-of-materials.ts'
import { buildRelease, ownProject } from '../src/isolated-sources.ts'
import { buildStatement, integrityOf, policyFits } from '../src/manifest.ts'
import { pinPlaceholder } from '../src/root.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'candor-builds-'))
after(() => rmSync(folder, { recursive: true, force: true }))
// A process of its own for each build, with esbuild: seconds on a machine that does other things too.
const bounded = { timeout: 120_000 }

test('two builds of copies in different folders give the same bytes', bounded, () => {
  const [near, far] = ['a', 'another/folder with a longer name'].map((name) => path.join(folder, name))
  for (const each of [near!, far!]) mkdirSync(each, { recursive: true })
  const [one, other] = [buildRelease(ownProject, near), buildRelease(ownProject, far)]
  assert.ok(one.files.size >= 11, [...one.files.keys()].join())
  for (const [name, content] of one.files) assert.ok(content.equals(other.files.get(name)!), name)
  assert.ok(one.sbom.equals(other.sbom))
  assert.deepEqual(one.build, other.build)
  assert.equal(buildStatement(one.build), buildStatement(other.build))
  assert.deepEqual(differencesOf(one, other), [])
  for (const each of [near!, far!])
    assert.equal(existsSync(path.join(each, 'packages')), false, 'it cleans up')
  for (const [name, content] of one.files) {
    assert.equal(content.includes(folder), false, `${name} names the folder that it was built in`)
    assert.equal(integrityOf(content), one.build.files[name])
  }

  // The loader is released as a template, and what may run in the frame is what was built.
  assert.equal(one.files.get('loader.js')!.toString().split(pinPlaceholder).length, 2)
  assert.ok(policyFits(one.build.csp, one.build.files), one.build.csp)

  const altered = { ...other, files: new Map(other.files) }
  const skimmer = Buffer.from(other.files.get('en.js')!)
  skimmer[100]! ^= 1
  altered.files.set('en.js', skimmer).delete('de.js')
  assert.deepEqual(differencesOf(one, altered), ['de.js is missing', 'en.js has other bytes'])
  assert.deepEqual(differencesOf({ ...one, build: { ...one.build, csp: 'x' } }, other).length, 1)
})

test('the bill of materials names what is in the files, with the hashes of the lock, and the tool that made them', () => {
  const lock = readFileSync(path.join(ownProject, 'package-lock.json'), 'utf8')
  const bill = JSON.parse(billOfMaterials(lock, '1.2.3').toString('utf8')) as {
    specVersion: string
    metadata: { component: { version: string } }
    components: { name: string; scope: string; purl: string; hashes?: { alg: string; content: string }[] }[]
    dependencies: { ref: string; dependsOn: string[] }[]
  }
  assert.equal(bill.specVersion, '1.6')
  assert.equal(bill.metadata.component.version, '1.2.3')
  assert.deepEqual(
    bill.components.map(({ name, scope }) => [name, scope]),
    [
      ['esbuild', 'excluded'],
      ['preact', 'required'],
      ['@candor/card-guard', 'required'],
      ['@candor/protocol', 'required'],
    ],
  )
  const preact = bill.components[1]!
  assert.match(preact.purl, /^pkg:npm\/preact@\d/)
  assert.match(preact.hashes![0]!.content, /^[0-9a-f]{128}$/)
  const refs = new Set([...bill.components.map(({ purl }) => purl), bill.dependencies[0]!.ref])
  for (const { ref, dependsOn } of bill.dependencies)
    for (const each of [ref, ...dependsOn]) assert.ok(refs.has(each), each)
  assert.equal(billOfMaterials(lock, '1.2.3').toString(), billOfMaterials(lock, '1.2.3').toString())
  assert.throws(() => billOfMaterials('{"packages":{}}', '1'), /not in package-lock/)
})
