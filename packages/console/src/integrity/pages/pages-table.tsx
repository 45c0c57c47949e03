import { Link } from '@tanstack/react-router'
import type { PageTemplate, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { counted } from '../../design/counted.ts'
import { Badge } from '../../design/say.tsx'
import { Share } from '../../design/share.tsx'
import { fullTime, Since } from '../../design/times.tsx'
import { outcomeNames, outcomeTones } from '../watcher/run-words.ts'
import css from './pages-table.module.css'

/** Page templates, those with card fields first. `watcher`: its newest run, shown at the page it went to. */
export function PagesTable({
  pages,
  watcher = null,
}: {
  pages: readonly PageTemplate[]
  watcher?: WatcherRun | null
}) {
  const sorted = pages.toSorted(
    (a, b) =>
      b.openAlarms - a.openAlarms || Number(b.cardFields) - Number(a.cardFields) || b.views24h - a.views24h,
  )
  return (
    <div className={css.frame}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Page</th>
            <th scope="col" className={css.number}>
              Views, 24 h
            </th>
            <th scope="col">Reports</th>
            <th scope="col">Alarms</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((page) => (
            <tr key={page.id} className={css.row}>
              <th scope="row" className={css.page}>
                <Link
                  to="/integrity/$section"
                  params={{ section: 'pages' }}
                  search={{ item: page.id }}
                  className={css.link ?? ''}
                  dir="ltr"
                >
                  {page.template}
                </Link>
                <span className={css.marks}>
                  {page.cardFields && (
                    <Badge tone={page.cardFieldsApproved ? undefined : 'warn'} icon="lock">
                      {page.cardFieldsApproved ? 'Card fields' : 'Card fields, not approved'}
                    </Badge>
                  )}
                  {watcher && watchedAs(watcher.page, page.template) && (
                    <Badge tone={outcomeTones[watcher.outcome]} icon="eye">
                      Watcher: {outcomeNames[watcher.outcome].toLowerCase()}, <Since at={watcher.startedAt} />
                    </Badge>
                  )}
                </span>
              </th>
              <td className={css.number}>
                {page.views24h.toLocaleString()}
                <span className={css.narrow}> views in 24 h</span>
              </td>
              <td>
                <Reports page={page} />
              </td>
              <td>
                {page.openAlarms > 0 ? (
                  <Badge tone="bad">{counted(page.openAlarms, 'alarm')}</Badge>
                ) : (
                  <span className={css.quiet}>none</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Reports({ page: { reportedAt, reportingShare } }: { page: PageTemplate }) {
  if (reportedAt === null) return <Badge tone="warn">Never</Badge>
  if (reportingShare === null)
    return (
      <span className={css.none} title={fullTime(reportedAt)}>
        no view this hour
      </span>
    )
  return (
    <Share
      of={reportingShare}
      label="of the last hour’s page views came with hashes"
      {...(reportingShare === 0 && { tone: 'warm' })}
    />
  )
}

/** A watched page is an address, a template has `:id` where visits differ. */
function watchedAs(url: string, template: string): boolean {
  if (!URL.canParse(url)) return false
  const { origin, pathname } = new URL(url)
  const address = origin + pathname
  if (address === template) return true
  const parts = template.split('/')
  const given = address.split('/')
  return parts.length === given.length && parts.every((part, i) => part === ':id' || part === given[i])
}
