import { useState, type ReactNode } from 'react'
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps,
} from 'react-aria-components'
import { classes } from './classes.ts'
import css from './controls.module.css'

export function TextField({
  label,
  hint,
  error,
  live,
  lang,
  multiline,
  rows = 4,
  placeholder,
  className,
  onChange,
  ...props
}: Omit<TextFieldProps, 'children' | 'className'> & {
  label: string
  hint?: ReactNode
  /** Said of the value as it was sent; what is typed after it is not wrong yet. MUST be taken back when it is sent again. */
  error?: string | undefined
  /** The error is of the value as it stands, and is told anew with every change. */
  live?: boolean
  /** Of what is written in it; decides its direction. */
  lang?: string
  multiline?: boolean
  rows?: number
  placeholder?: string
  className?: string | undefined
}) {
  const [answered, setAnswered] = useState<string>()
  if (error === undefined && answered !== undefined) setAnswered(undefined)
  // A field that stayed invalid would keep its form from being sent again.
  const shown = !live && error === answered ? undefined : error
  return (
    <AriaTextField
      {...props}
      onChange={(value) => {
        setAnswered(error)
        onChange?.(value)
      }}
      isInvalid={shown !== undefined}
      {...(live && { validationBehavior: 'aria' })}
      className={classes(css.field, className)}
    >
      <Label className={css.label ?? ''}>{label}</Label>
      {multiline ? (
        <TextArea
          className={css.input ?? ''}
          rows={rows}
          {...(placeholder && { placeholder })}
          {...(lang && { lang, dir: 'auto' })}
        />
      ) : (
        <Input
          className={css.input ?? ''}
          {...(placeholder && { placeholder })}
          {...(lang && { lang, dir: 'auto' })}
        />
      )}
      {hint && (
        <Text slot="description" className={css.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={css.fieldError ?? ''}>{shown}</FieldError>
    </AriaTextField>
  )
}
