import { memo } from 'react'
import type { Handler } from '@candor/protocol/events.ts'
import { actionTable, type ActionId } from '../actions/actions.ts'
import { canRun, runAction } from '../actions/run-actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { Button, IconButton } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { MenuButton, type MenuEntry } from '../design/menu-button.tsx'
import { visitorName } from '../inbox/visitor-name.ts'
import { useDesk, useRow } from '../live/desk-context.ts'
import { useObserved } from '../live/observable.ts'
import css from './conversation-header.module.css'

export function ConversationName({ id }: { id: string }) {
  const { conversations, me } = useDesk()
  const held = conversations.thread(id)
  const row = useRow(id)
  const state = useObserved(held, (thread) => thread.state)
  const viewers = useObserved(held, (thread) => thread.viewers)
  const online = useObserved(held, (thread) => thread.visitorOnline)
  const shown = row ?? state
  return (
    <>
      <IconButton icon="back" label="Back to the inbox" action="escape" className={css.back} />
      <Avatar name={row?.visitor.name ?? ''} online={online ?? row?.visitor.online} />
      <div className={css.who}>
        <h2 className={css.name}>{row ? visitorName(row) : 'Conversation'}</h2>
        <p className={css.sub}>
          {shown ? (
            <HandlerLine handler={shown.handler} me={me.person.id} closed={shown.status === 'closed'} />
          ) : (
            <span className={css.boneLine} aria-hidden="true" />
          )}
          {viewers.length > 0 && (
            <span className={css.viewers}>
              <Icon name="eye" size={14} />
              {viewers.map((viewer) => viewer.name).join(', ')} {viewers.length === 1 ? 'is' : 'are'} looking
              too
            </span>
          )}
        </p>
      </div>
    </>
  )
}

const menuActions: ActionId[] = [
  'handback',
  'assign-me',
  'assign',
  'transfer',
  'tag',
  'canned',
  'close',
  'reopen',
  'who-read',
  'export',
  'erase',
]

/** Buttons run the same actions as their keys, so they stay as they are from one conversation to the next. */
export const ConversationTools = memo(function ConversationTools({
  closed,
  mine,
  details,
}: {
  closed: boolean
  mine: boolean
  details: boolean
}) {
  return (
    <div className={css.tools}>
      {closed && (
        <Button icon="reopen" onPress={() => runAction('reopen')}>
          Reopen
        </Button>
      )}
      {!closed && !mine && (
        <Button tone="main" icon="takeover" onPress={() => runAction('takeover')}>
          Take over
        </Button>
      )}
      {!closed && (
        <span className={css.wide}>
          <IconButton icon="assign" label="Assign" action="assign" />
          <IconButton icon="transfer" label="Transfer" action="transfer" />
          <IconButton icon="tag" label="Tag" action="tag" />
          <IconButton icon="done" label="Close" action="close" />
        </span>
      )}
      <MenuButton label="More actions" className={css.more} entries={menuEntries}>
        <Icon name="more" />
      </MenuButton>
      <IconButton
        icon="panel"
        label={details ? 'Hide details' : 'Show details'}
        action="details"
        aria-pressed={details}
      />
    </div>
  )
})

function menuEntries(): MenuEntry[] {
  return actionTable
    .filter(({ id }) => menuActions.includes(id) && canRun(id))
    .map(({ id, icon, title, keys }) => ({
      icon,
      label: title,
      keys,
      ...(id === 'erase' && { danger: true }),
      run: () => void runAction(id),
    }))
}

function HandlerLine({ handler, me, closed }: { handler: Handler; me: string; closed: boolean }) {
  return (
    <span className={classes(css.state, !closed && handler.kind === 'queue' && css.waiting)}>
      {closed ? 'Closed' : whoAnswers(handler, me)}
    </span>
  )
}

function whoAnswers(handler: Handler, me: string): string {
  if (handler.kind === 'virtual-agent') return 'The virtual agent answers'
  if (handler.kind === 'queue') return 'Waiting for a person'
  return handler.id === me ? 'You answer' : `${handler.name} answers`
}
