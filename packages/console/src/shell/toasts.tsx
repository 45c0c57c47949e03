/** Short news at the edge of the screen, each with at most one thing to do about it. */
import { useEffect } from 'react'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { useAction } from '../actions/run-actions.ts'
import { classes } from '../design/classes.ts'
import { Icon } from '../design/icons.tsx'
import { observable, useObservable } from '../live/observable.ts'
import css from './toasts.module.css'

interface Toast {
  id: number
  text: string
  tone: 'plain' | 'danger'
  undo?: () => void
}

/** Long enough to read and to reach the key; WCAG 2.2.1 is met because undo is also `reopen` at any time. */
const toastMs = 8_000
const toasts = observable<readonly Toast[]>([])
let last = 0

export function showToast(text: string, more: { undo?: () => void; tone?: Toast['tone'] } = {}): void {
  const toast: Toast = { id: ++last, text, tone: more.tone ?? 'plain', ...(more.undo && { undo: more.undo }) }
  toasts.set([...toasts.get().slice(-2), toast])
  setTimeout(() => dismiss(toast.id), toastMs)
}

export function Toasts() {
  const list = useObservable(toasts)
  const undoable = list.findLast((toast) => toast.undo)
  const undo = (): void => {
    if (!undoable) return
    dismiss(undoable.id)
    undoable.undo?.()
  }
  useAction('undo', undo, undoable !== undefined)
  useEffect(() => () => toasts.set([]), [])
  return (
    <section className={css.region} aria-label="Notifications">
      <div role="status" aria-live="polite" aria-relevant="additions">
        <ol className={css.list}>
          {list.map((toast) => (
            <li key={toast.id} className={classes(css.toast, toast.tone === 'danger' && css.danger)}>
              {toast.tone === 'danger' && <Icon name="warning" size={18} />}
              <span className={css.text}>{toast.text}</span>
              {toast.undo && (
                <button
                  type="button"
                  className={css.undo}
                  onClick={() => {
                    dismiss(toast.id)
                    toast.undo?.()
                  }}
                >
                  Undo <Keys keys={keysOf('undo' satisfies ActionId)} />
                </button>
              )}
              <button
                type="button"
                className={css.close}
                aria-label="Dismiss"
                onClick={() => dismiss(toast.id)}
              >
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}
