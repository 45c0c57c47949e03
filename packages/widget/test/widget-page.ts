/** A built widget, a fake chat server, a tenant's page under a strict policy, and a real browser to visit it with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Locator, Page } from 'playwright-core'
import { launchBrowser } from '../../server/test/chromium.ts'
import { buildWidget } from '../build.ts'
import { openFakeServer, openHostPages, type FakeServer, type HostPages } from './fake-server.ts'

export interface WidgetStage {
  chat: FakeServer
  host: HostPages
  browser: Browser
  /** A visitor with a browser profile of their own. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>
  close(): Promise<void>
}

export interface Visitor {
  context: BrowserContext
  page: Page
  /** What went wrong on the page: policy violations, errors, console warnings. */
  faults: string[]
  goto(path?: string): Promise<void>
  launcher: Locator
  /** Opens the panel with the mouse and waits for the composer. */
  open(): Promise<Frame>
  frame(): Frame
  /** Waits for the frame that the loader builds once it has verified the release. */
  built(): Promise<Frame>
  /** What `on` reported: event names with their detail. */
  events(): Promise<[string, unknown][]>
}

export async function openStage(): Promise<WidgetStage> {
  const dist = mkdtempSync(path.join(tmpdir(), 'candor-widget-'))
  await buildWidget(dist, () => {})
  const chat = await openFakeServer(dist)
  const host = await openHostPages(chat)
  const browser = await launchBrowser()
  return {
    chat,
    host,
    browser,
    async visitor(options) {
      const context = await browser.newContext(options)
      return openVisitor(context, host, await context.newPage())
    },
    async close() {
      await browser.close()
      await host.close()
      await chat.close()
      rmSync(dist, { recursive: true, force: true })
    },
  }
}

/** One more tab of a context. */
export function openVisitor(context: BrowserContext, host: HostPages, page: Page): Visitor {
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push('error: ' + message))
  page.on('console', (message) => {
    const text = message.text()
    // A connection that a test cuts is the test's own doing.
    if (/WebSocket connection|ERR_(EMPTY_RESPONSE|CONNECTION|INTERNET)|Failed to load resource/.test(text))
      return
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.type() + ': ' + text)
  })
  const launcher = page.locator('button').first()
  const frame = (): Frame => {
    const found = page.frames().find((each) => /\/w\/[\w-]{43}\/..\.html$/.test(each.url()))
    if (!found) throw new Error('there is no frame')
    return found
  }
  return {
    context,
    page,
    faults,
    launcher,
    frame,
    async built() {
      const giveUpAt = Date.now() + 10_000
      for (;;) {
        if (page.frames().length > 1 || Date.now() > giveUpAt)
          try {
            return frame()
          } catch (caught) {
            if (Date.now() > giveUpAt) throw caught
          }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async goto(path = '/') {
      await page.goto(host.origin + path)
      await launcher.waitFor()
      await page.evaluate(() => {
        const seen: [string, unknown][] = []
        Object.assign(window, { seen })
        for (const event of ['open', 'close', 'message', 'unread', 'ready', 'refused', 'error'])
          window.candor!('on', event as never, ((e: CustomEvent) => seen.push([event, e.detail])) as never)
      })
    },
    async open() {
      await launcher.click()
      const opened = await this.built()
      await opened.locator('textarea').waitFor()
      await opened.locator('.log').waitFor()
      return opened
    },
    events: () => page.evaluate(() => (window as unknown as { seen: [string, unknown][] }).seen),
  }
}
