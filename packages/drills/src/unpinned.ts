/**
 * What is left when the tenant takes away what protects its page: the pin in the loader's tag, and the header lines by
 * which browsers report. The CDN serves an altered loader each time. It runs, and reads the card: nothing of ours can
 * prevent that any more. The drill says what still notices and what does not, and fails when either is otherwise.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlarmKind } from '@candor/protocol/integrity-api.ts'
import { cardStolen, skimmer } from './shop/attacked-shop.ts'
import { until, withShopScene, type ShopScene } from './shop/shop-scene.ts'

/** Twice as long as the slowest alarm of the other drills takes that a single view raises. */
const alarmMsMax = 15_000
const quietMs = 6_000

interface Stage {
  what: string
  page: string
  hasPin: boolean
  hasHeaders: boolean
  /** The altered loader says of itself what an unaltered one would. */
  lies: boolean
  attackerReads: boolean
  /** In this order of the alphabet. */
  alarms: AlarmKind[]
  means: string
}

const stages: Stage[] = [
  {
    what: 'pin and headers are there',
    page: '/checkout',
    hasPin: true,
    hasHeaders: true,
    lies: false,
    attackerReads: false,
    alarms: [],
    means: 'the browser refuses the loader: there is no chat, and nothing to be alarmed about but that',
  },
  {
    what: 'the pin is gone',
    page: '/checkout/pay',
    hasPin: false,
    hasHeaders: true,
    lies: false,
    attackerReads: true,
    alarms: ['loader-unpinned', 'new-connect-target', 'unknown-hash'],
    means: 'seen three times over, the altered loader itself among it',
  },
  {
    what: 'the pin is gone, and the altered loader says that it is there',
    page: '/checkout/confirm',
    hasPin: false,
    hasHeaders: true,
    lies: true,
    attackerReads: true,
    alarms: ['new-connect-target', 'unknown-hash'],
    means: 'browsers do not lie for it',
  },
  {
    what: 'pin and headers are gone',
    page: '/checkout/gift',
    hasPin: false,
    hasHeaders: false,
    lies: false,
    attackerReads: true,
    alarms: ['loader-unpinned'],
    means: 'only because the altered loader still tells the truth',
  },
  {
    what: 'pin and headers are gone, and the altered loader says that the pin is there',
    page: '/checkout/later',
    hasPin: false,
    hasHeaders: false,
    lies: true,
    attackerReads: true,
    alarms: [],
    means: 'NOTHING NOTICES at once',
  },
]

/** @returns whether what alarms, and what does not, is what is said above. */
export function unpinned(print: (line: string) => void): Promise<boolean> {
  return withShopScene(print, async (scene) => {
    const { shop, timeline } = scene
    await scene.learn(stages.map(({ page }) => page))
    const { tag, headers } = shop
    const loaderPath = scene.server.widget.loader!.path
    shop.oldTag = `<script src="${scene.cdn.url}${loaderPath}"></script>`
    let allHold = true
    for (const stage of stages) {
      timeline.begin(stage.what)
      scene.cdn.alter(({ path }, real) => {
        if (path !== loaderPath) return null
        const code = real.body.toString('utf8')
        const told = stage.lies ? code.replace(integrityRead, '!0') : code
        if (stage.lies && told === code) throw new Error('The loader reads its pin in another way.')
        return { ...real, body: Buffer.from(`${skimmer(shop.attacker)}\n${told}`) }
      })
      const control = await scene.control()
      shop.tag = stage.hasPin ? tag : tag.replace(/ integrity="[^"]*"/, '')
      shop.headers = stage.hasHeaders ? headers : {}
      const holds = await enact(scene, stage)
      allHold =
        timeline.check(control, 'control: on a page without protection the attacker reads the card') &&
        holds &&
        allHold
    }
    const reads = stages.filter(({ attackerReads }) => attackerReads)
    const seen = reads.filter(({ alarms }) => alarms.length > 0)
    timeline.mark(
      `expected: of ${reads.length} attacks that read the card, ${seen.length} raise an alarm, and ${reads.length - seen.length} does not`,
    )
    timeline.mark('not waited for: reports-silent (two minutes and more, fifty views of three networks),')
    timeline.mark('loader-missing (five minutes), and the watcher, which compares what the CDN serves')
    return allHold
  })
}

/** How the loader that was built reads whether its tag has the hash. */
const integrityRead = /(?<=[,{]i:)!!\w+\.integrity/

async function enact(scene: ShopScene, stage: Stage): Promise<boolean> {
  const { shop, timeline } = scene
  const visitor = await scene.visit(stage.page)
  await visitor.typeCard()
  const read = cardStolen(shop)
  const kinds = async (): Promise<AlarmKind[]> => {
    const own = (await scene.alarms()).filter(({ page }) => page === shop.origin + stage.page)
    return [...new Set(own.map(({ kind }) => kind))].sort()
  }
  const expected = stage.alarms.join(', ') || 'none'
  await until(kinds, (found) => stage.alarms.every((kind) => found.includes(kind)), alarmMsMax)
  const seconds = ((Date.now() - timeline.zero()) / 1_000).toFixed(1)
  // What comes late, or is not expected at all, comes within this.
  await sleep(quietMs)
  await visitor.close()
  const found = (await kinds()).join(', ') || 'none'
  shop.stolen.length = 0
  timeline.check(read === stage.attackerReads, `the attacker reads the card: ${read ? 'yes' : 'no'}`)
  timeline.check(
    found === expected,
    `alarms${found === 'none' ? '' : ` within ${seconds} s`}: ${found}${found === expected ? '' : `, expected ${expected}`}`,
  )
  timeline.mark(`     ${stage.means}`)
  return read === stage.attackerReads && found === expected
}
