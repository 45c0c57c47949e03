import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Role } from '@candor/protocol/api.ts'
import { Icon, type IconName } from '../design/icons.tsx'
import { Page } from '../design/page.tsx'
import { useDesk } from '../live/desk-context.ts'
import { ApiKeysSection, IdentityKeysSection } from './keys-sections.tsx'
import { CannedSection } from './canned-section.tsx'
import { FormatsSection } from './formats-section.tsx'
import { PagesSections } from './pages-sections.tsx'
import { PeopleSection } from './people-section.tsx'
import { QueuesSection } from './queues-section.tsx'
import { WidgetSection } from './widget-section.tsx'
import side from '../design/side-list.module.css'

interface SettingsSection {
  id: string
  name: string
  icon: IconName
  lead: string
  /** Who may change it; others do not see it. The server decides, this only spares them a refusal. */
  roles: readonly Role[]
  show(): ReactNode
}

const administrators: readonly Role[] = ['administrator']

const sections: readonly SettingsSection[] = [
  {
    id: 'people',
    name: 'People and queues',
    icon: 'people',
    lead: 'Who works at this desk, and where conversations wait.',
    roles: administrators,
    show: () => (
      <>
        <PeopleSection />
        <QueuesSection />
      </>
    ),
  },
  {
    id: 'canned-replies',
    name: 'Canned replies',
    icon: 'quote',
    lead: 'Answers that agents insert with / while they write.',
    roles: ['administrator', 'supervisor'],
    show: () => <CannedSection />,
  },
  {
    id: 'widget',
    name: 'Widget',
    icon: 'palette',
    lead: 'How the chat looks on your pages. These are values, never code.',
    roles: administrators,
    show: () => <WidgetSection />,
  },
  {
    id: 'pages',
    name: 'Approved pages',
    icon: 'page',
    lead: 'The widget stays closed on pages with card fields unless you approve the page.',
    roles: administrators,
    show: () => <PagesSections />,
  },
  {
    id: 'identifier-formats',
    name: 'Identifier formats',
    icon: 'tag',
    lead: 'Your own kinds of numbers. Some are valid card numbers by chance; here you see how many, and what passes.',
    roles: administrators,
    show: () => <FormatsSection />,
  },
  {
    id: 'identity-keys',
    name: 'Identity keys',
    icon: 'shield',
    lead: 'Public keys with which your site signs who its customers are.',
    roles: administrators,
    show: () => <IdentityKeysSection />,
  },
  {
    id: 'api-keys',
    name: 'API keys',
    icon: 'key',
    lead: 'For your own programs. Everything this desk does goes through the same API.',
    roles: administrators,
    show: () => <ApiKeysSection />,
  },
]

export function SettingsPage() {
  const { section } = useParams({ from: '/signed-in/settings/$section' })
  const { role } = useDesk().me.person
  const mine = sections.filter((one) => one.roles.includes(role))
  const current = mine.find((one) => one.id === section) ?? mine[0]
  if (!current)
    return (
      <Page
        title="Settings"
        lead="Your role has nothing to set here. Administrators manage people, pages and keys."
      >
        {null}
      </Page>
    )
  return (
    <div className={side.frame}>
      <nav className={side.nav} aria-label="Settings">
        <h2 className={side.navTitle}>Settings</h2>
        <ul className={side.list}>
          {mine.map((one) => (
            <li key={one.id}>
              <Link
                to="/settings/$section"
                params={{ section: one.id }}
                className={side.link ?? ''}
                aria-current={one === current ? 'page' : undefined}
              >
                <Icon name={one.icon} size={18} />
                {one.name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Page key={current.id} title={current.name} lead={current.lead}>
        {current.show()}
      </Page>
    </div>
  )
}
