import {
  memo,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react'
import type { MessageItem } from '@candor/protocol/fold-events.ts'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import type { Handler } from '@candor/protocol/events.ts'
import { keysOf } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { runAction } from '../actions/run-actions.ts'
import { networkName } from '../design/card-networks.ts'
import { classes } from '../design/classes.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { useDesk } from '../live/desk-context.ts'
import { showToast } from '../shell/toasts.tsx'
import { lastOwn } from './conversation-store.ts'
import { keepDraft, readDraft } from './drafts.ts'
import { guardDraft, type GuardNotice } from './guard-draft.ts'
import css from './composer.module.css'

export interface ComposerHandle {
  focus(mode: 'reply' | 'note'): void
  insert(text: string): void
  edit(item: MessageItem): void
  editLast(): void
}

/** A draft is written to disk this long after the last key. */
const draftDelayMs = 300
/** From here on the rest is counted. */
const countFrom = textCharactersMax - 500

interface ComposerProps {
  ref: Ref<ComposerHandle>
  id: string
  closed: boolean
  handler: Handler['kind'] | null
  mine: boolean
}

export const Composer = memo(function Composer({ ref, id, closed, handler, mine }: ComposerProps) {
  const { conversations, formats, me } = useDesk()
  const [{ mode, text }, setDraft] = useState(() => readDraft(me.person.id, id))
  const [editing, setEditing] = useState<MessageItem | null>(null)
  const [notice, setNotice] = useState<GuardNotice | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  /** What stood here before an edit began. */
  const aside = useRef('')

  const draft = useRef({ mode, text })
  useLayoutEffect(() => {
    draft.current = editing ? { mode, text: aside.current } : { mode, text }
  })
  useEffect(() => {
    const timer = setTimeout(() => keepDraft(me.person.id, id, draft.current, formats.get()), draftDelayMs)
    return () => clearTimeout(timer)
  }, [text, mode, me.person.id, id, formats])
  useEffect(() => {
    const keep = (): void => keepDraft(me.person.id, id, draft.current, formats.get())
    addEventListener('pagehide', keep)
    return () => {
      removeEventListener('pagehide', keep)
      keep()
    }
  }, [me.person.id, id, formats])

  const write = (next: string): void => {
    setDraft({ mode, text: next })
    setNotice(null)
    if (mode === 'reply' && !editing) conversations.typing(id, next.trim() !== '')
  }
  const setMode = (next: 'reply' | 'note'): void => setDraft({ mode: next, text })
  const focus = (): void => field.current?.focus()

  const edit = (item: MessageItem): void => {
    aside.current = editing ? aside.current : text
    setEditing(item)
    setDraft({ mode: 'reply', text: item.text ?? '' })
    setNotice(null)
    focus()
  }
  const endEdit = (): void => {
    setEditing(null)
    setDraft({ mode, text: aside.current })
    setNotice(null)
  }
  const editLast = (): void => {
    const last = lastOwn(conversations.thread(id).get(), me.person.id)
    if (last) edit(last)
  }

  useImperativeHandle(ref, () => ({
    focus(next) {
      if (!editing) setMode(next)
      focus()
    },
    insert(added) {
      const at = field.current?.selectionStart ?? text.length
      const before = text.slice(0, at)
      const space = before === '' || /\s$/.test(before) ? '' : ' '
      write(before + space + added + text.slice(at))
      requestAnimationFrame(() => {
        focus()
        const end = before.length + space.length + added.length
        field.current?.setSelectionRange(end, end)
      })
    },
    edit,
    editLast,
  }))

  const send = (): void => {
    const body = text.trim()
    if (body === '' || body.length > textCharactersMax) return
    const thread = conversations.thread(id).get()
    const own = thread.transcript.items.flatMap((item) =>
      item.kind === 'message' && item.actor.id === me.person.id && item.text !== null ? [item.text] : [],
    )
    const earlier = editing ? [] : [...own, ...thread.outgoing.map((one) => one.text)]
    const found = guardDraft(body, earlier, formats.get())
    if (found) {
      setNotice(found)
      return
    }
    if (editing) {
      const { seq } = editing
      if (body !== editing.text)
        void conversations
          .edit(id, seq, body)
          .then((problem) => problem && showToast(problem, { tone: 'danger' }))
      endEdit()
      return
    }
    conversations.send(id, mode === 'note' ? 'note' : 'send', body)
    setDraft({ mode, text: '' })
    keepDraft(me.person.id, id, { mode, text: '' }, [])
  }

  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return
    const mod = event.ctrlKey || event.metaKey
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      send()
    } else if (mod && event.key.toLowerCase() === 'j' && !editing) {
      event.preventDefault()
      setMode(mode === 'reply' ? 'note' : 'reply')
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (notice) setNotice(null)
      else if (editing) endEdit()
      else field.current?.blur()
    } else if (event.key === 'ArrowUp' && text === '' && !mod) {
      event.preventDefault()
      editLast()
    } else if (
      event.key === '/' &&
      !mod &&
      mode === 'reply' &&
      /(^|\s)$/.test(text.slice(0, event.currentTarget.selectionStart))
    ) {
      event.preventDefault()
      runAction('canned')
    }
  }

  if (closed)
    return (
      <footer className={css.closed}>
        <Icon name="done" size={18} />
        <span>This conversation is closed.</span>
        <Button icon="reopen" onPress={() => runAction('reopen')}>
          Reopen
        </Button>
      </footer>
    )

  const note = mode === 'note' && !editing
  const left = textCharactersMax - text.length
  return (
    <footer className={css.composer}>
      {notice && (
        <div className={css.notice} role="alert">
          <Icon name="shield" size={20} />
          <div className={css.noticeText}>
            <p className={css.noticeTitle}>
              {notice.split
                ? 'Together with your earlier messages this is a card number.'
                : `This holds a card number${notice.network ? ` (${networkName(notice.network)})` : ''}.`}
            </p>
            <p>
              Nothing was sent. Card numbers are never sent or stored here; send the link to your payment page
              instead.
            </p>
          </div>
          <Button
            onPress={() => {
              setDraft({ mode, text: notice.masked })
              setNotice(null)
              focus()
            }}
          >
            Remove the number
          </Button>
        </div>
      )}
      <div className={classes(css.box, note && css.noteBox)}>
        <div className={css.modes}>
          {editing ? (
            <span className={css.editing}>
              <Icon name="edit" size={14} /> Editing your message
            </span>
          ) : (
            <div role="group" aria-label="Write a" className={css.tabs}>
              <button
                type="button"
                className={classes(css.tab, !note && css.onTab)}
                aria-pressed={!note}
                onClick={() => (setMode('reply'), focus())}
              >
                Reply
              </button>
              <button
                type="button"
                className={classes(css.tab, note && css.onTab)}
                aria-pressed={note}
                onClick={() => (setMode('note'), focus())}
              >
                <Icon name="lock" size={14} /> Note
              </button>
            </div>
          )}
          {!note && !editing && !mine && handler === 'virtual-agent' && (
            <span className={css.hint}>The virtual agent answers: take over to speak for yourself.</span>
          )}
        </div>
        <textarea
          ref={field}
          className={css.field}
          aria-label={editing ? 'Edit your message' : note ? 'Private note' : 'Reply to the visitor'}
          placeholder={note ? 'Only your colleagues see this' : 'Write a reply, or / for a canned one'}
          value={text}
          rows={2}
          dir="auto"
          aria-invalid={left < 0}
          onChange={(event) => write(event.target.value)}
          onKeyDown={press}
          onBlur={() => conversations.typing(id, false)}
        />
        <div className={css.bar}>
          {!note && (
            <button
              type="button"
              className={css.canned}
              aria-label="Canned replies"
              title="Canned replies ( / )"
              onClick={() => runAction('canned')}
            >
              <Icon name="quote" />
            </button>
          )}
          <span className={css.space} />
          {text.length > countFrom && (
            <span className={classes(css.count, left < 0 && css.over)} role="status">
              {left < 0 ? `${-left} too many` : `${left} left`}
            </span>
          )}
          <span className={css.keys}>
            <Keys keys={keysOf('send')} />
          </span>
          {editing && (
            <Button tone="quiet" onPress={endEdit}>
              Cancel
            </Button>
          )}
          <button type="button" className={css.send} disabled={text.trim() === '' || left < 0} onClick={send}>
            {editing ? 'Save' : note ? 'Add note' : 'Send'}
            <Icon name={editing ? 'check' : note ? 'lock' : 'up'} size={16} />
          </button>
        </div>
      </div>
    </footer>
  )
})
