import type { ReactNode } from 'react'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import css from '../dialogs.module.css'

/** Asks before something leaves the draft. `children` say what goes with it. */
export function RemoveDialog({
  name,
  children,
  onRemove,
  onClose,
}: {
  name: string
  children: ReactNode
  onRemove(): void
  onClose(): void
}) {
  return (
    <Dialog title={`Remove “${name}”?`} onClose={onClose}>
      <div className={css.form}>
        <p>{children} What is in force stays as it is until a draft without it is published.</p>
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Keep it
          </Button>
          <Button tone="danger" autoFocus onPress={onRemove}>
            Remove it
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
