import type { RefObject } from 'react'
import { Menu as AriaMenu, MenuItem as AriaMenuItem, Popover } from 'react-aria-components'
import { Keys } from '../actions/keys.tsx'
import { classes } from './classes.ts'
import css from './controls.module.css'
import { Icon } from './icons.tsx'
import type { MenuEntry } from './menu-button.tsx'

export function Menu({
  label,
  entries,
  trigger,
  placement,
  onClose,
}: {
  label: string
  entries: readonly MenuEntry[]
  trigger: RefObject<HTMLElement | null>
  placement: 'bottom end' | 'end bottom'
  onClose(): void
}) {
  return (
    <Popover
      className={css.popover ?? ''}
      data-layer=""
      aria-label={label}
      isOpen
      triggerRef={trigger}
      placement={placement}
      offset={4}
      onOpenChange={(open) => !open && onClose()}
    >
      <AriaMenu className={css.list ?? ''} aria-label={label} autoFocus="first" onClose={onClose}>
        {entries.map((entry) => (
          <AriaMenuItem
            key={entry.label}
            textValue={entry.label}
            className={classes(css.item, entry.danger && css.dangerItem)}
            onAction={entry.run}
          >
            <Icon name={entry.icon} size={16} />
            <span className={css.itemText}>{entry.label}</span>
            {entry.keys && <Keys keys={entry.keys} />}
          </AriaMenuItem>
        ))}
      </AriaMenu>
    </Popover>
  )
}
