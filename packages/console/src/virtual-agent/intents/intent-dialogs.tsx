import { useState, type FormEvent } from 'react'
import { RemoveDialog } from '../parts/remove-dialog.tsx'
import { idCharactersMax, type Intent } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useDraft } from '../draft-context.ts'
import { isIntentId, removeIntent, renameIntent } from './change-intents.ts'
import { nameOfIntent } from './intent-names.ts'
import css from '../dialogs.module.css'

export function RenameIntent({
  intent,
  onClose,
  onRenamed,
}: {
  intent: Intent
  onClose(): void
  onRenamed(id: string): void
}) {
  const definition = useDefinition()
  const draft = useDraft()
  const [id, setId] = useState(intent.id)
  const taken = id !== intent.id && definition.intents.some((one) => one.id === id)
  const wrong = !isIntentId(id)
    ? 'Lower-case words joined by hyphens, such as change-booking.'
    : taken
      ? 'Another intent has this id.'
      : undefined
  return (
    <Dialog title="Rename the id" onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (wrong !== undefined) return
          draft.change((before) => renameIntent(before, intent.id, id))
          onRenamed(id)
        }}
      >
        <TextField
          label="Id"
          value={id}
          onChange={setId}
          maxLength={idCharactersMax}
          error={wrong}
          live
          autoFocus
        />
        <p className={css.soft}>
          Hand-overs, results and what offers this intent are known under it. Results from before keep the old
          one.
        </p>
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone="main" isDisabled={wrong !== undefined}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function RemoveIntent({
  intent,
  onClose,
  onRemoved,
}: {
  intent: Intent
  onClose(): void
  onRemoved(): void
}) {
  const definition = useDefinition()
  const draft = useDraft()
  const count = Object.values(intent.examples).reduce((sum, texts) => sum + texts.length, 0)
  const offering = definition.intents.filter(({ followUps }) => followUps.includes(intent.id)).length
  return (
    <RemoveDialog
      name={nameOfIntent(definition, intent)}
      onClose={onClose}
      onRemove={() => {
        onRemoved()
        draft.change((before) => removeIntent(before, intent.id))
      }}
    >
      Its {count} {count === 1 ? 'example goes' : 'examples go'} with it
      {offering > 0 &&
        `, and ${offering === 1 ? 'one intent offers' : `${offering} intents offer`} it no more`}
      .
    </RemoveDialog>
  )
}
