/** Buttons and tooltips: React Aria’s behaviour in our clothes. What is not on the first screen has files of its own. */
import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  Tooltip as AriaTooltip,
  TooltipTrigger,
  type ButtonProps,
} from 'react-aria-components'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { runAction } from '../actions/run-actions.ts'
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

/** A button that shows only its icon. The tooltip names it and tells its key; a press runs its action. */
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
      <AriaButton
        {...(action && { onPress: () => void runAction(action) })}
        {...props}
        aria-label={label}
        className={classes(css.iconButton, className)}
      >
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
