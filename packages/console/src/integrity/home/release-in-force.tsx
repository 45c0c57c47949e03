import { Link } from '@tanstack/react-router'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { counted } from '../../design/counted.ts'
import { Badge } from '../../design/say.tsx'
import { fullTime } from '../../design/times.tsx'
import { EntryLink } from '../parts/entry-link.tsx'
import { attestationsOf, expiryOf } from '../releases/release-words.ts'
import { useClock } from '../../live/clock.ts'
import css from './release-in-force.module.css'

export function ReleaseInForce({ release }: { release: ReleaseRow }) {
  const expiry = useClock((now) => JSON.stringify(expiryOf(release, now)))
  const { tone, text } = JSON.parse(expiry) as ReturnType<typeof expiryOf>
  const builds = attestationsOf(release)
  return (
    <div className={css.release}>
      <p className={css.head}>
        <strong className={css.version}>{release.version}</strong>
        <Badge tone={builds.tone} icon={builds.tone === 'good' ? 'check' : 'warning'}>
          {builds.text}
        </Badge>
        <Badge tone={tone}>{text}</Badge>
      </p>
      <dl className={css.facts}>
        <div>
          <dt>Id</dt>
          <dd>
            <code className={css.id} dir="ltr">
              {release.id}
            </code>
          </dd>
        </div>
        <div>
          <dt>Commit</dt>
          <dd>
            <code className={css.id} dir="ltr">
              {release.commit === '' ? 'not told' : release.commit.slice(0, 12)}
            </code>
          </dd>
        </div>
        <div>
          <dt>Published</dt>
          <dd>
            {fullTime(release.publishedAt)}, <EntryLink entry={release.publishedEntry} type="release" />
          </dd>
        </div>
        <div>
          <dt>Seen</dt>
          <dd>{counted(release.viewsLastHour, 'page view')} in the last hour</dd>
        </div>
      </dl>
      <p>
        <Link to="/integrity/$section" params={{ section: 'releases' }}>
          All releases
        </Link>
      </p>
    </div>
  )
}
