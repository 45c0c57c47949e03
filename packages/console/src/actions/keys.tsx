import { classes } from '../design/classes.ts'
import { keyCaps } from './actions.ts'
import css from './keys.module.css'

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** Key caps of a shortcut. The words around it name the action, so a screen reader hears the caps as text. */
export function Keys({ keys, className }: { keys: string; className?: string | undefined }) {
  return (
    <span className={classes(css.keys, className)}>
      {keyCaps(keys, isMac).map((cap, i) =>
        cap === 'then' ? <span key={i}>then</span> : <kbd key={i}>{cap}</kbd>,
      )}
    </span>
  )
}
