/** What the tenant's pages run, as visitors' browsers and the watcher saw it, and how it is stopped. */
import { useEffect, useRef, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { classes } from '../design/classes.ts'
import { Icon, type IconName } from '../design/icons.tsx'
import { Page } from '../design/page.tsx'
import side from '../design/side-list.module.css'
import { useDesk } from '../live/desk-context.ts'
import { AlarmsSection } from './alarms/alarms-section.tsx'
import { NewAlarms } from './alarms/new-alarms.tsx'
import { ContainmentSection } from './containment/containment-section.tsx'
import { EvidenceSection } from './evidence/evidence-section.tsx'
import { HomeSection } from './home/home-section.tsx'
import { alarmsQuery } from './integrity-queries.ts'
import { mayReadIntegrity } from './integrity-roles.ts'
import { PagesSection } from './pages/pages-section.tsx'
import { ReleasesSection } from './releases/releases-section.tsx'
import { WatcherSection } from './watcher/watcher-section.tsx'
import css from './integrity-page.module.css'

interface IntegritySection {
  id: string
  name: string
  icon: IconName
  lead: string
  /** Two things stand beside one another. */
  wide?: true
  show(): ReactNode
}

const sections: readonly IntegritySection[] = [
  {
    id: 'overview',
    name: 'Integrity',
    icon: 'pulse',
    lead: 'What your pages ran in your visitors’ browsers, and what needs you.',
    show: () => <HomeSection />,
  },
  {
    id: 'alarms',
    name: 'Alarms',
    icon: 'alarm',
    lead: 'What changed, the heaviest first. Each one waits for somebody to decide.',
    wide: true,
    show: () => <AlarmsSection />,
  },
  {
    id: 'pages',
    name: 'Pages and scripts',
    icon: 'page',
    lead: 'Every script that ran on your pages: who owns it, why it is there, who approved it.',
    wide: true,
    show: () => <PagesSection />,
  },
  {
    id: 'watcher',
    name: 'Watcher',
    icon: 'eye',
    lead: 'A browser of ours goes to your pages, types made-up card numbers and looks where they go.',
    show: () => <WatcherSection />,
  },
  {
    id: 'containment',
    name: 'Containment',
    icon: 'power',
    lead: 'Stops the chat in seconds, where you say. Every step is an entry of the access log.',
    show: () => <ContainmentSection />,
  },
  {
    id: 'releases',
    name: 'Releases',
    icon: 'layers',
    lead: 'Versions of the chat that visitors’ loaders verify before they run them.',
    show: () => <ReleasesSection />,
  },
  {
    id: 'evidence',
    name: 'Evidence',
    icon: 'download',
    lead: 'For an assessor: the inventory of scripts, and what changed in a period.',
    show: () => <EvidenceSection />,
  },
]

export function IntegrityPage() {
  const { section } = useParams({ from: '/signed-in/integrity/$section' })
  const { role } = useDesk().me.person
  const current = sections.find(({ id }) => id === section) ?? sections[0]!
  if (!mayReadIntegrity(role))
    return (
      <Page
        title="Integrity"
        lead="Your role does not look in here: supervisors, privacy officers and administrators do."
      >
        <p>
          <Link to="/">
            <Icon name="reply" size={16} /> To the inbox
          </Link>
        </p>
      </Page>
    )
  return (
    <div className={classes(side.frame, css.integrity)}>
      <nav className={side.nav} aria-label="Integrity">
        <h2 className={side.navTitle}>Integrity</h2>
        <ul className={side.list}>
          {sections.map((one) => (
            <SectionLink key={one.id} section={one} here={one === current} />
          ))}
        </ul>
      </nav>
      <div className={css.middle}>
        <Page key={current.id} title={current.name} lead={current.lead} wide={current.wide}>
          {current.show()}
        </Page>
      </div>
      <NewAlarms />
    </div>
  )
}

function SectionLink({ section, here }: { section: IntegritySection; here: boolean }) {
  const { data = [] } = useQuery({ ...alarmsQuery('open'), enabled: section.id === 'alarms' })
  const count = section.id === 'alarms' ? data.length : 0
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // On a phone the pages stand in a strip that scrolls.
    if (here) item.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [here])
  return (
    <li ref={item}>
      <Link
        to="/integrity/$section"
        params={{ section: section.id }}
        className={side.link ?? ''}
        aria-current={here ? 'page' : undefined}
      >
        <Icon name={section.icon} size={18} />
        {section.id === 'overview' ? 'Overview' : section.name}
        {count > 0 && (
          <span className={css.count}>
            {count}
            <span className="visually-hidden"> open</span>
          </span>
        )}
      </Link>
    </li>
  )
}
