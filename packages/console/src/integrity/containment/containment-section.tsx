import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Containment } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import { preciseTime } from '../../design/times.tsx'
import { useDesk } from '../../live/desk-context.ts'
import { containmentsQuery } from '../integrity-queries.ts'
import { mayDecide } from '../integrity-roles.ts'
import { EntryLink } from '../parts/entry-link.tsx'
import { KillSwitchDialog } from './kill-switch-dialog.tsx'
import { PlaybookForm } from './playbook-form.tsx'
import { RunningContainments } from './running-containments.tsx'
import { whereOf } from './scope-words.ts'
import css from './containment-section.module.css'

export function ContainmentSection() {
  const { data, error } = useQuery(containmentsQuery)
  const decides = mayDecide(useDesk().me.person.role)
  const [asking, setAsking] = useState(false)
  if (error && !data) return <Problem>{error.message}</Problem>
  if (!data) return <Bones />
  const running = data.filter(({ undoneAt }) => undoneAt === null)
  const undone = data.filter(({ undoneAt }) => undoneAt !== null)
  return (
    <>
      <Section
        title="Kill switch"
        lead="New page views are inert within 10 seconds, open chats stop within half a minute, and nothing old comes back. Undo is as fast."
      >
        <div className={css.stack}>
          {running.length > 0 ? (
            <RunningContainments containments={running} />
          ) : (
            <Nothing>The chat runs wherever its tag stands. Nothing is stopped.</Nothing>
          )}
          <div>
            <Button tone="danger" icon="power" onPress={() => setAsking(true)}>
              {decides ? 'Stop the chat…' : 'Stop the chat on one page…'}
            </Button>
          </div>
          {!decides && (
            <p className={css.soft}>
              More than one page, undo and the playbook are for administrators and privacy officers.
            </p>
          )}
        </div>
      </Section>
      <Section
        title="Playbook"
        lead="What is done without asking when an alarm is raised. For the hours in which nobody looks."
      >
        <PlaybookForm decides={decides} />
      </Section>
      {undone.length > 0 && (
        <Section title="Before">
          <ul className={css.list}>
            {undone.map((one) => (
              <Past key={one.id} containment={one} />
            ))}
          </ul>
        </Section>
      )}
      {asking && <KillSwitchDialog onePage={!decides} onClose={() => setAsking(false)} />}
    </>
  )
}

function Past({ containment }: { containment: Containment }) {
  const { scope, reason, by, startedAt, entry, undoneAt, undoneBy, undoneEntry, undoReason } = containment
  return (
    <li className={css.past}>
      <p className={css.where}>The chat was stopped {whereOf(scope)}</p>
      <p className={css.soft}>{reason}</p>
      <p className={css.soft}>
        {by}, {preciseTime(startedAt)}, <EntryLink entry={entry} type="containment" />
      </p>
      {undoneAt !== null && (
        <p className={css.soft}>
          undone{undoneBy !== null && ` by ${undoneBy}`}, {preciseTime(undoneAt)}
          {undoneEntry !== null && (
            <>
              , <EntryLink entry={undoneEntry} type="containment" />
            </>
          )}
          {undoReason && `: ${undoReason}`}
        </p>
      )}
    </li>
  )
}
