import { Icon } from '../../design/icons.tsx'
import css from './by-statement.module.css'

export function ByStatement() {
  return (
    <p className={css.say}>
      <Icon name="code" size={16} />
      <span>
        Minified. Shown one statement a line, and long strings cut, for reading only: its hash is of the
        content as it was served.
      </span>
    </p>
  )
}
