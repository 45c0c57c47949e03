import { useState } from 'react'
import type { Person, Role } from '@candor/protocol/api.ts'
import { Avatar } from '../design/avatar.tsx'
import { Icon } from '../design/icons.tsx'
import { MenuButton, type MenuEntry } from '../design/menu-button.tsx'
import { Section } from '../design/page.tsx'
import { Select } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { fullTime, Since } from '../design/times.tsx'
import { useDesk } from '../live/desk-context.ts'
import { AddForm, ItemList, valueOf } from './list-form.tsx'
import { PersonDialog, type PersonDeed } from './person-dialogs.tsx'
import { roleChoices } from './roles.ts'
import { ShownOnce } from './shown-once.tsx'
import css from './settings-parts.module.css'

export function PeopleSection() {
  const [open, setOpen] = useState<{ person: Person; deed: PersonDeed } | null>(null)
  return (
    <>
      <Section title="People">
        <ItemList<Person>
          name="people"
          nothing="Nobody yet."
          render={(person) => <PersonRow person={person} onDeed={(deed) => setOpen({ person, deed })} />}
        />
        {open && <PersonDialog {...open} onClose={() => setOpen(null)} />}
      </Section>
      <AddPerson />
    </>
  )
}

function PersonRow({ person, onDeed }: { person: Person; onDeed(deed: PersonDeed): void }) {
  const { me } = useDesk()
  const own = person.id === me.person.id
  const gone = person.deactivatedAt !== null
  return (
    <div className={css.row}>
      <Avatar name={person.name} kind="agent" online={gone ? undefined : person.online} />
      <div className={css.grow}>
        <p className={css.name}>
          {person.name}
          {own && <span className={css.soft}> (you)</span>}
          {gone && <span className={css.badge}>Deactivated</span>}
        </p>
        <p className={css.soft}>{person.email}</p>
      </div>
      <div className={css.facts}>
        <p>
          {roleChoices.find((one) => one.id === person.role)?.name}
          {person.secondFactor === true && (
            <span className={css.second}>
              <Icon name="shield" size={14} /> second factor
            </span>
          )}
        </p>
        <p className={css.soft}>
          <Seen person={person} />
        </p>
      </div>
      <MenuButton
        label={`Change ${person.name}`}
        className={css.more}
        entries={() => entriesFor(person, own, onDeed)}
      >
        <Icon name="more" />
      </MenuButton>
    </div>
  )
}

function Seen({ person }: { person: Person }) {
  if (person.deactivatedAt !== null) return <>since {fullTime(person.deactivatedAt)}</>
  if (person.online) return <>here now</>
  if (person.lastSeenAt == null) return <>never signed in</>
  return (
    <>
      last here <Since at={person.lastSeenAt} /> ago
    </>
  )
}

function entriesFor(person: Person, own: boolean, onDeed: (deed: PersonDeed) => void): MenuEntry[] {
  const entry = (deed: PersonDeed, icon: MenuEntry['icon'], label: string, danger = false): MenuEntry => ({
    icon,
    label,
    danger,
    run: () => onDeed(deed),
  })
  const edit = entry('edit', 'edit', 'Name and role')
  // One's own password and second factor are in the profile, and nobody locks themselves out by mistake.
  if (own) return [edit]
  if (person.deactivatedAt !== null) return [entry('reactivate', 'undo', 'Reactivate'), edit]
  return [
    edit,
    entry('reset-password', 'key', 'Temporary password'),
    ...(person.secondFactor === true
      ? [entry('reset-second-factor', 'shield', 'Take the second factor off')]
      : []),
    entry('deactivate', 'exit', 'Deactivate', true),
  ]
}

function AddPerson() {
  const [role, setRole] = useState<Role>('agent')
  const [made, setMade] = useState<{ name: string; password: string } | null>(null)
  return (
    <Section
      title="Add a person"
      lead="They get a temporary password, choose their own at the first sign-in, and can set a second factor in their profile."
    >
      {made && (
        <div className={css.above}>
          <ShownOnce
            title={`Tell ${made.name} this password. It is not shown again.`}
            secret={made.password}
            onDone={() => setMade(null)}
          >
            It works for 72 hours and opens nothing but the choice of an own one.
          </ShownOnce>
        </div>
      )}
      <AddForm<Person & { temporaryPassword: string }>
        name="people"
        submit="Add the person"
        read={(form) => ({ name: valueOf(form, 'name'), email: valueOf(form, 'email'), role })}
        onDone={(person) => setMade({ name: person.name, password: person.temporaryPassword })}
      >
        {(faults) => (
          <>
            <div className={css.pair}>
              <TextField label="Name" name="name" isRequired autoComplete="off" error={faults['name']} />
              <TextField
                label="E-mail address"
                name="email"
                type="email"
                isRequired
                autoComplete="off"
                error={faults['email']}
              />
            </div>
            <Select label="Role" value={role} onChange={setRole} choices={roleChoices} />
          </>
        )}
      </AddForm>
    </Section>
  )
}
