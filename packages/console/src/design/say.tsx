/** Small things that every page says: loading, a refusal, nothing yet, a badge. */
import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon, type IconName } from './icons.tsx'
import css from './parts.module.css'

export function Bones() {
  return <div className={css.bones} role="status" aria-label="Loading" />
}

export function Problem({ children }: { children: ReactNode }) {
  return (
    <p className={css.fault} role="alert">
      <Icon name="warning" size={16} /> <span>{children}</span>
    </p>
  )
}

/** An empty place says what belongs there and offers the first step. */
export function Nothing({ children, act }: { children: ReactNode; act?: ReactNode }) {
  return (
    <div className={css.nothing}>
      <p>{children}</p>
      {act}
    </div>
  )
}

export function Badge({
  tone,
  icon,
  children,
}: {
  tone?: 'good' | 'warn' | 'bad' | undefined
  icon?: IconName
  children: ReactNode
}) {
  return (
    <span className={classes(css.badge, tone && css[tone])}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  )
}
