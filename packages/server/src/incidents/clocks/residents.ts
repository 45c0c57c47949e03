import type {
  AffectedGroup,
  ClockFactName,
  ClockFacts,
  ClockRule,
  HarmProof,
} from '@candor/protocol/incidents-api.ts'

/** Whether persons of the group are what the rule is about. More categories never make them less so. */
export function countsUnder(
  rule: Pick<ClockRule, 'categories' | 'encryption'>,
  group: AffectedGroup,
): boolean {
  if (!group.categories.some((category) => rule.categories.includes(category))) return false
  if (rule.encryption === 'counts') return true
  if (group.protection === 'encrypted') return false
  return group.protection !== 'encrypted-key-taken' || rule.encryption === 'exempt-unless-key'
}

export function sizeOf(groups: readonly AffectedGroup[]): number {
  return groups.reduce((sum, { persons }) => sum + persons, 0)
}

/**
 * What the risk for the persons makes of a duty: a reason why there is none, or what is missing, or a note. A finding
 * that lacks its proof changes nothing.
 */
export function harmOf(
  rule: ClockRule,
  { harm }: ClockFacts,
): string | { missing: ClockFactName[]; note: string } | null {
  if (rule.harm.rule === 'always') return null
  if (rule.harm.rule === 'high-only') {
    if (harm === null) return { missing: ['harm'], note: '' }
    if (harm.finding === 'high') return null
    return 'The risk for the persons was not found to be high, and this rule asks for a high one.'
  }
  if (harm?.finding !== 'unlikely') return null
  const lacking = rule.harm.needs.filter((proof) => !harm.proofs.includes(proof))
  if (lacking.length === 0)
    return `Harm was found unlikely${rule.harm.needs.length > 0 ? `, and this is ${list(rule.harm.needs)}` : ''}.`
  return { missing: [], note: ` Harm was found unlikely, which excuses only once this is ${list(lacking)}.` }
}

const proofWords: Readonly<Record<HarmProof, string>> = {
  documented: 'documented in writing',
  'law-enforcement-consulted': 'discussed with law enforcement',
  'attorney-general-told': 'told to the attorney general',
}

function list(proofs: readonly HarmProof[]): string {
  return proofs.map((proof) => proofWords[proof]).join(' and ')
}
