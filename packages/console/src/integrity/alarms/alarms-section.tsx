/** The alarms of one state beside the one that is open; one key for each way out of it. */
import { useMemo, useState } from 'react'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AlarmDecision, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import { useAction } from '../../actions/run-actions.ts'
import { classes } from '../../design/classes.ts'
import { Button } from '../../design/controls.tsx'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import { useDesk } from '../../live/desk-context.ts'
import { byWeight, stateNames } from '../alarm-words.ts'
import { alarmsQuery } from '../integrity-queries.ts'
import { mayDecide } from '../integrity-roles.ts'
import { alarmStates } from '../integrity-search.ts'
import { AlarmDetail } from './alarm-detail.tsx'
import { AlarmDialog } from './alarm-dialogs.tsx'
import { AlarmList } from './alarm-list.tsx'
import css from './alarms-section.module.css'

export function AlarmsSection() {
  const { state = 'open', item } = useSearch({ from: '/signed-in/integrity/$section' })
  const navigate = useNavigate({ from: '/integrity/$section' })
  const { data, error } = useQuery(alarmsQuery(state))
  const alarms = useMemo(() => byWeight(data ?? []), [data])
  const [deciding, setDeciding] = useState<{ what: AlarmDecision; alarm: IntegrityAlarm } | null>(null)
  const decides = mayDecide(useDesk().me.person.role)

  const at = alarms.findIndex(({ id }) => id === item)
  const elsewhere = useDecided(item !== undefined && data !== undefined && at === -1, item)
  const open = alarms[at] ?? elsewhere ?? (item === undefined ? alarms[0] : undefined)
  const show = (next: IntegrityAlarm | undefined): void => {
    if (!next) return
    void navigate({ search: (before) => ({ ...before, item: next.id }), replace: true })
  }
  const ask = (what: AlarmDecision) => () => open && setDeciding({ what, alarm: open })
  const canDecide = decides && open?.state === 'open'
  useAction('alarm-approve', ask('approve'), canDecide)
  useAction('alarm-contain', ask('contain'), canDecide)
  useAction('alarm-incident', ask('incident'), canDecide)
  useAction('alarm-dismiss', ask('dismiss'), canDecide)
  const here = at === -1 ? 0 : at
  useAction('alarm-next', () => show(alarms[here + 1]), here + 1 < alarms.length)
  useAction('alarm-previous', () => show(alarms[here - 1]), here > 0)

  if (error && !data) return <Problem>{error.message}</Problem>
  if (!data) return <Bones />
  return (
    <div className={classes(css.alarms, item !== undefined && css.chosen)}>
      <div className={css.states} role="group" aria-label="Which alarms">
        {alarmStates.map((one) => (
          <button
            key={one}
            type="button"
            className={classes(css.state, one === state && css.current)}
            aria-pressed={one === state}
            onClick={() => void navigate({ search: one === 'open' ? {} : { state: one }, replace: true })}
          >
            {stateNames[one]}
          </button>
        ))}
      </div>
      {alarms.length === 0 && !open ? (
        <Nothing>
          {state === 'open'
            ? 'No alarm is open. A change on your pages comes to stand here within a minute of the first report.'
            : 'No alarm is like that.'}
        </Nothing>
      ) : (
        <div className={css.beside}>
          <section className={css.list} aria-label={`${stateNames[state]} alarms`}>
            <AlarmList alarms={alarms} open={open?.id} />
          </section>
          {open ? (
            <section className={css.detail} aria-label="The alarm">
              <Button
                tone="quiet"
                icon="back"
                className={css.back}
                onPress={() =>
                  void navigate({ search: ({ state: one }) => (one === undefined ? {} : { state: one }) })
                }
              >
                All alarms
              </Button>
              <AlarmDetail key={open.id} alarm={open} decides={decides} onDecide={(what) => ask(what)()} />
            </section>
          ) : (
            <section className={css.detail} aria-label="The alarm">
              <Nothing>This alarm is not among them any more.</Nothing>
            </section>
          )}
        </div>
      )}
      {deciding && (
        <AlarmDialog
          what={deciding.what}
          alarm={deciding.alarm}
          onDone={() => show(alarms.find(({ id }, i) => i > here && id !== deciding.alarm.id))}
          onClose={() => setDeciding(null)}
        />
      )}
    </div>
  )
}

/** An alarm that was decided while it was open here stays on screen, with what was decided. */
function useDecided(enabled: boolean, item: string | undefined): IntegrityAlarm | undefined {
  return useQueries({
    queries: alarmStates.map((state) => ({ ...alarmsQuery(state), enabled })),
    combine: (answers) =>
      enabled ? answers.flatMap(({ data }) => data ?? []).find(({ id }) => id === item) : undefined,
  })
}
