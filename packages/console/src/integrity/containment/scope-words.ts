import type { ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { shortRelease } from '../parts/short-names.ts'

export const scopeNames: Record<ContainmentScope['kind'], string> = {
  tenant: 'Everywhere',
  site: 'One site',
  template: 'One page',
  release: 'One release',
}

/** `https://shop.example/checkout`, `everywhere`: after “The chat is stopped”. */
export function whereOf(scope: ContainmentScope): string {
  switch (scope.kind) {
    case 'tenant':
      return 'on all of your sites'
    case 'site':
      return `on ${scope.origin}`
    case 'template':
      return `on ${scope.template}`
    case 'release':
      return `where release ${shortRelease(scope.release)} runs`
  }
}

/** What visitors will see of it. */
export function visitorsSee(scope: ContainmentScope): string {
  const where =
    scope.kind === 'tenant'
      ? 'No page of yours shows the chat any more.'
      : scope.kind === 'site'
        ? `No page of ${scope.origin} shows the chat any more.`
        : scope.kind === 'template'
          ? 'This page shows no chat any more; your other pages do.'
          : 'Pages that run this release show no chat until another one is in force.'
  return `${where} New page views: within 10 seconds. Chats that are open go within half a minute, window and button, without a word to the visitor; what was written stays in your inbox.`
}

export const scopeKey = (scope: ContainmentScope): string =>
  scope.kind === 'tenant'
    ? 'tenant'
    : scope.kind === 'site'
      ? `site ${scope.origin}`
      : scope.kind === 'template'
        ? `template ${scope.template}`
        : `release ${scope.release}`

/** The scopes that fit a page or release, the narrowest first. */
export function scopesFor(about: {
  template: string | null
  page: string | null
  release: string | null
}): ContainmentScope[] {
  const address = about.template ?? about.page
  const origin = address !== null && URL.canParse(address) ? new URL(address).origin : null
  return [
    ...(about.template === null ? [] : [{ kind: 'template' as const, template: about.template }]),
    ...(origin === null ? [] : [{ kind: 'site' as const, origin }]),
    ...(about.release === null ? [] : [{ kind: 'release' as const, release: about.release }]),
    { kind: 'tenant' },
  ]
}
