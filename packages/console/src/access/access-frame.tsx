/** The pages about access: the log, and the insiders. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon } from '../design/icons.tsx'
import { Page } from '../design/page.tsx'
import { useDesk } from '../live/desk-context.ts'
import { mayReview } from './access-roles.ts'
import css from './access-page.module.css'

export function AccessFrame({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children: ReactNode
}) {
  const { me } = useDesk()
  if (!mayReview(me.person.role))
    return (
      <Page
        title={title}
        lead="Your role does not look in here: privacy officers and administrators do. Who read a conversation stands beside every conversation that you open."
      >
        <p>
          <Link to="/">
            <Icon name="reply" size={16} /> To the inbox
          </Link>
        </p>
      </Page>
    )
  return (
    <div className={css.frame}>
      <nav className={css.nav} aria-label="Access">
        <Link to="/access" activeOptions={{ exact: true, includeSearch: false }} className={css.tab ?? ''}>
          <Icon name="shield" size={16} /> Log
        </Link>
        <Link to="/access/review" activeOptions={{ includeSearch: false }} className={css.tab ?? ''}>
          <Icon name="people" size={16} /> Insiders
        </Link>
      </nav>
      <Page title={title} lead={lead}>
        {children}
      </Page>
    </div>
  )
}
