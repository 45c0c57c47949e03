/**
 * All that runs in the tenant's page. It draws the launcher, builds the sandboxed frame, keeps the visitor's
 * token and says where the visitor is. It never reads what people type, takes no code and no markup from
 * anywhere, and is written against a budget of 2 KB: every page view of every tenant pays for each byte.
 */
import { hasCardFields } from './card-fields.ts'
import css from './launcher.css'

/** Put in by the build: `frame.<hash>.`, followed by the language and `.html`, beside this script. */
declare const framePath: string

/** A frame that says nothing for this long is not coming: blocked, or its server is away. */
const readyMsMax = 10_000
/** Pages change in bursts; one look after the burst is enough. */
const lookMs = 300
/** A returning visitor's frame comes when the page has done what it is there for. */
const hiddenBuildMs = 1_500

/** By language: what is said when there is no frame that could say more. */
const unavailable: Record<string, string> = {
  en: ' offline',
  es: ' sin conexión',
  de: ' offline',
  ar: ' غير متصلة',
}

const doc = document
const script = doc.currentScript as HTMLScriptElement
const { tenant, accent, position, locale } = script.dataset
const storageKey = 'candor:' + tenant
const said = (locale || doc.documentElement.lang || navigator.language).slice(0, 2)
const language = said in unavailable ? said : 'en'
const name = language === 'ar' ? 'المحادثة' : 'Chat'
/** Listeners of `on`. The platform keeps one listener's fault from the others, and reports it. */
const events = new EventTarget()

let host: HTMLElement | undefined
let button: HTMLButtonElement
let badge: HTMLElement
let notice: HTMLElement
let frame: HTMLIFrameElement | undefined
/** Ours is `port1`. What is said before the frame is there waits in the port. */
let channel: MessageChannel
let ready: boolean
/** The visitor wants to see the panel; on a page with card fields the server is asked first. */
let wanted: boolean
let shown: boolean
let cardFields: boolean
/** Last page that the frame was told of. */
let told: string
/** What this page knows of the shared storage, and all there is where storage is blocked. */
let kept: string | undefined
let readyTimer: ReturnType<typeof setTimeout>
let lookTimer: ReturnType<typeof setTimeout> | 0
const observer = new MutationObserver(() => {
  lookTimer ||= setTimeout(look, lookMs)
})

/** With a value stores it, with '' forgets it; answers what is stored. */
function stored(value?: string): string | undefined {
  kept = value ?? kept
  try {
    if (value) localStorage[storageKey] = value
    else if (value === '') delete localStorage[storageKey]
    else kept = localStorage[storageKey]
  } catch {
    // Storage is blocked or full: go on with what this page knows.
  }
  return kept
}

function emit(type: string, detail?: unknown): void {
  events.dispatchEvent(new CustomEvent(type, { detail }))
}

function tell(type: string, a?: unknown, b?: unknown): void {
  channel.port1.postMessage({ type, a, b })
}

/** Where the visitor is: without query and hash, which carry booking codes, e-mail addresses and tokens. */
function look(): void {
  lookTimer = 0
  cardFields = hasCardFields(doc)
  const page = { url: location.origin + location.pathname, title: doc.title, cardFields }
  if (told !== (told = JSON.stringify(page))) tell('page', page)
}

function build(): void {
  look()
  if (frame || !host) return
  const made = (frame = doc.createElement('iframe'))
  made.sandbox.value = 'allow-scripts allow-forms'
  made.allow = ''
  made.referrerPolicy = 'origin'
  made.title = name
  made.hidden = true
  made.src = new URL(framePath + language + '.html', script.src).href
  made.onload = () => {
    // The frame's origin is opaque and has no name, so the port is handed to this very window, once. All that the
    // frame says comes by the port: this page listens to no window message at all.
    made.contentWindow!.postMessage({ tenant, kept: stored() }, '*', [channel.port2])
    // A document that has just come does not have the focus that its frame was given.
    if (shown) made.focus()
  }
  button.after(made)
  readyTimer = setTimeout(() => {
    explain(name + unavailable[language])
    emit('error', 'unavailable')
  }, readyMsMax)
  observer.observe(doc, { subtree: true, childList: true })
}

/** What the frame may say; anything else is dropped. Fields are checked where they are used. */
const heard: Record<string, ((message: { [field: string]: unknown }) => void) | undefined> = {
  __proto__: null as never,
  ready(given) {
    clearTimeout(readyTimer)
    ready = true
    colour(accent ?? given['accent'])
    draw()
  },
  keep({ kept: value }) {
    const known = kept
    // The first tab that stores wins, and the others follow it: all tabs are one visitor.
    if (stored() !== known) tell('kept', kept)
    else stored(value + '')
  },
  unread({ badge: short, text }) {
    badge.textContent = short + ''
    button.ariaLabel = text + ''
  },
  hide: () => show(false),
  refused: ({ text }) => explain(text),
  message() {},
  error() {},
  link({ href }) {
    // oxlint-disable-next-line unicorn/prefer-string-starts-ends-with -- 12 bytes longer
    if (/^https?:/.test(href + '')) open(href + '', '_blank', 'noopener')
  },
  gone: remove,
}

/** Closes the panel where a visitor asked for it, and says why beside the button. */
function explain(text: unknown): void {
  if (!wanted) return
  show(false)
  notice.textContent = text + ''
}

function show(on: boolean): void {
  wanted = on
  notice.textContent = ''
  if (on) build()
  draw()
}

function draw(): void {
  const on = wanted && (ready || !cardFields)
  if (on === shown) return
  shown = on
  frame!.hidden = !on
  button.ariaExpanded = on + ''
  const type = on ? 'open' : 'close'
  tell(type)
  ;(on ? frame! : button).focus()
  emit(type)
}

/** Six hex digits and nothing else that CSS would take. */
function colour(value: unknown): void {
  if (/^#[\da-f]{6}$/i.test(value + '')) host!.style.setProperty('--a', value + '')
}

function boot(): void {
  if (host) return
  ready = wanted = shown = false
  told = ''
  channel = new MessageChannel()
  channel.port1.onmessage = ({ data }) => {
    if (!host || !heard[data.type]) return
    heard[data.type]!(data)
    emit(data.type, data.detail)
  }
  host = doc.createElement('div')
  host.lang = language
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  button = doc.createElement('button')
  button.ariaLabel = name
  button.ariaExpanded = 'false'
  button.onclick = () => show(!wanted)
  // A handler that answered false would take Enter and Tab away too.
  button.onkeydown = ({ key }) => {
    if (key === 'Escape') show(false)
  }
  badge = doc.createElement('b')
  button.append(badge)
  notice = doc.createElement('p')
  notice.role = 'status'
  notice.dir = 'auto'
  root.append(button, notice)
  // The launcher's corner follows from its direction; its texts have their own.
  host.dir = (position === 'start') === (language === 'ar') ? 'ltr' : 'rtl'
  colour(accent)
  // Beside the body, which some sites replace when the visitor navigates.
  doc.documentElement.append(host)
  if (stored()) setTimeout(build, hiddenBuildMs)
}

function remove(): void {
  observer.disconnect()
  clearTimeout(readyTimer)
  host!.remove()
  host = frame = undefined
}

/** `window.candor(command, ...)`. Before `boot` and after `shutdown` only `boot`, `on` and `off` do anything. */
function candor(command: string, a?: never, b?: never): void {
  if (command === 'boot') boot()
  if (command === 'on') events.addEventListener(a!, b!)
  if (command === 'off') events.removeEventListener(a!, b!)
  if (!host) return
  if (command === 'show') show(true)
  if (command === 'hide') show(false)
  if (command === 'toggle') show(!wanted)
  if (command === 'identify' || command === 'track' || command === 'set') tell(command, a, b)
  if (command === 'identify') build()
  if (command === 'shutdown') {
    show(false)
    stored('')
    if (frame) tell(command)
    else remove()
  }
}

addEventListener('storage', ({ key }) => {
  if (host && key === storageKey) tell('kept', stored())
})

const queued = window.candor?.q
window.candor = candor
boot()
queued?.forEach((each) => candor(...each))

declare global {
  interface Window {
    candor?: typeof candor & { q?: Parameters<typeof candor>[] }
  }
}
