import type {
  AffectedGroup,
  Clock,
  ClockFactName,
  ClockFacts,
  ClockPause,
  ClockRule,
  ClockTrigger,
} from '@candor/protocol/incidents-api.ts'
import { byUrgency } from './by-urgency.ts'
import { countingOf, dueAfter, dueAfterPauses, type Still } from './count-deadline.ts'
import { placeOf } from './places.ts'
import { countsUnder, harmOf, sizeOf } from './residents.ts'
import { dayAt, timeAt } from './zoned-time.ts'

/**
 * Every clock of an incident, the most urgent first. Pure: the same facts, rules and moment give the same clocks,
 * whatever was computed before. A rule without anybody in its reach gives none.
 */
export function clocksFor(facts: ClockFacts, rules: readonly ClockRule[], now: number): Clock[] {
  const clocks: Clock[] = []
  // Notices to individuals first: deadlines of other audiences are tied to them.
  const [individuals, others] = split(rules, ({ audience }) => audience === 'individuals')
  for (const rule of [...individuals, ...others])
    for (const place of placesOf(rule, facts)) {
      const tied = individualsClock(rule, clocks)
      const clock = clockOf({ rule, place, facts, tied, now })
      if (clock !== null) clocks.push(clock)
    }
  return clocks.sort(byUrgency)
}

interface Asked {
  rule: ClockRule
  place: string
  facts: ClockFacts
  /** The duty to individuals of the same place. */
  tied: Clock | null
  now: number
}

function clockOf(asked: Asked): Clock | null {
  const { rule, place, facts, tied, now } = asked
  if (rule.owes !== 'either' && facts.role !== null && facts.role !== rule.owes) return null
  if (rule.reach.of === 'public-company' && facts.publicCompany === false) return null
  const zone = placeOf(place)?.zone ?? rule.zone
  const start = startOf(asked)
  if (!inForce(rule, dayAt(start?.at ?? now, zone))) return null

  const groups = groupsOf(rule, place, facts)
  const residents = sizeOf(groups.filter((group) => countsUnder(rule, group)))
  const met = facts.met.find(({ clock }) => clock === idOf(rule, place)) ?? null
  const base: Clock = {
    id: idOf(rule, place),
    rule: rule.id,
    version: rule.version,
    family: rule.family,
    jurisdiction: place,
    title: rule.title,
    audience: rule.audience,
    to: rule.to,
    status: 'not-triggered',
    reason: '',
    missing: [],
    startedAt: null,
    startedBy: null,
    dueAt: null,
    dueOn: null,
    zone,
    counting: countingIn(rule, zone),
    promptly: rule.deadline.promptly,
    residents,
    pauses: [],
    met: met === null ? null : { at: met.at, evidence: met.evidence, late: false },
    citation: rule.citation,
    content: rule.content,
    never: rule.never,
    merge: rule.merge,
    verified: rule.verified,
  }

  const excuse = tooFew(rule, groups, residents, place) ?? harmOf(rule, facts)
  if (typeof excuse === 'string') return { ...base, reason: excuse }
  const missing = missingFacts(asked, excuse?.missing ?? [], start)
  if (missing.length > 0) return { ...base, missing, reason: missingReason(missing, tied, rule) }
  if (start === null) return { ...base, reason: noNotice(place) }
  return running({ ...base, startedAt: iso(start.at), startedBy: start.by }, start, asked, excuse?.note ?? '')
}

/** The clock has started: when is it due, does it stand still, was it met? */
function running(base: Clock, start: Start, asked: Asked, note: string): Clock {
  const { rule, place, facts, tied, now } = asked
  const { limit } = rule.deadline
  const unpaused = limit === null ? null : dueAfter(start.at, limit, base.zone)
  const pauses = pausesOf(rule, place, facts, start.at, unpaused, now)
  const stills = joined(pauses.map(({ still }) => still))
  const own =
    limit === null ? null : dueAfterPauses(start.at, limit, base.zone, stills, rule.pause?.after ?? null)
  const stands = stills.some(({ from, until }) => from <= now && (until === null || until > now))
  // One that began after the deadline had passed holds nothing: it is overdue.
  const paused = stands && (limit === null || own === null || own > now)
  const due = paused ? own : earliest(own, boundOf(rule, tied))
  const clock: Clock = {
    ...base,
    dueAt: due === null ? null : iso(due),
    dueOn: due === null ? null : dayAt(due, base.zone),
    pauses: pauses.map(({ id }) => id),
  }
  const since = `It runs since ${saying(start.at, base.zone)}: ${triggerWords[start.by]}.`
  const by = due === null ? promptWords(rule, tied) : dueWords(due, base.zone, due !== own, rule)
  const moved =
    unpaused !== null && own !== null && own !== unpaused
      ? ` Without the pause it would have been ${saying(unpaused, base.zone)}.`
      : ''
  if (clock.met !== null) {
    const late = due !== null && Date.parse(clock.met.at) > due
    const when = `Met ${saying(Date.parse(clock.met.at), base.zone)}`
    return {
      ...clock,
      status: 'met',
      met: { ...clock.met, late },
      reason: late ? `${when}, after the deadline of ${saying(due, base.zone)}.` : `${when}. ${since}`,
    }
  }
  if (paused)
    return {
      ...clock,
      status: 'paused',
      reason: `${since} It stands still: ${rule.pause!.by === 'law-enforcement' ? 'law enforcement asked for it' : 'the Attorney General of the United States determined it'}. ${remaining(rule)}`,
    }
  const status = due !== null && now > due ? 'overdue' : 'running'
  return { ...clock, status, reason: `${since} ${by}${moved}${note}${leadNote(rule, facts)}` }
}

interface Start {
  at: number
  by: ClockTrigger
}

/** The earliest known of the rule's triggers; of two at once the one that the rule names first. */
function startOf({ rule, facts, tied }: Asked): Start | null {
  let first: Start | null = null
  for (const by of rule.starts) {
    const text = by === 'individuals-notified' ? tied?.met?.at : facts[factOfTrigger[by]]
    if (text == null) continue
    const at = Date.parse(text)
    if (first === null || at < first.at) first = { at, by }
  }
  return first
}

const factOfTrigger = {
  discovered: 'discoveredAt',
  determined: 'determinedAt',
  confirmed: 'confirmedAt',
  'notified-by-processor': 'notifiedByProcessorAt',
  'material-determination': 'materialAt',
} as const

const triggerWords: Readonly<Record<ClockTrigger, string>> = {
  discovered: 'something wrong was discovered',
  determined: 'it was determined to be personal data',
  confirmed: 'it was confirmed whose data it is',
  'notified-by-processor': 'who holds the data gave notice of it',
  'material-determination': 'it was determined to be material',
  'individuals-notified': 'individuals were notified',
}

/** Nobody can be missed by leaving one out: without these a clock says so and does not start. */
function missingFacts(
  { rule, facts, tied }: Asked,
  harm: ClockFactName[],
  start: Start | null,
): ClockFactName[] {
  const missing: ClockFactName[] = [...harm]
  if (rule.owes !== 'either' && facts.role === null) missing.push('role')
  if (rule.reach.of === 'public-company' && facts.publicCompany === null) missing.push('publicCompany')
  if (rule.reach.of === 'card-brand' && facts.cardBrands === null) missing.push('cardBrands')
  if (start === null)
    for (const trigger of rule.starts)
      if (trigger !== 'individuals-notified') missing.push(factOfTrigger[trigger])
      else if (tied !== null && (tied.status !== 'not-triggered' || tied.missing.length > 0))
        missing.push('individualsNotified')
  return missing
}

const factWords: Readonly<Record<ClockFactName, string>> = {
  discoveredAt: 'when something wrong was discovered',
  determinedAt: 'when it was determined to be personal data',
  confirmedAt: 'when it was confirmed whose data it is',
  notifiedByProcessorAt: 'when who holds the data gave notice',
  materialAt: 'when it was determined to be material',
  role: 'whether the data is your own or held for somebody else',
  publicCompany: 'whether you file reports with the SEC',
  cardBrands: 'which brands of cards were exposed',
  harm: 'how high the risk for the persons is',
  individualsNotified: 'when individuals were notified',
}

function missingReason(missing: readonly ClockFactName[], tied: Clock | null, rule: ClockRule): string {
  const words = (facts: readonly ClockFactName[], joint: string): string =>
    facts.map((fact) => factWords[fact]).join(joint)
  // Any start does; whatever else is missing is needed as well.
  const starts = missing.filter((fact) => startFacts.has(fact))
  const others = missing.filter((fact) => !startFacts.has(fact))
  const needed = [words(others, '; and '), words(starts, ', or ')]
    .filter((part) => part !== '')
    .join('; and ')
  const waits =
    rule.starts.includes('individuals-notified') && tied !== null
      ? ' It starts with the notice to individuals of the same place.'
      : ''
  return `It cannot start before this is known: ${needed}.${waits}`
}

const startFacts: ReadonlySet<ClockFactName> = new Set([
  ...Object.values(factOfTrigger),
  'individualsNotified',
] as const)

/** Until it is known, every authority has a clock: nobody is told late who tells them all. */
function leadNote({ reach }: ClockRule, { establishment }: ClockFacts): string {
  const open = reach.of === 'residents' && reach.per === 'lead-authority' && establishment === null
  return open ? ' With a main establishment in the EEA, the authority there is told and leads.' : ''
}

function noNotice(place: string): string {
  return `No notice to individuals of ${nameOf(place)} is due, and this duty follows that one.`
}

function tooFew(
  rule: ClockRule,
  groups: readonly AffectedGroup[],
  residents: number,
  place: string,
): string | null {
  if (rule.reach.of === 'public-company' || residents >= rule.residentsMin) return null
  if (residents > 0)
    return `${residents} affected ${residents === 1 ? 'person' : 'persons'} of ${nameOf(place)} count here; the duty begins at ${rule.residentsMin}.`
  const coded = groups.some((group) => countsUnder({ ...rule, encryption: 'counts' }, group))
  if (coded)
    return `What was exposed was encrypted, and the key was not taken: nobody of ${nameOf(place)} counts.`
  const categories = [...new Set(groups.flatMap((group) => group.categories))].sort()
  return `${categories.join(', ')} alone is not what this rule is about; it names ${rule.categories.join(', ')}.`
}

/** Its places in which somebody is affected. */
function placesOf(rule: ClockRule, facts: ClockFacts): string[] {
  const { reach } = rule
  if (reach.of === 'public-company') return [rule.jurisdiction]
  if (reach.of === 'card-brand') {
    const cards = facts.affected.some(
      ({ persons, categories }) => persons > 0 && categories.includes('payment-card'),
    )
    const brand = facts.cardBrands === null || facts.cardBrands.includes(reach.brand)
    return cards && brand ? [rule.jurisdiction] : []
  }
  const touched = reach.jurisdictions.filter((jurisdiction) =>
    facts.affected.some((group) => group.jurisdiction === jurisdiction && group.persons > 0),
  )
  if (touched.length === 0) return []
  if (reach.per === 'incident') return [rule.jurisdiction]
  const { establishment } = facts
  return establishment !== null && reach.jurisdictions.includes(establishment)
    ? [establishment]
    : touched.sort()
}

/** Whom the rule counts at this place: with a lead authority all of its reach. */
function groupsOf(rule: ClockRule, place: string, facts: ClockFacts): AffectedGroup[] {
  const { reach } = rule
  if (reach.of !== 'residents') return facts.affected
  const alone = reach.per === 'lead-authority' && place !== facts.establishment
  return facts.affected.filter(({ jurisdiction }) =>
    alone ? jurisdiction === place : reach.jurisdictions.includes(jurisdiction),
  )
}

function idOf(rule: ClockRule, place: string): string {
  return place === rule.jurisdiction ? rule.id : `${rule.id}@${place}`
}

/** Of the same law where it has one; else, for a rule that a tenant added, any law's of the place. */
function individualsClock(rule: ClockRule, clocks: readonly Clock[]): Clock | null {
  if (rule.audience === 'individuals') return null
  if (rule.deadline.individuals === null && !rule.starts.includes('individuals-notified')) return null
  const here = clocks
    .filter(({ audience, jurisdiction }) => audience === 'individuals' && jurisdiction === rule.jurisdiction)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return here.find(({ family }) => family === rule.family) ?? here[0] ?? null
}

/** Not later than the individuals are, or must be, told; null where that has no day. */
function boundOf(rule: ClockRule, tied: Clock | null): number | null {
  if (rule.deadline.individuals === null || tied === null) return null
  const at = tied.met?.at ?? tied.dueAt
  return at === null ? null : Date.parse(at)
}

/** The requests that hold this clock, in order, each with the stretch in which it does. */
function pausesOf(
  rule: ClockRule,
  place: string,
  facts: ClockFacts,
  start: number,
  due: number | null,
  now: number,
): { id: string; still: Still }[] {
  const { pause } = rule
  if (pause === null) return []
  const held: { id: string; still: Still }[] = []
  // What is counted from the deadline is counted from the end of the request before.
  let base = due
  const requests = facts.pauses
    .filter(({ by, written, jurisdictions }) => {
      const here = jurisdictions === null || jurisdictions.includes(place)
      return by === pause.by && (written || !pause.written) && here
    })
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from) || (a.id < b.id ? -1 : 1))
  for (const { id, from, until } of requests) {
    const begin = Date.parse(from)
    const lifted = until === null ? null : Date.parse(until)
    const last = pause.daysMax === null ? null : lastOf(pause, begin, base)
    // It runs out by itself; until then nobody knows whether it will be lifted before.
    const runsOut = last !== null && (lifted === null ? last <= now : last < lifted)
    const still = { from: Math.max(begin, start), until: runsOut ? last : lifted }
    if (base !== null) base = Math.max(base, still.until ?? last ?? base)
    if (still.from <= now && (still.until === null || still.until > still.from)) held.push({ id, still })
  }
  return held
}

function lastOf({ daysMax, daysFrom }: ClockPause, begin: number, base: number | null): number {
  return (daysFrom === 'deadline' ? (base ?? begin) : begin) + daysMax! * 86_400_000
}

/** The same stretches without overlaps, in order. */
function joined(stills: readonly Still[]): Still[] {
  const out: Still[] = []
  for (const still of [...stills].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1)
    if (last === undefined || (last.until !== null && last.until < still.from)) out.push({ ...still })
    else if (last.until !== null && (still.until === null || still.until > last.until))
      last.until = still.until
  }
  return out
}

function inForce({ effective: { from, until } }: ClockRule, day: string): boolean {
  return (from === null || day >= from) && (until === null || day < until)
}

function countingIn(rule: ClockRule, zone: string): string {
  const { limit, promptly, individuals } = rule.deadline
  const parts = [
    promptly ? 'Without unreasonable delay; no wait for the last day is meant.' : '',
    limit === null ? (promptly ? 'The rule names no number of days.' : '') : countingOf(limit, zone),
    individuals === 'before'
      ? 'Before the individuals of the same place are told.'
      : individuals === 'not-later'
        ? 'Not later than the individuals of the same place are told.'
        : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function promptWords(rule: ClockRule, tied: Clock | null): string {
  if (rule.deadline.individuals !== null && tied !== null)
    return `It goes ${rule.deadline.individuals === 'before' ? 'before' : 'not later than'} the notice to individuals, which has no day yet.`
  return 'No day is named: without unreasonable delay.'
}

function dueWords(due: number, zone: string, bound: boolean, rule: ClockRule): string {
  const tie =
    rule.deadline.individuals === 'before' ? 'before individuals are told' : 'when individuals are told'
  return `It is due ${saying(due, zone)}${bound ? `, ${tie}` : ''}.`
}

function remaining(rule: ClockRule): string {
  const after = rule.pause!.after
  if (rule.deadline.limit === null) return 'It goes on as soon as that is lifted.'
  if (after === null) return 'What was left then is left when it is lifted.'
  return `Once it is lifted there are ${after.count} ${after.unit}, or the former deadline if that is later.`
}

function earliest(...moments: (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function saying(ms: number, zone: string): string {
  return `${dayAt(ms, zone)} ${timeAt(ms, zone)} (${zone})`
}

function nameOf(place: string): string {
  return placeOf(place)?.name ?? place
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function split<T>(items: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  return [items.filter(first), items.filter((item) => !first(item))]
}
