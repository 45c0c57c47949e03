/** What stays while pages change: the rail, the desk's live connection, keys, layers and news. */
import { lazy, Suspense, useEffect, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { Focusable } from 'react-aria-components'
import type { Me } from '@candor/protocol/api.ts'
import { useAction, useActionKeys } from '../actions/run-actions.ts'
import { keysOf } from '../actions/actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { IconButton, Tip } from '../design/controls.tsx'
import { MenuButton } from '../design/menu-button.tsx'
import { Icon, type IconName } from '../design/icons.tsx'
import { Mark } from '../design/mark.tsx'
import { mayReview } from '../access/access-roles.ts'
import { mayReadIntegrity } from '../integrity/integrity-roles.ts'
import { openDesk, type Desk } from '../live/desk.ts'
import { DeskContext, useDesk } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'
import { signedOut } from '../live/api-client.ts'
import { meQuery, signOut } from '../session/session.ts'
import { nextTheme, setTheme, theme } from './theme.ts'
import { Toasts } from './toasts.tsx'
import css from './shell.module.css'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const KeySheet = lazy(() => import('./key-sheet.tsx').then(({ KeySheet }) => ({ default: KeySheet })))

// Only who may read it loads it: an agent's desk carries nothing of it.
const IntegrityBanner = lazy(() =>
  import('../integrity/integrity-banner.tsx').then(({ IntegrityBanner }) => ({ default: IntegrityBanner })),
)

export function Shell({ me: entered }: { me: Me }) {
  const [desk, setDesk] = useState<Desk | null>(null)
  // Asked for again when the connection went: a person whose role was changed has another desk.
  const { data: me = entered } = useQuery({ ...meQuery, enabled: false })
  const { id, role } = me.person
  useEffect(() => {
    const opened = openDesk(me)
    setDesk(opened)
    return () => opened.close()
    // Another person is another desk; a changed name or second factor is not.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, role])
  if (!desk) return null
  return (
    <DeskContext value={desk}>
      <Frame />
    </DeskContext>
  )
}

function Frame() {
  const desk = useDesk()
  const navigate = useNavigate()
  const router = useRouter()
  const [layer, setLayer] = useState<'palette' | 'help' | null>(null)
  const presence = useObservable(desk.presence)
  const look = useObservable(theme)

  const leave = async (): Promise<void> => {
    // The composer keeps its draft when it goes; it has to go before the drafts are forgotten.
    desk.conversations.show(null)
    await signOut(desk.me)
    await router.invalidate()
    await navigate({ to: '/sign-in' })
  }
  useActionKeys()
  useAction('palette', () => setLayer('palette'))
  useAction('help', () => setLayer('help'))
  useAction('presence', () => desk.setPresence(desk.presence.get() === 'online' ? 'away' : 'online'))
  useAction('theme', () => setTheme(nextTheme()))
  useAction('go-desk', () => void navigate({ to: '/' }))
  useAction('go-settings', () => void navigate({ to: '/settings/$section', params: { section: 'people' } }))
  useAction(
    'go-virtual-agent',
    () => void navigate({ to: '/virtual-agent/$section', params: { section: 'overview' } }),
  )
  const reviews = mayReview(desk.me.person.role)
  useAction('go-access', () => void navigate({ to: '/access' }), reviews)
  useAction('go-review', () => void navigate({ to: '/access/review' }), reviews)
  const readsIntegrity = mayReadIntegrity(desk.me.person.role)
  useAction('go-integrity', () => void navigate({ to: '/integrity' }), readsIntegrity)
  useAction('go-profile', () => void navigate({ to: '/profile' }))
  useAction('sign-out', () => void leave())
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (desk.conversations.unstored()) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [desk])
  useTitle()
  useSignedOut()

  const { person, tenant } = desk.me
  return (
    <div className={css.shell}>
      <nav className={css.rail} aria-label="Main">
        <span className={css.mark}>
          <Mark size={30} />
        </span>
        <RailLink to="/" icon="inbox" label="Desk" keys={keysOf('go-desk')} />
        <RailLink to="/virtual-agent" icon="bot" label="Virtual agent" keys={keysOf('go-virtual-agent')} />
        {readsIntegrity && (
          <RailLink to="/integrity" icon="pulse" label="Integrity" keys={keysOf('go-integrity')} />
        )}
        {reviews && <RailLink to="/access" icon="shield" label="Access log" keys={keysOf('go-access')} />}
        <RailLink to="/settings" icon="settings" label="Settings" keys={keysOf('go-settings')} />
        <span className={css.space} />
        <IconButton icon="search" label="Search and commands" action="palette" placement="end" />
        <IconButton icon="help" label="All keys" action="help" placement="end" className={css.wideOnly} />
        <MenuButton
          label={`${person.name}, ${presence}`}
          className={css.me}
          placement="end bottom"
          entries={() => [
            {
              icon: 'clock',
              label: presence === 'online' ? 'Go away' : 'Come back',
              keys: keysOf('presence'),
              run: () => desk.setPresence(presence === 'online' ? 'away' : 'online'),
            },
            {
              icon: look === 'dark' ? 'moon' : 'sun',
              label: `Look: ${look}`,
              keys: keysOf('theme'),
              run: () => setTheme(nextTheme()),
            },
            {
              icon: 'assign',
              label: 'Your profile',
              keys: keysOf('go-profile'),
              run: () => void navigate({ to: '/profile' }),
            },
            {
              icon: 'exit',
              label: `Sign out of ${tenant.name}`,
              keys: keysOf('sign-out'),
              run: () => void leave(),
            },
          ]}
        >
          <Avatar name={person.name} kind="agent" online={presence === 'online'} />
        </MenuButton>
      </nav>
      <div className={css.page}>
        <ConnectionBanner />
        {readsIntegrity && (
          <Suspense>
            <IntegrityBanner />
          </Suspense>
        )}
        <Suspense>
          <Outlet />
        </Suspense>
      </div>
      <Toasts />
      <Suspense>
        {layer === 'palette' && <Palette onClose={() => setLayer(null)} />}
        {layer === 'help' && <KeySheet onClose={() => setLayer(null)} />}
      </Suspense>
    </div>
  )
}

function RailLink({
  to,
  icon,
  label,
  keys,
}: {
  to: '/' | '/virtual-agent' | '/integrity' | '/access' | '/settings'
  icon: IconName
  label: string
  keys: string
}) {
  const unread = useObservable(useDesk().rows.unread)
  const count = to !== '/' || unread === 0 ? '' : unread > 99 ? '99+' : String(unread)
  return (
    <Tip label={label} keys={keys} placement="end">
      <Focusable>
        <Link
          to={to}
          className={css.link ?? ''}
          activeProps={{ className: css.here ?? '' }}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          aria-label={count === '' ? label : `${label}, ${count} unread`}
        >
          <Icon name={icon} />
          {count !== '' && <span className={css.unread}>{count}</span>}
        </Link>
      </Focusable>
    </Tip>
  )
}

/** A session that ended elsewhere or ran out: sign in again, and come back to where one was. Drafts stay. */
function useSignedOut(): void {
  const over = useObservable(signedOut)
  const connection = useObservable(useDesk().connection)
  const navigate = useNavigate()
  const client = useQueryClient()
  const away = connection.kind === 'waiting' || connection.kind === 'refused'
  useEffect(() => {
    // A socket is refused without a reason: ask why. A server that cannot be reached is told by the banner.
    if (away) void client.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => undefined)
  }, [away, client])
  useEffect(() => {
    if (!over) return
    client.clear()
    void navigate({
      to: '/sign-in',
      search: { to: location.href.slice(location.origin.length + '/desk'.length) },
    })
  }, [over, navigate, client])
}

function ConnectionBanner() {
  const desk = useDesk()
  const state = useObservable(desk.connection)
  const [late, setLate] = useState(false)
  const online = state.kind === 'online'
  useEffect(() => {
    if (online) return
    // A reconnect within a second is nobody's business.
    const timer = setTimeout(() => setLate(true), 1_000)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [online])
  return (
    <div role="status">
      {late && !online && (
        <p className={classes(css.banner, state.kind === 'refused' && css.bannerDanger)}>
          <Icon name="warning" size={16} />
          <span>
            {state.kind === 'refused'
              ? `The server closed the connection: ${state.refusal.message}`
              : 'No connection. What you write is kept and sent when it is back.'}
          </span>
          <button
            type="button"
            className={css.bannerButton}
            onClick={() => (state.kind === 'refused' ? location.reload() : desk.reconnect())}
          >
            {state.kind === 'refused' ? 'Load again' : 'Try now'}
          </button>
        </p>
      )}
    </div>
  )
}

function useTitle(): void {
  const { rows, me } = useDesk()
  const unread = useObservable(rows.unread)
  const title = `${unread > 0 ? `(${unread}) ` : ''}${me.tenant.name} desk`
  useEffect(() => {
    document.title = title
  }, [title])
}
