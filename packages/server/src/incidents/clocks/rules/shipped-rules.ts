import type { ClockRule } from '@candor/protocol/incidents-api.ts'
import { cardBrandRules } from './card-brands.ts'
import { gdprRules } from './gdpr.ts'
import { secRules } from './sec.ts'
import { ukRules } from './uk.ts'
import { usStateRules } from './us-states.ts'

/** Every rule that comes with Candor. A tenant's own are kept in its store. */
export const shippedRules: readonly ClockRule[] = [
  ...gdprRules,
  ...ukRules,
  ...usStateRules,
  ...cardBrandRules,
  ...secRules,
]
