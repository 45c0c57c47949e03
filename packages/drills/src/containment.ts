/**
 * The kill switch, measured: many open widgets of one tenant, one order, and how long it takes until nothing new loads
 * and nothing old runs. Real widgets in a real Chromium where there is one, and the widget's own client on real
 * sockets and event streams up to the number. Another tenant on the same pages is the control: it must not notice.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Containment, ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { openBrowserWidgets, type BrowserWidgets } from './containment/browser-widgets.ts'
import { openClient, openClients, settled, type OpenClient } from './containment/open-clients.ts'
import { openShopPages, payPath, type ShopPages } from './containment/shop-pages.ts'
import { startServer, type DrilledServer } from './server-process.ts'
import { printTable } from './table.ts'

/** What is promised of new loads, and of 99 % of the open widgets. */
const inertMsMax = 10_000
const stoppedMsMax = 30_000
/** Of the sockets' number, so many come by event stream, as behind proxies that know no WebSocket. */
const streamShare = 0.1
const strangersOpen = 20
/** How long nothing may come after the stop. Longer than the longest pause of a client that would come back. */
const quietMs = 10_000
const askEveryMs = 25

export interface ContainmentDrill {
  /** Widgets of the tenant that are open when it is contained. */
  framesOpen: number
  /** Of them, how many are real ones in a browser. */
  inBrowser: number
}

/** @returns whether everything was stopped in time, nothing came after it, and nobody else noticed. */
export async function containment(
  print: (line: string) => void,
  { framesOpen, inBrowser }: ContainmentDrill = { framesOpen: 1_000, inBrowser: 40 },
): Promise<boolean> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  // PostgreSQL and the keyholder may run as users of their own and have to pass through.
  chmodSync(root, 0o711)
  const shop = await openShopPages()
  const opened: { close(): unknown }[] = [shop]
  let server: DrilledServer | null = null
  try {
    server = await startServer(
      {
        CANDOR_DATA_FOLDER: path.join(root, 'home'),
        CANDOR_AUTH_SECRET: randomBytes(32).toString('base64url'),
      },
      [shop.origin],
    )
    return await drill(print, server, shop, opened, { framesOpen, inBrowser })
  } finally {
    for (const each of opened.reverse()) await each.close()
    await server?.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

async function drill(
  print: (line: string) => void,
  server: DrilledServer,
  shop: ShopPages,
  opened: { close(): unknown }[],
  { framesOpen, inBrowser }: ContainmentDrill,
): Promise<boolean> {
  const [tenant, stranger] = server.tenants
  const { loader, release } = server.widget
  if (loader === null || release === null) throw new Error('There is no release of the widget.')
  shop.setTag({ server: server.url, ...loader, tenant: tenant!.slug })
  const clientOf = (slug: string, transport: 'socket' | 'stream') =>
    ({ url: server.url, tenant: slug, page: shop.origin + payPath, release, transport }) as const

  const browser = inBrowser === 0 ? null : await openBrowserWidgets(shop.origin, server.url, print)
  if (browser !== null) opened.push(browser)
  const real = browser === null ? 0 : inBrowser
  await browser?.open(real)
  const streams = Math.round((framesOpen - real) * streamShare)
  const clients = await openClients([
    ...Array.from({ length: framesOpen - real - streams }, () => clientOf(tenant!.slug, 'socket')),
    ...Array.from({ length: streams }, () => clientOf(tenant!.slug, 'stream')),
  ])
  const strangers = await openClients(
    Array.from({ length: strangersOpen }, (_, i) =>
      clientOf(stranger!.slug, i % 2 === 0 ? 'socket' : 'stream'),
    ),
  )
  opened.push(...clients, ...strangers)
  print(
    `Open: ${real} widgets in Chromium, ${clients.length - streams} on sockets, ${streams} on event streams; ` +
      `${strangers.length} of another tenant on the same page.`,
  )
  const before = await newLoads(server, shop, tenant!.slug, release, browser)
  print(`Before: a new load opens a widget: ${before.opens ? 'yes' : 'NO'}.`)

  const asked = Date.now()
  const contained = await order(server, tenant!.key, '', {
    scope: { kind: 'site', origin: shop.origin } satisfies ContainmentScope,
    reason: 'Drill: a skimmer on the payment page',
  })
  const answered = Date.now()
  const inert = await until(async () => !(await givesRelease(server, shop, tenant!.slug)), inertMsMax)
  const late = await newLoads(server, shop, tenant!.slug, release, browser)
  const stops = await allStopped(clients, browser, asked)
  const count = await untilConfirmed(server, tenant!.key, contained.id, framesOpen)
  // From when the last of them was stopped; then nothing may come, not even an attempt.
  const quietFrom = Date.now()
  const connectsBefore = connects(clients)
  await sleep(quietMs)
  const came = connects(clients) - connectsBefore
  const fromBrowser = browser?.requests(quietFrom) ?? { widget: [], reports: 0 }
  const untouched = strangers.filter((each) => each.state() === 'open' && each.connects() === 1).length

  const undoAsked = Date.now()
  const undone = await order(server, tenant!.key, `/${contained.id}/undo`, { reason: 'Drill: it is gone' })
  const back = await until(() => givesRelease(server, shop, tenant!.slug), inertMsMax)
  const after = await newLoads(server, shop, tenant!.slug, release, browser)

  const at99 = stops[Math.ceil(stops.length * 0.99) - 1]
  const seconds = (ms: number | undefined): string =>
    ms === undefined ? 'never' : `${(ms / 1_000).toFixed(2)} s`
  print('')
  print('Timeline, from the order')
  printTable(
    print,
    ['at', 'what'],
    [
      [seconds(answered - asked), `the order is answered; entry ${contained.entry} of the access log`],
      [seconds(inert === null ? undefined : inert - asked), 'a loader is given no release any more'],
      ...[0.5, 0.9, 0.99, 1].map((share) => [
        seconds(stops[Math.ceil(framesOpen * share) - 1]),
        `${share * 100} % of the ${framesOpen} open widgets have stopped`,
      ]),
      [seconds(count.ms), `the server counts ${count.stopped} of ${count.open} as stopped: each has said so`],
      [seconds(undoAsked - asked), `it is undone; entry ${undone.undoneEntry}`],
      [seconds(back === null ? undefined : back - asked), 'a loader is given a release again'],
    ],
  )
  print('')
  const rows: [string, string, boolean][] = [
    ['a new load opened a widget before', before.opens ? 'yes' : 'no', before.opens],
    [
      `new loads inert within ${inertMsMax / 1_000} s`,
      seconds(inert === null ? undefined : inert - asked),
      inert !== null && inert - asked <= inertMsMax && !late.opens,
    ],
    [
      `99 % of open widgets stopped within ${stoppedMsMax / 1_000} s`,
      seconds(at99),
      stops.length >= framesOpen * 0.99 && at99! <= stoppedMsMax,
    ],
    ['connections tried again after it', String(came), came === 0],
    [
      'requests of the stopped widgets in the browser',
      String(fromBrowser.widget.length),
      fromBrowser.widget.length === 0,
    ],
    [
      'widgets of the other tenant that noticed',
      String(strangers.length - untouched),
      untouched === strangers.length,
    ],
    ['undone, a new load opens a widget', after.opens ? 'yes' : 'no', after.opens],
    [
      'both steps are in the access log',
      `${contained.entry}, ${undone.undoneEntry}`,
      contained.entry > 0 && undone.undoneEntry! > contained.entry,
    ],
  ]
  printTable(
    print,
    ['measured', 'found', 'held'],
    rows.map(([what, found, isGood]) => [what, found, isGood ? 'ok' : 'NOT']),
  )
  if (browser !== null)
    print(
      `\nReports about the page itself go on, as they should: ${fromBrowser.reports} in ${quietMs / 1_000} s.`,
    )
  return rows.every(([, , isGood]) => isGood)
}

async function order(server: DrilledServer, key: string, at: string, body: object): Promise<Containment> {
  const answer = await fetch(`${server.url}/v1/integrity/containments${at}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`The order was refused: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Containment
}

/** As the loader asks. */
async function givesRelease(server: DrilledServer, shop: ShopPages, tenant: string): Promise<boolean> {
  const page = encodeURIComponent(shop.origin + payPath)
  const answer = await fetch(`${server.url}/w/release.json?t=${tenant}&u=${page}`)
  await answer.arrayBuffer()
  return answer.ok
}

/** Whether somebody who comes now gets a widget: the client's hello, and the page in the browser, where there is one. */
async function newLoads(
  server: DrilledServer,
  shop: ShopPages,
  tenant: string,
  release: string,
  browser: BrowserWidgets | null,
): Promise<{ opens: boolean }> {
  const comers = (['socket', 'stream'] as const).map((transport) =>
    openClient({ url: server.url, tenant, page: shop.origin + payPath, release, transport }),
  )
  await settled(comers, performance.now() + inertMsMax)
  const states = comers.map((each) => each.state() === 'open')
  for (const each of comers) each.close()
  const widget = await browser?.load(inertMsMax, ({ readyAt, goneAt }) => readyAt !== null || goneAt !== null)
  if (widget !== undefined) states.push(widget.readyAt !== null && widget.hasFrame)
  if (new Set(states).size > 1) throw new Error(`New loads disagree: ${states.join(', ')}.`)
  return { opens: states[0]! }
}

/** Milliseconds after `from` at which each of the widgets that stop within the limit had stopped, ascending. */
async function allStopped(
  clients: readonly OpenClient[],
  browser: BrowserWidgets | null,
  from: number,
): Promise<number[]> {
  // The clients' clock is another one.
  const offset = Date.now() - performance.now()
  for (;;) {
    const widgets = (await browser?.noted()) ?? []
    const stops = [
      ...clients.flatMap((client) => {
        const at = client.containedAt()
        return at === null ? [] : [at + offset - from]
      }),
      ...widgets.flatMap(({ goneAt, hasFrame }) => (goneAt === null || hasFrame ? [] : [goneAt - from])),
    ].sort((a, b) => a - b)
    if (stops.length === clients.length + widgets.length || Date.now() > from + stoppedMsMax) return stops
    await sleep(askEveryMs)
  }
}

/** What the server itself counts, once that is all of them or time is up. */
async function untilConfirmed(
  server: DrilledServer,
  key: string,
  id: string,
  framesOpen: number,
): Promise<{ open: number; stopped: number; ms: number }> {
  const from = Date.now()
  for (;;) {
    const answer = await fetch(`${server.url}/v1/integrity/containments`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const { items } = (await answer.json()) as { items: Containment[] }
    const { framesOpen: open, framesStopped: stopped, startedAt } = items.find((each) => each.id === id)!
    if (stopped >= framesOpen || Date.now() > from + inertMsMax)
      return { open, stopped, ms: Date.now() - Date.parse(startedAt) }
    await sleep(askEveryMs)
  }
}

/** @returns when (Date.now); null when it did not come about in time. */
async function until(holds: () => Promise<boolean>, msMax: number): Promise<number | null> {
  for (const end = Date.now() + msMax; Date.now() < end;) {
    if (await holds()) return Date.now()
    await sleep(askEveryMs)
  }
  return null
}

function connects(clients: readonly OpenClient[]): number {
  return clients.reduce((sum, client) => sum + client.connects(), 0)
}
