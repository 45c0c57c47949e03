import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { entriesPath } from '@candor/ledger/tiles.ts'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { verifyBundle } from '@candor/release/bundle.ts'
import { integrityOf, releaseIdOf, type ReleaseManifest } from '@candor/release/manifest.ts'
import { parseKeyText } from '@candor/release/release-keys.ts'
import { parseRoot, pinOf } from '@candor/release/root.ts'
import { revocationStatement } from '@candor/release/verify-release.ts'
import { TestPlatform } from '../../../test/test-platform.ts'

const built = existsSync(path.join(import.meta.dirname, '../../../../widget/dist/manifest.json'))
const skip = built ? false : 'the widget is not built: node packages/widget/build.ts'
const bounded = { timeout: 120_000, skip }

const platform = await TestPlatform.start()
const tenant = await platform.tenant()
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const get = (address: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${platform.url}${address}`, { headers })

async function bundleNow(): Promise<{ id: string; manifest: ReleaseManifest; text: string }> {
  const root = parseRoot(await (await get('/w/release-root.json')).text())!
  const response = await get(`/w/release.json?t=${tenant.slug}&u=https://shop.example/`)
  assert.equal(response.status, 200)
  const text = await response.text()
  const checked = verifyBundle(JSON.parse(text), pinOf(root), Date.now())
  if (checked.kind === 'invalid') throw new Error(checked.fault)
  return { id: checked.id, manifest: checked.manifest, text }
}

test(
  'a visitor’s browser gets a release that it can verify, and every file of it is the one that was signed',
  bounded,
  async () => {
    const { id, manifest } = await bundleNow()
    const text = await (await get(`/w/${id}/manifest.json`)).text()
    assert.equal(releaseIdOf(text), id)
    for (const [name, digest] of Object.entries(manifest.files)) {
      const response = await get(`/w/${id}/${name}`)
      assert.equal(response.status, 200, name)
      assert.equal(integrityOf(Buffer.from(await response.arrayBuffer())), digest, name)
      assert.match(response.headers.get('cache-control')!, /immutable/)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
    const document = await get(`/w/${id}/en.html`)
    const policy = document.headers.get('content-security-policy')!
    assert.equal(document.headers.get('allow-csp-from'), '*')
    assert.ok(policy.includes(`connect-src ${platform.url} ${platform.url.replace('http', 'ws')}`), policy)
    assert.doesNotMatch(policy, /<[ow]>|unsafe/)
    const parts = (await (await get(`/w/${id}/sbom.json`)).json()) as { bomFormat: string }
    assert.equal(parts.bomFormat, 'CycloneDX')
  },
)

test(
  'the bundle is asked for anew each time, from any page, and has no copy where it did not change',
  bounded,
  async () => {
    const response = await get('/w/release.json')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    const again = await get('/w/release.json', { 'if-none-match': response.headers.get('etag')! })
    assert.equal(again.status, 304)
  },
)

test('the loader has the pin of the trust root and the name of its content', bounded, async () => {
  const loader = platform.candor.releases.loader()!
  const response = await get(loader.path)
  const content = Buffer.from(await response.arrayBuffer())
  assert.equal(integrityOf(content), loader.integrity)
  assert.ok(content.includes(pinOf(parseRoot(await (await get('/w/release-root.json')).text())!)))
  const launcher = /launcher\.[0-9a-f]{8}\.json/.exec(content.toString())![0]
  assert.equal((await get(`/w/${launcher}`)).status, 200)
  for (const missing of [
    '/w/loader.00000000.js',
    `/w/${'A'.repeat(43)}/en.html`,
    '/w/..%2frelease-root.json',
  ])
    assert.equal((await get(missing)).status, 404, missing)
})

test(
  'who watches over integrity sees the release and its entry, and agents and strangers do not',
  bounded,
  async () => {
    const { id } = await bundleNow()
    const { status, body } = await platform.request(tenant, 'GET', '/v1/integrity/releases')
    assert.equal(status, 200)
    const [row] = body['items'] as ReleaseRow[]
    assert.deepEqual([row!.id, row!.inForce, row!.revokedAt], [id, true, null])
    assert.equal((await get('/v1/integrity/releases')).status, 401)
    const { email } = tenant.people.agent
    const signIn = await fetch(`${platform.url}/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: tenant.password }),
    })
    const cookie = signIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    assert.equal((await get('/v1/integrity/releases', { cookie })).status, 403)
  },
)

test(
  'the entries of a release stand in the public log, which candor verify finds to hold',
  bounded,
  async () => {
    const { id } = await bundleNow()
    const listed = await entriesOf(id)
    assert.deepEqual(listed.slice(0, 2), ['published', 'in-force'])
  },
)

test('after a restart of server and keyholder the same release is in force', bounded, async () => {
  const { id } = await bundleNow()
  await platform.stopServer()
  await platform.startServer()
  assert.equal((await bundleNow()).id, id)
})

test(
  'a revoked release is answered to nobody, across a restart too, and the log says so',
  bounded,
  async () => {
    const { id } = await bundleNow()
    const what = { id, reason: 'A hole was found.', at: new Date().toISOString() }
    const sign = (n: number): string =>
      parseKeyText(readFileSync(path.join(platform.folder, `release/keys/release-${n}.key`), 'utf8'))!.sign(
        revocationStatement(what),
      )
    writeFileSync(
      path.join(platform.folder, `release/revocations/${id}.json`),
      JSON.stringify({ ...what, signatures: [sign(1), '', sign(3)] }),
    )
    for (let tries = 0; (await get('/w/release.json')).status !== 503; tries++) {
      assert.ok(tries < 50)
      await sleep(200)
    }
    assert.equal((await get(`/w/${id}/en.html`)).status, 404)
    assert.equal((await get(`/w/${id}/manifest.json`)).status, 200, 'what it was stays to be seen')
    await platform.stopServer()
    await platform.startServer()
    assert.equal((await get('/w/release.json')).status, 503)
    const { body } = await platform.request(tenant, 'GET', '/v1/integrity/releases')
    const [row] = body['items'] as ReleaseRow[]
    assert.equal(row!.inForce, false)
    assert.ok(row!.revokedEntry !== null && row!.revokedAt !== null)
    const listed = await entriesOf(id)
    assert.equal(listed.at(-1), 'revoked')
  },
)

/** What the public log says of a release, read from a copy by the command that anybody has. */
async function entriesOf(id: string): Promise<string[]> {
  const log = `${platform.url}/log/`
  const command = path.join(import.meta.dirname, '../../../../ledger/src/verify-command.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [command, log, '--json'])
  const report = JSON.parse(stdout) as { kind?: string }
  assert.match(JSON.stringify(report), /"holds"/)
  const folder = path.join(platform.folder, 'access-log')
  const size = Number(readFileSync(path.join(folder, 'checkpoint'), 'utf8').split('\n')[1])
  const text = readFileSync(path.join(folder, entriesPath(0, size)), 'latin1')
  return [...text.matchAll(new RegExp(`"type":"release","outcome":"([a-z-]+)","request":"${id}"`, 'g'))].map(
    ([, outcome]) => outcome!,
  )
}
