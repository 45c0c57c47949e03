/** @jsxImportSource preact */
/**
 * The frame: a document of our origin in a sandbox, so that it is nobody's origin. It cannot see the host page
 * nor be seen by it; all they share is one MessagePort.
 */
import { render } from 'preact'
import type { Clock } from '@candor/protocol/connection.ts'
import { eventStreamTransport } from '@candor/protocol/event-stream-transport.ts'
import type { PageInfo, WidgetConfig } from '@candor/protocol/frames.ts'
import { webSocketTransport } from '@candor/protocol/websocket-transport.ts'
import { readBoot, readToFrame, writeKept, type Boot, type ToFrame, type ToLoader } from '../channel.ts'
import { inkOn } from '../ink.ts'
import { App } from './app.tsx'
import { openChat, type Chat, type Guard } from './chat.ts'
import { importGuard } from './import-guard.ts'
import type { Messages } from './messages/messages.ts'
import { newId } from './new-id.ts'

const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** What was announced stays this long for those who listen late; then it is not found a second time. */
const announcedMs = 4_000

/** What a page says besides where it is. */
type Said = Exclude<ToFrame, { type: 'page' }>

/** A page that tracks more than this before its visitor opens the chat does not do it for the chat. */
const earlyMax = 50

/** Waits for the loader's port and starts. The build calls this with the messages of one language. */
export function startFrame(m: Messages): void {
  addEventListener('message', function take({ source, data, origin, ports }) {
    const boot = readBoot(data)
    const [port] = ports
    if (source !== parent || !boot || !port) return
    // The first port is the loader's; whoever comes later is somebody else in the host page.
    removeEventListener('message', take)
    listen(boot, port, origin, m)
  })
}

/** The tenant's colour in the scheme of this moment, for the launcher. */
function accentOf({ accent, accentDark }: WidgetConfig): string {
  return matchMedia('(prefers-color-scheme:dark)').matches ? accentDark : accent
}

/** `/w/<id of the release>/<language>.html` */
function releaseOf(path: string): string | null {
  return /^\/w\/([\w-]{43})\//.exec(path)?.[1] ?? null
}

function listen(boot: Boot, port: MessagePort, origin: string, m: Messages): void {
  let chat: Chat | null = null
  let open = false
  let unread = 0
  /** What the page said before it said where it is. */
  let early: Said[] = []
  let guard: Promise<Guard> | null = null
  const live = document.createElement('p')
  live.className = 'live'
  live.ariaLive = 'polite'

  const tell = (...message: ToLoader): void => port.postMessage(message)
  const loadGuard = (): Promise<Guard> =>
    (guard ??= importGuard().catch((cause: unknown) => {
      // Next time it is tried again; a script that failed once may be there later.
      guard = null
      throw new Error('the card guard did not load', { cause })
    }))

  const begin = (page: PageInfo): Chat => {
    const server = new URL(document.baseURI).origin
    return openChat({
      tenant: boot.tenant,
      kept: boot.kept,
      visit: boot.visit,
      release: releaseOf(location.pathname),
      origin,
      page,
      locale: m.language,
      transports: [webSocketTransport(server), eventStreamTransport(server)],
      clock,
      random: Math.random,
      newId: () => newId(Date.now()),
      guard: loadGuard,
      keep: (kept) => tell('keep', writeKept(kept)),
      changed: () => chat && draw(chat),
      announce({ actor, text }) {
        if (!visible()) return
        const said = document.createElement('span')
        said.textContent = `${actor.name}: ${text} `
        live.append(said)
        clock.after(announcedMs, () => said.remove())
      },
      tell(what) {
        if (what.type === 'page-refused') {
          tell('refused', m.pageRefused)
          tell('emit', 'refused', 'card_fields_page')
        } else if (what.type === 'logged-out') tell('hide')
        else if (what.type === 'gone') tell('gone')
        else if (what.type === 'error') tell('emit', 'error', what.code)
        else {
          if (what.type === 'ready') tell('ready', accentOf(chat!.view().config))
          tell('emit', what.type)
        }
      },
    })
  }

  /** Where a person goes on: the composer, or what stands in its place. */
  const focusFirst = (): void =>
    (
      document.querySelector<HTMLElement>('textarea') ?? document.querySelector<HTMLElement>('.primary')
    )?.focus()

  const visible = (): boolean => open && !document.hidden

  const draw = (chat: Chat): void => {
    const view = chat.view()
    const { accent, accentDark } = view.config
    for (const [property, value] of Object.entries({
      '--accent-light': accent,
      '--ink-light': inkOn(accent),
      '--accent-dark': accentDark,
      '--ink-dark': inkOn(accentDark),
    }))
      document.documentElement.style.setProperty(property, value)
    render(
      <App
        view={view}
        chat={chat}
        m={m}
        visible={visible()}
        guard={loadGuard}
        close={() => tell('hide')}
        openLink={(href) => tell('link', href)}
      />,
      document.body,
    )
    if (!live.isConnected) document.documentElement.append(live)
    if (view.unread !== unread) {
      unread = view.unread
      const badge = unread === 0 || open ? '' : unread > 9 ? '9+' : String(unread)
      tell('unread', badge, badge === '' ? m.chat : m.unread(unread))
      tell('emit', 'unread', unread)
    }
  }

  port.onmessage = ({ data }) => {
    const message = readToFrame(data)
    if (message?.type === 'page') {
      if (chat) return chat.page(message.page)
      chat = begin(message.page)
      draw(chat)
      const waiting = early
      early = []
      return waiting.forEach((each) => hear(each, chat!))
    }
    if (!message) return
    if (chat) hear(message, chat)
    else if (early.length < earlyMax) early.push(message)
  }

  const hear = (message: Said, chat: Chat): void => {
    switch (message.type) {
      case 'open':
      case 'close':
        open = message.type === 'open'
        document.body.classList.toggle('open', open)
        if (open) chat.opened()
        draw(chat)
        if (open) focusFirst()
        return
      case 'kept':
        return chat.kept(message.kept)
      case 'identify':
        return chat.identify(message.jwt)
      case 'track':
        return chat.track(message.name, message.properties)
      case 'set':
        return chat.set(message.traits)
      case 'shutdown':
        return chat.logOut()
    }
  }

  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) tell('hide')
  })
  addEventListener('online', () => chat?.reconnect())
  addEventListener('visibilitychange', () => chat && draw(chat))
}
