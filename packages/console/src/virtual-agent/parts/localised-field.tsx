/** One text by language: the language that is written in, with the first language below it to translate from. */
import type { ReactNode } from 'react'
import type { Localised } from '@candor/virtual-agent/script.ts'
import { TextField } from '../../design/text-field.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useFaults } from '../draft-context.ts'
import { faultAt, faultsBelow } from '../draft-store.ts'
import { languageNames } from '../languages.ts'
import { useWritingLanguage } from './writing-language.tsx'

export function LocalisedField({
  label,
  value,
  onChange,
  field,
  hint,
  multiline,
  rows = 3,
  charactersMax,
}: {
  label: string
  value: Localised
  onChange(value: Localised): void
  /** As faults name it, without the language. */
  field: string
  hint?: ReactNode
  multiline?: boolean
  rows?: number
  charactersMax: number
}) {
  const language = useWritingLanguage()
  const { language: own } = useDefinition()
  const faults = useFaults()
  const mayEdit = useMayEdit()
  const text = value[language] ?? ''
  const elsewhere = faultsBelow(faults, field).find((fault) => fault.field !== `${field}.${language}`)
  const error =
    faultAt(faults, `${field}.${language}`) ??
    faultAt(faults, field) ??
    (elsewhere && language === own ? faultAt(faults, elsewhere.field) : undefined)
  return (
    <TextField
      label={language === own ? label : `${label} (${languageNames[language]})`}
      value={text}
      onChange={(next) => {
        const { [language]: _, ...others } = value
        onChange(next === '' ? others : { ...others, [language]: next })
      }}
      live
      lang={language}
      isReadOnly={!mayEdit}
      {...(multiline && { multiline, rows })}
      maxLength={charactersMax}
      error={error}
      hint={
        <>
          {language !== own && value[own] !== undefined && (
            <span lang={own} dir="auto">
              {languageNames[own]}: {value[own]}{' '}
            </span>
          )}
          {hint}
          {/* Told when it begins to matter. */}
          {text.length > charactersMax * 0.8 && ` ${charactersMax - text.length} characters left.`}
        </>
      }
    />
  )
}
