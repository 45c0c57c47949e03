import { useState, type FormEvent } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Form } from 'react-aria-components'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { TextField } from '../design/text-field.tsx'
import { Icon } from '../design/icons.tsx'
import { Mark } from '../design/mark.tsx'
import { Unreachable } from '../live/api-client.ts'
import { chooseNewPassword, confirmSecondFactor, signIn } from './session.ts'
import css from './sign-in-page.module.css'

export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const [step, setStep] = useState<Step>('password')
  /** The temporary password, until another one is chosen. */
  const [temporary, setTemporary] = useState<{ email: string; password: string } | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const attempt = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const value = (name: string): string => String(form.get(name) ?? '').trim()
    setBusy(true)
    setFault(null)
    try {
      if (step === 'code') await confirmSecondFactor(value('code').replaceAll(/\s/g, ''))
      else {
        const given = { email: value('email'), password: String(form.get('password') ?? '') }
        const answer =
          step === 'password' || temporary === null
            ? await signIn(given.email, given.password)
            : await chooseNewPassword(
                temporary.email,
                temporary.password,
                String(form.get('new-password') ?? ''),
              )
        setTemporary(answer.kind === 'new-password' ? given : null)
        if (answer.kind === 'second-factor') return setStep('code')
        if (answer.kind === 'new-password') return setStep('new-password')
      }
      await navigate({ to: to ?? '/', replace: true })
    } catch (problem) {
      if (!(problem instanceof Refusal || problem instanceof Unreachable)) throw problem
      setFault(explain(problem, step))
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className={css.page}>
      <div className={css.card}>
        <Mark />
        <h1 className={css.title}>{says[step].title}</h1>
        <p className={css.lead}>{says[step].lead}</p>
        {fault !== null && (
          <p className={css.fault} role="alert">
            <Icon name="warning" size={18} />
            <span>{fault}</span>
          </p>
        )}
        <Form key={step} className={css.form ?? ''} onSubmit={(event) => void attempt(event)}>
          {step === 'password' ? (
            <>
              <TextField
                label="E-mail address"
                name="email"
                type="email"
                autoComplete="username"
                isRequired
                autoFocus
              />
              <TextField
                label="Password"
                name="password"
                type="password"
                autoComplete="current-password"
                isRequired
              />
            </>
          ) : step === 'new-password' ? (
            <TextField
              label="New password"
              name="new-password"
              type="password"
              autoComplete="new-password"
              minLength={10}
              hint="At least 10 characters. Nobody else knows it."
              isRequired
              autoFocus
            />
          ) : (
            <TextField
              label="Code"
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              isRequired
              autoFocus
            />
          )}
          <Button type="submit" tone="main" isDisabled={busy} className={css.submit}>
            {busy ? 'One moment…' : step === 'password' ? 'Sign in' : 'Continue'}
          </Button>
          {step !== 'password' && (
            <Button
              tone="quiet"
              onPress={() => {
                setTemporary(null)
                setFault(null)
                setStep('password')
              }}
            >
              Use another account
            </Button>
          )}
        </Form>
      </div>
      <p className={css.foot}>Every conversation you open leaves an entry in the access log.</p>
    </main>
  )
}

type Step = 'password' | 'new-password' | 'code'

const says: Readonly<Record<Step, { title: string; lead: string }>> = {
  password: {
    title: 'Sign in to the desk',
    lead: 'Use the e-mail address your administrator added.',
  },
  'new-password': {
    title: 'Choose your password',
    lead: 'The temporary one has been seen by somebody else. From now on you sign in with your own.',
  },
  code: {
    title: 'Enter your code',
    lead: 'Open your authenticator app and type the six digits shown for Candor. A recovery code works too.',
  },
}

/** What went wrong and what to do now. */
function explain(problem: Refusal | Unreachable, step: Step): string {
  if (problem instanceof Unreachable)
    return 'The server cannot be reached. Check your connection, then try again.'
  switch (problem.code) {
    case 'credentials_wrong':
      if (step === 'new-password')
        return 'The temporary password does not work any more. Ask your administrator for another one.'
      return step === 'password'
        ? 'E-mail address or password is wrong. Check both; your administrator can make you a temporary password.'
        : 'This code is wrong or has run out. Wait for the next one and type it at once.'
    case 'too_many':
      return 'Too many tries. Wait a minute, then try again.'
    case 'not_signed_in':
      return 'This took too long. Sign in again with your password.'
    default:
      return problem.message
  }
}
