import { useQuery } from '@tanstack/react-query'
import type { ReleaseRow } from '@candor/protocol/integrity-api.ts'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import { fullTime } from '../../design/times.tsx'
import { useClock } from '../../live/clock.ts'
import { releasesQuery } from '../integrity-queries.ts'
import { EntryLink } from '../parts/entry-link.tsx'
import { attestationsOf, expiryOf } from './release-words.ts'
import css from './releases-section.module.css'

export function ReleasesSection() {
  const { data, error } = useQuery(releasesQuery)
  if (error && !data) return <Problem>{error.message}</Problem>
  if (!data) return <Bones />
  return (
    <div className={css.releases}>
      {data.length === 0 ? (
        <Nothing>Nothing was ever published here.</Nothing>
      ) : (
        <ul className={css.list}>
          {data.map((release) => (
            <Release key={release.id} release={release} />
          ))}
        </ul>
      )}
      <p className={css.foot}>
        Two of three keys sign a release, two builds of its source agree with it byte for byte, and it stands
        in the access log before the first visitor gets it. Anybody checks it without us:{' '}
        <code dir="ltr">npx candor release verify</code>
      </p>
    </div>
  )
}

function Release({ release }: { release: ReleaseRow }) {
  const minute = useClock((now) => Math.floor(now / 60_000))
  const { revokedAt, revokedEntry } = release
  const builds = attestationsOf(release)
  const expiry = expiryOf(release, minute * 60_000)
  return (
    <li className={css.release}>
      <div className={css.head}>
        <strong className={css.version}>{release.version}</strong>
        {release.inForce && (
          <Badge tone="good" icon="check">
            In force
          </Badge>
        )}
        {revokedAt !== null && (
          <Badge tone="bad" icon="close">
            Revoked
          </Badge>
        )}
        <Badge tone={builds.tone}>{builds.text}</Badge>
        {revokedAt === null && <Badge tone={expiry.tone}>{expiry.text}</Badge>}
        <span className={css.views}>{release.viewsLastHour.toLocaleString()} views in the last hour</span>
      </div>
      <p className={css.soft}>
        Published {fullTime(release.publishedAt)}, <EntryLink entry={release.publishedEntry} type="release" />
        {release.commit !== '' && (
          <>
            {' '}
            · commit <code dir="ltr">{release.commit.slice(0, 12)}</code>
          </>
        )}
      </p>
      {revokedAt !== null && (
        <p className={css.revoked}>
          Revoked {fullTime(revokedAt)}
          {revokedEntry !== null && (
            <>
              , <EntryLink entry={revokedEntry} type="release" />
            </>
          )}
          {release.viewsLastHour > 0 && '. Pages still show it: an old copy is being served to them.'}
        </p>
      )}
      <code className={css.id} dir="ltr">
        {release.id}
      </code>
    </li>
  )
}
