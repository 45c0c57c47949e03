/** What a visitor will see of a text. */
import type { ReactNode } from 'react'
import { classes } from '../../design/classes.ts'
import css from './bubble.module.css'

export function Bubble({
  by,
  lang,
  children,
  options = [],
  onOption,
}: {
  by: 'visitor' | 'virtual-agent'
  lang?: string
  children: ReactNode
  options?: readonly string[]
  onOption?: (option: string) => void
}) {
  return (
    <div className={classes(css.line, by === 'visitor' ? css.visitor : css.agent)} lang={lang} dir="auto">
      <div className={css.bubble}>{children}</div>
      {options.length > 0 && (
        <ul className={css.options}>
          {options.map((option) => (
            <li key={option}>
              {onOption ? (
                <button type="button" className={css.option} onClick={() => onOption(option)}>
                  {option}
                </button>
              ) : (
                <span className={css.option}>{option}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
