import { memo } from 'react'
import type { ConversationRow } from '@candor/protocol/events.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { Icon } from '../design/icons.tsx'
import { Since } from '../design/times.tsx'
import { useDesk, useRow } from '../live/desk-context.ts'
import { visitorName } from './visitor-name.ts'
import type { View } from './inbox-rows.ts'
import css from './inbox-row.module.css'

/** inbox-row.module.css draws the same height. */
export const rowHeightPx = 76

interface RowProps {
  id: string
  index: number
  size: number
  top: number
  view: View
  open: boolean
  reachable: boolean
  queueNames: ReadonlyMap<string, string>
  onOpen(id: string): void
}

export const InboxRow = memo(function InboxRow({
  id,
  index,
  size,
  top,
  view,
  open,
  reachable,
  queueNames,
  onOpen,
}: RowProps) {
  const row = useRow(id)
  const { me, conversations } = useDesk()
  if (!row) return null
  const name = visitorName(row)
  return (
    <li
      className={css.item}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={index + 1}
      aria-setsize={size}
    >
      <a
        href={`/desk/?view=${view}&c=${id}`}
        data-row={id}
        className={classes(css.row, open && css.open, row.unread > 0 && css.unread)}
        tabIndex={reachable ? 0 : -1}
        aria-current={open ? 'true' : undefined}
        onPointerEnter={() => conversations.expect(id)}
        onFocus={() => conversations.expect(id)}
        onClick={(event) => {
          // A new tab is the browser's affair.
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
          event.preventDefault()
          onOpen(id)
        }}
      >
        <Avatar name={row.visitor.name} online={row.visitor.online} />
        <span className={css.body}>
          <span className={css.line}>
            <span className={css.name}>{name}</span>
            {row.visitor.online && <span className="visually-hidden">, online</span>}
            {row.visitor.identified && <Icon name="check" size={14} className={css.known} />}
            <span className={css.space} />
            {row.waitingSince !== null && row.handler.kind === 'queue' ? (
              <span className={css.waiting}>
                <Icon name="clock" size={14} />
                <span className="visually-hidden">waiting for </span>
                <Since at={row.waitingSince} />
              </span>
            ) : (
              <Since at={row.lastEventAt} className={css.time} />
            )}
          </span>
          <span className={css.page}>{row.page?.title ?? row.site ?? 'No page'}</span>
          <span className={css.line}>
            <Handler row={row} me={me.person.id} queueNames={queueNames} />
            {row.tags.slice(0, 2).map((tag) => (
              <span key={tag} className={css.tag}>
                {tag}
              </span>
            ))}
            {row.tags.length > 2 && <span className={css.tag}>+{row.tags.length - 2}</span>}
            <span className={css.space} />
            {row.unread > 0 && (
              <span className={css.badge}>
                {row.unread > 99 ? '99+' : row.unread}
                <span className="visually-hidden"> unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
})

function Handler({
  row,
  me,
  queueNames,
}: {
  row: ConversationRow
  me: string
  queueNames: ReadonlyMap<string, string>
}) {
  const { handler } = row
  const text =
    handler.kind === 'virtual-agent'
      ? 'Virtual agent'
      : handler.kind === 'queue'
        ? (queueNames.get(row.queue ?? '') ?? 'No queue')
        : handler.id === me
          ? 'You'
          : handler.name
  return (
    <span className={css.handler}>
      <Icon
        name={handler.kind === 'virtual-agent' ? 'handback' : handler.kind === 'queue' ? 'people' : 'assign'}
        size={14}
      />
      <span className={css.handlerName}>{text}</span>
    </span>
  )
}
