import { useState } from 'react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { VersionDeed, VersionSummary, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Section } from '../../design/page.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { showToast } from '../../shell/toasts.tsx'
import { showing } from '../authoring-search.ts'
import { mayApprove } from '../authoring-roles.ts'
import { versionQuery, versionsQuery } from '../authoring-queries.ts'
import { counted } from '../../design/counted.ts'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import dialogs from '../dialogs.module.css'
import { ChangesList } from './changes-list.tsx'
import { diffDefinitions } from './diff-definitions.ts'
import { ProposalCard } from './proposal-card.tsx'
import css from './versions-section.module.css'

const states: Record<VersionSummary['state'], { name: string; tone?: 'good' | 'warn' | 'bad' }> = {
  proposed: { name: 'Waits for approval', tone: 'warn' },
  current: { name: 'In force', tone: 'good' },
  former: { name: 'Was in force' },
  refused: { name: 'Refused', tone: 'bad' },
  withdrawn: { name: 'Withdrawn' },
}

const deeds: Record<VersionDeed['what'], string> = {
  proposed: 'proposed it',
  approved: 'approved it',
  refused: 'refused it',
  withdrawn: 'withdrew it',
  published: 'It was published',
  restored: 'brought it back into force',
}

export function VersionsSection({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { item } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const open = item !== undefined && /^\d{1,9}$/.test(item) ? Number(item) : null
  if (open !== null) return <VersionPage version={open} overview={overview} />
  return (
    <>
      {overview.proposal && <ProposalCard proposal={overview.proposal} overview={overview} />}
      <History overview={overview} />
    </>
  )
}

function History({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(versionsQuery)
  const items = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Section title="History">
      {error ? (
        <Problem>{error.message}</Problem>
      ) : !data ? (
        <Bones />
      ) : items.length === 0 ? (
        <Nothing
          act={
            <Link to="/virtual-agent/$section" params={{ section: 'review' }}>
              Review and propose the draft
            </Link>
          }
        >
          Nothing was ever proposed. A version begins as a proposal, and counts once a second person approves
          it.
        </Nothing>
      ) : (
        <>
          <ol className={css.history}>
            {items.map((one) => (
              <Version key={one.version} version={one} overview={overview} />
            ))}
          </ol>
          {hasNextPage && (
            <div className={css.more}>
              <Button onPress={() => void fetchNextPage()} isDisabled={isFetchingNextPage}>
                Older versions
              </Button>
            </div>
          )}
        </>
      )}
    </Section>
  )
}

function Version({
  version,
  overview,
}: {
  version: VersionSummary
  overview: VirtualAgentOverview<Definition>
}) {
  const { name, tone } = states[version.state]
  return (
    <li className={css.version}>
      <span className={css.number}>{version.version}</span>
      <div className={css.what}>
        <p className={parts.row}>
          <Link
            to="/virtual-agent/$section"
            params={{ section: 'versions' }}
            search={(before) => ({ ...before, item: String(version.version) })}
            className={css.name ?? ''}
            aria-label={`${version.name}, version ${version.version}`}
            dir="auto"
          >
            {version.name}
          </Link>
          <Badge {...(tone && { tone })}>{name}</Badge>
        </p>
        {version.note !== '' && (
          <p className={parts.soft} dir="auto">
            {version.note}
          </p>
        )}
        <p className={css.small}>
          {version.publishedAt === null
            ? `Proposed ${fullTime(version.proposedAt)} by ${version.proposedBy.name}`
            : `Published ${fullTime(version.publishedAt)}, by ${version.proposedBy.name}, approved by ${version.approvedBy?.name ?? 'the installation'}`}
          {' · '}
          {counted(version.intents, 'intent')}, {counted(version.flows, 'flow')},{' '}
          {counted(version.articles, 'article')}
        </p>
      </div>
      <Restore version={version} overview={overview} />
    </li>
  )
}

function Restore({
  version,
  overview,
}: {
  version: VersionSummary
  overview: VirtualAgentOverview<Definition>
}) {
  const { role } = useDesk().me.person
  const client = useQueryClient()
  const [asked, setAsked] = useState(false)
  const restore = useMutation({
    mutationFn: () => api.post<VersionSummary>(`/virtual-agent/versions/${version.version}/restore`),
    onSuccess: () => {
      showToast(`Version ${version.version} is in force again.`)
      return client.invalidateQueries({ queryKey: ['virtual-agent'] })
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(false),
  })
  if (version.state !== 'former' || !mayApprove(role)) return null
  return (
    <>
      <Button icon="undo" onPress={() => setAsked(true)} aria-label={`Bring back version ${version.version}`}>
        Bring back
      </Button>
      {asked && (
        <Dialog title={`Bring back version ${version.version}?`} onClose={() => setAsked(false)}>
          <div className={dialogs.form}>
            <p>
              It answers from now on, in every conversation, in place of version {overview.current?.version}.
              A second person approved it when it was published; none is needed now. The draft stays as it is.
            </p>
            <div className={dialogs.buttons}>
              <Button tone="quiet" onPress={() => setAsked(false)}>
                Cancel
              </Button>
              <Button tone="main" autoFocus isDisabled={restore.isPending} onPress={() => restore.mutate()}>
                Bring it back
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  )
}

function VersionPage({ version, overview }: { version: number; overview: VirtualAgentOverview<Definition> }) {
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const { data, error } = useQuery(versionQuery(version))
  const currentNumber = overview.current?.version
  const { data: current } = useQuery({
    ...versionQuery(currentNumber ?? 0),
    enabled: currentNumber !== undefined && currentNumber !== version,
  })
  return (
    <div className={parts.stack}>
      <div>
        <Button
          tone="quiet"
          icon="back"
          onPress={() => void navigate({ search: (before) => showing(before) })}
          className={css.back}
        >
          All versions
        </Button>
      </div>
      {error ? (
        <Problem>{error.message}</Problem>
      ) : !data ? (
        <Bones />
      ) : (
        <>
          <div className={parts.row}>
            <h2 className={css.title}>
              Version {data.version}: <span dir="auto">{data.name}</span>
            </h2>
            <Badge tone={states[data.state].tone}>{states[data.state].name}</Badge>
            <span className={parts.end} />
            <Restore version={data} overview={overview} />
          </div>
          {data.note !== '' && (
            <p className={css.note} dir="auto">
              {data.note}
            </p>
          )}
          <Section title="What happened">
            <ol className={css.deeds}>
              {data.history.map((deed, i) => (
                <li key={i}>
                  <p>
                    {deed.what === 'published' ? deeds.published : `${deed.by.name} ${deeds[deed.what]}`},{' '}
                    <time dateTime={deed.at}>{fullTime(deed.at)}</time>
                  </p>
                  {deed.note !== '' && (
                    <p className={parts.soft} dir="auto">
                      “{deed.note}”
                    </p>
                  )}
                </li>
              ))}
            </ol>
          </Section>
          {current && (
            <Section
              title={`Compared with version ${current.version}, which is in force`}
              lead="What bringing it back would change."
            >
              <ChangesList changes={diffDefinitions(current.definition, data.definition)} />
            </Section>
          )}
          {data.quotes.length > 0 && (
            <Section title="Articles it quotes" lead="As they stood when it was proposed.">
              <ul className={css.quotes}>
                {data.quotes.map(({ id, title, version: stood }) => (
                  <li key={id}>
                    <span dir="auto">{title}</span> <span className={parts.soft}>version {stood}</span>
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </>
      )}
    </div>
  )
}
