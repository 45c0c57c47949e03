/** A button with a menu. The menu's code comes with its first use: a desk shows a hundred of these buttons. */
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import type { IconName } from './icons.tsx'

const loadMenu = () => import('./menu.tsx')
const Menu = lazy(() => loadMenu().then(({ Menu }) => ({ default: Menu })))

export interface MenuEntry {
  icon: IconName
  label: string
  keys?: string
  danger?: boolean
  run(): void
}

export function MenuButton({
  label,
  entries,
  className,
  placement = 'bottom end',
  children,
}: {
  label: string
  /** Asked when the menu opens. */
  entries(): readonly MenuEntry[]
  className: string | undefined
  placement?: 'bottom end' | 'end bottom'
  children: ReactNode
}) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  /** The focus is back at the button first: a dialog that an entry opens gives it back to where it was then. */
  const run = (entry: MenuEntry): void => {
    flushSync(() => setOpen(false))
    button.current?.focus()
    entry.run()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={() => void loadMenu()}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <Suspense>
          <Menu
            label={label}
            entries={entries().map((entry) => ({ ...entry, run: () => run(entry) }))}
            trigger={button}
            placement={placement}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  )
}
