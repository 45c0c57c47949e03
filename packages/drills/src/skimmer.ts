/**
 * A tag manager is broken into and its script reads the payment page. What is in the tenant's page cannot be kept from
 * reading it; it is seen by the first browser that ran it, and the shop is told so that it can take it out.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { cardStolen, harmless, skimmer } from './shop/attacked-shop.ts'
import { until, withShopScene } from './shop/shop-scene.ts'

const alarmMsMax = 60_000
const visitorsAfter = 5

/** @returns whether it was found, contained, and over. */
export function skimmerDrill(print: (line: string) => void): Promise<boolean> {
  return withShopScene(print, async (scene) => {
    const { shop, timeline } = scene
    const isRead = async (): Promise<boolean> => {
      const visitor = await scene.visit('/checkout')
      await visitor.typeCard()
      const read = cardStolen(shop)
      await visitor.close()
      return read
    }
    const altered = harmless + skimmer(shop.attacker)
    shop.tagManager = () => altered
    const control = await scene.control()
    shop.tagManager = () => harmless
    await scene.learn(['/checkout'])
    const isQuiet = !(await isRead()) && (await scene.alarms()).length === 0

    const { secret } = await scene.savePlaybook({
      rules: [{ kind: 'unknown-hash', scope: 'site', sharePercentMin: 0 }],
      webhook: shop.webhook,
    })
    shop.webhookSecret = secret!
    let pulledAt: number | null = null
    shop.onWebhook = (event) => {
      if (event.type !== 'alarm' || event.alarm.kind !== 'unknown-hash' || pulledAt !== null) return
      timeline.mark(`the shop's webhook: ${event.alarm.kind} of ${event.alarm.script}`)
      shop.carriesTagManager = false
      pulledAt = Date.now()
      timeline.mark('the shop takes the tag out of its pages')
    }

    timeline.begin('the tag manager serves a skimmer')
    shop.tagManager = () => altered
    const early = await scene.visit('/checkout')
    await early.typeCard()
    const before = cardStolen(shop)
    timeline.mark(`the first visitor has typed a card; the attacker has it: ${before ? 'yes' : 'no'}`)
    const alarm = await scene.alarmOf('unknown-hash', alarmMsMax)
    const results = [
      timeline.check(control, 'control: on a page without protection the attacker reads the card'),
      timeline.check(isQuiet, 'before the attack nothing was read, and there was no alarm'),
    ]
    if (alarm === null) return timeline.check(false, `no alarm within ${alarmMsMax / 1_000} s`)
    const after = (at: string): string => `${((Date.parse(at) - timeline.zero()) / 1_000).toFixed(1)} s`
    results.push(
      timeline.check(true, `alarm unknown-hash, raised after ${after(alarm.raisedAt)}, ${alarm.standing}`),
    )
    const body = await until(
      () => scene.body(alarm.hash!),
      (text) => text !== null,
      alarmMsMax,
    )
    results.push(timeline.check(body === altered, 'its body is kept, and is the altered script byte by byte'))
    const target = await scene.alarmOf('new-connect-target', alarmMsMax)
    results.push(
      timeline.check(
        target?.script === shop.attacker,
        `alarm new-connect-target: ${target?.script ?? 'none'}`,
      ),
    )
    const [containment] = (await until(scene.containments, (all) => all.length > 0, alarmMsMax)) ?? []
    results.push(
      timeline.check(
        containment !== undefined && !(await scene.opens('/checkout')),
        containment === undefined
          ? 'nothing was contained'
          : `contained by the playbook after ${after(containment.startedAt)}, entry ${containment.entry}: no widget opens`,
      ),
    )
    await until(
      () => pulledAt,
      (at) => at !== null,
      alarmMsMax,
    )
    results.push(
      timeline.check(pulledAt !== null, 'the shop heard of it, by a delivery that was rightly signed'),
    )

    const told = shop.stolen.length
    await early.page.locator('[name=cvc]').focus()
    await early.typeCard()
    timeline.mark(
      `a page that was open before still sends: ${shop.stolen.length - told} requests. Nobody can take back what runs`,
    )
    await early.close()
    shop.stolen.length = 0
    const reads = [false]
    for (let n = 0; n < visitorsAfter; n++) reads.push(await isRead())
    await sleep(1_000)
    results.push(
      timeline.check(
        shop.stolen.length === 0,
        `${visitorsAfter} visitors have come since and typed a card; requests to the attacker: ${shop.stolen.length}`,
      ),
    )
    if (containment !== undefined) await scene.undo(containment.id)
    results.push(timeline.check(await scene.opens('/checkout'), 'undone: the widget opens again'))
    return results.every(Boolean)
  })
}
