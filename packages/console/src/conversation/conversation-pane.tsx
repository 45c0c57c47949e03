import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { useAction } from '../actions/run-actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { Button, IconButton } from '../design/controls.tsx'
import { MenuButton, type MenuEntry } from '../design/menu-button.tsx'
import { Icon } from '../design/icons.tsx'
import { visitorName } from '../inbox/visitor-name.ts'
import { useDesk, useRow } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'
import { showToast } from '../shell/toasts.tsx'
import { Composer, type ComposerHandle } from './composer.tsx'
import { conversationActions } from './conversation-actions.ts'
import { Announcer } from './announcer.tsx'
import { Transcript } from './transcript.tsx'
import css from './conversation-pane.module.css'

const Layers = lazy(() =>
  import('./conversation-layers.tsx').then(({ ConversationLayer }) => ({ default: ConversationLayer })),
)
export type Layer = 'assign' | 'transfer' | 'tag' | 'canned'

interface PaneProps {
  onClose(): void
  onOpen(id: string): void
  details: boolean
  onDetails(): void
}

export function ConversationPane(props: PaneProps) {
  const { conversations } = useDesk()
  const open = useObservable(conversations.open)
  if (open === null) return <NothingOpen />
  return <OpenConversation id={open} {...props} />
}

function NothingOpen() {
  const keys: ActionId[] = ['open-next', 'view-waiting', 'palette', 'help']
  const names = ['Open the next conversation', 'Show who is waiting', 'Search and commands', 'All keys']
  return (
    <div className={css.nothing}>
      <span className={css.nothingIcon}>
        <Icon name="reply" size={26} />
      </span>
      <p className={css.nothingTitle}>No conversation is open</p>
      <p className={css.nothingText}>
        Choose one from the inbox. Opening it leaves an entry in the access log.
      </p>
      <dl className={css.hints}>
        {keys.map((id, i) => (
          <div key={id}>
            <dt>{names[i]}</dt>
            <dd>
              <Keys keys={keysOf(id)} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function OpenConversation({ id, onClose, onOpen, details, onDetails }: PaneProps & { id: string }) {
  const desk = useDesk()
  const { conversations, me } = desk
  const row = useRow(id)
  const thread = useObservable(conversations.thread(id))
  const act = useMemo(() => conversationActions(desk), [desk])
  const [layer, setLayer] = useState<Layer | null>(null)
  const composer = useRef<ComposerHandle>(null)
  const heading = useRef<HTMLHeadingElement>(null)

  // Another conversation closes what was asked about the one before.
  useEffect(() => setLayer(null), [id])

  const state = row ?? thread.state
  const closed = state?.status === 'closed'
  const handler = state?.handler
  const mine = handler?.kind === 'agent' && handler.id === me.person.id
  const name = row ? visitorName(row) : 'Conversation'

  const close = (): void => {
    const ids = desk.rows.order[mine ? 'mine' : 'all'].get()
    const next = ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1]
    void act.close(id)
    if (next !== undefined && next !== id) onOpen(next)
    else onClose()
  }
  const ownLast = thread.transcript.items.findLast(
    (item) => item.kind === 'message' && !item.note && !item.deleted && item.actor.id === me.person.id,
  )
  const failed = thread.outgoing.filter((one) => one.state === 'failed')
  const removeLast = async (): Promise<void> => {
    if (!ownLast) return
    const problem = await conversations.remove(id, ownLast.seq)
    showToast(problem ?? 'Message deleted.', problem ? { tone: 'danger' } : {})
  }

  useAction('reply', () => composer.current?.focus('reply'), !closed)
  useAction('note', () => composer.current?.focus('note'), !closed)
  useAction('canned', () => setLayer('canned'), !closed)
  useAction('takeover', () => void act.takeOver(id), !closed && !mine)
  useAction('handback', () => void act.handBack(id), !closed && handler?.kind === 'agent')
  useAction('assign', () => setLayer('assign'), !closed)
  useAction('assign-me', () => void act.assign(id, me.person), !closed && !mine)
  useAction('transfer', () => setLayer('transfer'), !closed)
  useAction('tag', () => setLayer('tag'))
  useAction('close', close, !closed)
  useAction('reopen', () => void act.reopen(id), closed)
  useAction('edit-last', () => composer.current?.editLast(), ownLast !== undefined)
  useAction('delete-last', () => void removeLast(), ownLast !== undefined)
  useAction('earlier', () => conversations.earlier(id), thread.firstSeq > 1)
  useAction('retry', () => failed.forEach((one) => conversations.retry(id, one.id)), failed.length > 0)
  useAction('escape', () => onClose())

  const menu = (): MenuEntry[] => {
    const entries: (MenuEntry | false)[] = [
      !closed &&
        handler?.kind === 'agent' && {
          icon: 'handback',
          label: 'Hand back to the virtual agent',
          keys: keysOf('handback'),
          run: () => void act.handBack(id),
        },
      !closed &&
        !mine && {
          icon: 'assign',
          label: 'Assign to me',
          keys: keysOf('assign-me'),
          run: () => void act.assign(id, me.person),
        },
      !closed && {
        icon: 'assign',
        label: 'Assign to someone',
        keys: keysOf('assign'),
        run: () => setLayer('assign'),
      },
      !closed && {
        icon: 'transfer',
        label: 'Transfer with a note',
        keys: keysOf('transfer'),
        run: () => setLayer('transfer'),
      },
      { icon: 'tag', label: 'Tag', keys: keysOf('tag'), run: () => setLayer('tag') },
      !closed && {
        icon: 'quote',
        label: 'Canned replies',
        keys: keysOf('canned'),
        run: () => setLayer('canned'),
      },
      !closed && { icon: 'done', label: 'Close the conversation', keys: keysOf('close'), run: close },
    ]
    return entries.filter((entry) => entry !== false)
  }

  return (
    <section className={css.pane} aria-label="Conversation">
      <header className={css.head}>
        <IconButton
          icon="back"
          label="Back to the inbox"
          action="escape"
          className={css.back}
          onPress={onClose}
        />
        <Avatar name={row?.visitor.name ?? ''} online={thread.visitorOnline ?? row?.visitor.online} />
        <div className={css.who}>
          <h2 ref={heading} className={css.name} tabIndex={-1}>
            {name}
          </h2>
          <p className={css.sub}>
            <HandlerLine handler={handler} me={me.person.id} closed={closed} />
            {thread.viewers.length > 0 && (
              <span className={css.viewers}>
                <Icon name="eye" size={14} />
                {thread.viewers.map((viewer) => viewer.name).join(', ')}{' '}
                {thread.viewers.length === 1 ? 'is' : 'are'} looking too
              </span>
            )}
          </p>
        </div>
        <div className={css.tools}>
          {closed ? (
            <Button icon="reopen" onPress={() => void act.reopen(id)}>
              Reopen
            </Button>
          ) : (
            <>
              {!mine && (
                <Button tone="main" icon="takeover" onPress={() => void act.takeOver(id)}>
                  Take over
                </Button>
              )}
              <span className={css.wideTools}>
                <IconButton icon="assign" label="Assign" action="assign" onPress={() => setLayer('assign')} />
                <IconButton
                  icon="transfer"
                  label="Transfer"
                  action="transfer"
                  onPress={() => setLayer('transfer')}
                />
                <IconButton icon="tag" label="Tag" action="tag" onPress={() => setLayer('tag')} />
                <IconButton icon="done" label="Close" action="close" onPress={close} />
              </span>
            </>
          )}
          <MenuButton label="More actions" className={css.more} entries={menu}>
            <Icon name="more" />
          </MenuButton>
          <IconButton
            icon="panel"
            label={details ? 'Hide details' : 'Show details'}
            action="details"
            aria-pressed={details}
            onPress={onDetails}
          />
        </div>
      </header>
      {thread.loading === 'refused' ? (
        <div className={css.nothing} role="alert">
          <p className={css.nothingTitle}>This conversation cannot be opened</p>
          <p className={css.nothingText}>{thread.refusal?.message}</p>
        </div>
      ) : (
        <Transcript key={id} thread={thread} onEdit={(item) => composer.current?.edit(item)} />
      )}
      <Composer
        key={`composer-${id}`}
        ref={composer}
        id={id}
        thread={thread}
        closed={closed}
        handledByMe={mine}
        onCanned={() => setLayer('canned')}
        onReopen={() => void act.reopen(id)}
      />
      <Announcer />
      <Suspense>
        {layer && (
          <Layers
            layer={layer}
            id={id}
            act={act}
            onClose={() => setLayer(null)}
            onInsert={(text) => composer.current?.insert(text)}
          />
        )}
      </Suspense>
    </section>
  )
}

function HandlerLine({
  handler,
  me,
  closed,
}: {
  handler: { kind: string; id?: string; name?: string } | undefined
  me: string
  closed: boolean
}) {
  if (!handler) return <span className={css.boneLine} aria-hidden="true" />
  const text = closed
    ? 'Closed'
    : handler.kind === 'virtual-agent'
      ? 'The virtual agent answers'
      : handler.kind === 'queue'
        ? 'Waiting for a person'
        : handler.id === me
          ? 'You answer'
          : `${handler.name} answers`
  return (
    <span className={classes(css.state, !closed && handler.kind === 'queue' && css.stateWaiting)}>
      {text}
    </span>
  )
}
