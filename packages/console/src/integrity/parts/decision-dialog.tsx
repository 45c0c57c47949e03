/** One decision: what it does, what has to be said about it, and the refusal where it was pressed. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import type { IconName } from '../../design/icons.tsx'
import { Problem } from '../../design/say.tsx'
import { showToast } from '../../shell/toasts.tsx'
import css from './parts.module.css'

export function DecisionDialog<T>({
  title,
  confirm,
  icon,
  danger,
  ready = true,
  act,
  done,
  children,
  onClose,
}: {
  title: string
  confirm: string
  icon?: IconName
  danger?: boolean
  /** What has to be given is given. */
  ready?: boolean
  act(): Promise<T>
  /** Said when it is done. */
  done(made: T): string
  children: ReactNode
  onClose(): void
}) {
  const client = useQueryClient()
  const [problem, setProblem] = useState<string | null>(null)
  const decide = useMutation({
    mutationFn: act,
    async onSuccess(made) {
      await client.invalidateQueries({ queryKey: ['integrity'] })
      showToast(done(made))
      onClose()
    },
    onError: (refusal) => setProblem(refusal.message),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!ready) return
    setProblem(null)
    decide.mutate()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={css.form} onSubmit={submit}>
        {children}
        {problem !== null && <Problem>{problem}</Problem>}
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            tone={danger ? 'danger' : 'main'}
            isDisabled={!ready || decide.isPending}
            {...(icon && { icon })}
          >
            {decide.isPending ? 'One moment…' : confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
