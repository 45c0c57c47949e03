import { observable } from '../live/observable.ts'

export type Theme = 'system' | 'light' | 'dark'

/** public/theme.js reads the same key before the first paint. */
const key = 'candor.theme'

export const theme = observable<Theme>(readTheme())

export function setTheme(next: Theme): void {
  theme.set(next)
  if (next === 'system') {
    localStorage.removeItem(key)
    delete document.documentElement.dataset['theme']
  } else {
    localStorage.setItem(key, next)
    document.documentElement.dataset['theme'] = next
  }
}

export function nextTheme(): Theme {
  const order: Theme[] = ['system', 'light', 'dark']
  return order[(order.indexOf(theme.get()) + 1) % order.length]!
}

function readTheme(): Theme {
  const stored = localStorage.getItem(key)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}
