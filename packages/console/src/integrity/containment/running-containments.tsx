import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import type { Containment } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { TextField } from '../../design/text-field.tsx'
import { preciseTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { mayDecide } from '../integrity-roles.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import { EntryLink } from '../parts/entry-link.tsx'
import { whereOf } from './scope-words.ts'
import css from './running-containments.module.css'

const reasonMax = 500

export function RunningContainments({ containments }: { containments: readonly Containment[] }) {
  const decides = mayDecide(useDesk().me.person.role)
  const [undoing, setUndoing] = useState<Containment | null>(null)
  return (
    <>
      <ul className={css.list}>
        {containments.map((one) => (
          <li key={one.id} className={css.one}>
            <span className={css.sign}>
              <Icon name="power" size={18} />
            </span>
            <div className={css.what}>
              <p className={css.where}>The chat is stopped {whereOf(one.scope)}</p>
              <p className={css.soft}>{one.reason}</p>
              <p className={css.soft}>
                {one.by}, {preciseTime(one.startedAt)}, <EntryLink entry={one.entry} type="containment" />
                {one.alarm !== null && (
                  <>
                    {' · '}
                    <Link
                      to="/integrity/$section"
                      params={{ section: 'alarms' }}
                      search={{ item: one.alarm }}
                    >
                      the alarm
                    </Link>
                  </>
                )}
              </p>
              <Progress containment={one} />
            </div>
            {decides && (
              <Button icon="undo" onPress={() => setUndoing(one)}>
                Undo…
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && <UndoDialog containment={undoing} onClose={() => setUndoing(null)} />}
    </>
  )
}

/** Frames that were open when it began, and how many of them have stopped. */
function Progress({ containment: { framesOpen, framesStopped } }: { containment: Containment }) {
  if (framesOpen === 0) return <p className={css.soft}>No chat was open there when it began.</p>
  const label = `${framesStopped.toLocaleString()} of ${framesOpen.toLocaleString()} open chats have stopped`
  return (
    <div className={css.progress}>
      <progress
        className={css.bar}
        max={framesOpen}
        value={framesStopped}
        aria-label="Open chats that stopped"
      />
      <span className={css.count} role="status">
        {label}
      </span>
    </div>
  )
}

function UndoDialog({ containment, onClose }: { containment: Containment; onClose(): void }) {
  const [reason, setReason] = useState('')
  return (
    <DecisionDialog
      title="Let the chat run again"
      confirm="Undo the containment"
      icon="undo"
      ready={reason.trim() !== ''}
      act={() => api.post(`/integrity/containments/${containment.id}/undo`, { reason: reason.trim() })}
      done={() => 'Undone. New page views have the chat again within 10 seconds.'}
      onClose={onClose}
    >
      <p>
        New page views {whereOf(containment.scope)} show the chat again within 10 seconds. Chats that were
        stopped come back when their page is loaded again.
      </p>
      <TextField
        label="Why it is safe again"
        hint="It stands in the access log beside the containment."
        value={reason}
        onChange={setReason}
        maxLength={reasonMax}
        multiline
        rows={3}
        autoFocus
      />
    </DecisionDialog>
  )
}
