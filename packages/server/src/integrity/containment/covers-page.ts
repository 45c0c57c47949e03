import type { ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { templateOf, varying } from '../../visits/page-template.ts'

/** Where a widget loads, or a frame is open. null: it does not say. */
export interface Place {
  tenant: string
  /** Of the host page as the browser vouches for it, by the frame's handshake. */
  origin: string | null
  /** Address of the page as the page says it. */
  url: string | null
  release: string | null
}

export interface Contained {
  tenant: string
  scope: ContainmentScope
}

/**
 * Whether the chat is switched off there. Who does not say what a scope asks for is covered: an altered frame that
 * leaves out its page or its release must gain nothing by it. One that lies gains what it would have by lying anyway:
 * the server sees no page but the one that it is told of.
 */
export function coversPage(containments: readonly Contained[], place: Place): boolean {
  return containments.some(({ tenant, scope }) => tenant === place.tenant && covers(scope, place))
}

/** Whether everything that `inner` covers is covered by `outer`; of one tenant. */
export function coversScope(outer: ContainmentScope, inner: ContainmentScope): boolean {
  if (outer.kind === 'tenant') return true
  if (outer.kind === 'site')
    return (
      (inner.kind === 'site' && inner.origin === outer.origin) ||
      (inner.kind === 'template' && originOf(inner.template) === outer.origin)
    )
  if (outer.kind === 'template')
    return inner.kind === 'template' && isOfTemplate(inner.template, outer.template)
  return inner.kind === 'release' && inner.release === outer.release
}

/**
 * Whether an address belongs to a page template: the same origin, and the same segments, where `:id` stands for any.
 * Not asked of what was learned of the tenant's pages: a template that is contained must not lose its pages because
 * the place of one of its segments was found to vary since.
 */
export function isOfTemplate(url: string, template: string): boolean {
  const origin = originOf(template)
  if (origin === null || originOf(url) !== origin) return false
  const wanted = new URL(template).pathname.split('/').filter((segment) => segment !== '')
  const segments = templateOf(new URL(url).pathname)
    .split('/')
    .filter((segment) => segment !== '')
  return (
    segments.length === wanted.length &&
    wanted.every((segment, at) => segment === varying || segment === segments[at])
  )
}

/** null for what is no address of the web. */
export function originOf(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { origin } = new URL(url)
  return origin === 'null' ? null : origin
}

function covers(scope: ContainmentScope, place: Place): boolean {
  switch (scope.kind) {
    case 'tenant':
      return true
    case 'site': {
      const told = [place.origin, place.url === null ? null : originOf(place.url)].filter(
        (origin) => origin !== null,
      )
      return told.length === 0 || told.includes(scope.origin)
    }
    case 'template':
      return place.url === null || originOf(place.url) === null || isOfTemplate(place.url, scope.template)
    case 'release':
      return place.release === null || place.release === scope.release
  }
}
