import type { WatcherFinding, WatcherProfile, WatcherRun } from '@candor/protocol/integrity-api.ts'

export const outcomeNames: Record<WatcherRun['outcome'], string> = {
  clean: 'Clean',
  changed: 'Changed',
  leaking: 'Leaking',
  failed: 'Failed',
}

export const outcomeTones = { clean: 'good', changed: 'warn', leaking: 'bad', failed: 'warn' } as const

export const profileNames: Record<WatcherProfile, { name: string; says: string }> = {
  desktop: { name: 'Desktop', says: 'A large screen, in the middle of the day.' },
  phone: { name: 'Phone', says: 'A small screen that is touched.' },
  cart: { name: 'With a filled cart', says: 'Some scripts wait until there is something to pay.' },
  night: { name: 'At night', says: 'Some scripts sleep while people work.' },
  fresh: { name: 'Fresh identity', says: 'No cookie, nothing stored, never seen before.' },
}

export const findingNames: Record<WatcherFinding['kind'], string> = {
  script: 'New script',
  hash: 'Changed script',
  header: 'Header',
  form: 'Form',
  request: 'Request',
  canary: 'Card number seen leaving',
}
