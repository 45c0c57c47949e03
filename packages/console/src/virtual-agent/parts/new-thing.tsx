import { useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import { Button } from '../../design/controls.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useDraft } from '../draft-context.ts'
import { useWritingLanguage } from './writing-language.tsx'
import list from './item-list.module.css'

/** An intent, a flow or a tool begins with its title; then its page opens. */
export function NewThing({
  label,
  example,
  charactersMax,
  have,
  most,
  add,
}: {
  label: string
  example: string
  charactersMax: number
  have: number
  most: number
  add(definition: Definition, title: string, language: Language): { definition: Definition; id: string }
}) {
  const definition = useDefinition()
  const draft = useDraft()
  const language = useWritingLanguage()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [title, setTitle] = useState('')
  const name = title.trim()
  const full = have >= most
  return (
    <form
      className={list.add}
      onSubmit={(event) => {
        event.preventDefault()
        if (name === '') return
        const made = add(definition, name, language)
        draft.change(() => made.definition)
        void navigate({ search: (before) => ({ ...before, item: made.id }) })
      }}
    >
      <TextField
        label={label}
        value={title}
        onChange={setTitle}
        placeholder={example}
        maxLength={charactersMax}
        isDisabled={full}
        {...(full && { hint: `There are ${most} already, which is the most.` })}
      />
      <Button type="submit" icon="plus" isDisabled={name === ''}>
        Add
      </Button>
    </form>
  )
}
