import { setTimeout as sleep } from 'node:timers/promises'
import { httpStorage } from '@candor/ledger/http-storage.ts'
import { flagsOf, readRoot, UsageFault, type Subcommand } from './command-line.ts'
import { manifestCharsMax } from './manifest.ts'
import { openMonitor, type MonitorAlarm } from './monitor.ts'
import { fetchBytes } from './served-release.ts'

/** Three looks fit into what a manifest may be missing for before it is an alarm. */
const everySecondsUsual = 10
/** More seldom, and the alarm does not come within a minute. */
const everySecondsMax = 20
/** With `--once` what is missing is asked for again before it is said to be. */
const onceMsMax = 40_000
const postTriesMax = 5
const postMsMax = 5_000
const postRetryMs = 5_000

/** Runs until it is stopped; one JSON line for each alarm and one when it has read the log for the first time. */
export const monitorCommand: Subcommand = async (args, say) => {
  const { values, positionals } = flagsOf(
    args,
    {
      root: { type: 'string' },
      alarm: { type: 'string' },
      every: { type: 'string' },
      once: { type: 'boolean' },
    },
    ['the URL of the server'],
  )
  const base = urlOf(positionals[0]!)
  const alarmUrl = values.alarm === undefined ? null : urlOf(values.alarm)
  const every = Number(values.every ?? everySecondsUsual)
  if (!(every >= 1 && every <= everySecondsMax))
    throw new UsageFault(`--every is a number of seconds up to ${everySecondsMax}`)
  const root = readRoot(values.root)
  const monitor = openMonitor({
    reader: httpStorage(new URL('/log/', base).href),
    root,
    manifestOf: async (id) =>
      (await fetchBytes(new URL(`/w/${id}/manifest.json`, base), manifestCharsMax)).toString('utf8'),
    now: () => Date.now(),
  })

  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
  const posts = new Set<Promise<void>>()
  let raised = 0
  let size = -1
  const startedAt = performance.now()
  while (!stopped.signal.aborted) {
    for (const alarm of await monitor.look()) {
      raised++
      say(JSON.stringify(alarm))
      if (alarmUrl !== null) {
        const posted = post(alarmUrl, alarm, say).finally(() => posts.delete(posted))
        posts.add(posted)
      }
    }
    if (size === -1 && monitor.size > 0)
      say(JSON.stringify({ event: 'monitor', log: root.log, entries: monitor.size }))
    size = monitor.size > 0 ? monitor.size : size
    if (values.once === true && (performance.now() - startedAt > onceMsMax || (size > 0 && raised > 0))) break
    if (values.once === true && size > 0 && !monitor.isWaiting) break
    await sleep(every * 1_000, undefined, { signal: stopped.signal }).catch(ignoreAbort)
  }
  await Promise.all(posts)
  return raised > 0 || size === -1 ? 1 : 0
}

function urlOf(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageFault(`${text} is no URL of http or https`)
  return new URL(text)
}

/** Again and again for half a minute: an alarm that nobody hears is none. */
async function post(url: URL, alarm: MonitorAlarm, say: (line: string) => void): Promise<void> {
  let why = ''
  for (let tries = 0; tries < postTriesMax; tries++) {
    if (tries > 0) await sleep(postRetryMs)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alarm),
        signal: AbortSignal.timeout(postMsMax),
        redirect: 'error',
      })
      await response.body?.cancel()
      if (response.ok) return
      why = `it answered ${response.status}`
    } catch (caught) {
      // fetch has no error of its own: a TypeError for the network, a DOMException for the time limit.
      if (!(caught instanceof TypeError || caught instanceof DOMException)) throw caught
      why = caught.message
    }
  }
  say(JSON.stringify({ event: 'alarm-not-delivered', alarm: alarm.alarm, why }))
}

function ignoreAbort(caught: unknown): void {
  if (!(caught instanceof Error && caught.name === 'AbortError')) throw caught
}
