import * as path from 'node:path'
import { launchChromium, NoChromium } from '@candor/watcher/launch-chromium.ts'
import { manyPath, payPath, type NotedWidget } from './shop-pages.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<Browser['newPage']>>

/** Real widgets in a real Chromium: loader, release, frame. */
export interface BrowserWidgets {
  /** Opens this many payment pages, each with its widget open, and waits until all are ready. */
  open(count: number): Promise<void>
  noted(): Promise<NotedWidget[]>
  /** Opens one more payment page, waits, and says what became of its widget. */
  load(waitMs: number, isDone: (noted: NotedWidget) => boolean): Promise<NotedWidget>
  /** What the pages have asked the server for since `from` (Date.now): the widget's own requests, and reports. */
  requests(from: number): { widget: string[]; reports: number }
  close(): Promise<void>
}

/** Widgets in one page: they share a process, and 40 of them fit into the memory of two. */
const widgetsPerPage = 20
const readyMsMax = 60_000
const lookMs = 50

/** @returns null where there is no Chromium for this machine; `print` is told why. */
export async function openBrowserWidgets(
  origin: string,
  server: string,
  print: (line: string) => void,
): Promise<BrowserWidgets | null> {
  const browser = await launch(print)
  if (browser === null) return null
  const context = await browser.newContext()
  const pages: Page[] = []
  const asked: { at: number; url: string }[] = []
  const note = (url: string): void => {
    if (url.replace(/^ws/, 'http').startsWith(server)) asked.push({ at: Date.now(), url })
  }
  context.on('request', (request) => note(request.url()))

  async function newPage(at: string): Promise<Page> {
    const page = await context.newPage()
    page.on('websocket', (socket) => note(socket.url()))
    await page.goto(origin + at)
    return page
  }

  const looked = async (page: Page): Promise<NotedWidget[]> => {
    const all = page.frames().filter((frame) => frame.url() === origin + payPath)
    return Promise.all(all.map((frame) => frame.evaluate<NotedWidget>('look()')))
  }

  async function noted(): Promise<NotedWidget[]> {
    return (await Promise.all(pages.map(looked))).flat()
  }

  return {
    async open(count) {
      for (let left = count; left > 0; left -= widgetsPerPage)
        pages.push(await newPage(manyPath(Math.min(left, widgetsPerPage))))
      const until = Date.now() + readyMsMax
      for (;;) {
        const all = await noted()
        if (all.length === count && all.every(({ readyAt, hasFrame }) => readyAt !== null && hasFrame)) return
        if (Date.now() > until) throw new Error('Not every widget of the browser was ready in time.')
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
    },

    noted,

    async load(waitMs, isDone) {
      const page = await newPage(payPath)
      try {
        for (const until = Date.now() + waitMs; ;) {
          const [widget] = await looked(page)
          if (widget !== undefined && (isDone(widget) || Date.now() > until)) return widget
          await new Promise((resolve) => setTimeout(resolve, lookMs))
        }
      } finally {
        await page.close()
      }
    },

    requests(from) {
      const since = asked.filter(({ at }) => at > from).map(({ url }) => new URL(url).pathname)
      return {
        widget: since.filter((each) => !each.startsWith('/v1/page-views')),
        reports: since.filter((each) => each.startsWith('/v1/page-views')).length,
      }
    },

    close: () => browser.close(),
  }
}

async function launch(print: (line: string) => void): Promise<Browser | null> {
  try {
    return await launchChromium({
      cacheFolder: path.resolve(import.meta.dirname, '../../../../.cache'),
      sandbox: false,
      // Pages of this machine alone.
      args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    })
  } catch (caught) {
    if (!(caught instanceof NoChromium)) throw caught
    print(`${caught.message} No real widgets are among the frames.`)
    return null
  }
}
