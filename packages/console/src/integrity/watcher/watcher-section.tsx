/** Where the watcher goes, when and as whom, and what it found there. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { WatchedPage, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Section } from '../../design/page.tsx'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import { Since } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { showToast } from '../../shell/toasts.tsx'
import { watchedPagesQuery } from '../integrity-queries.ts'
import { mayDecide } from '../integrity-roles.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import { RunList } from './run-list.tsx'
import { outcomeNames, outcomeTones, profileNames } from './run-words.ts'
import { everyOf } from './schedule.ts'
import { WatchedPageDialog } from './watched-page-dialog.tsx'
import css from './watcher-section.module.css'

type Layer = { kind: 'add' } | { kind: 'edit' | 'remove'; page: WatchedPage }

export function WatcherSection() {
  const { data: pages, error } = useQuery(watchedPagesQuery)
  const decides = mayDecide(useDesk().me.person.role)
  const [layer, setLayer] = useState<Layer | null>(null)
  if (error && !pages) return <Problem>{error.message}</Problem>
  if (!pages) return <Bones />
  const close = (): void => setLayer(null)
  return (
    <>
      <Section title="Watched pages">
        {pages.length === 0 ? (
          <Nothing
            act={
              decides && (
                <Button tone="main" icon="plus" onPress={() => setLayer({ kind: 'add' })}>
                  Add your payment page
                </Button>
              )
            }
          >
            The watcher goes nowhere yet. It fills in the payment form with made-up card numbers and follows
            each one: what arrives at a host that you did not approve is proof.
          </Nothing>
        ) : (
          <div className={css.stack}>
            <ul className={css.list} aria-label="Watched pages">
              {pages.map((page) => (
                <Watched
                  key={page.id}
                  page={page}
                  decides={decides}
                  onEdit={() => setLayer({ kind: 'edit', page })}
                  onRemove={() => setLayer({ kind: 'remove', page })}
                />
              ))}
            </ul>
            {decides && (
              <div>
                <Button icon="plus" onPress={() => setLayer({ kind: 'add' })}>
                  Add a page
                </Button>
              </div>
            )}
          </div>
        )}
      </Section>
      {pages.length > 0 && (
        <Section
          title="Runs"
          lead="The newest first. A finding that is proof says so; everything else is a change."
        >
          <RunList pages={pages} />
        </Section>
      )}
      {layer?.kind === 'add' && <WatchedPageDialog page={null} onClose={close} />}
      {layer?.kind === 'edit' && <WatchedPageDialog page={layer.page} onClose={close} />}
      {layer?.kind === 'remove' && (
        <DecisionDialog
          title="Stop watching this page?"
          confirm="Stop watching"
          danger
          act={() => api.delete(`/integrity/watched-pages/${layer.page.id}`)}
          done={() => 'The watcher does not go there any more.'}
          onClose={close}
        >
          <p className={css.address}>
            <bdi dir="ltr">{layer.page.url}</bdi>
          </p>
          <p>Runs and alarms that it gave stay.</p>
        </DecisionDialog>
      )}
    </>
  )
}

function Watched({
  page,
  decides,
  onEdit,
  onRemove,
}: {
  page: WatchedPage
  decides: boolean
  onEdit(): void
  onRemove(): void
}) {
  const client = useQueryClient()
  const run = useMutation({
    mutationFn: () => api.post<WatcherRun | undefined>(`/integrity/watched-pages/${page.id}/run`),
    onSuccess: () => {
      showToast('The watcher is on its way. Its findings come to stand below.')
      return client.invalidateQueries({ queryKey: ['integrity'] })
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
  })
  const { url, profiles, everyMinutes, approvedHosts, lastRun } = page
  return (
    <li className={css.page}>
      <div className={css.what}>
        <p className={css.address}>
          <bdi dir="ltr">{url}</bdi>
        </p>
        <p className={css.soft}>
          {everyOf(everyMinutes)} as {profiles.map((one) => profileNames[one].name.toLowerCase()).join(', ')}
        </p>
        <p className={css.soft}>
          {approvedHosts.length === 0 ? (
            'No host may be sent card numbers.'
          ) : (
            <>
              Card numbers may go to{' '}
              <bdi className={css.hosts} dir="ltr">
                {approvedHosts.join(', ')}
              </bdi>
            </>
          )}
        </p>
      </div>
      <div className={css.last}>
        {lastRun === null ? (
          <span className={css.soft}>not been there yet</span>
        ) : lastRun.endedAt === null ? (
          <Badge icon="clock">On its way</Badge>
        ) : (
          <>
            <Badge tone={outcomeTones[lastRun.outcome]}>{outcomeNames[lastRun.outcome]}</Badge>
            <span className={css.soft}>
              <Since at={lastRun.startedAt} /> ago
              {lastRun.findings.length > 0 && `, ${counted(lastRun.findings.length, 'finding')}`}
            </span>
          </>
        )}
      </div>
      {decides && (
        <div className={css.act}>
          <Button
            icon="bolt"
            isDisabled={run.isPending || lastRun?.endedAt === null}
            onPress={() => run.mutate()}
          >
            Run now
          </Button>
          <Button tone="quiet" onPress={onEdit}>
            Change
          </Button>
          <Button tone="quiet" onPress={onRemove}>
            Remove
          </Button>
        </div>
      )}
    </li>
  )
}
