/**
 * The scene of the drills about pages: a tenant's shop with a payment page, its tag manager, Candor behind a CDN, an
 * attacker, and visitors in a real Chromium. Everything is on this machine and ends with the drill.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  AlarmKind,
  Containment,
  IntegrityAlarm,
  IntegrityHome,
  InventoryScript,
  Playbook,
} from '@candor/protocol/integrity-api.ts'
import { launchChromium } from '@candor/watcher/launch-chromium.ts'
import { startServer, type DrilledServer } from '../server-process.ts'
import { cardStolen, openAttackedShop, typedCard, type AttackedShop } from './attacked-shop.ts'
import { openTimeline, type Timeline } from './timeline.ts'
import { openTlsEnd, type TlsEnd } from './tls-end.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>
type Page = Awaited<ReturnType<Browser['newPage']>>

export interface ShopScene {
  shop: AttackedShop
  /** In front of Candor; the attacker's. */
  cdn: TlsEnd
  server: DrilledServer
  /** The server's data folder. */
  home: string
  /** Candor as its tenant reaches it, behind the CDN. */
  direct: string
  timeline: Timeline
  visit(at: string, options?: ContextOptions): Promise<Visitor>
  /** Opens pages without an attack, approves what ran there (the baseline that an alarm needs), and the chat beside card fields. */
  learn(pages: readonly string[]): Promise<void>
  /** Below /v1, with the tenant's key. */
  get<T>(at: string): Promise<T>
  savePlaybook(playbook: Playbook): Promise<Playbook>
  alarms(): Promise<IntegrityAlarm[]>
  /** @returns null when none is raised in time; it has to be of this kind, and newer than the beginning. */
  alarmOf(kind: AlarmKind, msMax: number): Promise<IntegrityAlarm | null>
  containments(): Promise<Containment[]>
  undo(containment: string): Promise<void>
  scripts(): Promise<InventoryScript[]>
  /** What was captured of a script; null where nothing was. */
  body(hash: string): Promise<string | null>
  /** Whether a loader on this page is given a release. */
  opens(page: string): Promise<boolean>
  /** Types a card on the old page, and says whether the attacker has it. What it stole is forgotten. */
  control(): Promise<boolean>
}

export interface Visitor {
  page: Page
  /** Clicks the button of the widget. */
  openWidget(): Promise<void>
  /** Whether the chat of the widget can be written in, at the latest in so long. */
  hasChat(msMax: number): Promise<boolean>
  typeCard(): Promise<void>
  close(): Promise<void>
}

/** On a machine that does other things too. */
const readyMsMax = 30_000
const learnMsMax = 40_000
const lookMs = 100
/** A browser sends what was stolen at the very key; after this nothing more comes. */
const stealMs = 500

export async function withShopScene(
  print: (line: string) => void,
  run: (scene: ShopScene) => Promise<boolean>,
): Promise<boolean> {
  const closing: (() => Promise<unknown>)[] = []
  try {
    return await run(await openShopScene(print, (close) => void closing.push(close)))
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** Asks until it holds. @returns null when that does not come about in time. */
export async function until<T>(
  what: () => Promise<T> | T,
  holds: (value: T) => boolean,
  msMax: number,
): Promise<T | null> {
  for (const end = Date.now() + msMax; ;) {
    const value = await what()
    if (holds(value)) return value
    if (Date.now() > end) return null
    await sleep(lookMs)
  }
}

async function openShopScene(
  print: (line: string) => void,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<ShopScene> {
  const root = mkdtempSync(path.join(tmpdir(), 'candor-drill-'))
  onClose(async () => rmSync(root, { recursive: true, force: true }))
  // PostgreSQL and the keyholder may run as users of their own and have to pass through.
  chmodSync(root, 0o711)
  const shop = await openAttackedShop(Date.now)
  onClose(shop.close)
  const cdn = await openTlsEnd()
  onClose(cdn.close)
  const port = await freePort()
  const direct = `http://127.0.0.1:${port}`
  cdn.inFrontOf(direct)
  const home = path.join(root, 'home')
  const server = await startServer(
    {
      CANDOR_DATA_FOLDER: home,
      CANDOR_AUTH_SECRET: randomBytes(32).toString('base64url'),
      CANDOR_PORT: String(port),
      CANDOR_PUBLIC_URL: cdn.url,
      CANDOR_TRUST_PROXY: 'on',
      CANDOR_PRIVATE_ORIGINS: `${shop.tagManagerOrigin} ${new URL(shop.webhook).origin}`,
    },
    [shop.origin],
  )
  onClose(server.stop)
  const browser = await launchChromium({
    cacheFolder: path.resolve(import.meta.dirname, '../../../../.cache'),
    sandbox: false,
    args: [
      // Pages of this machine alone.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      '--ignore-certificate-errors',
      // Reports at once, which are otherwise held back for about a minute.
      '--short-reporting-delay',
    ],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  })
  onClose(() => browser.close())

  const tenant = server.tenants[0]!
  const { loader } = server.widget
  if (loader === null) throw new Error('There is no release of the widget.')

  async function ask<T>(method: 'GET' | 'POST' | 'PUT', at: string, body?: object): Promise<T> {
    const answer = await fetch(`${direct}/v1/${at}`, {
      method,
      headers: {
        authorization: `Bearer ${tenant.key}`,
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async function useHeaders(): Promise<void> {
    const { reporting } = await ask<IntegrityHome>('GET', 'integrity')
    shop.headers = Object.fromEntries(
      reporting.headers.map((line) => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
  }

  shop.tag = `<script src="${cdn.url}${loader.path}" integrity="${loader.integrity}" crossorigin="anonymous" data-tenant="${tenant.slug}" async></script>`
  await useHeaders()

  const timeline = openTimeline(print, Date.now)

  async function visit(at: string, options: ContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options })
    context.setDefaultTimeout(readyMsMax)
    // Chromium keeps reports of hidden pages back where a page may not do things in the background.
    await context.grantPermissions(['background-sync'], { origin: shop.origin })
    const page = await context.newPage()
    await page.goto(at.startsWith('/') ? shop.origin + at : at)
    return {
      page,
      openWidget: () => page.locator('button').first().click(),
      hasChat: (msMax) =>
        page
          .frameLocator('iframe')
          .locator('textarea')
          .waitFor({ timeout: msMax })
          .then(
            () => true,
            (caught: unknown) => {
              if (caught instanceof Error && caught.name === 'TimeoutError') return false
              throw caught
            },
          ),
      async typeCard() {
        await page.locator('[name=card-number]').pressSequentially(typedCard)
        await sleep(stealMs)
      },
      close: () => context.close(),
    }
  }

  const alarms = async (): Promise<IntegrityAlarm[]> =>
    (await ask<{ items: IntegrityAlarm[] }>('GET', 'integrity/alarms')).items

  const scripts = async (): Promise<InventoryScript[]> =>
    (await ask<{ items: InventoryScript[] }>('GET', 'integrity/scripts')).items

  return {
    shop,
    cdn,
    server,
    home,
    direct,
    timeline,
    visit,
    async learn(pages) {
      for (const each of pages) {
        const pattern = shop.origin + each
        if (each.startsWith('/checkout'))
          await ask('POST', 'approved-pages', { pattern, reason: 'Help with paying' })
        const visitor = await visit(each)
        const known = await until(
          scripts,
          (all) =>
            all.filter((script) => script.template === pattern && script.hashes.some(({ hash }) => hash))
              .length >= 2,
          learnMsMax,
        )
        await visitor.close()
        if (known === null) throw new Error(`Nothing was reported of ${each}.`)
        const { pages: seen } = await ask<IntegrityHome>('GET', 'integrity')
        await ask('POST', 'integrity/scripts/approve-template', {
          template: seen.find((page) => page.template === pattern)!.id,
          justification: 'As it was built',
        })
      }
    },
    get: (at) => ask('GET', at),
    savePlaybook: (playbook) => ask<Playbook>('PUT', 'integrity/playbook', playbook),
    alarms,
    async alarmOf(kind, msMax) {
      const found = (all: IntegrityAlarm[]) =>
        all.find((each) => each.kind === kind && Date.parse(each.raisedAt) >= timeline.zero())
      return found((await until(alarms, (all) => found(all) !== undefined, msMax)) ?? []) ?? null
    },
    containments: async () => (await ask<{ items: Containment[] }>('GET', 'integrity/containments')).items,
    async undo(containment) {
      await ask('POST', `integrity/containments/${containment}/undo`, { reason: 'Drill: it is gone' })
    },
    scripts,
    async body(hash) {
      const answer = await fetch(`${direct}/v1/integrity/bodies/${encodeURIComponent(hash)}`, {
        headers: { authorization: `Bearer ${tenant.key}` },
      })
      const text = await answer.text()
      return answer.ok ? text : null
    },
    async opens(page) {
      const at = encodeURIComponent(shop.origin + page)
      const answer = await fetch(`${direct}/w/release.json?t=${tenant.slug}&u=${at}`)
      await answer.arrayBuffer()
      return answer.ok
    },
    async control() {
      const visitor = await visit(`${shop.oldOrigin}/checkout`)
      await visitor.typeCard()
      await visitor.close()
      const stolen = cardStolen(shop)
      shop.stolen.length = 0
      return stolen
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
