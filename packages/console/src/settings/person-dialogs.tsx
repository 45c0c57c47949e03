import { useState, type ReactNode } from 'react'
import type { Person, Role, TemporaryPassword } from '@candor/protocol/api.ts'
import { Select } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { showToast } from '../shell/toasts.tsx'
import { Ask } from './ask.tsx'
import { valueOf } from './list-form.tsx'
import { roleChoices } from './roles.ts'
import { ShownOnce } from './shown-once.tsx'
import css from './settings-parts.module.css'

export type PersonDeed = 'edit' | 'reset-password' | 'reset-second-factor' | 'deactivate' | 'reactivate'

interface PersonDialogProps {
  person: Person
  onClose(): void
}

export function PersonDialog({ deed, ...props }: PersonDialogProps & { deed: PersonDeed }) {
  switch (deed) {
    case 'edit':
      return <Edit {...props} />
    case 'reset-password':
      return <ResetPassword {...props} />
    case 'reset-second-factor':
      return (
        <Deed
          {...props}
          deed={deed}
          title={`Take ${props.person.name}’s second factor off?`}
          confirm="Take it off"
          danger
          done="The second factor is off."
        >
          <li>Do this when the phone is lost. Make sure it is really {props.person.name} who asks.</li>
          <li>They are signed out everywhere.</li>
          <li>Their password alone signs them in, until they set up another second factor.</li>
        </Deed>
      )
    case 'deactivate':
      return (
        <Deed
          {...props}
          deed={deed}
          title={`Deactivate ${props.person.name}?`}
          confirm="Deactivate"
          danger
          done={`${props.person.name} has no access any more.`}
        >
          <li>They are signed out everywhere at once and cannot sign in again.</li>
          <li>Their open conversations go back to the queues and wait for somebody else.</li>
          <li>API keys that they made keep working. You find them under API keys.</li>
          <li>What they wrote keeps their name. You can reactivate them at any time.</li>
        </Deed>
      )
    case 'reactivate':
      return (
        <Deed
          {...props}
          deed={deed}
          title={`Reactivate ${props.person.name}?`}
          confirm="Reactivate"
          done={`${props.person.name} can sign in again.`}
        >
          <li>They sign in with the password and second factor they had.</li>
          <li>Their role is {roleName(props.person.role)}, as before.</li>
        </Deed>
      )
  }
}

function Deed({
  person,
  deed,
  done,
  children,
  ...ask
}: PersonDialogProps & {
  deed: PersonDeed
  title: string
  confirm: string
  danger?: boolean
  /** Told when it is done. */
  done: string
  /** What will happen, as items of a list. */
  children: ReactNode
}) {
  return (
    <Ask
      {...ask}
      list="people"
      act={async () => {
        await api.post(`/people/${person.id}/${deed}`)
        showToast(done)
      }}
    >
      <ul className={css.says}>{children}</ul>
    </Ask>
  )
}

function Edit({ person, onClose }: PersonDialogProps) {
  const [role, setRole] = useState<Role>(person.role)
  return (
    <Ask
      title={`Change ${person.name}`}
      confirm="Save"
      list="people"
      act={(form) => api.patch(`/people/${person.id}`, { name: valueOf(form, 'name'), role })}
      onClose={onClose}
    >
      {(faults) => (
        <>
          <TextField
            label="Name"
            name="name"
            isRequired
            autoComplete="off"
            defaultValue={person.name}
            error={faults['name']}
          />
          <Select label="Role" value={role} onChange={setRole} choices={roleChoices} />
          {role !== person.role && (
            <p className={css.soft} role="status">
              {role === 'privacy-officer'
                ? 'Counts at once, also at an open desk. Privacy officers do not answer: open conversations go back to the queues.'
                : 'Counts at once, also at an open desk.'}
            </p>
          )}
        </>
      )}
    </Ask>
  )
}

function ResetPassword({ person, onClose }: PersonDialogProps) {
  const [made, setMade] = useState<TemporaryPassword | null>(null)
  return (
    <Ask<TemporaryPassword>
      title={`Temporary password for ${person.name}`}
      confirm="Make it"
      list="people"
      act={() => api.post(`/people/${person.id}/reset-password`)}
      onDone={setMade}
      outcome={
        made?.password != null && (
          <ShownOnce
            title="Tell it to them in person. It is not shown again."
            secret={made.password}
            onDone={onClose}
          >
            It works until {fullTime(made.expiresAt)} and opens nothing but the choice of an own one.
          </ShownOnce>
        )
      }
      onClose={onClose}
    >
      <ul className={css.says}>
        <li>Their password of now stops working, and they are signed out everywhere.</li>
        <li>The temporary one is shown to you once. They choose their own with it.</li>
        {person.secondFactor === true && <li>Their second factor stays.</li>}
      </ul>
    </Ask>
  )
}

const roleName = (role: Role): string => roleChoices.find((one) => one.id === role)?.name ?? role
