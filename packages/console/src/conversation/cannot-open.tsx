/** In the place of the messages: why they cannot be read, and who can do something about it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RefusalCode } from '@candor/protocol/refusals.ts'
import { erasureOf } from '../access/newest-entry.ts'
import { Icon } from '../design/icons.tsx'
import { fullTime } from '../design/times.tsx'
import { useDesk } from '../live/desk-context.ts'
import { peopleQuery } from '../session/session.ts'
import css from './conversation-pane.module.css'

export function CannotOpen({ id, refusal }: { id: string; refusal: { code: RefusalCode; message: string } }) {
  switch (refusal.code) {
    case 'erased':
      return <Erased id={id} />
    case 'suspended':
      return <Suspended />
    case 'signature_required':
      return (
        <Told icon="key" title="This browser could not sign">
          {isSecureContext
            ? 'Opening a conversation takes a signature of your own browser, and the server did not take this one. Sign out and in again.'
            : 'Opening a conversation takes a signature of your own browser, and browsers make keys only on pages that come over https. Ask your administrator for the https address of this desk.'}
        </Told>
      )
    default:
      return (
        <Told icon="lock" title="This conversation cannot be opened">
          {refusal.message}
        </Told>
      )
  }
}

function Erased({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['access', 'erasure', id],
    queryFn: ({ signal }) => erasureOf(id, signal),
    retry: false,
  })
  return (
    <Told icon="trash" title="This conversation was erased">
      Its keys are destroyed. Nobody can read it any more, and that cannot be undone.
      <span className={css.receipt}>
        {data && <>Erased {fullTime(data.at)}. </>}
        <Link to="/access/conversation/$id" params={{ id }} {...(data && { search: { entry: data.index } })}>
          {data ? `Receipt: entry #${data.index.toLocaleString()}` : 'Who had read it'}
        </Link>
      </span>
    </Told>
  )
}

function Suspended() {
  const { me } = useDesk()
  const { data: people = [] } = useQuery(peopleQuery)
  const lifters = people.filter(
    ({ id, role }) => id !== me.person.id && (role === 'privacy-officer' || role === 'administrator'),
  )
  return (
    <Told icon="lock" title="Reading is suspended for your account">
      You have opened more conversations than your budget allows, or somebody looks into it.{' '}
      {lifters.length === 0
        ? 'A privacy officer or another administrator can lift it.'
        : `${names(lifters.map(({ name }) => name))} can lift it.`}
    </Told>
  )
}

const names = (list: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(list)

function Told({
  icon,
  title,
  children,
}: {
  icon: 'trash' | 'lock' | 'key'
  title: string
  children: React.ReactNode
}) {
  return (
    <div className={css.nothing} role="alert">
      <span className={css.nothingIcon}>
        <Icon name={icon} size={26} />
      </span>
      <p className={css.nothingTitle}>{title}</p>
      <p className={css.nothingText}>{children}</p>
    </div>
  )
}
