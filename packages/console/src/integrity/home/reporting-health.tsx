import { useMemo } from 'react'
import type { IntegrityHome } from '@candor/protocol/integrity-api.ts'
import { fullTime, timeOf } from '../../design/times.tsx'
import { percent } from '../percent.ts'
import { Plot } from '../parts/plot.tsx'
import css from './reporting-health.module.css'

const minuteMs = 60_000

export function ReportingHealth({
  reporting,
  readAt,
}: {
  reporting: IntegrityHome['reporting']
  /** When it was asked for; the newest minute is that one. */
  readAt: number
}) {
  const { viewsByMinute, reportsByMinute, share, lastReportAt } = reporting
  // Compared by what they hold: every poll gives new arrays, and the plot is drawn anew only when a number changed.
  const key = JSON.stringify([viewsByMinute, reportsByMinute])
  const newest = Math.floor(readAt / minuteMs)
  const plotted = useMemo(() => {
    const [views, reports] = JSON.parse(key) as [number[], number[]]
    return {
      seconds: views.map((_, i) => ((newest - views.length + 1 + i) * minuteMs) / 1_000),
      lines: [
        { name: 'Page views', values: views, colour: '--accent' as const, fill: true },
        { name: 'With hashes', values: reports, colour: '--chart-warm' as const },
      ],
    }
  }, [key, newest])
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
  const views = sum(viewsByMinute)
  const reports = sum(reportsByMinute)
  const say = `${views.toLocaleString()} page views in the last hour, ${reports.toLocaleString()} of them with hashes.`
  return (
    <div className={css.health}>
      <dl className={css.facts}>
        <div>
          <dt>Page views, last hour</dt>
          <dd>{views.toLocaleString()}</dd>
        </div>
        <div>
          <dt>Came with hashes</dt>
          <dd>{share === null ? 'none to compare' : percent(share)}</dd>
        </div>
        <div>
          <dt>Newest report</dt>
          <dd>
            {lastReportAt === null ? 'never' : <time dateTime={lastReportAt}>{fullTime(lastReportAt)}</time>}
          </dd>
        </div>
      </dl>
      <Plot label={`Plot by minute: ${say}`} {...plotted} />
      <p className={css.legend} aria-hidden="true">
        <span>
          <i className={css.views} /> page views
        </span>
        <span>
          <i className={css.reports} /> with hashes
        </span>
      </p>
      <details className={css.table}>
        <summary>The same as a table</summary>
        <div className={css.scroll} tabIndex={0} role="region" aria-label="Page views and reports by minute">
          <table>
            <thead>
              <tr>
                <th scope="col">Minute</th>
                <th scope="col">Page views</th>
                <th scope="col">With hashes</th>
              </tr>
            </thead>
            <tbody>
              {plotted.seconds.toReversed().map((second, back) => {
                const i = plotted.seconds.length - 1 - back
                return (
                  <tr key={second}>
                    <th scope="row">{timeOf(new Date(second * 1_000).toISOString())}</th>
                    <td>{viewsByMinute[i] ?? 0}</td>
                    <td>{reportsByMinute[i] ?? 0}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  )
}
