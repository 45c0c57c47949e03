import type {
  AffectedGroup,
  Clock,
  ClockFacts,
  ClockHistory,
  ClockRule,
} from '@candor/protocol/incidents-api.ts'
import { clocksFor } from './clocks-for.ts'
import { placeOf } from './places.ts'

/**
 * What a change of facts, or of rules, did to which clock, and why. Both are looked at in the same moment, so that
 * what only time has done is not put down to the change.
 */
export function clockChanges(change: {
  before: { facts: ClockFacts; rules: readonly ClockRule[] }
  after: { facts: ClockFacts; rules: readonly ClockRule[] }
  now: number
  by: string
}): ClockHistory[] {
  const { before, after, now, by } = change
  const was = byId(clocksFor(before.facts, before.rules, now))
  const is = byId(clocksFor(after.facts, after.rules, now))
  const causes = causesOf(before.facts, after.facts)
  const entries: ClockHistory[] = []
  for (const id of [...new Set([...was.keys(), ...is.keys()])].sort()) {
    const from = was.get(id)
    const to = is.get(id)
    if (from?.status === to?.status && from?.dueAt === to?.dueAt && from?.version === to?.version) continue
    const reach = reachOf((to ?? from)!, [...after.rules, ...before.rules])
    const because = causes.filter(
      ({ places }) => places === null || reach === null || places.some((place) => reach.includes(place)),
    )
    entries.push({
      clock: id,
      at: new Date(now).toISOString(),
      by,
      from: from === undefined ? null : { status: from.status, dueAt: from.dueAt },
      to: to === undefined ? null : { status: to.status, dueAt: to.dueAt },
      because: because.length > 0 ? because.map(({ says }) => says) : ['The rule itself changed.'],
    })
  }
  return entries
}

interface Cause {
  says: string
  /** null: it may concern every clock. */
  places: string[] | null
}

/** What differs between two states of the facts, in words. */
export function causesOf(before: ClockFacts, after: ClockFacts): Cause[] {
  const causes: Cause[] = []
  for (const [fact, words] of plainFacts) {
    const [from, to] = [plain(before[fact]), plain(after[fact])]
    if (from !== to) causes.push({ says: `${words}: ${from} → ${to}.`, places: null })
  }
  const places = new Set([...before.affected, ...after.affected].map(({ jurisdiction }) => jurisdiction))
  for (const place of [...places].sort()) {
    const [from, to] = [countIn(before.affected, place), countIn(after.affected, place)]
    const name = placeOf(place)?.name ?? place
    if (from.persons !== to.persons)
      causes.push({ says: `Affected persons of ${name}: ${from.persons} → ${to.persons}.`, places: [place] })
    if (from.exposed !== to.exposed)
      causes.push({
        says: `Exposed of persons of ${name}: ${from.exposed || 'nothing'} → ${to.exposed || 'nothing'}.`,
        places: [place],
      })
    else if (from.shares !== to.shares && from.persons === to.persons)
      causes.push({
        says: `Of whom of ${name} what was exposed: ${from.shares} → ${to.shares}.`,
        places: [place],
      })
  }
  const known = new Map(before.pauses.map((pause) => [pause.id, pause]))
  for (const pause of after.pauses) {
    const former = known.get(pause.id)
    const { jurisdictions } = pause
    if (former === undefined)
      causes.push({ says: `Paused from ${pause.from}: ${pause.reason}.`, places: jurisdictions })
    if (former?.until !== pause.until && pause.until !== null)
      causes.push({ says: `The pause of ${pause.from} was lifted ${pause.until}.`, places: jurisdictions })
  }
  const done = new Map(before.met.map((met) => [met.clock, met]))
  for (const met of after.met)
    if (done.get(met.clock)?.at !== met.at)
      causes.push({ says: `${met.clock} was met ${met.at}: ${met.evidence}.`, places: null })
  return causes
}

const plainFacts = [
  ['discoveredAt', 'Discovered'],
  ['determinedAt', 'Determined to be personal data'],
  ['confirmedAt', 'Confirmed whose data it is'],
  ['notifiedByProcessorAt', 'Notified by who holds the data'],
  ['materialAt', 'Determined to be material'],
  ['role', 'Whose data'],
  ['publicCompany', 'Files with the SEC'],
  ['cardBrands', 'Brands of cards'],
  ['establishment', 'Main establishment in the EU'],
  ['harm', 'Risk for the persons'],
] as const

function plain(value: unknown): string {
  if (value === null) return 'not known'
  return typeof value === 'string' ? value || 'none' : JSON.stringify(value)
}

/** How many, what of them, and what of how many. */
function countIn(groups: readonly AffectedGroup[], place: string) {
  const here = groups
    .filter(({ jurisdiction, persons }) => jurisdiction === place && persons > 0)
    .map(({ categories, protection, persons }) => ({
      persons,
      what:
        [...categories].sort().join(' + ') + (protection?.startsWith('encrypted') ? ` (${protection})` : ''),
    }))
  return {
    persons: here.reduce((sum, { persons }) => sum + persons, 0),
    exposed: [...new Set(here.map(({ what }) => what))].sort().join(', '),
    shares: here
      .map(({ what, persons }) => `${what} of ${persons}`)
      .sort()
      .join(', '),
  }
}

/** null: whatever changed may concern it. */
function reachOf(clock: Clock, rules: readonly ClockRule[]): string[] | null {
  const reach = rules.find(({ id }) => id === clock.rule)?.reach
  return reach?.of === 'residents' ? reach.jurisdictions : null
}

function byId(clocks: readonly Clock[]): Map<string, Clock> {
  return new Map(clocks.map((clock) => [clock.id, clock]))
}
