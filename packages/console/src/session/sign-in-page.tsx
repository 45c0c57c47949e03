import { useState, type FormEvent } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Form } from 'react-aria-components'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { TextField } from '../design/text-field.tsx'
import { Icon } from '../design/icons.tsx'
import { Mark } from '../design/mark.tsx'
import { Unreachable } from '../live/api-client.ts'
import { confirmSecondFactor, signIn } from './session.ts'
import css from './sign-in-page.module.css'

export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const [step, setStep] = useState<'password' | 'code'>('password')
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const attempt = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const value = (name: string): string => String(form.get(name) ?? '').trim()
    setBusy(true)
    setFault(null)
    try {
      if (step === 'password') {
        const answer = await signIn(value('email'), String(form.get('password') ?? ''))
        if (answer.kind === 'second-factor') return setStep('code')
      } else await confirmSecondFactor(value('code').replaceAll(/\s/g, ''))
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
        <h1 className={css.title}>{step === 'password' ? 'Sign in to the desk' : 'Enter your code'}</h1>
        <p className={css.lead}>
          {step === 'password'
            ? 'Use the e-mail address your administrator added.'
            : 'Open your authenticator app and type the six digits shown for Candor. A recovery code works too.'}
        </p>
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
          {step === 'code' && (
            <Button tone="quiet" onPress={() => setStep('password')}>
              Use another account
            </Button>
          )}
        </Form>
      </div>
      <p className={css.foot}>Every conversation you open leaves an entry in the access log.</p>
    </main>
  )
}

/** What went wrong and what to do now. */
function explain(problem: Refusal | Unreachable, step: 'password' | 'code'): string {
  if (problem instanceof Unreachable)
    return 'The server cannot be reached. Check your connection, then try again.'
  switch (problem.code) {
    case 'credentials_wrong':
      return step === 'password'
        ? 'E-mail address or password is wrong. Check both; your administrator can set a new password.'
        : 'This code is wrong or has run out. Wait for the next one and type it at once.'
    case 'too_many':
      return 'Too many tries. Wait a minute, then try again.'
    case 'not_signed_in':
      return 'This took too long. Sign in again with your password.'
    default:
      return problem.message
  }
}
