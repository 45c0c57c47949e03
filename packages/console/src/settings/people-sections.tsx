import { useState } from 'react'
import type { Person, Queue, Role } from '@candor/protocol/api.ts'
import { Avatar } from '../design/avatar.tsx'
import { TextField } from '../design/text-field.tsx'
import { Select } from '../design/select.tsx'
import { Section } from '../design/page.tsx'
import { AddForm, ItemList, valueOf } from './list-form.tsx'
import { roleChoices } from './roles.ts'
import css from './settings-parts.module.css'

export function PeopleSections() {
  const [role, setRole] = useState<Role>('agent')
  return (
    <>
      <Section title="People">
        <ItemList<Person>
          name="people"
          nothing="Nobody yet."
          render={(person) => (
            <div className={css.row}>
              <Avatar name={person.name} kind="agent" online={person.online} />
              <div>
                <p className={css.name}>{person.name}</p>
                <p className={css.soft}>{person.email}</p>
              </div>
              <span className={`${css.soft} ${css.end}`}>
                {roleChoices.find((one) => one.id === person.role)?.name}
              </span>
            </div>
          )}
        />
      </Section>
      <Section
        title="Add a person"
        lead="Tell them the first password in person; they can set a second factor in their profile."
      >
        <AddForm<Person>
          name="people"
          submit="Add the person"
          read={(form) => ({
            name: valueOf(form, 'name'),
            email: valueOf(form, 'email'),
            role,
            password: String(form.get('password')),
          })}
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
              <div className={css.pair}>
                <Select label="Role" value={role} onChange={setRole} choices={roleChoices} />
                <TextField
                  label="First password"
                  name="password"
                  type="password"
                  isRequired
                  autoComplete="new-password"
                  error={faults['password']}
                />
              </div>
            </>
          )}
        </AddForm>
      </Section>
      <Section title="Queues" lead="Conversations wait here for a person.">
        <ItemList<Queue>
          name="queues"
          nothing="No queue yet: everybody sees every waiting conversation."
          render={(queue) => <span className={css.name}>{queue.name}</span>}
        />
      </Section>
      <Section title="Add a queue">
        <AddForm<Queue>
          name="queues"
          submit="Add the queue"
          read={(form) => ({ name: valueOf(form, 'name') })}
        >
          {(faults) => (
            <TextField label="Name" name="name" isRequired autoComplete="off" error={faults['name']} />
          )}
        </AddForm>
      </Section>
    </>
  )
}
