import { createHash } from 'node:crypto'
import type { CDPSession, Page } from 'playwright-core'
import { isDriverFault } from './fill-form.ts'
import { placeOf, type SeenForm, type SeenScript } from './observation.ts'
import type { Sent } from './sent.ts'

/** Watches one page and its frames from the debugger's side; the page's own world is not touched. */
export interface PageReader {
  scripts(): SeenScript[]
  /** Frames of WebSockets, and addresses of WebTransport, in order. */
  frames(): Sent[]
  /** Bytes that came, as they travelled. */
  bytesReceived(): number
  /** Of all frames as they are now: forms, pins, and hosts that hints (`dns-prefetch`, `preconnect`) name. */
  readDocuments(): Promise<{ forms: SeenForm[]; hints: string[] }>
}

/** More scripts are no page. */
const scriptsMax = 1_000
const framesMax = 5_000
const sourceCharactersMax = 5_000_000

/** @param version of the browser */
export async function openPageReader(page: Page, version: string, userAgent: string): Promise<PageReader> {
  const scripts = new Map<string, SeenScript>()
  const frames: Sent[] = []
  const sessions = new Set<CDPSession>()
  const pins = new Set<string>()
  const sockets = new Map<string, string>()
  let bytes = 0

  async function attach(session: CDPSession): Promise<void> {
    sessions.add(session)
    session.on('Debugger.scriptParsed', (script) => {
      const isPages = (script.executionContextAuxData as { isDefault?: boolean } | undefined)?.isDefault
      if (isPages !== true || scripts.size >= scriptsMax || (script.length ?? 0) > sourceCharactersMax) return
      const url = addressOf(script)
      session
        .send('Debugger.getScriptSource', { scriptId: script.scriptId })
        .then(({ scriptSource }) => {
          const hash = `sha256-${createHash('sha256').update(scriptSource).digest('base64')}`
          scripts.set(`${url} ${hash}`, { url, hash, pinned: false })
        })
        .catch(unlessGone)
    })
    session.on('Network.dataReceived', ({ encodedDataLength }) => (bytes += encodedDataLength))
    session.on('Network.webSocketCreated', ({ requestId, url }) => sockets.set(requestId, url))
    session.on('Network.webSocketFrameSent', ({ requestId, response }) => {
      if (frames.length >= framesMax) return
      const body =
        response.opcode === 2
          ? Buffer.from(response.payloadData, 'base64')
          : Buffer.from(response.payloadData)
      frames.push({ kind: 'frame', url: sockets.get(requestId) ?? '', method: '', headers: [], body })
    })
    session.on('Network.webTransportCreated', ({ url }) => {
      if (frames.length < framesMax)
        frames.push({ kind: 'request', url, method: 'CONNECT', headers: [], body: new Uint8Array(0) })
    })
    await Promise.all([
      session.send('Network.enable'),
      session.send('Page.enable'),
      session.send('Emulation.setUserAgentOverride', {
        userAgent,
        userAgentMetadata: clientHints(version, userAgent),
      }),
      session.send('Debugger.enable').then(() =>
        // A `debugger` statement would hold the page, and tell it that somebody looks.
        session.send('Debugger.setSkipAllPauses', { skip: true }),
      ),
    ])
  }

  await attach(await page.context().newCDPSession(page))
  // A frame of another site has a process of its own, and a session.
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) return
    page
      .context()
      .newCDPSession(frame)
      .then(attach)
      .catch((caught: unknown) => {
        if (!isDriverFault(caught) && !/separate|session/i.test(String(caught))) throw caught
      })
  })

  return {
    scripts: () => [...scripts.values()].map((script) => ({ ...script, pinned: pins.has(script.url) })),
    frames: () => frames,
    bytesReceived: () => bytes,
    async readDocuments() {
      const forms: SeenForm[] = []
      const hints: string[] = []
      for (const session of sessions)
        for (const document of await documentsOf(session)) {
          forms.push(...document.forms.map((form) => ({ ...form, action: placeOf(form.action) })))
          hints.push(...document.hints)
          for (const pin of document.pins) pins.add(placeOf(pin))
        }
      const distinct = new Map(forms.map((form) => [JSON.stringify(form), form]))
      return { forms: [...distinct.values()], hints: [...new Set(hints)] }
    },
  }
}

/**
 * What a browser with a window says of itself in `Sec-CH-UA`: scripts that spare robots look for "Headless" there.
 * https://wicg.github.io/ua-client-hints/
 */
function clientHints(version: string, userAgent: string) {
  const mobile = userAgent.includes('Mobile')
  const named = (each: string) => [
    { brand: 'Google Chrome', version: each },
    { brand: 'Chromium', version: each },
    { brand: 'Not_A Brand', version: '8' },
  ]
  return {
    brands: named(version.split('.')[0]!),
    fullVersionList: named(version),
    platform: mobile ? 'Android' : 'Linux',
    platformVersion: mobile ? '10.0.0' : '6.5.0',
    architecture: mobile ? '' : 'x86',
    bitness: mobile ? '' : '64',
    model: mobile ? 'K' : '',
    mobile,
  }
}

/** A script names its address itself (`sourceURL`), so that is not believed. */
function addressOf(script: {
  url: string
  hasSourceURL?: boolean
  embedderName?: string
  startLine: number
  startColumn: number
  stackTrace?: { callFrames: { url: string }[] }
}): string {
  const real = script.hasSourceURL ? (script.embedderName ?? '') : script.url
  if (real === '') return `eval by ${placeOf(script.stackTrace?.callFrames[0]?.url || 'somebody')}`
  // A file begins at its beginning; what begins further down stands in a page.
  return script.startLine > 0 || script.startColumn > 0 ? `${placeOf(real)}#inline` : placeOf(real)
}

interface DocumentFacts {
  forms: SeenForm[]
  hints: string[]
  pins: string[]
}

/** Each frame of a session, read in a world of its own: same document, other JavaScript. */
async function documentsOf(session: CDPSession): Promise<DocumentFacts[]> {
  const facts: DocumentFacts[] = []
  try {
    const { frameTree } = await session.send('Page.getFrameTree')
    const ids: string[] = []
    const walk = (tree: typeof frameTree): void => {
      ids.push(tree.frame.id)
      for (const child of tree.childFrames ?? []) walk(child)
    }
    walk(frameTree)
    for (const frameId of ids) {
      const { executionContextId } = await session.send('Page.createIsolatedWorld', {
        frameId,
        worldName: 'reader',
      })
      const { result } = await session.send('Runtime.evaluate', {
        contextId: executionContextId,
        returnByValue: true,
        expression: factsExpression,
      })
      if (result.value !== undefined) facts.push(result.value as DocumentFacts)
    }
  } catch (caught) {
    unlessGone(caught)
  }
  return facts
}

/** `action` of a form may be hidden by a field of that name: the attribute is read. At most 50 forms of 200 fields. */
const factsExpression = `({
  forms: [...document.forms].slice(0, 50).map((form) => ({
    action: new URL(form.getAttribute('action') || document.URL, document.baseURI).href,
    method: (form.getAttribute('method') || 'get').toLowerCase(),
    fields: [...new Set([...form.querySelectorAll('input,select,textarea')].slice(0, 200)
      .map((field) => field.getAttribute('name') || field.id).filter(Boolean))].sort(),
  })),
  hints: [...document.querySelectorAll('link[rel~="dns-prefetch"],link[rel~="preconnect"]')].slice(0, 100)
    .map((link) => link.href).filter(Boolean),
  pins: [...document.querySelectorAll('script[src][integrity]')].slice(0, 500).map((script) => script.src),
})`

/** A frame that went away while it was asked has nothing more to say. */
function unlessGone(caught: unknown): void {
  if (!isDriverFault(caught) && !/No script|No frame|Cannot find|Invalid|context/i.test(String(caught)))
    throw caught
}
