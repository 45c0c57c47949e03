import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { useAction } from './actions/run-actions.ts'
import { InboxPane } from './inbox/inbox-pane.tsx'
import type { View } from './inbox/inbox-rows.ts'
import { useDesk } from './live/desk-context.ts'
import { useObservable } from './live/observable.ts'
import { classes } from './design/classes.ts'
import css from './desk-page.module.css'

// Asked for at once, beside what the inbox loads: nobody waits for it who has not chosen a row yet.
const conversationPane = import('./conversation/conversation-pane.tsx')
const ConversationPane = lazy(() =>
  conversationPane.then(({ ConversationPane }) => ({ default: ConversationPane })),
)
const DetailsPane = lazy(() =>
  import('./details/details-pane.tsx').then(({ DetailsPane }) => ({ default: DetailsPane })),
)

/** Below this the details lie over the conversation and begin closed. */
const wide = matchMedia('(width >= 74rem)')

/** The address is written when the conversation is on screen. */
const followMs = 50

export function DeskPage({ view, initial }: { view: View; initial: string | null }) {
  const { conversations } = useDesk()
  const navigate = useNavigate()
  const router = useRouter()
  const open = useObservable(conversations.open)
  // What stands beside the conversation may come a frame later than the conversation.
  const beside = useDeferredValue(open)
  const following = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [details, setDetails] = useState(wide.matches)

  // The store says what is open and the address follows: a change of address renders as a transition, which is
  // one frame too late for the next conversation. Back and forward go the other way.
  const show = useCallback(
    (id: string | null) => {
      conversations.show(id)
      // The last of several quick steps wins.
      clearTimeout(following.current)
      following.current = setTimeout(
        () => void navigate({ to: '/', search: (before) => withOpen(before, id) }),
        followMs,
      )
    },
    [conversations, navigate],
  )
  const leave = useCallback(() => show(null), [show])
  useEffect(() => () => clearTimeout(following.current), [])
  useEffect(() => {
    conversations.show(initial)
    // Only what the address said when the page came.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [conversations])
  useEffect(
    () =>
      router.history.subscribe(({ location, action }) => {
        if (action.type === 'PUSH' || action.type === 'REPLACE') return
        conversations.show(new URLSearchParams(location.search).get('c'))
      }),
    [router, conversations],
  )

  const go = (next: View) => () => void navigate({ to: '/', search: (before) => ({ ...before, view: next }) })
  useAction('view-waiting', go('waiting'))
  useAction('view-mine', go('mine'))
  useAction('view-all', go('all'))
  useAction('view-closed', go('closed'))
  useAction('details', () => setDetails(!details), open !== null)

  return (
    <main
      className={classes(css.desk, open !== null && css.hasOpen, details && open !== null && css.hasDetails)}
    >
      <div className={css.inbox}>
        <InboxPane view={view} onView={(next) => go(next)()} onOpen={show} />
      </div>
      <div className={css.conversation}>
        <Suspense>
          <ConversationPane onClose={leave} onOpen={show} details={details} />
        </Suspense>
      </div>
      {details && open !== null && beside !== null && (
        <div className={css.details}>
          <Suspense>
            <DetailsPane id={beside} />
          </Suspense>
        </div>
      )}
    </main>
  )
}

function withOpen(before: { view?: View; c?: string }, id: string | null): { view?: View; c?: string } {
  const { c: _, ...rest } = before
  return id === null ? rest : { ...rest, c: id }
}
