/** Buttons, fields, dialogs, menus and tooltips: React Aria's behaviour in our clothes. */
import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  Dialog as AriaDialog,
  FieldError,
  Heading,
  Input,
  Label,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Modal,
  ModalOverlay,
  Popover,
  Text,
  TextArea,
  TextField as AriaTextField,
  Tooltip as AriaTooltip,
  TooltipTrigger,
  type ButtonProps,
  type TextFieldProps,
} from 'react-aria-components'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { classes } from './classes.ts'
import css from './controls.module.css'
import { Icon, type IconName } from './icons.tsx'

export function Button({
  tone = 'plain',
  icon,
  children,
  className,
  ...props
}: Omit<ButtonProps, 'children' | 'className'> & {
  tone?: 'plain' | 'main' | 'quiet' | 'danger'
  icon?: IconName
  className?: string | undefined
  children: ReactNode
}) {
  return (
    <AriaButton {...props} className={classes(css.button, css[tone], className)}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </AriaButton>
  )
}

/** A button that shows only its icon. The tooltip names it and tells its key. */
export function IconButton({
  icon,
  label,
  action,
  className,
  placement = 'bottom',
  ...props
}: Omit<ButtonProps, 'children' | 'className'> & {
  icon: IconName
  label: string
  action?: ActionId
  className?: string | undefined
  placement?: 'bottom' | 'end' | 'top'
}) {
  return (
    <Tip label={label} keys={action && keysOf(action)} placement={placement}>
      <AriaButton {...props} aria-label={label} className={classes(css.iconButton, className)}>
        <Icon name={icon} />
      </AriaButton>
    </Tip>
  )
}

export function Tip({
  label,
  keys,
  placement = 'bottom',
  children,
}: {
  label: ReactNode
  keys?: string | undefined
  placement?: 'bottom' | 'end' | 'top'
  children: ReactNode
}) {
  return (
    <TooltipTrigger delay={450} closeDelay={60}>
      {children}
      <AriaTooltip className={css.tooltip ?? ''} placement={placement} offset={6}>
        <span>{label}</span>
        {keys && <Keys keys={keys} />}
      </AriaTooltip>
    </TooltipTrigger>
  )
}

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

export function Dialog({
  title,
  onClose,
  children,
  wide,
}: {
  title: string
  onClose(): void
  children: ReactNode
  wide?: boolean
}) {
  return (
    <ModalOverlay
      className={css.scrim ?? ''}
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={classes(css.modal, wide && css.wide)}>
        <AriaDialog className={css.dialog ?? ''} data-layer="">
          <header className={css.dialogHead}>
            <Heading slot="title" className={css.dialogTitle ?? ''}>
              {title}
            </Heading>
            <AriaButton className={css.iconButton ?? ''} aria-label="Close" onPress={onClose}>
              <Icon name="close" />
            </AriaButton>
          </header>
          <div className={css.dialogBody}>{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function MenuPopover({
  children,
  placement,
}: {
  children: ReactNode
  placement?: 'top end' | 'bottom end' | 'end bottom'
}) {
  return (
    <Popover className={css.popover ?? ''} data-layer="" placement={placement ?? 'bottom end'} offset={4}>
      <AriaMenu className={css.list ?? ''}>{children}</AriaMenu>
    </Popover>
  )
}

export function MenuItem({
  icon,
  label,
  keys,
  onAction,
  danger,
  href,
}: {
  icon?: IconName
  label: string
  keys?: string
  onAction?(): void
  danger?: boolean
  href?: string
}) {
  return (
    <AriaMenuItem
      textValue={label}
      className={classes(css.item, danger && css.dangerItem)}
      {...(onAction && { onAction })}
      {...(href && { href })}
    >
      {icon && <Icon name={icon} size={16} />}
      <span className={css.itemText}>{label}</span>
      {keys && <Keys keys={keys} />}
    </AriaMenuItem>
  )
}
