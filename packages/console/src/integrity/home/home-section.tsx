import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { IntegrityHome } from '@candor/protocol/integrity-api.ts'
import { classes } from '../../design/classes.ts'
import { Icon, type IconName } from '../../design/icons.tsx'
import { Section } from '../../design/page.tsx'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import { AlarmList } from '../alarms/alarm-list.tsx'
import { byWeight } from '../alarm-words.ts'
import { RunningContainments } from '../containment/running-containments.tsx'
import { homeQuery } from '../integrity-queries.ts'
import { PagesTable } from '../pages/pages-table.tsx'
import { FirstSteps } from './first-steps.tsx'
import { ReleaseInForce } from './release-in-force.tsx'
import { ReportingHealth } from './reporting-health.tsx'
import { stateSentence, type StateSentence } from './state-sentence.ts'
import css from './home-section.module.css'

/** More are read on their own page. */
const alarmsShown = 5

export function HomeSection() {
  const { data: home, error, dataUpdatedAt } = useQuery(homeQuery)
  if (error && !home) return <Problem>{error.message}</Problem>
  if (!home) return <Bones />
  return <Home home={home} readAt={dataUpdatedAt} />
}

function Home({ home, readAt }: { home: IntegrityHome; readAt: number }) {
  const open = byWeight(home.alarms.filter(({ state }) => state === 'open'))
  const running = home.containments.filter(({ undoneAt }) => undoneAt === null)
  const { pages, reporting } = home
  // Headers were added where a browser ever reported; until then this is the next step.
  const begun = pages.some(({ reportedAt }) => reportedAt !== null)
  return (
    <>
      <State sentence={stateSentence(home)} />
      {running.length > 0 && (
        <Section title="Stopped now">
          <RunningContainments containments={running} />
        </Section>
      )}
      {!begun && (
        <Section
          title={pages.length === 0 ? 'Begin' : 'Let browsers report'}
          lead="Two response headers on your pages: your visitors’ browsers then report the hash of every script they run. Nothing on your pages changes, nothing is blocked."
        >
          <FirstSteps headers={reporting.headers} />
        </Section>
      )}
      {open.length > 0 && (
        <Section title="Needs a decision">
          <AlarmList alarms={open.slice(0, alarmsShown)} />
          {open.length > alarmsShown && (
            <p className={css.after}>
              <Link to="/integrity/$section" params={{ section: 'alarms' }}>
                All {open.length} open alarms
              </Link>
            </p>
          )}
        </Section>
      )}
      <Section title="Pages" lead="Addresses as templates: what differs between visits is one page.">
        {pages.length === 0 ? (
          <Nothing>No page has reported yet. A page comes to stand here with its first view.</Nothing>
        ) : (
          <PagesTable pages={pages} watcher={home.watcher.lastRun} />
        )}
      </Section>
      {begun && (
        <Section
          title="Reporting"
          lead="Page views of the last hour, and how many of them came with the hashes of what ran. Only browsers of Chrome’s family report hashes; the others tell addresses."
        >
          <ReportingHealth reporting={reporting} readAt={readAt} />
        </Section>
      )}
      <Section title="Release in force">
        {home.release ? (
          <ReleaseInForce release={home.release} />
        ) : (
          <Nothing>No release is in force: visitors’ loaders start no chat.</Nothing>
        )}
      </Section>
    </>
  )
}

const icons: Record<StateSentence['tone'], IconName> = {
  good: 'shield',
  warn: 'warning',
  bad: 'alarm',
  plain: 'pulse',
}

function State({ sentence: { tone, title, detail } }: { sentence: StateSentence }) {
  return (
    <div className={classes(css.state, css[tone])} role="status" aria-live="polite">
      <span className={css.sign}>
        <Icon name={icons[tone]} size={22} />
      </span>
      <div className={css.words}>
        <p className={css.sentence}>{title}</p>
        <p className={css.detail}>{detail}</p>
      </div>
    </div>
  )
}
