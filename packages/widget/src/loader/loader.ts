/**
 * All code of ours that runs in the tenant's page. It draws the launcher, verifies the release, builds the sandboxed
 * frame, keeps the visitor's token and reports the page. It never reads what people type, takes no code and no markup
 * from anywhere, and is written against a budget of 2 KB: every page view of every tenant pays for each byte.
 */
import { hasCardFields } from './card-fields.ts'
import type { Language, Launcher } from './launcher.ts'
import { verifyRelease, type ReleaseBundle } from './verify-release.ts'

/** Put in by the build: the file with what is no code, beside this script, and its digest. */
declare const launcherFile: string
declare const launcherIntegrity: string

const doc = document
const script = doc.currentScript as HTMLScriptElement
const { tenant, accent, position, locale } = script.dataset
const storageKey = 'candor:' + tenant
/** Listeners of `on`. The platform keeps one listener's fault from the others, and reports it. */
const events = new EventTarget()
const at = (path: string): string => new URL(path, script.src) + ''

/** Where storage is blocked, these are all there is. */
let local: Record<string, string> = {}
let session = local
let launcher: Launcher
let language: Language
let name: string
let unavailable: string
let rtl: boolean
let host: HTMLElement | void
let button: HTMLElement
let badge: HTMLElement
let notice: HTMLElement
let frame: HTMLIFrameElement & { csp?: string }
/** Ours is `port1`. What is said before the frame is there waits in the port. */
let channel: MessageChannel
let ready: boolean
/** The visitor wants to see the panel; on a page with card fields the server is asked first. */
let wanted: boolean
let shown: boolean
let cardFields: boolean
let page: string
/** UUID of this view of this address. */
let view: string
/** Last page that the frame was told of, and last report. */
let told: string
let reported: string
/** Id of the release whose frame was built. */
let release = ''
let problem = ''
/** Looks that the frame still has to say hello. */
let patience = 0
/** What this page knows of the shared storage. */
let kept: string | undefined

const emit = (type: string, detail?: unknown): unknown =>
  events.dispatchEvent(new CustomEvent(type, { detail }))

const tell = (...said: unknown[]): unknown => channel.port1.postMessage(said)

/** Another tab stored something: the frame hears of it. */
const follow = (): unknown => local[storageKey] !== kept && !tell('kept', (kept = local[storageKey]))

/**
 * Where the visitor is, without query and hash, which carry booking codes, e-mail addresses and tokens, goes to the
 * frame; a `PageViewReport` goes to the server. Both only when something of it is new.
 */
const look = (): void => {
  cardFields = hasCardFields(doc, launcher)
  if (page !== (page = location.origin + location.pathname)) view = crypto.randomUUID()
  if (told !== (told = page + doc.title + cardFields)) tell('page', page, doc.title, cardFields)
  const report = JSON.stringify({
    t: tenant,
    v: session['candor:visit'],
    n: view,
    u: page,
    c: cardFields,
    l: script.src,
    i: !!script.integrity,
    m: release,
    s: [...doc.querySelectorAll<HTMLScriptElement>('script[src]')].map((each) => each.src),
    e: problem,
  })
  if (reported !== (reported = report)) navigator.sendBeacon(at('/v1/page-views'), report)
}

const fault = (why: string, code: string): void => {
  patience = 0
  problem = why
  look()
  if (wanted) show(false, unavailable)
  emit('error', code)
}

const build: () => unknown = async () => {
  look()
  // Where cards are typed it comes when a visitor asks for it, and not before.
  if (!host || frame.isConnected || (cardFields && !wanted)) return
  // Looks. A frame that says nothing for so long is not coming: blocked, altered, or its server is away.
  patience = 5
  button.after(frame)
  try {
    const answer = await fetch(at('release.json?t=' + tenant + '&u=' + encodeURIComponent(page)))
    // Contained: it goes without a word.
    if (answer.status === 403) return remove()
    // Nothing cannot be taken apart: that is caught as any other fault of the release.
    const [id, csp] = (await verifyRelease((await answer.json()) as ReleaseBundle, launcher.proof))!
    release = id
    // Enforced by the browser on whatever answers: scripts are those of the manifest, and talk to this server.
    frame.csp = csp.replace('<o> <w>', at('/') + ' ws' + at('/').slice(4))
    frame.onload = () => {
      frame.onload = null
      // The frame's origin is opaque and has no name, so the port is handed to this very window, once. All that the
      // frame says comes by the port: this page listens to no window message at all.
      frame.contentWindow!.postMessage([tenant, (kept = local[storageKey]), session['candor:visit']], '*', [
        channel.port2,
      ])
      // A document that has just come does not have the focus that its frame was given.
      if (shown) frame.focus()
    }
    frame.src = at(id + '/' + language + '.html')
  } catch {
    frame.remove()
    fault('unverified', 'unverified')
  }
}

const remove = (): void => {
  host = host!.remove()
  patience = 0
  if (shown) emit('close')
}

/** What the frame may say; anything else is dropped. Fields are checked where they are used. */
const heard: Record<string, ((...said: string[]) => unknown) | undefined> = {
  __proto__: null as never,
  emit,
  ready(given) {
    ready = true
    button.style.color = accent ?? given
    show(wanted)
  },
  // The first tab that stores wins, and the others follow it: all tabs are one visitor.
  keep: (value) => follow() || (kept = local[storageKey] = value),
  unread(short, text) {
    badge.textContent = short!
    button.ariaLabel = text!
  },
  hide: () => show(false),
  refused: (text) => wanted && show(false, text),
  // oxlint-disable-next-line unicorn/prefer-string-starts-ends-with -- it may be no text, and this is shorter
  link: (href) => /^https:/.test(href) && open(href, '', 'noopener'),
  gone: remove,
}

/** Opens or closes the panel; closes it where it was asked for in vain, and says why beside the button. */
const show = (on: boolean, why?: string): void => {
  wanted = on
  notice.textContent = why!
  if (on) build()
  on &&= ready || !cardFields
  if (on === shown) return
  shown = on
  button.ariaExpanded = on as never
  const type = on ? 'open' : 'close'
  tell(type)
  ;(on ? frame : button).focus()
  emit(type)
}

const boot = (): void => {
  if (host) return
  ready = wanted = shown = false
  patience = 0
  told = ''
  channel = new MessageChannel()
  channel.port1.onmessage = ({ data }) => {
    if (host) heard[data?.[0]]?.(data[1], data[2])
  }
  ;[host, button, badge, notice, frame] = launcher.parts.map((each) =>
    doc.createElement(each),
  ) as unknown as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLIFrameElement]
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(launcher.style)
  root.adoptedStyleSheets.push(sheet)
  host.lang = language
  button.ariaLabel = frame.title = name
  button.ariaExpanded = false as never
  button.onclick = () => show(!wanted)
  // A handler that answered false would take Enter and Tab away too.
  button.onkeydown = (event) => {
    if (event.key === 'Escape') show(false)
  }
  button.append(badge)
  root.append(button, notice)
  // The launcher's corner follows from its direction; its texts have their own.
  host.dir = (position === 'start') === rtl ? 'ltr' : 'rtl'
  button.style.color = accent!
  Object.assign(frame, launcher.frame)
  // Beside the body, which some sites replace when the visitor navigates.
  doc.documentElement.append(host)
  // A returning visitor's frame comes when the page has done what it is there for.
  if ((kept = local[storageKey])) setTimeout(build, 1_500)
}

/**
 * A frame can take the focus from the page, and then gets what is typed. So where cards are typed there is none of
 * ours, whatever runs in it, from the moment in which anything but the widget has the focus.
 */
const giveWay = (): void => {
  look()
  if (!cardFields || doc.activeElement === host || !frame.isConnected) return
  remove()
  boot()
}

try {
  local = localStorage
  session = sessionStorage
} catch {
  // Storage is blocked: what this page knows is kept as long as the page.
}
session['candor:visit'] ||= crypto.randomUUID()

const begun = (async () => {
  try {
    launcher = await (await fetch(at(launcherFile), { integrity: launcherIntegrity })).json()
    ;[language, name, unavailable, rtl] =
      launcher[(locale || doc.documentElement.lang || navigator.language).slice(0, 2) as Language] ||
      launcher.en
    boot()
    addEventListener('storage', follow)
    addEventListener('pagehide', look)
    addEventListener('focusin', giveWay)
    // The frames of payment providers, whose focus is seen by this alone.
    addEventListener('blur', giveWay)
    // Fields, scripts and addresses come and go without an event.
    setInterval(() => {
      look()
      if (!--patience && !ready) fault('silent', 'unavailable')
    }, 2_000)
  } catch {
    // Altered or away: there is nothing that could be drawn.
  }
})()

const queued = window.candor?.q
/** `window.candor(command, ...)`. Before `boot` and after `shutdown` only `boot`, `on` and `off` do anything. */
window.candor = async (command: string, a?: never, b?: never): Promise<void> => {
  await begun
  if (command === 'on') return events.addEventListener(a!, b!)
  if (command === 'off') return events.removeEventListener(a!, b!)
  if (command === 'boot') boot()
  if (!host) return
  if (command === 'show') show(true)
  if (command === 'hide') show(false)
  if (command === 'toggle') show(!wanted)
  // The frame knows which of them it is meant for.
  tell('.' + command, a, b)
  if (command === 'identify') build()
  if (command === 'shutdown') {
    show(false)
    delete local[storageKey]
    if (!frame.isConnected) remove()
  }
}
queued?.forEach((each) => window.candor!(...each))

type Candor = (command: string, a?: never, b?: never) => unknown

declare global {
  interface Window {
    candor?: Candor & { q?: Parameters<Candor>[] }
  }
}
