import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyBundle } from '@candor/release/bundle.ts'
import { integrityOf, releaseIdOf, spellManifest, type ReleaseManifest } from '@candor/release/manifest.ts'
import { parseKeyText, type ReleaseKey } from '@candor/release/release-keys.ts'
import { sbomDigest, writeBuild, writeSigned, type BuiltRelease } from '@candor/release/release-folder.ts'
import { parseRoot, pinOf, pinPlaceholder } from '@candor/release/root.ts'
import { revocationStatement, type Signatures } from '@candor/release/verify-release.ts'
import { openKeyholderInProcess, type InProcessKeyholder } from '../../../test/keyholder-in-process.ts'
import { openReleaseStore } from './release-store.ts'
import { openReleases, type Releases } from './releases.ts'

const bounded = { timeout: 60_000 }
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function builtOf(version: string, document = `<!doctype html><title>${version}</title>`): BuiltRelease {
  const files = new Map([
    ['en.html', Buffer.from(document)],
    ['en.js', Buffer.from(`chat('${version}')`)],
    ['launcher.01234567.json', Buffer.from(`{"v":"${version}"}`)],
    ['loader.js', Buffer.from(`load('${pinPlaceholder}', '${version}')`)],
  ])
  const sbom = Buffer.from('{}')
  return {
    build: {
      version,
      commit: '',
      files: Object.fromEntries([...files].map(([name, content]) => [name, integrityOf(content)])),
      sbom: sbomDigest(sbom),
      csp: `default-src 'none'; script-src '${integrityOf(files.get('en.js')!)}'; connect-src <o> <w>`,
    },
    files,
    sbom,
  }
}

interface Stage {
  folder: string
  releases: Releases
  keyholder: InProcessKeyholder
  logged: Record<string, unknown>[]
  /** Moves the clock on, and waits until the room has looked. */
  pass(ms: number): Promise<void>
  restart(built?: BuiltRelease | null): Promise<void>
  keys(): ReleaseKey[]
  hand(built: BuiltRelease, more?: Partial<ReleaseManifest>, by?: number[]): string
  revoke(id: string, by?: number[]): void
  entries(): Promise<string[]>
  check(text: string | null): ReturnType<typeof verifyBundle>
  close(): Promise<void>
}

async function openStage(first: BuiltRelease | null = builtOf('0.1.0')): Promise<Stage> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-releases-'))
  folders.push(root)
  const folder = path.join(root, 'release')
  const rootFile = path.join(folder, 'release-root.json')
  let ahead = 0
  let built = first
  const now = (): number => Date.now() + ahead
  const logged: Record<string, unknown>[] = []
  const keyholder = await openKeyholderInProcess(path.join(root, 'keyholder'), {
    now,
    releaseRoot: () => (existsSync(rootFile) ? readFileSync(rootFile, 'utf8') : null),
  })
  const log = (event: Record<string, unknown>): void => void logged.push(event)
  const open = (): Promise<Releases> =>
    openReleases({
      store: openReleaseStore(folder, log),
      keyholder: keyholder.client,
      built,
      viewsLastHour: () => Promise.resolve(7),
      clock: { now },
      lookMs: 200,
      log,
    })
  const stage: Stage = {
    folder,
    releases: await open(),
    keyholder,
    logged,
    async pass(ms) {
      ahead += ms
      await sleep(600)
    },
    async restart(next = built) {
      await stage.releases.close()
      built = next
      stage.releases = await open()
    },
    keys: () =>
      [1, 2, 3].map((n) => parseKeyText(readFileSync(path.join(folder, `keys/release-${n}.key`), 'utf8'))!),
    hand(what, more = {}, by = [0, 2]) {
      const manifestText = spellManifest({
        v: 1,
        ...what.build,
        issued: new Date(now()).toISOString(),
        expires: now() + dayMs,
        built: [],
        ...more,
      })
      const id = releaseIdOf(manifestText)
      const half = path.join(folder, 'incoming', `${id}.new`)
      writeBuild(half, what)
      const sign = (at: number): string => (by.includes(at) ? stage.keys()[at]!.sign(manifestText) : '')
      writeSigned(half, manifestText, [sign(0), sign(1), sign(2)])
      // As the command does: whole or not at all.
      rmSync(path.join(folder, 'incoming', id), { recursive: true, force: true })
      renameSync(half, path.join(folder, 'incoming', id))
      return id
    },
    revoke(id, by = [0, 1]) {
      const what = { id, reason: 'A hole.', at: new Date(now()).toISOString() }
      const signatures = [0, 1, 2].map((at) =>
        by.includes(at) ? stage.keys()[at]!.sign(revocationStatement(what)) : '',
      ) as unknown as Signatures
      writeFileSync(path.join(folder, 'revocations', `${id}.json`), JSON.stringify({ ...what, signatures }))
    },
    async entries() {
      const { entries } = await keyholder.client.ask('status', {})
      const files = readdirSync(path.join(root, 'keyholder/journal'))
        .sort()
        .map((name) => readFileSync(path.join(root, 'keyholder/journal', name), 'latin1'))
        .join('')
      const found = files.match(/\{"v":1,"at":"[^"]+","type":"[^}]*\}/g) ?? []
      assert.equal(found.length, entries)
      return found
    },
    check: (text) =>
      verifyBundle(
        text === null ? null : JSON.parse(text),
        pinOf(parseRoot(readFileSync(rootFile, 'utf8'))!),
        now(),
      ),
    async close() {
      await stage.releases.close()
      await keyholder.close()
    },
  }
  return stage
}

async function until(holds: () => unknown, msMax = 8_000): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 50) {
    assert.ok(waited < msMax, `not within ${msMax} ms`)
    await sleep(50)
  }
}

const idIn = (stage: Stage, text: string | null): string => {
  const checked = stage.check(text)
  return checked.kind === 'valid' ? checked.id : checked.fault
}

test(
  'what a newcomer built is signed, published and in force by itself, and says that it proves nothing',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const { releases, folder } = stage
      const loader = releases.loader()!
      const text = await releases.bundle()
      const checked = stage.check(text)
      assert.equal(checked.kind, 'valid')
      const id = checked.kind === 'valid' ? checked.id : ''
      assert.equal(releases.release(id)!.files.get('en.js')!.toString(), `chat('0.1.0')`)
      const content = releases.beside(loader.path.slice('/w/'.length))!
      assert.equal(integrityOf(content), loader.integrity)
      assert.ok(content.includes(pinOf(parseRoot(releases.rootText()!)!)))
      assert.ok(releases.beside('launcher.01234567.json'))
      const [row, ...more] = await releases.rows('any tenant')
      assert.deepEqual(more, [])
      assert.deepEqual([row!.id, row!.inForce, row!.attestations, row!.viewsLastHour], [id, true, 0, 7])
      const entries = await stage.entries()
      assert.match(
        entries[row!.publishedEntry]!,
        new RegExp(`"type":"release","outcome":"published","request":"${id}"`),
      )
      assert.ok(stage.logged.some(({ event }) => event === 'release-keys-on-this-machine'))
      assert.ok(releases.isLocal())
      for (const name of readdirSync(path.join(folder, 'keys')))
        assert.equal(statSync(path.join(folder, 'keys', name)).mode & 0o777, 0o600, name)
      assert.equal(statSync(path.join(folder, 'keys')).mode & 0o777, 0o700)
    } finally {
      await stage.close()
    }
  },
)

test(
  'after a restart the same bundle is there at once, also while the keyholder is away',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const text = await stage.releases.bundle()
      const before = (await stage.entries()).length
      stage.keyholder.away()
      await stage.restart()
      assert.equal(await stage.releases.bundle(), text)
      stage.keyholder.back()
      await stage.pass(1)
      assert.equal(await stage.releases.bundle(), text, 'an entry of this hour is enough')
      assert.equal((await stage.entries()).length, before)
    } finally {
      await stage.close()
    }
  },
)

test(
  'it is said anew every hour that a release is in force, and while nobody says it the last word counts for a day',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const first = await stage.releases.bundle()
      await stage.pass(hourMs + 1)
      await until(async () => (await stage.releases.bundle()) !== first)
      const second = await stage.releases.bundle()
      assert.equal(idIn(stage, second), idIn(stage, first))
      stage.keyholder.away()
      await stage.pass(23 * hourMs)
      assert.equal(await stage.releases.bundle(), second)
      assert.equal(stage.check(second).kind, 'valid')
      await stage.pass(2 * hourMs)
      assert.equal(idIn(stage, await stage.releases.bundle()), 'stale')
      assert.ok(stage.logged.some(({ event }) => event === 'release-bundle-stale'))
      stage.keyholder.back()
      await until(async () => stage.check(await stage.releases.bundle()).kind === 'valid')
    } finally {
      await stage.close()
    }
  },
)

test(
  'what expires in two days is signed anew, and frames of the former release still find their files',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const first = idIn(stage, await stage.releases.bundle())
      await stage.pass(4 * dayMs)
      await until(async () => idIn(stage, await stage.releases.bundle()) === first)
      await stage.pass(dayMs + hourMs)
      await until(async () => ![first, 'stale'].includes(idIn(stage, await stage.releases.bundle())))
      assert.ok(stage.releases.release(first))
      assert.equal((await stage.releases.rows('any')).length, 2)
      await stage.pass(4 * dayMs)
      // Eight days are over.
      await until(() => stage.releases.release(first) === undefined)
    } finally {
      await stage.close()
    }
  },
)

test(
  'a revoked release is in force no more, its files are gone, and local keys do not sign the same build again',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const id = idIn(stage, await stage.releases.bundle())
      stage.revoke(id, [1])
      await until(() => existsSync(path.join(stage.folder, `revocations/${id}.json.why`)))
      assert.equal(idIn(stage, await stage.releases.bundle()), id, 'one key revokes nothing')
      stage.revoke(id)
      await until(async () => (await stage.releases.bundle()) === null)
      assert.equal(stage.releases.release(id)!.isRevoked, true)
      const [row] = await stage.releases.rows('any')
      assert.equal(row!.inForce, false)
      assert.match((await stage.entries())[row!.revokedEntry!]!, /"outcome":"revoked"/)
      await stage.restart()
      await stage.pass(1)
      assert.equal(await stage.releases.bundle(), null)
      // Repaired: another build.
      await stage.restart(builtOf('0.1.1'))
      await until(async () => (await stage.releases.bundle()) !== null)
      assert.notEqual(idIn(stage, await stage.releases.bundle()), id)
    } finally {
      await stage.close()
    }
  },
)

test(
  'a release that two keys signed elsewhere is taken up, and one of one key, or an altered file, is not',
  bounded,
  async () => {
    const stage = await openStage()
    try {
      const first = idIn(stage, await stage.releases.bundle())
      const former = stage.releases.loader()!
      const byOne = stage.hand(builtOf('0.2.0'), {}, [1])
      const altered = builtOf('0.2.1')
      altered.files.set('en.js', Buffer.from('skim()'))
      const skimmer = stage.hand(altered)
      const why = (id: string): string => path.join(stage.folder, `incoming/${id}.why`)
      await until(() => existsSync(why(byOne)) && existsSync(why(skimmer)))
      assert.match(readFileSync(why(byOne), 'utf8'), /1 of 3 release keys signed it; 2 must/)
      assert.match(readFileSync(why(skimmer), 'utf8'), /en\.js is not the file that the release names/)
      assert.equal(idIn(stage, await stage.releases.bundle()), first)

      const next = stage.hand(builtOf('0.2.2'))
      await until(async () => idIn(stage, await stage.releases.bundle()) === next)
      assert.notEqual(stage.releases.loader()!.path, former.path)
      assert.ok(stage.releases.beside(former.path.slice('/w/'.length)), 'pages still name the former loader')
      assert.ok(stage.releases.release(first))
      assert.equal(existsSync(path.join(stage.folder, 'incoming', next)), false)
    } finally {
      await stage.close()
    }
  },
)

test('when the newest release is revoked the one before it is in force again', bounded, async () => {
  const stage = await openStage()
  try {
    const first = idIn(stage, await stage.releases.bundle())
    const next = stage.hand(builtOf('0.2.0'))
    await until(async () => idIn(stage, await stage.releases.bundle()) === next)
    stage.revoke(next)
    await until(async () => idIn(stage, await stage.releases.bundle()) === first)
  } finally {
    await stage.close()
  }
})

test(
  'without a build there is no release, and nobody is kept waiting for one',
  { timeout: 60_000 },
  async () => {
    const stage = await openStage(null)
    try {
      const startedAt = performance.now()
      assert.equal(await stage.releases.bundle(), null)
      assert.ok(performance.now() - startedAt < 3_000)
      assert.equal(stage.releases.loader(), null)
      assert.deepEqual(await stage.releases.rows('any'), [])
      assert.equal(await stage.releases.row('any'), null)
    } finally {
      await stage.close()
    }
  },
)
