/** What a tenant's virtual agent knows, says and does: written, tried, reviewed and published here. */
import { useEffect, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { useAction } from '../actions/run-actions.ts'
import { Icon } from '../design/icons.tsx'
import { Page } from '../design/page.tsx'
import { draftServer, overviewQuery } from './authoring-queries.ts'
import { mayEdit } from './authoring-roles.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { DraftBar } from './draft-bar.tsx'
import { DraftContext, useEdited } from './draft-context.ts'
import { openDraftStore } from './draft-store.ts'
import { faultsOfSection, sections, type AuthoringSection } from './sections.tsx'
import { StartPage } from './start-page.tsx'
import { TestPane } from './try/test-pane.tsx'
import { useDesk } from '../live/desk-context.ts'
import { LeaveDialog } from './leave-dialog.tsx'
import { classes } from '../design/classes.ts'
import side from '../design/side-list.module.css'
import css from './virtual-agent-page.module.css'

export function VirtualAgentPage() {
  const { data, error } = useQuery(overviewQuery)
  if (data) return <Authoring overview={data} />
  return (
    <Page title="Virtual agent">
      {error ? (
        <p className={css.fault} role="alert">
          <Icon name="warning" size={16} /> {error.message}
        </p>
      ) : (
        <div className={css.bones} role="status" aria-label="Loading" />
      )}
    </Page>
  )
}

function Authoring({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const [store] = useState(() => openDraftStore(draftServer, overview.draft))
  useEffect(() => () => store.close(), [store])
  useEffect(() => store.hear(overview.draft), [store, overview.draft])
  return (
    <DraftContext value={store}>
      <Frame overview={overview} />
    </DraftContext>
  )
}

function Frame({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { section } = useParams({ from: '/signed-in/virtual-agent/$section' })
  const { role } = useDesk().me.person
  const { definition, dirty } = useEdited()
  const [trying, setTrying] = useState(false)
  const [conflict, setConflict] = useState(false)
  const current = sections.find(({ id }) => id === section) ?? sections[0]!
  const usable = definition !== null
  useAction('draft-try', () => setTrying(!trying), usable)

  if (!usable) return <StartPage mayBegin={mayEdit(role)} />
  return (
    <div className={classes(side.frame, css.authoring)}>
      <nav className={side.nav} aria-label="Virtual agent">
        <h2 className={side.navTitle}>Virtual agent</h2>
        <ul className={side.list}>
          {sections.map((one) => (
            <SectionLink key={one.id} section={one} here={one === current} />
          ))}
        </ul>
      </nav>
      <div className={css.middle}>
        <DraftBar
          overview={overview}
          trying={trying}
          onTry={() => setTrying(!trying)}
          onConflict={() => setConflict(true)}
        />
        <Page key={current.id} title={current.name} lead={current.lead} wide={current.wide}>
          {current.show(overview)}
        </Page>
      </div>
      {trying && (
        <TestPane
          published={overview.current !== null || overview.script !== null}
          onClose={() => setTrying(false)}
        />
      )}
      {conflict && <ConflictDialog onClose={() => setConflict(false)} />}
      <LeaveDialog unsaved={dirty} />
    </div>
  )
}

function SectionLink({ section, here }: { section: AuthoringSection; here: boolean }) {
  const { faults } = useEdited()
  const count = faultsOfSection(section, faults).length
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // On a phone the pages stand in a strip that scrolls.
    if (here) item.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [here])
  return (
    <li ref={item}>
      <Link
        to="/virtual-agent/$section"
        params={{ section: section.id }}
        className={side.link ?? ''}
        aria-current={here ? 'page' : undefined}
      >
        <Icon name={section.icon} size={18} />
        {section.name}
        {count > 0 && (
          <span className={css.count}>
            {count}
            <span className="visually-hidden"> to put right</span>
          </span>
        )}
      </Link>
    </li>
  )
}
