/** @jsxImportSource preact */
import { Component, type ComponentChildren, type VNode } from 'preact'
import { markOf, type LineItem, type MessageItem } from '@candor/protocol/fold-events.ts'
import type { Chat, ChatView, Outgoing } from './chat.ts'
import { FormInMessage } from './form-in-message.tsx'
import { Icon } from './icons.tsx'
import { linkParts } from './links.ts'
import type { Messages } from './messages/messages.ts'

export interface TranscriptProps {
  view: ChatView
  chat: Chat
  m: Messages
  /** The panel is open and the page in front. */
  visible: boolean
  openLink(href: string): void
}

/** Messages of one person this close to each other stand together. */
const groupMs = 5 * 60_000
/** Nearer to the end than this counts as at the end: a person who reads the last message follows the talk. */
const atEndPixels = 48

export class Transcript extends Component<TranscriptProps> {
  log: HTMLElement | null = null
  atEnd = true

  /** Distance from the end before an update, so that a page put in front does not move what is read. */
  override getSnapshotBeforeUpdate(): number {
    return this.log!.scrollHeight - this.log!.scrollTop
  }

  override componentDidMount(): void {
    this.log!.scrollTop = this.log!.scrollHeight
  }

  override componentDidUpdate(before: TranscriptProps, _: unknown, fromEnd: number): void {
    const { view, visible, chat } = this.props
    const log = this.log!
    const first = (props: TranscriptProps): number | undefined => props.view.transcript.items[0]?.seq
    const sentNow = view.outgoing.length > before.view.outgoing.length
    if (this.atEnd || sentNow) this.toEnd()
    else if (first(before) !== first(this.props)) log.scrollTop = log.scrollHeight - fromEnd
    if (visible && this.atEnd && view.unread > 0) chat.seen()
  }

  toEnd = (): void => {
    this.log!.scrollTop = this.log!.scrollHeight
    this.atEnd = true
  }

  onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = this.log!
    this.atEnd = scrollHeight - scrollTop - clientHeight < atEndPixels
    if (this.atEnd && this.props.visible) this.props.chat.seen()
  }

  render({ view, chat, m, visible }: TranscriptProps): VNode {
    return (
      <div class="transcript">
        {/* Live announcements come from one place of their own, so that no change of marks is read out. */}
        <div
          class="log"
          role="log"
          aria-live="off"
          aria-label={m.chat}
          // What scrolls must be reached by keyboard (WCAG 2.1.1).
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          ref={(log) => void (this.log = log)}
          onScroll={this.onScroll}
        >
          {view.more ? (
            <button class="quiet" onClick={() => void chat.earlier()}>
              {m.earlier}
            </button>
          ) : (
            <div class="greeting">
              <p dir="auto">{view.config.greeting || m.greeting}</p>
            </div>
          )}
          {itemsOf(this.props)}
          {view.typing !== null && (
            <p class="typing">
              <span class="unseen">{m.writing(view.typing)}</span>
              <i />
              <i />
              <i />
            </p>
          )}
        </div>
        {visible && !this.atEnd && view.unread > 0 && (
          <button class="pill" onClick={this.toEnd}>
            <Icon name="down" />
            {m.newMessages}
          </button>
        )}
      </div>
    )
  }
}

function itemsOf(props: TranscriptProps): ComponentChildren[] {
  const { view, chat, m } = props
  const { items } = view.transcript
  const shown: ComponentChildren[] = []
  let day = ''
  let last: { actor: string; at: number } | null = null
  const lastOwn = items.findLast((item) => item.kind === 'message' && item.actor.kind === 'visitor')
  const pressable = view.outgoing.length === 0 ? items.findLast((item) => item.kind === 'message') : undefined

  const dayOf = (at: number): void => {
    const next = new Date(at).toDateString()
    if (next === day) return
    day = next
    last = null
    shown.push(
      <p class="line" key={'day' + next}>
        <span>{dayName(at, m.language)}</span>
      </p>,
    )
  }

  for (const item of items) {
    const at = Date.parse(item.at)
    if (item.kind !== 'message') {
      const said = lineOf(item, m)
      if (said === null) continue
      dayOf(at)
      last = null
      shown.push(
        <p class="line" key={item.id}>
          <span>{said}</span>
        </p>,
      )
      continue
    }
    dayOf(at)
    const own = item.actor.kind === 'visitor'
    const goesOn = last !== null && last.actor === item.actor.id && at - last.at < groupMs
    last = { actor: item.actor.id, at }
    shown.push(
      <article class={own ? 'own' : 'other'} key={item.id} id={'m' + item.seq}>
        {!own && !goesOn && <Who item={item} m={m} />}
        <div class="bubble" dir="auto">
          {item.text === null ? <em>{m.deleted}</em> : <Text text={item.text} openLink={props.openLink} />}
          {item.form && <FormInMessage form={item.form} chat={chat} m={m} />}
        </div>
        {item.masked && (
          <p class="under">
            <Icon name="lock" />
            {m.masked}
          </p>
        )}
        {(item.edited || item === lastOwn || item === items.at(-1)) && (
          <p class="under">
            {item.edited && m.edited + ' · '}
            <time dateTime={item.at}>{timeOf(at, m.language)}</time>
            {item === lastOwn && <Mark view={view} seq={item.seq} m={m} />}
          </p>
        )}
        {item === pressable && item.options.length > 0 && (
          <div class="options">
            {item.options.map((option) => (
              <button key={option} onClick={() => chat.send(option)}>
                {option}
              </button>
            ))}
          </div>
        )}
      </article>,
    )
  }
  for (const entry of view.outgoing) {
    dayOf(entry.at)
    shown.push(<Sending key={entry.id} entry={entry} {...props} />)
  }
  return shown
}

function Who({ item, m }: { item: MessageItem; m: Messages }): VNode {
  const { kind, name } = item.actor
  return (
    <p class="who">
      <Avatar kind={kind} name={name} />
      {kind === 'virtual-agent' ? `${name} · ${m.virtualAgent}` : name}
    </p>
  )
}

export function Avatar({ kind, name }: { kind: string; name: string }): VNode {
  return (
    <span class="avatar" aria-hidden="true">
      {kind === 'virtual-agent' ? (
        <Icon name="robot" />
      ) : (
        (name.match(/\p{L}/u)?.[0]?.toUpperCase() ?? <Icon name="person" />)
      )}
    </span>
  )
}

function Text({ text, openLink }: { text: string; openLink(href: string): void }): VNode {
  return (
    <p>
      {linkParts(text).map(({ text, href }, i) =>
        href === undefined ? (
          text
        ) : (
          <a
            key={i}
            href={href}
            rel="noopener noreferrer"
            target="_blank"
            onClick={(event) => {
              event.preventDefault()
              openLink(href)
            }}
          >
            {text}
          </a>
        ),
      )}
    </p>
  )
}

function Mark({ view, seq, m }: { view: ChatView; seq: number; m: Messages }): VNode {
  const { deliveredTo, readBy } = view.state!
  const mark = markOf(seq, { deliveredTo: deliveredTo.staff, readBy: readBy.staff })
  return (
    <span class="mark">
      {'· '}
      {mark === 'read' ? m.seen : mark === 'delivered' ? m.delivered : m.sent}
      <Icon name={mark === 'sent' ? 'sent' : 'seen'} />
    </span>
  )
}

function Sending({ entry, chat, m, openLink }: TranscriptProps & { entry: Outgoing }): VNode {
  return (
    <article class="own">
      <div class="bubble waiting" dir="auto">
        <Text text={entry.text} openLink={openLink} />
      </div>
      {entry.failed === null ? (
        <p class="under">
          <span class="mark">
            {m.sending}
            <Icon name="clock" />
          </span>
        </p>
      ) : (
        <p class="under failed">
          <Icon name="alert" />
          {m.failed(entry.failed)}
          <button onClick={() => chat.retry(entry.id)}>{m.tryAgain}</button>
          <button onClick={() => chat.discard(entry.id)}>{m.discard}</button>
        </p>
      )}
    </article>
  )
}

function lineOf(item: LineItem, m: Messages): string | null {
  switch (item.kind) {
    case 'takeover':
      return m.joined(item.data.agent.name)
    case 'assignment':
      return item.data.agent ? m.joined(item.data.agent.name) : m.handedOver
    case 'handover':
      return m.handedOver
    case 'handback':
      return m.handedBack
    case 'status':
      return item.data.status === 'closed' ? m.closed : item.seq > 1 ? m.reopened : null
    default:
      return null
  }
}

function timeOf(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at)
}

function dayName(at: number, language: string): string {
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000)
  if (days >= -1) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')
  return new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(at)
}
