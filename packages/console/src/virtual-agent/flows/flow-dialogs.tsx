import { useState, type FormEvent } from 'react'
import type { Flow, Slot } from '@candor/virtual-agent/flows/flow.ts'
import { idCharactersMax } from '@candor/virtual-agent/flows/field-reader.ts'
import { titleCharactersMax } from '@candor/virtual-agent/flows/parse-book.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useDraft } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { RemoveDialog } from '../parts/remove-dialog.tsx'
import { counted } from '../../design/counted.ts'
import { TypeField } from '../parts/type-field.tsx'
import { useWritingLanguage } from '../parts/writing-language.tsx'
import { freeName, isName, isStepId, removeFlow, usersOfFlow } from './change-flows.ts'
import css from '../dialogs.module.css'

/** An id of a flow, a step or a tool. */
export function RenameId({
  what,
  id: before,
  taken,
  say,
  onClose,
  onRename,
}: {
  what: string
  id: string
  taken: readonly string[]
  say: string
  onClose(): void
  onRename(id: string): void
}) {
  const [id, setId] = useState(before)
  const wrong = !isStepId(id)
    ? 'Lower-case words and digits joined by hyphens, such as find-booking.'
    : id !== before && taken.includes(id)
      ? `Another ${what} has this id.`
      : undefined
  return (
    <Dialog title="Rename the id" onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (wrong === undefined) onRename(id)
        }}
      >
        <TextField
          label="Id"
          value={id}
          onChange={setId}
          maxLength={idCharactersMax}
          spellCheck="false"
          error={wrong}
          live
          autoFocus
        />
        <p className={css.soft}>{say}</p>
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

export function RemoveFlow({ flow, onClose, onRemoved }: { flow: Flow; onClose(): void; onRemoved(): void }) {
  const definition = useDefinition()
  const draft = useDraft()
  const { intents, flows } = usersOfFlow(definition, flow.id)
  const users = [
    ...(intents.length > 0 ? [counted(intents.length, 'intent')] : []),
    ...(flows.length > 0 ? [counted(flows.length, 'other flow')] : []),
  ]
  return (
    <RemoveDialog
      name={flow.title[definition.language] ?? flow.id}
      onClose={onClose}
      onRemove={() => {
        onRemoved()
        draft.change((before) => removeFlow(before, flow.id))
      }}
    >
      Its {counted(flow.steps.length, 'step')} {flow.steps.length === 1 ? 'goes' : 'go'} with it.{' '}
      {users.length > 0 &&
        `${users.join(' and ')} ${intents.length + flows.length === 1 ? 'leads' : 'lead'} here and will have to be put right before the draft can be saved.`}
    </RemoveDialog>
  )
}

/** @param slot null makes a new one. */
export function SlotDialog({
  slot,
  taken,
  field,
  onClose,
  onDone,
}: {
  slot: Slot | null
  taken: readonly string[]
  field: string | null
  onClose(): void
  onDone(slot: Slot): void
}) {
  const { language: own } = useDefinition()
  const language = useWritingLanguage()
  const [made, setMade] = useState<Slot>(slot ?? { name: '', title: {}, type: { kind: 'text' } })
  const [named, setNamed] = useState(slot !== null)
  const others = taken.filter((name) => name !== slot?.name)
  const wrong = !isName(made.name)
    ? 'Lower-case letters, digits and underscores, a letter first.'
    : others.includes(made.name)
      ? 'Another value has this name.'
      : undefined
  const title = made.title[language] ?? ''
  return (
    <Dialog title={slot === null ? 'New value' : `Value “${slot.name}”`} onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (wrong === undefined) onDone(made)
        }}
      >
        <TextField
          label={language === own ? 'Title' : `Title (${languageNames[language]})`}
          value={title}
          onChange={(text) => {
            const { [language]: _, ...rest } = made.title
            setMade({
              ...made,
              title: text === '' ? rest : { ...rest, [language]: text },
              ...(!named && { name: text.trim() === '' ? '' : freeName(text, 'value', new Set(others)) }),
            })
          }}
          lang={language}
          maxLength={titleCharactersMax}
          hint="As people read it: in the summary for who takes over."
          autoFocus
        />
        <TextField
          label="Name"
          value={made.name}
          onChange={(name) => {
            setNamed(true)
            setMade({ ...made, name })
          }}
          maxLength={40}
          spellCheck="false"
          live
          error={made.name === '' && !named ? undefined : wrong}
          hint="Conditions and {placeholders} use it."
        />
        <TypeField value={made.type} onChange={(type) => setMade({ ...made, type })} field={field} />
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone="main" isDisabled={wrong !== undefined}>
            {slot === null ? 'Add' : 'Done'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
