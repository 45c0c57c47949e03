/** What is asked in a dialog before it is done, and a form in one; a refusal stands where its cause is. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icons.tsx'
import { cleared, type Faults } from './list-form.tsx'
import css from './ask.module.css'

export function Ask<T>({
  title,
  confirm,
  danger,
  list,
  act,
  children,
  onDone,
  outcome,
  onClose,
}: {
  title: string
  confirm: string
  danger?: boolean
  /** The list that changes with it: path below /v1. */
  list: string
  act(form: FormData): Promise<T>
  /** What will happen, or the fields of a form. */
  children: ReactNode | ((faults: Faults) => ReactNode)
  /** Without it the dialog closes when it is done. */
  onDone?(made: T): void
  /** Shown in place of the question: the same dialog, so that the focus finds its way back. */
  outcome?: ReactNode
  onClose(): void
}) {
  const client = useQueryClient()
  const [faults, setFaults] = useState<Faults>({})
  const run = useMutation({
    mutationFn: act,
    async onSuccess(made) {
      await client.invalidateQueries({ queryKey: [list] })
      if (onDone) onDone(made)
      else onClose()
    },
    onError(problem) {
      const field = problem instanceof Refusal ? problem.field : undefined
      // Beside a field that this form has, else above the buttons.
      setFaults({ [field === 'name' ? field : '']: problem.message })
    },
  })
  if (outcome)
    return (
      <Dialog title={title} onClose={onClose}>
        {outcome}
      </Dialog>
    )
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className={css.form}
        onInput={() => setFaults(cleared)}
        onSubmit={(event: FormEvent<HTMLFormElement>) => {
          event.preventDefault()
          setFaults({})
          run.mutate(new FormData(event.currentTarget))
        }}
      >
        {typeof children === 'function' ? children(faults) : children}
        {faults[''] !== undefined && (
          <p className={css.fault} role="alert">
            <Icon name="warning" size={16} /> {faults['']}
          </p>
        )}
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone={danger ? 'danger' : 'main'} isDisabled={run.isPending}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
