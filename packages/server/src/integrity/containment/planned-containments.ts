import { isReleaseId } from '@candor/protocol/parse-client-frame.ts'
import type { ContainmentScope, IntegrityAlarm, Playbook } from '@candor/protocol/integrity-api.ts'
import { coversScope, originOf } from './covers-page.ts'

/** What is known when an alarm is raised. */
export interface Known {
  /** Scopes that are in force. */
  inForce: readonly ContainmentScope[]
  /** This alarm has led to a containment before, in force or undone. */
  answered: boolean
  /** The release that is served; null: none. */
  release: string | null
}

/**
 * What the playbook contains for an alarm: widest first, nothing twice. An alarm is answered once: where somebody
 * undid the answer, that was a decision.
 *
 * The share of an alarm must reach the rule's. An alarm without a share is a matter of yes or no and reaches only a
 * threshold of 0, unless it is proof: data that was seen on its way out needs no second visitor.
 */
export function plannedContainments(
  playbook: Pick<Playbook, 'rules'>,
  alarm: IntegrityAlarm,
  known: Known,
): ContainmentScope[] {
  if (alarm.state !== 'open' || alarm.containment !== null || known.answered) return []
  const wanted = playbook.rules
    .filter(({ kind, sharePercentMin }) => kind === alarm.kind && reaches(alarm, sharePercentMin))
    .flatMap(({ scope }) => scopeFor(scope, alarm, known) ?? [])
    .sort((a, b) => width[b.kind] - width[a.kind])
  const planned: ContainmentScope[] = []
  for (const scope of wanted)
    if (![...known.inForce, ...planned].some((other) => coversScope(other, scope))) planned.push(scope)
  return planned
}

const width: Record<ContainmentScope['kind'], number> = { tenant: 3, site: 2, release: 1, template: 0 }

function reaches({ share, weight }: IntegrityAlarm, sharePercentMin: number): boolean {
  if (weight === 'proof') return true
  return share === null ? sharePercentMin === 0 : share * 100 >= sharePercentMin
}

/** null: the alarm does not say where. */
function scopeFor(
  kind: ContainmentScope['kind'],
  { page, template, hash }: IntegrityAlarm,
  { release }: Known,
): ContainmentScope | null {
  switch (kind) {
    case 'tenant':
      return { kind }
    case 'site': {
      const origin = originOf(page ?? template ?? '')
      return origin === null ? null : { kind, origin }
    }
    case 'template':
      return template === null ? null : { kind, template }
    case 'release': {
      // An alarm about a release names it where others name a script's hash.
      const concerned = isReleaseId(hash) ? hash : release
      return concerned === null ? null : { kind, release: concerned }
    }
  }
}
