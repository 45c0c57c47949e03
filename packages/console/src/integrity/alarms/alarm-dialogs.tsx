/** The four ways out of an alarm, each with what it does. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { AlarmDecision, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { alarmNames } from '../alarm-words.ts'
import { ScopeChoice } from '../containment/scope-choice.tsx'
import { scopesFor } from '../containment/scope-words.ts'
import { homeQuery, pagesQuery, scriptsQuery } from '../integrity-queries.ts'
import { isScript } from './is-script.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import parts from '../parts/parts.module.css'

/** As the server takes it; a reason is read by an assessor later. */
const justificationMax = 500
const ownerMax = 100

interface DialogProps {
  alarm: IntegrityAlarm
  onDone(): void
  onClose(): void
}

export function AlarmDialog({ what, ...props }: { what: AlarmDecision } & DialogProps) {
  switch (what) {
    case 'approve':
      return <ApproveDialog {...props} />
    case 'contain':
      return <ContainDialog {...props} />
    case 'incident':
      return <IncidentDialog {...props} />
    case 'dismiss':
      return <DismissDialog {...props} />
  }
}

const decide = (alarm: IntegrityAlarm, what: AlarmDecision, body: object = {}): Promise<IntegrityAlarm> =>
  api.post<IntegrityAlarm>(`/integrity/alarms/${alarm.id}/${what}`, body)

function ApproveDialog({ alarm, onDone, onClose }: DialogProps) {
  const { data: pages } = useQuery({ ...pagesQuery, enabled: alarm.script !== null })
  const page = pages?.find(({ template }) => template === alarm.template)
  const { data: scripts } = useQuery({ ...scriptsQuery(page?.id ?? ''), enabled: page !== undefined })
  // The owner is the script's, whichever alarm leads to it; what has no place in the inventory has none.
  const script = scripts?.find((one) => isScript(one, alarm.script, alarm.hash))
  const [owner, setOwner] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const given = owner ?? script?.owner ?? ''
  return (
    <DecisionDialog
      title={`Approve: ${alarmNames[alarm.kind].toLowerCase()}`}
      confirm="Approve"
      icon="check"
      ready={reason.trim() !== '' && (script === undefined || given.trim() !== '')}
      act={async () => {
        if (script && given.trim() !== (script.owner ?? ''))
          await api.post(`/integrity/scripts/${script.id}/decide`, {
            state: 'approved',
            ...(alarm.hash !== null && { hash: alarm.hash }),
            owner: given.trim(),
            justification: reason.trim(),
          })
        return decide(alarm, 'approve', { justification: reason.trim() })
      }}
      done={() => {
        onDone()
        return 'Approved. It stands in the inventory with your name.'
      }}
      onClose={onClose}
    >
      <p className={parts.soft}>
        {alarm.hash !== null
          ? 'From now on this very content is expected on this page. Any other is an alarm again.'
          : 'From now on this is expected on this page.'}
      </p>
      {alarm.weight === 'proof' && (
        <p className={parts.caution}>
          Data was seen leaving. Approve only if you know the host that it went to, as your payment
          provider’s.
        </p>
      )}
      {script && (
        <TextField
          label="Owner"
          hint="Who answers for this script: a person or a team."
          value={given}
          onChange={setOwner}
          maxLength={ownerMax}
          autoFocus
        />
      )}
      <TextField
        label="Why it belongs there"
        hint="An assessor reads this beside the script."
        value={reason}
        onChange={setReason}
        maxLength={justificationMax}
        multiline
        rows={3}
        autoFocus={alarm.script === null}
      />
    </DecisionDialog>
  )
}

function ContainDialog({ alarm, onDone, onClose }: DialogProps) {
  const { data: home } = useQuery(homeQuery)
  const release = home?.release?.id ?? null
  const scopes = scopesFor({ template: alarm.template, page: alarm.page, release })
  const [chosen, setChosen] = useState(0)
  const scope = scopes[chosen] ?? scopes[0]!
  return (
    <DecisionDialog
      title="Contain: stop the chat"
      confirm="Stop the chat"
      icon="power"
      danger
      act={() => decide(alarm, 'contain', { scope })}
      done={() => {
        onDone()
        return 'Containment has begun. Undo is as fast, on its page.'
      }}
      onClose={onClose}
    >
      <ScopeChoice
        scopes={scopes}
        chosen={scope}
        onChoose={(next) => setChosen(scopes.indexOf(next))}
        autoFocus
      />
      {alarm.script !== null && (
        <p className={parts.caution}>
          This stops the chat, not the script: {alarm.script} came by your own page and runs on until you take
          it off there.
        </p>
      )}
    </DecisionDialog>
  )
}

function IncidentDialog({ alarm, onDone, onClose }: DialogProps) {
  return (
    <DecisionDialog
      title="Open an incident"
      confirm="Open it"
      icon="alarm"
      act={() => decide(alarm, 'incident')}
      done={() => {
        onDone()
        return 'An incident is open. Page views that saw it are its scope.'
      }}
      onClose={onClose}
    >
      <p>
        The time is kept as the moment you knew. Legal deadlines count from it, so open an incident when you
        have reason to believe that data was taken, not to have a closer look.
      </p>
    </DecisionDialog>
  )
}

function DismissDialog({ alarm, onDone, onClose }: DialogProps) {
  const [reason, setReason] = useState('')
  return (
    <DecisionDialog
      title="Dismiss the alarm"
      confirm="Dismiss"
      act={() => decide(alarm, 'dismiss', { justification: reason.trim() })}
      ready={reason.trim() !== ''}
      done={() => {
        onDone()
        return 'Dismissed. Should it come again, it is an alarm again.'
      }}
      onClose={onClose}
    >
      <p className={parts.soft}>Nothing is approved by it: what raised the alarm stays unexpected.</p>
      <TextField
        label="Why it needs nothing"
        value={reason}
        onChange={setReason}
        maxLength={justificationMax}
        multiline
        rows={3}
        autoFocus
      />
    </DecisionDialog>
  )
}
