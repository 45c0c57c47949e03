import css from './parts.module.css'
import { shortHash } from './short-names.ts'

export function Hash({ hash }: { hash: string | null }) {
  if (hash === null) return <span className={css.soft}>address only</span>
  return (
    <code className={css.hash} title={hash} dir="ltr">
      {shortHash(hash)}…
    </code>
  )
}
