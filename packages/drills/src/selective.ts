/**
 * A skimmer that few get: on telephones, on the payment page, and there by the throw of a die; never a fresh browser
 * without a screen, which is what watchers are. Visitors come one after another until somebody's browser has told, and
 * what was told is then compared with what was served.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import { cardStolen, harmless, skimmer } from './shop/attacked-shop.ts'
import { withShopScene, type ShopScene } from './shop/shop-scene.ts'
import { seededDice } from './shop/seeded-dice.ts'

const phoneShare = 0.6
const paymentShare = 0.5
/** Of all views; `--share=1` for one in a hundred, which takes some minutes. */
const viewShareUsual = 0.05
/** A browser's report, and our look at it, until the next visitor comes. */
const reportMs = 400
/** Views that may begin between the one that showed it and our hearing of it. */
const viewsLateMax = 3
/** Reports that are on their way. */
const settleMs = 3_000
const watcherVisits = 5
/** A view takes about a second; ten times as many as arithmetic asks for in the middle is a drill that hangs. */
const runMsMax = (viewShare: number): number => 4_000 / viewShare

const phone = {
  userAgent:
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36',
  viewport: { width: 412, height: 915 },
  isMobile: true,
  hasTouch: true,
}

/** A view as it was served: the ground truth. */
interface Served {
  at: number
  page: string
  skimmed: boolean
}

/** @returns whether it was found within the views that arithmetic gives it, and browsers told what was served. */
export function selective(print: (line: string) => void, args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      share: { type: 'string', default: String(viewShareUsual * 100) },
      seed: { type: 'string', default: '2017' },
    },
  })
  const seed = Number(values.seed)
  const viewShare = Number(values.share) / 100
  // Of telephones on the payment page.
  const skimmedShare = viewShare / (phoneShare * paymentShare)
  const viewsUntil = (probability: number): number =>
    Math.ceil(Math.log(1 - probability) / Math.log(1 - viewShare))
  /** That so many pass without the skimmer happens once in a hundred times. */
  const viewsMax = viewsUntil(0.99)
  return withShopScene(print, async (scene) => {
    const { shop, timeline } = scene
    const altered = harmless + skimmer(shop.attacker)
    shop.tagManager = () => altered
    const control = await scene.control()
    shop.tagManager = () => harmless
    await scene.learn(['/', '/checkout'])

    const die = seededDice(seed)
    let next: Served | null = null
    // Whom the attacker takes for a watcher gets the harmless one; so does whoever fetches the script by itself.
    shop.tagManager = ({ page, userAgent }) => {
      if (page !== '/checkout' || !/Android/.test(userAgent) || die() >= skimmedShare) return harmless
      if (next !== null) next.skimmed = true
      return altered
    }

    timeline.begin(
      `the skimmer goes to ${percent(viewShare)} of the views: phones ${percent(phoneShare)}, payment page ${percent(paymentShare)}, then one in ${(1 / skimmedShare).toFixed(0)}; seed ${seed}`,
    )
    timeline.check(control, 'control: on a page without protection the attacker reads the card')
    const watcherSaw = await watch(scene, altered)
    timeline.mark(
      `${watcherVisits} fresh desktop browsers without a screen got the skimmer ${watcherSaw} times`,
    )

    const served: Served[] = []
    let alarm: IntegrityAlarm | undefined
    let alarmAtView = 0
    const isDue = (): boolean => served.length < (alarm === undefined ? viewsMax : viewsUntil(0.95))
    while (isDue() && Date.now() - timeline.zero() < runMsMax(viewShare)) {
      const isPhone = die() < phoneShare
      const page = die() < paymentShare ? '/checkout' : '/'
      next = { at: Date.now(), page, skimmed: false }
      served.push(next)
      const visitor = await scene.visit(page, isPhone ? phone : {})
      if (page === '/checkout') await visitor.typeCard()
      else await sleep(reportMs)
      await visitor.close()
      if (alarm !== undefined) continue
      alarm = (await scene.alarms()).find(({ kind }) => kind === 'unknown-hash')
      if (alarm !== undefined) alarmAtView = served.length
    }
    const first = served.findIndex((each) => each.skimmed) + 1
    if (alarm === undefined)
      return timeline.check(false, `no alarm in ${served.length} views; the first that was skimmed: ${first}`)
    timeline.mark(
      `view ${first} is the first that gets it; the attacker has the card: ${cardStolen(shop) ? 'yes' : 'no'}`,
    )
    const seconds = (Date.parse(alarm.raisedAt) - served[first - 1]!.at) / 1_000
    const results = [
      control,
      watcherSaw === 0,
      timeline.check(
        alarmAtView >= first && alarmAtView <= first + viewsLateMax,
        `alarm unknown-hash at view ${alarmAtView}, ${seconds.toFixed(1)} s after that view began; ${alarm.standing}, body kept: ${alarm.bodyKept ? 'yes' : 'no'}`,
      ),
    ]
    for (const share of [0.5, 0.95, 0.99])
      timeline.mark(
        `arithmetic: (1 - ${viewShare.toFixed(2)})^n leaves ${percent(1 - share)} without it after ${viewsUntil(share)} views`,
      )
    results.push(
      timeline.check(alarmAtView <= viewsMax, `${alarmAtView} views until the alarm, of at most ${viewsMax}`),
      await compare(scene, served),
    )
    return results.every(Boolean)
  })
}

/** How often a fresh headless desktop got the skimmer: read off what its pages ran, not off the attacker's choice. */
async function watch(scene: ShopScene, altered: string): Promise<number> {
  let saw = 0
  for (let n = 0; n < watcherVisits; n++) {
    const visitor = await scene.visit('about:blank')
    const bodies: Promise<string>[] = []
    visitor.page.on('response', (response) => {
      if (response.url().includes('/tags.js')) bodies.push(response.text())
    })
    await visitor.page.goto(`${scene.shop.origin}/checkout`)
    saw += (await Promise.all(bodies)).filter((body) => body === altered).length
    if (bodies.length === 0) throw new Error('The page did not load the tag manager.')
    await visitor.close()
  }
  return saw
}

/** What browsers told of each page against what it was served. */
async function compare(scene: ShopScene, served: readonly Served[]): Promise<boolean> {
  const { shop, timeline } = scene
  const truth = new Map<string, { page: string; views: number }>()
  for (const { page, skimmed } of served) {
    if (!skimmed) continue
    const template = shop.origin + page
    truth.set(template, { page, views: (truth.get(template)?.views ?? 0) + 1 })
  }
  await sleep(settleMs)
  const told = new Map<string, number>()
  for (const { template, url, hashes } of await scene.scripts())
    if (url.endsWith('/tags.js'))
      for (const { state, views } of hashes)
        if (state !== 'approved') told.set(template, (told.get(template) ?? 0) + views)
  let allAgree = true
  for (const page of ['/', '/checkout']) {
    const template = shop.origin + page
    const [was, said] = [truth.get(template)?.views ?? 0, told.get(template) ?? 0]
    allAgree =
      timeline.check(was === said, `${page}: ${was} views got the skimmer, browsers told of ${said}`) &&
      allAgree
  }
  timeline.mark('which device got it is not kept: observations hold no name of a browser')
  return allAgree
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
