/** What an operator does with releases, by the commands alone, against a server that runs. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { TestPlatform } from './test-platform.ts'

const built = existsSync(path.join(import.meta.dirname, '../../widget/dist/manifest.json'))
const bounded = {
  timeout: 240_000,
  skip: built ? false : 'the widget is not built: node packages/widget/build.ts',
}

const folder = mkdtempSync(path.join(tmpdir(), 'candor-release-commands-'))
const platform = await TestPlatform.start()
const tenant = await platform.tenant()
after(async () => {
  await platform.stop()
  await TestPlatform.end()
  rmSync(folder, { recursive: true, force: true })
})

const at = (...names: string[]): string => path.join(folder, ...names)
const command = path.join(import.meta.dirname, '../../release/src/release-command.ts')
const keyholderRevoke = path.join(import.meta.dirname, '../../keyholder/src/revoke-command.ts')

async function run(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await run(command, ...args)
  assert.equal(code, 0, `${args.join(' ')}: ${out}${err}`)
  return out
}

async function refused(expected: RegExp, ...args: string[]): Promise<void> {
  const { code, out, err } = await run(command, ...args)
  assert.equal(code, 1, `${args.join(' ')}: ${out}${err}`)
  assert.match(err, expected)
}

async function rows(): Promise<ReleaseRow[]> {
  const { body } = await platform.request(tenant, 'GET', '/v1/integrity/releases')
  return body['items'] as ReleaseRow[]
}

const local = (name: string): string => path.join(platform.folder, 'release/keys', `${name}.key`)
const root = path.join(platform.folder, 'release/release-root.json')

test('keys are made for their holders, closed to others, and never over older ones', bounded, async () => {
  const log = (JSON.parse(readFileSync(root, 'utf8')) as { log: string }).log
  const own = (await done('keys', '--one', at('mine.key'))).trim()
  await done('keys', '--out', at('keys'), '--log', log, '--release-key', own)
  const made = JSON.parse(readFileSync(at('keys/release-root.json'), 'utf8')) as { releaseKeys: string[] }
  assert.equal(made.releaseKeys[0], own)
  assert.equal(existsSync(at('keys/release-1.key')), false, 'it was made elsewhere')
  await refused(/is there already/, 'keys', '--one', at('mine.key'))
  await refused(/is there already/, 'keys', '--out', at('keys'), '--log', log)
  await refused(
    /makes no trust root/,
    'keys',
    '--out',
    at('twice'),
    '--log',
    log,
    ...['--release-key', own, '--release-key', own],
  )
  chmodSync(at('mine.key'), 0o644)
  await refused(/can be read by others/, 'attest', folder, '--key', at('mine.key'))
})

test(
  'a release is built, attested by two who build it again, signed by two, published and verified',
  bounded,
  async () => {
    const release = at('release')
    await done('build', '--out', release)
    await refused(/is not empty/, 'build', '--out', release)
    await refused(/0 of 2 builders attest/, 'sign', release, '--root', root, '--key', local('release-2'))
    for (const builder of ['builder-1', 'builder-2']) await done('attest', release, '--key', local(builder))
    await refused(/none of the three/, 'sign', release, '--root', root, '--key', local('builder-1'))
    assert.match(
      await done('sign', release, '--root', root, '--key', local('release-2'), '--days', '3'),
      /Signed by 1 of 3; 2 are needed/,
    )
    await refused(/1 of 3 release keys signed it/, 'publish', release, '--data', platform.folder)
    await done('sign', release, '--root', root, '--key', local('release-3'))
    await done('verify', release, '--root', root)
    const out = await done('publish', release, '--data', platform.folder)
    const [, id, entry] = /^(\S{43}) is published: entry (\d+)/.exec(out)!
    for (let tries = 0; (await rows())[0]!.inForce === false; tries++) {
      assert.ok(tries < 50)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const [row] = await rows()
    assert.deepEqual([row!.id, row!.attestations, row!.publishedEntry], [id, 2, Number(entry)])
    const served = await done('verify', platform.url, '--root', root)
    assert.match(served, new RegExp(`${id} is in force: signed by two`))
    assert.match(served, /11 files are served with the bytes that were signed/)
    assert.match(served, /2 of 2 reproducible builds agree/)
    // Somebody who knows other keys does not believe a word of it.
    await refused(
      /The bundle does not hold: pin/,
      'verify',
      platform.url,
      '--root',
      at('keys/release-root.json'),
    )
  },
)

test('nobody attests a release whose bytes do not come from their own sources', bounded, async () => {
  cpSync(at('release'), at('altered'), { recursive: true })
  const build = JSON.parse(readFileSync(at('altered/build.json'), 'utf8')) as { version: string }
  writeFileSync(at('altered/build.json'), JSON.stringify({ ...build, version: '9.9.9' }))
  const { code, out, err } = await run(command, 'attest', at('altered'), '--key', local('builder-1'))
  assert.equal(code, 1)
  assert.match(out, /differs: version: here "0\.1\.0", there "9\.9\.9"/)
  assert.match(err, /Nothing was signed/)
  writeFileSync(at('altered/files/en.js'), 'skim()')
  await refused(/en\.js is not the file that the release names/, 'verify', at('altered'), '--root', root)
})

test(
  'the monitor tells of the release that this machine signed without builders, at once and to whoever listens',
  bounded,
  async () => {
    const heard: string[] = []
    const listener = createServer((request, response) => {
      let body = ''
      request
        .on('data', (part: Buffer) => (body += String(part)))
        .on('end', () => {
          heard.push(body)
          response.end()
        })
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const alarm = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
    const startedAt = performance.now()
    const { code, out } = await run(
      command,
      'monitor',
      platform.url,
      '--root',
      root,
      '--once',
      '--alarm',
      alarm,
    )
    listener.close()
    assert.equal(code, 1)
    assert.ok(performance.now() - startedAt < 60_000)
    const alarms = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const unattested = alarms.filter((each) => each['alarm'] === 'release-unattested')
    const signedHere = (await rows()).filter(({ attestations }) => attestations === 0)
    assert.deepEqual(
      unattested.map(({ release }) => release),
      signedHere.map(({ id }) => id),
    )
    assert.equal(signedHere.length, 1)
    assert.deepEqual(
      heard.map((each) => (JSON.parse(each) as { alarm: string }).alarm),
      ['release-unattested'],
    )
  },
)

test('two who hold keys revoke one after the other, and one alone revokes nothing', bounded, async () => {
  const [newest, former] = await rows()
  const revocation = at('revocation.json')
  const about = [
    '--release',
    newest!.id,
    '--reason',
    'A hole was found.',
    '--root',
    root,
    '--file',
    revocation,
  ]
  assert.match(await done('revoke', ...about, '--key', local('release-1')), /Signed by 1 of 3; 2 are needed/)
  const alone = await run(command, 'revoke', '--file', revocation, '--data', platform.folder)
  assert.equal(alone.code, 1)
  assert.match(
    await done('revoke', '--file', revocation, '--root', root, '--key', local('release-3')),
    /Signed by two/,
  )
  await done('revoke', '--file', revocation, '--data', platform.folder)
  const now = await rows()
  assert.equal(now.find(({ id }) => id === newest!.id)!.inForce, false)
  assert.ok(now.find(({ id }) => id === newest!.id)!.revokedEntry !== null)
  // One id in 64 looks like a flag.
  const odd = ['--release', `-${'A'.repeat(42)}`, '--reason', 'A drill.', '--root', root]
  assert.match(
    await done('revoke', ...odd, '--file', at('odd.json'), '--key', local('release-1')),
    /Signed by 1 of 3/,
  )
  // What was published before it, and was not revoked, takes its place.
  for (let tries = 0; (await rows()).find(({ id }) => id === former!.id)!.inForce === false; tries++) {
    assert.ok(tries < 50)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  // Published again, it is refused: by the server's own record and by the keyholder.
  const again = await run(command, 'publish', at('release'), '--data', platform.folder)
  assert.equal((await rows()).find(({ id }) => id === newest!.id)!.inForce, false, again.out)
})

test('past the server, on the keyholder’s own host, two signatures end a release too', bounded, async () => {
  const inForce = (await rows()).find((each) => each.inForce)!
  const revocation = at('past-the-server.json')
  const about = [
    '--release',
    inForce.id,
    '--reason',
    'The server is not ours.',
    '--root',
    root,
    '--file',
    revocation,
  ]
  await done('revoke', ...about, '--key', local('release-1'), '--key', local('release-2'))
  const { code, out, err } = await run(keyholderRevoke, path.join(platform.folder, 'keyholder'), revocation)
  assert.equal(code, 0, err)
  assert.match(out, /is revoked, for ever: entry \d+/)
  await platform.stopServer()
  rmSync(path.join(platform.folder, 'release/bundle.json'))
  await platform.startServer()
  for (let tries = 0; (await fetch(`${platform.url}/w/release.json`)).status !== 503; tries++)
    assert.ok(tries < 20)
  assert.deepEqual(
    (await rows()).filter((each) => each.inForce),
    [],
  )
})

test('wrong words are told with what there is to say', bounded, async () => {
  for (const args of [
    ['sing'],
    ['sign'],
    ['sign', 'x', '--root'],
    ['keys'],
    ['monitor', 'file:///x', '--root', root],
    ['verify'],
  ]) {
    const { code, err } = await run(command, ...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(err, /Usage: npx candor release/)
  }
})
