import { useState, type FormEvent } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { SecondFactorEnrolment } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { TextField } from '../design/text-field.tsx'
import { Select } from '../design/select.tsx'
import { Icon } from '../design/icons.tsx'
import { Page, Section } from '../design/page.tsx'
import { api } from '../live/api-client.ts'
import { useObservable } from '../live/observable.ts'
import { useDesk } from '../live/desk-context.ts'
import { setTheme, theme, type Theme } from '../shell/theme.ts'
import { showToast } from '../shell/toasts.tsx'
import { QrCode } from './qr-code.tsx'
import { meQuery } from './session.ts'
import css from './profile-page.module.css'

export function ProfilePage() {
  const desk = useDesk()
  const { data: me = desk.me } = useQuery(meQuery)
  const look = useObservable(theme)
  return (
    <Page title="Your profile" lead={`${me.person.name} · ${me.person.email} · ${me.person.role}`}>
      <Section
        title="Second factor"
        lead="A code from an app on your phone, asked after your password. Recommended for everybody who reads conversations."
      >
        {me.person.secondFactor ? <Remove /> : <Enrol />}
      </Section>
      <Section
        title="Password"
        lead="You stay signed in here and are signed out everywhere else. If you forget it, an administrator can make you a temporary one."
      >
        <ChangePassword />
      </Section>
      <Section title="Look" lead="Applies to this browser.">
        <Select<Theme>
          label="Colours"
          className={css.narrow}
          value={look}
          onChange={setTheme}
          choices={[
            { id: 'system', name: 'As the system' },
            { id: 'light', name: 'Light' },
            { id: 'dark', name: 'Dark' },
          ]}
        />
      </Section>
    </Page>
  )
}

/** In all forms here `onInput` takes the fault back: a field that is marked wrong keeps the browser from sending again. */
function Enrol() {
  const client = useQueryClient()
  const [enrolment, setEnrolment] = useState<SecondFactorEnrolment | null>(null)
  const [fault, setFault] = useState<string>()
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setFault(undefined)
    try {
      if (!enrolment) {
        setEnrolment(
          await api.post<SecondFactorEnrolment>('/me/second-factor', {
            password: String(form.get('password')),
          }),
        )
        return
      }
      await api.post('/me/second-factor/confirm', { code: String(form.get('code')).replaceAll(/\s/g, '') })
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      showToast('The second factor is on. You are asked for a code at your next sign-in.')
    } catch (problem) {
      setFault(
        !enrolment
          ? `${(problem as Error).message}. Type the password you sign in with.`
          : 'This code is wrong or has run out. Wait for the next one and type it at once.',
      )
    }
  }
  if (!enrolment)
    return (
      <form className={css.form} onInput={() => setFault(undefined)} onSubmit={(event) => void submit(event)}>
        <TextField
          key="password"
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          isRequired
          error={fault}
        />
        <Button type="submit" tone="main" icon="shield">
          Set up a second factor
        </Button>
      </form>
    )
  return (
    <div className={css.enrol}>
      <QrCode text={enrolment.uri} label="Code to scan with your authenticator app" />
      <div className={css.steps}>
        <p>
          <strong>1.</strong> Scan this with your authenticator app, or type the secret:
        </p>
        <code className={css.secret}>{enrolment.secret.replaceAll(/(.{4})/g, '$1 ').trim()}</code>
        <details className={css.uri}>
          <summary>Address for password managers</summary>
          <code>{enrolment.uri}</code>
        </details>
        <p>
          <strong>2.</strong> Keep these recovery codes somewhere else. Each works once, and they are not
          shown again:
        </p>
        <ul className={css.codes}>
          {enrolment.recoveryCodes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <form
          className={css.form}
          onInput={() => setFault(undefined)}
          onSubmit={(event) => void submit(event)}
        >
          <TextField
            key="code"
            label="3. Code shown by the app"
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            isRequired
            error={fault}
          />
          <Button type="submit" tone="main">
            Turn it on
          </Button>
        </form>
      </div>
    </div>
  )
}

function ChangePassword() {
  const [faults, setFaults] = useState<{ field: string; text: string } | null>(null)
  const [changes, setChanges] = useState(0)
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    try {
      await api.post('/me/password', {
        password: String(form.get('password')),
        newPassword: String(form.get('newPassword')),
      })
      setFaults(null)
      // A new form: nothing of the passwords stays on the page.
      setChanges(changes + 1)
      showToast('Your password is changed.')
    } catch (problem) {
      const field = problem instanceof Refusal ? problem.field : undefined
      setFaults({ field: field ?? 'password', text: (problem as Error).message })
    }
  }
  const faultOf = (field: string) => (faults?.field === field ? faults.text : undefined)
  return (
    <form
      key={changes}
      className={css.form}
      onInput={() => setFaults(null)}
      onSubmit={(event) => void submit(event)}
    >
      <TextField
        label="Password of now"
        name="password"
        type="password"
        autoComplete="current-password"
        isRequired
        error={faultOf('password')}
      />
      <TextField
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        minLength={10}
        hint="At least 10 characters."
        isRequired
        error={faultOf('newPassword')}
      />
      <Button type="submit" tone="main">
        Change the password
      </Button>
    </form>
  )
}

function Remove() {
  const client = useQueryClient()
  const [fault, setFault] = useState<string>()
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const password = String(new FormData(event.currentTarget).get('password'))
    try {
      await api.post('/me/second-factor/remove', { password })
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      showToast('The second factor is off.')
    } catch (problem) {
      setFault((problem as Error).message)
    }
  }
  return (
    <form className={css.form} onInput={() => setFault(undefined)} onSubmit={(event) => void submit(event)}>
      <p className={css.on}>
        <Icon name="done" size={18} /> The second factor is on.
      </p>
      <TextField
        label="Your password"
        name="password"
        type="password"
        autoComplete="current-password"
        isRequired
        error={fault}
      />
      <Button type="submit" tone="danger">
        Turn it off
      </Button>
    </form>
  )
}
