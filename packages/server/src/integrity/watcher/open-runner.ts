import { existsSync } from 'node:fs'
import { isPackaged } from '@candor/watcher/launch-chromium.ts'
import { openGuardedProxy } from './guarded-proxy.ts'
import { watchInProcess } from './watch-in-process.ts'
import type { WatchAnswer, WatchOrder } from './watch-order.ts'

/** Makes runs of orders: each in a process of its own, behind a proxy of its own. */
export function openRunner(options: {
  /** Path of a Chromium; undefined: the one that comes with the packages. */
  browser: string | undefined
  cacheFolder: string
  allowPrivate: () => readonly string[]
  limits?: WatchOrder['limits']
}): {
  noBrowser: string | null
  run(order: Pick<WatchOrder, 'id' | 'target' | 'profile' | 'baseline'>): Promise<WatchAnswer>
} {
  const { browser, cacheFolder, allowPrivate, limits } = options
  return {
    noBrowser: missing(browser),
    async run(order) {
      const proxy = await openGuardedProxy({ allowPrivate })
      try {
        // `<-loopback>`: addresses of this machine go through the proxy too, which judges them.
        const args = [`--proxy-server=http://${proxy.address}`, '--proxy-bypass-list=<-loopback>']
        const answer = await watchInProcess({
          ...order,
          browser: { executable: browser, cacheFolder, args },
          limits,
        })
        const refused = proxy.refused()
        if (answer.kind !== 'watched' || refused.length === 0 || answer.watched.run.outcome !== 'failed')
          return answer
        const { run } = answer.watched
        const reason = `${run.reason ?? ''} Not called, because they are no public addresses: ${refused.join(', ')}.`
        return { kind: 'watched', watched: { ...answer.watched, run: { ...run, reason: reason.trim() } } }
      } finally {
        await proxy.close()
      }
    },
  }
}

function missing(browser: string | undefined): string | null {
  if (browser !== undefined)
    return existsSync(browser) ? null : `There is no browser at ${browser} (CANDOR_BROWSER).`
  return isPackaged()
    ? null
    : 'The watcher has no browser: none comes for this machine. Set CANDOR_BROWSER to a Chromium or Chrome.'
}
