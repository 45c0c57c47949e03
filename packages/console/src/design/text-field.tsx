import type { ReactNode } from 'react'
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
  multiline,
  rows = 4,
  placeholder,
  className,
  ...props
}: Omit<TextFieldProps, 'children' | 'className'> & {
  label: string
  hint?: ReactNode
  error?: string | undefined
  multiline?: boolean
  rows?: number
  placeholder?: string
  className?: string | undefined
}) {
  return (
    <AriaTextField {...props} isInvalid={error !== undefined} className={classes(css.field, className)}>
      <Label className={css.label ?? ''}>{label}</Label>
      {multiline ? (
        <TextArea className={css.input ?? ''} rows={rows} {...(placeholder && { placeholder })} />
      ) : (
        <Input className={css.input ?? ''} {...(placeholder && { placeholder })} />
      )}
      {hint && (
        <Text slot="description" className={css.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={css.fieldError ?? ''}>{error}</FieldError>
    </AriaTextField>
  )
}
