import { isReleaseId } from '@candor/protocol/parse-client-frame.ts'
import type { ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { refuseField } from '../../tenants/fields.ts'
import { templateOf } from '../../visits/page-template.ts'
import { originOf } from './covers-page.ts'

/** A longer address is no page template that a person reads. */
export const templateCharactersMax = 2_048

const fieldOf = { tenant: null, site: 'origin', template: 'template', release: 'release' } as const

/**
 * A scope as it is asked for → in the one spelling that is compared. Exactly the field of its kind: whoever names two
 * things means one of them, and it is not ours to choose. @throws Refusal `invalid_field`
 */
export function parseScope(given: Record<string, unknown>): ContainmentScope {
  const { kind } = given
  if (kind !== 'tenant' && kind !== 'site' && kind !== 'template' && kind !== 'release')
    refuseField('scope.kind', 'is tenant, site, template or release')
  const wanted = fieldOf[kind]
  for (const field of ['origin', 'template', 'release'])
    if (given[field] !== undefined && field !== wanted)
      refuseField(`scope.${field}`, `is not for the scope ${kind}`)
  const value = wanted === null ? '' : given[wanted]
  if (typeof value !== 'string' || value.length > templateCharactersMax)
    refuseField(`scope.${wanted}`, 'names what is to be stopped')
  checkSpelling(kind, value)
  return scopeOf(kind, value)
}

/** From a row: whatever was contained once is read for ever, also where it would be spelled otherwise today. */
export function scopeOf(kind: ContainmentScope['kind'], value: string): ContainmentScope {
  switch (kind) {
    case 'tenant':
      return { kind }
    case 'site':
      return { kind, origin: value }
    case 'template':
      return { kind, template: value }
    case 'release':
      return { kind, release: value }
  }
}

function checkSpelling(kind: ContainmentScope['kind'], value: string): void {
  if (kind === 'site' && originOf(value) !== value)
    refuseField('scope.origin', 'is an origin such as https://www.example.com')
  if (kind === 'release' && !isReleaseId(value)) refuseField('scope.release', 'is the id of a release')
  if (kind !== 'template') return
  const spelled = templateSpelled(value)
  if (spelled === null) refuseField('scope.template', 'is an origin and a path, without query')
  if (spelled !== value)
    refuseField('scope.template', `is the template of pages; of this one it is ${spelled}`)
}

/** As page views are counted, so that what is contained is what a person saw listed. */
function templateSpelled(value: string): string | null {
  const origin = originOf(value)
  return origin === null || /[?#]/.test(value) ? null : origin + templateOf(new URL(value).pathname)
}

export function valueOf(scope: ContainmentScope): string {
  switch (scope.kind) {
    case 'tenant':
      return ''
    case 'site':
      return scope.origin
    case 'template':
      return scope.template
    case 'release':
      return scope.release
  }
}

/** As it stands in the access log and on screens. */
export function scopeInWords(scope: ContainmentScope): string {
  switch (scope.kind) {
    case 'tenant':
      return 'everything of the tenant'
    case 'site':
      return `the site ${scope.origin}`
    case 'template':
      return `the pages ${scope.template}`
    case 'release':
      return `the release ${scope.release}`
  }
}
