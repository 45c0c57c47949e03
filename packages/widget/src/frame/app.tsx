/** @jsxImportSource preact */
import type { VNode } from 'preact'
import type { Chat, ChatView, Guard } from './chat.ts'
import { Composer } from './composer.tsx'
import { Icon } from './icons.tsx'
import type { Messages } from './messages/messages.ts'
import { Avatar, Transcript } from './transcript.tsx'

export interface AppProps {
  view: ChatView
  chat: Chat
  m: Messages
  visible: boolean
  guard(): Promise<Guard>
  close(): void
  openLink(href: string): void
}

export function App(props: AppProps): VNode {
  const { view, chat, m, close } = props
  const { config, state, connection } = view
  const closed = state?.status === 'closed'
  return (
    <main>
      <header>
        <Avatar
          kind={view.handlerKnown ? (state?.handler.kind ?? '') : ''}
          name={handlerName(view) ?? config.name}
        />
        <div>
          <h1>
            <bdi>{config.name || m.chat}</bdi>
          </h1>
          <p>{view.welcomed ? whoAnswers(view, m) : connection.kind === 'connecting' ? m.connecting : ''}</p>
        </div>
        <button class="icon" aria-label={m.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {connection.kind === 'refused' ? (
        <section class="refused" role="alert">
          <Icon name="alert" />
          <p>{m.refused(connection.refusal.code)}</p>
          {!/^(not_found|origin_not_allowed|protocol_unsupported)$/.test(connection.refusal.code) && (
            <button class="primary" onClick={chat.reconnect}>
              {m.tryAgain}
            </button>
          )}
        </section>
      ) : (
        <>
          {view.offline && (
            <div class="banner" aria-live="polite">
              <Icon name="alert" />
              <p>{m.offline}</p>
              <button onClick={chat.reconnect}>{m.tryNow}</button>
            </div>
          )}
          {view.welcomed || view.outgoing.length > 0 ? <Transcript {...props} /> : <div class="transcript" />}
          {closed ? (
            <div class="closed">
              <button class="primary" onClick={chat.startAnew}>
                {m.startAnew}
              </button>
            </div>
          ) : (
            <Composer {...props} payUrl={config.payUrl} formats={view.formats} />
          )}
          <Foot {...props} />
        </>
      )}
    </main>
  )
}

function Foot({ view, chat, m, openLink }: AppProps): VNode {
  const { state, config } = view
  const bot = state === null || !view.handlerKnown || state.handler.kind === 'virtual-agent'
  return (
    <footer>
      {bot && state?.status !== 'closed' && (
        <button class="quiet" onClick={() => chat.send(m.personRequest)}>
          <Icon name="person" />
          {m.person}
        </button>
      )}
      {config.privacyUrl !== null && (
        <button class="quiet" onClick={() => openLink(config.privacyUrl!)}>
          {m.privacy}
        </button>
      )}
    </footer>
  )
}

function handlerName({ state, handlerKnown }: ChatView): string | null {
  return handlerKnown && state?.handler.kind === 'agent' ? state.handler.name : null
}

function whoAnswers(view: ChatView, m: Messages): string {
  const { state, handlerKnown, agentsOnline } = view
  const handler = handlerKnown && state?.status === 'open' ? state.handler : null
  if (handler?.kind === 'agent') return `${handler.name} ${m.answering}`
  if (handler?.kind === 'virtual-agent') return m.virtualAgent
  if (handler?.kind === 'queue' && agentsOnline) return m.waiting
  return agentsOnline ? m.here : m.away
}
