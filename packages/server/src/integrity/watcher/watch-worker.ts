/** One run of the watcher, in a process of its own: what a page does to its browser ends with it. */
import { randomBytes, randomInt } from 'node:crypto'
import { makeCanary } from '@candor/watcher/canary.ts'
import { NoChromium } from '@candor/watcher/launch-chromium.ts'
import { watch } from '@candor/watcher/watch.ts'
import type { WatchAnswer, WatchOrder } from './watch-order.ts'

let text = ''
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string
const { id, target, profile, baseline, browser, limits } = JSON.parse(text) as WatchOrder
const answer = await watch(target, profile, {
  id,
  canary: makeCanary((count) => randomBytes(count), new Date()),
  baseline,
  // Its environment was made for it by the server and holds no secret.
  chromium: { ...browser, env: environment() },
  random: () => randomInt(1_000_000) / 1_000_000,
  now: Date.now,
  ...(limits === undefined ? {} : { limits }),
}).then(
  (watched): WatchAnswer => ({ kind: 'watched', watched }),
  (caught: unknown): WatchAnswer => {
    if (!(caught instanceof NoChromium)) throw caught
    return { kind: 'failed', reason: caught.message }
  },
)
process.stdout.write(JSON.stringify(answer))

function environment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' }
}
