/** One of a few: only forms have it, so the desk's first load does not carry it. */
import {
  Button as AriaButton,
  FieldError,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  type Key,
} from 'react-aria-components'
import { classes } from './classes.ts'
import css from './controls.module.css'
import { Icon } from './icons.tsx'

export interface Choice<K extends string = string> {
  id: K
  name: string
  hint?: string
}

export function Select<K extends string>({
  label,
  choices,
  value,
  onChange,
  error,
  className,
}: {
  label: string
  choices: readonly Choice<NoInfer<K>>[]
  value: K
  onChange(value: NoInfer<K>): void
  /** Said of the value as it stands. */
  error?: string | undefined
  className?: string | undefined
}) {
  return (
    <AriaSelect
      className={classes(css.field, className)}
      value={value}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      onChange={(key: Key | null) => key !== null && onChange(key as K)}
    >
      <Label className={css.label ?? ''}>{label}</Label>
      <AriaButton className={classes(css.input, css.select)}>
        <SelectValue />
        <Icon name="down" size={16} />
      </AriaButton>
      <FieldError className={css.fieldError ?? ''}>{error}</FieldError>
      <Popover className={css.popover ?? ''} data-layer="">
        <ListBox className={css.list ?? ''} items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.id} textValue={choice.name} className={css.item ?? ''}>
              <span className={css.itemText}>{choice.name}</span>
              {choice.hint && <span className={css.itemHint}>{choice.hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
