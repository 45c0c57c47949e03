/** The built desk in a real browser before the fake server, under the policy that the real one sends. */
import { createRequire } from 'node:module'
import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { build } from 'vite'
import { launchBrowser } from '../../server/test/chromium.ts'
import { openFakeServer, type FakeOptions, type FakeServer } from './fake-server.ts'

const folder = resolve(import.meta.dirname, '..')
const dist = resolve(folder, '../../.cache/console-test', String(process.pid))
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let built: Promise<unknown> | undefined
process.once('exit', () => rmSync(dist, { recursive: true, force: true }))

export interface OpenDesk {
  server: FakeServer
  page: Page
  /** What the policy refused; a desk that works has none. */
  violations: string[]
  faults: string[]
  /** Rule and element of everything axe objects to. */
  axe(): Promise<string[]>
  close(): Promise<void>
}

/** One browser for a test file; pages have contexts of their own. */
export async function openBrowser(): Promise<Browser> {
  built ??= build({ root: folder, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } })
  await built
  return launchBrowser()
}

export async function openDesk(
  browser: Browser,
  options: FakeOptions & { path?: string; context?: BrowserContextOptions } = {},
): Promise<OpenDesk> {
  const server = await openFakeServer({ dist, ...options })
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    // A headless browser calls its language after the machine's, which need not be a language tag.
    locale: 'en-US',
    ...options.context,
  })
  const page = await context.newPage()
  const violations: string[] = []
  const faults: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
      violations.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(server.origin + (options.path ?? '/desk/'))
  return {
    server,
    page,
    violations,
    faults,
    async axe() {
      await page.evaluate(axeSource)
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: {
            run(): Promise<{
              violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
            }>
          }
        }
        const { violations } = await axe.run()
        return violations.flatMap(({ id, nodes }) =>
          nodes.map(
            (node) =>
              `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`,
          ),
        )
      })
    },
    async close() {
      await context.close()
      await server.close()
    },
  }
}
