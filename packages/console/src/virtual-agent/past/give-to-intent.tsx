/** Texts become examples of an intent that is there, or of a new one. */
import { useState, type FormEvent } from 'react'
import { titleCharactersMax } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { showToast } from '../../shell/toasts.tsx'
import { useDefinition, useDraft } from '../draft-context.ts'
import { addExamples, addIntent } from '../intents/change-intents.ts'
import { nameOfIntent, nameOfIntentId } from '../intents/intent-names.ts'
import { useWritingLanguage } from '../parts/writing-language.tsx'
import css from './give-to-intent.module.css'

export function GiveToIntent({
  texts,
  first = '',
  suggestedTitle = '',
  onGiven,
}: {
  texts: readonly string[]
  /** Intent that is chosen at first; '' is a new one. */
  first?: string
  suggestedTitle?: string
  onGiven(): void
}) {
  const definition = useDefinition()
  const draft = useDraft()
  const language = useWritingLanguage()
  const [to, setTo] = useState(first)
  const [title, setTitle] = useState(suggestedTitle.slice(0, titleCharactersMax))
  const isNew = to === '' || !definition.intents.some(({ id }) => id === to)

  const give = (event: FormEvent): void => {
    event.preventDefault()
    if (texts.length === 0 || (isNew && title.trim() === '')) return
    const before = definition
    if (isNew) {
      const made = addIntent(definition, title.trim(), language, texts)
      draft.change(() => made.definition)
      showToast(`“${title.trim()}” has ${texts.length} examples now. Write its answer under Intents.`, {
        undo: () => draft.change(() => before),
      })
    } else {
      const { definition: next, added } = addExamples(definition, to, language, texts)
      draft.change(() => next)
      showToast(
        `${added} ${added === 1 ? 'example' : 'examples'} added to ${nameOfIntentId(definition, to)}.`,
        { undo: () => draft.change(() => before) },
      )
    }
    onGiven()
  }
  return (
    <form className={css.give} onSubmit={give}>
      <Select
        label="Give to"
        value={isNew ? '' : to}
        choices={[
          { id: '', name: 'A new intent' },
          ...definition.intents.map((one) => ({ id: one.id, name: nameOfIntent(definition, one) })),
        ]}
        onChange={setTo}
        className={css.to}
      />
      {isNew && (
        <TextField
          label="Its title"
          value={title}
          onChange={setTitle}
          maxLength={titleCharactersMax}
          placeholder="Two or three words"
          className={css.to}
        />
      )}
      <Button type="submit" tone="main" isDisabled={texts.length === 0 || (isNew && title.trim() === '')}>
        {isNew
          ? 'Make an intent of it'
          : texts.length === 1
            ? 'Add one example'
            : `Add ${texts.length} examples`}
      </Button>
    </form>
  )
}
