import type { ReactNode } from 'react'
import { Button } from '../design/controls.tsx'
import css from './shown-once.module.css'

/** A secret that exists here and now and nowhere to be read again. */
export function ShownOnce({
  title,
  secret,
  children,
  onDone,
}: {
  title: string
  secret: string
  children?: ReactNode
  onDone(): void
}) {
  return (
    <div className={css.shown} role="status">
      <p className={css.title}>{title}</p>
      <code className={css.secret}>{secret}</code>
      {children && <p className={css.say}>{children}</p>}
      <span className={css.buttons}>
        <Button onPress={() => void navigator.clipboard.writeText(secret)}>Copy</Button>
        <Button tone="quiet" onPress={onDone}>
          Done
        </Button>
      </span>
    </div>
  )
}
