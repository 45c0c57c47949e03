import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { MessageItem } from '@candor/protocol/fold-events.ts'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { useAction } from '../actions/run-actions.ts'
import { Icon } from '../design/icons.tsx'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Unreachable } from '../live/api-client.ts'
import { useDesk, useRow } from '../live/desk-context.ts'
import { useObservable, useObserved } from '../live/observable.ts'
import { showToast } from '../shell/toasts.tsx'
import { mayReview } from '../access/access-roles.ts'
import { Announcer } from './announcer.tsx'
import { CannotOpen } from './cannot-open.tsx'
import { Composer, type ComposerHandle } from './composer.tsx'
import { conversationActions } from './conversation-actions.ts'
import { ConversationName, ConversationTools } from './conversation-header.tsx'
import { EntryChip } from './entry-chip.tsx'
import { lastOwn } from './conversation-store.ts'
import { Transcript } from './transcript.tsx'
import css from './conversation-pane.module.css'

const Layers = lazy(() =>
  import('./conversation-layers.tsx').then(({ ConversationLayer }) => ({ default: ConversationLayer })),
)
const EraseDialog = lazy(() =>
  import('../access/erase-dialog.tsx').then(({ EraseDialog }) => ({ default: EraseDialog })),
)
export type Layer = 'assign' | 'transfer' | 'tag' | 'canned'

interface PaneProps {
  onClose(): void
  onOpen(id: string): void
  details: boolean
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

function OpenConversation({ id, onClose, onOpen, details }: PaneProps & { id: string }) {
  const desk = useDesk()
  const navigate = useNavigate()
  const { conversations, rows, me, proofs } = desk
  const held = conversations.thread(id)
  const row = useRow(id)
  const refusal = useObserved(held, (thread) => (thread.loading === 'refused' ? thread.refusal : null))
  const pastAway = useObserved(held, (thread) => thread.pastAway)
  const state = useObserved(held, (thread) => thread.state)
  const hasOwn = useObserved(held, (thread) => lastOwn(thread, me.person.id) !== undefined)
  const hasFailed = useObserved(held, (thread) => thread.outgoing.some((one) => one.state === 'failed'))
  const hasEarlier = useObserved(held, (thread) => thread.firstSeq > 1)
  const act = useMemo(() => conversationActions(desk), [desk])
  const [asked, setAsked] = useState<{ id: string; layer: Layer | 'erase' } | null>(null)
  // Another conversation closes what was asked about the one before.
  const layer = asked?.id === id ? asked.layer : null
  const setLayer = (next: Layer | 'erase' | null): void => setAsked(next && { id, layer: next })
  const composer = useRef<ComposerHandle>(null)

  const { status, handler } = row ?? state ?? { status: 'open', handler: undefined }
  const closed = status === 'closed'
  const mine = handler?.kind === 'agent' && handler.id === me.person.id

  const close = (): void => {
    const ids = desk.rows.order[mine ? 'mine' : 'all'].get()
    const next = ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1]
    void act.close(id)
    if (next !== undefined && next !== id) onOpen(next)
    else onClose()
  }
  const removeLast = async (): Promise<void> => {
    const own = lastOwn(held.get(), me.person.id)
    if (!own) return
    const problem = await conversations.remove(id, own.seq)
    showToast(problem ?? 'Message deleted.', problem ? { tone: 'danger' } : {})
  }
  const download = async (): Promise<void> => {
    try {
      const { downloadTranscript } = await import('./download-transcript.ts')
      await downloadTranscript(proofs, id)
      showToast('The transcript was downloaded. It counts as an export.')
    } catch (problem) {
      if (!(problem instanceof Refusal || problem instanceof Unreachable)) throw problem
      showToast(problem.message, { tone: 'danger' })
    }
  }
  const retry = (): void => {
    for (const one of held.get().outgoing) if (one.state === 'failed') conversations.retry(id, one.id)
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
  useAction('edit-last', () => composer.current?.editLast(), hasOwn)
  useAction('delete-last', () => void removeLast(), hasOwn)
  useAction('earlier', () => conversations.earlier(id), hasEarlier)
  useAction('retry', retry, hasFailed)
  useAction('who-read', () => void navigate({ to: '/access/conversation/$id', params: { id } }))
  useAction('export', () => void download(), !refusal)
  useAction('erase', () => setLayer('erase'), mayReview(me.person.role) && row !== undefined)
  useAction('escape', onClose)
  const edit = useCallback((item: MessageItem) => composer.current?.edit(item), [])

  return (
    <section className={css.pane} aria-label="Conversation">
      <header className={css.head}>
        <ConversationName id={id} />
        {!refusal && <EntryChip key={id} id={id} />}
        <ConversationTools closed={closed} mine={mine} details={details} />
      </header>
      {pastAway && !refusal && (
        <p className={css.away} role="status">
          <Icon name="clock" size={16} />
          {state
            ? 'Earlier messages can’t be opened right now. New ones arrive as usual.'
            : 'This conversation can’t be opened right now. It opens by itself when it can; nothing is lost.'}
        </p>
      )}
      {refusal ? <CannotOpen id={id} refusal={refusal} /> : <Transcript key={id} id={id} onEdit={edit} />}
      {!refusal && (
        <Composer
          key={`composer-${id}`}
          ref={composer}
          id={id}
          closed={closed}
          handler={handler?.kind ?? null}
          mine={mine}
        />
      )}
      <Announcer />
      <Suspense>
        {layer === 'erase' && row && (
          <EraseDialog
            conversation={id}
            customer={row.visitor.id}
            onErased={(customer) => conversations.erased(customer ? rows.ofVisitor(customer) : [id])}
            onClose={() => setLayer(null)}
          />
        )}
        {layer && layer !== 'erase' && (
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
