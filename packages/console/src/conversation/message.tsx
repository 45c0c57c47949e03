import type { ReactNode } from 'react'
import type { DeliveryMark, MessageItem } from '@candor/protocol/fold-events.ts'
import { keysOf } from '../actions/actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { MenuButton } from '../design/menu-button.tsx'
import { Icon } from '../design/icons.tsx'
import { fullTime, timeOf } from '../design/times.tsx'
import { useDesk } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'
import type { Outgoing } from './conversation-store.ts'
import css from './message.module.css'

interface MessageProps {
  item: MessageItem
  /** Belongs to the message above: no name, no face. */
  joined: boolean
  mark: DeliveryMark | null
  /** An edit or deletion (null) that is not stored yet. */
  change: string | null | undefined
  own: boolean
  /** Why the virtual agent wrote it. */
  why: ReactNode
  onEdit(item: MessageItem): void
  onRemove(item: MessageItem): void
}

export function Message({ item, joined, mark, change, own, why, onEdit, onRemove }: MessageProps) {
  const deleted = change === null || (change === undefined && item.deleted)
  const text = change ?? item.text
  const side = item.note
    ? 'note'
    : item.actor.kind === 'visitor'
      ? 'visitor'
      : item.actor.kind === 'agent'
        ? 'agent'
        : 'bot'
  return (
    <li
      className={classes(css.message, css[side], joined && css.joined)}
      data-item={item.seq}
      data-from={item.actor.kind}
      tabIndex={-1}
    >
      {side !== 'note' && (
        <span className={css.face}>
          {!joined && (
            <Avatar
              name={item.actor.name}
              size="s"
              kind={side === 'visitor' ? 'visitor' : side === 'agent' ? 'agent' : 'virtual-agent'}
            />
          )}
        </span>
      )}
      <div className={css.column}>
        <p className={joined ? 'visually-hidden' : css.meta}>
          {item.note && <Icon name="lock" size={14} />}
          <span className={css.author}>
            {item.actor.name || 'Visitor'}
            {item.note && <span className={css.kind}> · private note</span>}
            {side === 'bot' && item.actor.kind === 'virtual-agent' && (
              <span className={css.kind}> · virtual agent</span>
            )}
            {item.actor.kind === 'api' && <span className={css.kind}> · API</span>}
          </span>
          <time dateTime={item.at} title={fullTime(item.at)}>
            {timeOf(item.at)}
          </time>
        </p>
        <div className={css.bubbleLine}>
          <div className={classes(css.bubble, deleted && css.deleted, change !== undefined && css.changing)}>
            {deleted ? (
              <span>This message was deleted.</span>
            ) : text === null ? (
              <span>This text cannot be opened any more.</span>
            ) : (
              <Text text={text} />
            )}
            {item.form && <FormAnswers form={item.form} />}
          </div>
          {own && !deleted && !item.note && change === undefined && (
            <MenuButton
              label="Edit or delete this message"
              className={css.more}
              entries={() => [
                { icon: 'edit', label: 'Edit', keys: keysOf('edit-last'), run: () => onEdit(item) },
                {
                  icon: 'trash',
                  label: 'Delete',
                  keys: keysOf('delete-last'),
                  danger: true,
                  run: () => onRemove(item),
                },
              ]}
            >
              <Icon name="more" size={16} />
            </MenuButton>
          )}
        </div>
        {item.options.length > 0 && !deleted && (
          <ul className={css.options} aria-label="Quick replies offered">
            {item.options.map((option) => (
              <li key={option}>{option}</li>
            ))}
          </ul>
        )}
        {(mark || item.edited || item.masked) && !deleted && (
          <p className={css.state}>
            {item.masked && (
              <span className={css.masked}>
                <Icon name="shield" size={14} /> Card number removed
              </span>
            )}
            {item.edited && <span>Edited</span>}
            {mark && <Mark mark={mark} />}
          </p>
        )}
        {why}
      </div>
    </li>
  )
}

export function OutgoingMessage({ conversation, outgoing }: { conversation: string; outgoing: Outgoing }) {
  const { conversations, connection, me } = useDesk()
  const online = useObservable(connection).kind === 'online'
  const note = outgoing.kind === 'note'
  return (
    <li
      className={classes(css.message, note ? css.note : css.agent)}
      data-outgoing={outgoing.state}
      tabIndex={-1}
    >
      {!note && (
        <span className={css.face}>
          <Avatar name={me.person.name} size="s" kind="agent" />
        </span>
      )}
      <div className={css.column}>
        <p className={css.meta}>
          {note && <Icon name="lock" size={14} />}
          <span className={css.author}>
            {me.person.name}
            {note && <span className={css.kind}> · private note</span>}
          </span>
          <time dateTime={outgoing.at}>{timeOf(outgoing.at)}</time>
        </p>
        <div className={css.bubbleLine}>
          <div className={classes(css.bubble, outgoing.state === 'failed' && css.failedBubble)}>
            <Text text={outgoing.text} />
          </div>
        </div>
        <p className={css.state}>
          {outgoing.state === 'failed' ? (
            <span className={css.failed} role="alert">
              <Icon name="warning" size={14} />
              <span>Not sent: {outgoing.reason}</span>
              <button
                type="button"
                className={css.act}
                onClick={() => conversations.retry(conversation, outgoing.id)}
              >
                Send again
              </button>
              <button
                type="button"
                className={css.act}
                onClick={() => conversations.discard(conversation, outgoing.id)}
              >
                Discard
              </button>
            </span>
          ) : outgoing.state === 'stored' ? (
            <Mark mark="sent" />
          ) : (
            <span className={css.mark}>
              <Icon name="clock" size={14} /> {online ? 'Sending' : 'Sent when the connection is back'}
            </span>
          )}
        </p>
      </div>
    </li>
  )
}

const markNames: Record<DeliveryMark, string> = { sent: 'Sent', delivered: 'Delivered', read: 'Read' }

function Mark({ mark }: { mark: DeliveryMark }) {
  return (
    <span className={classes(css.mark, mark === 'read' && css.read)}>
      <Icon name={mark === 'sent' ? 'check' : 'checks'} size={14} /> {markNames[mark]}
    </span>
  )
}

function FormAnswers({ form }: { form: NonNullable<MessageItem['form']> }) {
  return (
    <dl className={css.form}>
      {form.fields.map((field) => (
        <div key={field.name}>
          <dt>{field.label}</dt>
          <dd>
            {form.answers?.[field.name] ?? (form.answered ? 'Cannot be opened any more' : 'Not answered yet')}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const address = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g

/** Text stays text; an address becomes a link that tells the other side nothing of the desk. */
function Text({ text }: { text: string }) {
  const parts: ReactNode[] = []
  let at = 0
  for (const match of text.matchAll(address)) {
    parts.push(text.slice(at, match.index))
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    )
    at = match.index + match[0].length
  }
  parts.push(text.slice(at))
  return (
    <span className={css.text} dir="auto">
      {parts}
    </span>
  )
}
