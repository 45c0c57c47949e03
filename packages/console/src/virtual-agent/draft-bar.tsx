/** Above every authoring page: what is not saved, what is wrong, training, and the way to the test pane. */
import { useEffect, useRef } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { TrainingStatus, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { keysOf } from '../actions/actions.ts'
import { useAction } from '../actions/run-actions.ts'
import { Button, Tip } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { MenuButton } from '../design/menu-button.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { showToast } from '../shell/toasts.tsx'
import { isUnderWay, overviewQuery, trainingQuery } from './authoring-queries.ts'
import { useMayEdit } from './authoring-roles.ts'
import { useDraft, useEdited } from './draft-context.ts'
import { asSentence, type EditedDraft } from './draft-store.ts'
import { itemOfFault, placeOfFault } from './fault-place.ts'
import { sectionOfFault } from './sections.tsx'
import css from './draft-bar.module.css'

/** A menu of more is not read; these go first. */
const faultsShown = 12

export function DraftBar({
  overview,
  trying,
  onTry,
  onConflict,
}: {
  overview: VirtualAgentOverview<Definition>
  trying: boolean
  onTry(): void
  onConflict(): void
}) {
  const draft = useDraft()
  const edited = useEdited()
  const mayEdit = useMayEdit()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { dirty, saving, faults, theirs, problem, definition } = edited

  const save = async (): Promise<boolean> => {
    if (!dirty) return true
    const outcome = await draft.save()
    if (outcome === 'conflict') onConflict()
    if (outcome === 'saved') await client.invalidateQueries({ queryKey: overviewQuery.queryKey })
    return outcome === 'saved'
  }
  useAction('draft-save', () => void save(), mayEdit)
  return (
    <div className={css.bar} role="region" aria-label="Draft">
      <div className={css.line}>
        <p className={css.state} role="status">
          <DraftState edited={edited} />
        </p>
        {faults.length > 0 && (
          <MenuButton
            label={`${faults.length} to put right`}
            className={css.faults}
            entries={() =>
              faults.slice(0, faultsShown).map((fault) => ({
                icon: 'warning',
                label: `${placeOfFault(fault, definition)}: ${asSentence(fault.message)}`,
                run: () => {
                  const item = itemOfFault(fault, definition)
                  void navigate({
                    to: '/virtual-agent/$section',
                    params: { section: sectionOfFault(fault).id },
                    search: item === null ? {} : { item },
                  })
                },
              }))
            }
          >
            <Icon name="warning" size={16} /> {faults.length} to put right
          </MenuButton>
        )}
        {theirs && (
          <button type="button" className={css.theirs} onClick={onConflict}>
            <Icon name="people" size={16} /> {theirs.savedBy?.name ?? 'Somebody'} saved in between
          </button>
        )}
        <span className={css.space} />
        {mayEdit && (
          <>
            <Training overview={overview} beforehand={save} />
            <Tip label="Save the draft" keys={keysOf('draft-save')}>
              <Button tone="main" isDisabled={!dirty || saving} onPress={() => void save()}>
                {saving ? 'Saving…' : 'Save'}
              </Button>
            </Tip>
          </>
        )}
        <Tip label={trying ? 'Close the test pane' : 'Open the test pane'} keys={keysOf('draft-try')}>
          <Button icon="bubble" onPress={onTry} aria-expanded={trying} className={css.try}>
            Try it
          </Button>
        </Tip>
      </div>
      {problem !== null && (
        <p className={css.problem} role="alert">
          <Icon name="warning" size={16} /> Not saved: {problem}
        </p>
      )}
    </div>
  )
}

function DraftState({ edited: { dirty, saved } }: { edited: EditedDraft }) {
  if (dirty)
    return (
      <>
        <span className={css.dot} /> Unsaved changes
      </>
    )
  if (saved.savedBy === null || saved.savedAt === null)
    return saved.changed ? 'The draft is new' : 'The same as what is in force'
  return (
    <>
      Saved by {saved.savedBy.name}, <time dateTime={saved.savedAt}>{fullTime(saved.savedAt)}</time>
      {!saved.changed && ' · the same as what is in force'}
    </>
  )
}

function Training({
  overview,
  beforehand,
}: {
  overview: VirtualAgentOverview<Definition>
  /** What is trained is what is saved. */
  beforehand(): Promise<boolean>
}) {
  const client = useQueryClient()
  const { dirty, saved, definition } = useEdited()
  const { data: training = overview.training } = useQuery(trainingQuery)
  const heard = (status: TrainingStatus): void => {
    client.setQueryData(trainingQuery.queryKey, status)
  }
  const train = useMutation({
    mutationFn: async () =>
      (await beforehand()) ? api.post<TrainingStatus>('/virtual-agent/draft/train') : null,
    onSuccess: (status) => status && heard(status),
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
  })
  const stop = useMutation({
    mutationFn: () => api.post<TrainingStatus>('/virtual-agent/draft/train/stop'),
    onSuccess: heard,
  })
  const before = useRef(training.state)
  useEffect(() => {
    const was = before.current
    before.current = training.state
    if (was === training.state || (was !== 'running' && was !== 'waiting') || isUnderWay(training)) return
    void client.invalidateQueries({ queryKey: ['virtual-agent'] })
    if (training.state === 'done') showToast('Trained. The review shows how well it understands.')
    if (training.state === 'failed')
      showToast(`The training failed: ${training.reason ?? 'no reason was given'}`, { tone: 'danger' })
  }, [training, client])

  if (isUnderWay(training)) {
    const percent = Math.round(training.fraction * 100)
    const what =
      training.state === 'waiting'
        ? training.ahead > 0
          ? `Waits for ${training.ahead} other ${training.ahead === 1 ? 'training' : 'trainings'}`
          : 'Begins'
        : training.what
    return (
      <span className={css.training}>
        <span className={css.what}>
          {what}
          <span className={css.percent}>{percent} %</span>
        </span>
        <progress className={css.progress} max={100} value={percent} aria-label={`Training: ${what}`} />
        <Button tone="quiet" onPress={() => stop.mutate()}>
          Stop
        </Button>
      </span>
    )
  }
  const trained = saved.trained && !dirty
  return (
    <Tip
      label={
        trained
          ? 'A model of exactly these examples is at hand.'
          : 'Learns from the examples of the saved draft. It takes seconds to a minute.'
      }
    >
      <Button
        icon={trained ? 'check' : 'bolt'}
        isDisabled={trained || train.isPending || (definition?.intents.length ?? 0) < 2}
        onPress={() => train.mutate()}
      >
        {trained ? 'Trained' : dirty ? 'Save and train' : 'Train'}
      </Button>
    </Tip>
  )
}
