import {
  contentElements,
  type Clock,
  type ClockRule,
  type ContentElement,
  type MergedNotice,
} from '@candor/protocol/incidents-api.ts'
import { placeOf } from './places.ts'

/**
 * Which notices meet the clocks that are open: one for several where their rules share a key and none forbids what
 * another asks for. Massachusetts forbids to tell its residents what happened: its letter is a letter of its own.
 */
export function mergedNotices(clocks: readonly Clock[], rules: readonly ClockRule[]): MergedNotice[] {
  const open = clocks.filter(({ status }) => status !== 'met' && status !== 'not-triggered')
  const notices: Clock[][] = []
  // Whoever forbids something comes last, so that it is their notice that is set apart.
  const ordered = [...open].sort((a, b) => a.never.length - b.never.length || (a.id < b.id ? -1 : 1))
  for (const clock of ordered) {
    const notice = clock.merge === null ? undefined : notices.find((held) => fits(clock, held))
    if (notice === undefined) notices.push([clock])
    else notice.push(clock)
  }
  return notices.map((held) => noticeOf(held, open, rules)).sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

function fits(clock: Clock, held: readonly Clock[]): boolean {
  const [first] = held
  if (first!.merge !== clock.merge || first!.audience !== clock.audience) return false
  // Whose notice has to wait is not told by a letter that goes out.
  if ((first!.status === 'paused') !== (clock.status === 'paused')) return false
  const [content, never] = [all(held, 'content'), all(held, 'never')]
  return (
    !clock.content.some((part) => never.includes(part)) && !clock.never.some((part) => content.includes(part))
  )
}

function noticeOf(held: readonly Clock[], open: readonly Clock[], rules: readonly ClockRule[]): MergedNotice {
  const first = held[0]!
  const due = held.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt])).sort()
  return {
    id: idOf(held),
    audience: first.audience,
    waits: first.status === 'paused',
    to: [...new Set(held.map(({ to }) => to))].sort(),
    clocks: held.map(({ id }) => id).sort(),
    dueAt: due[0] ?? null,
    content: all(held, 'content'),
    never: all(held, 'never'),
    together: together(held, open, rules),
  }
}

/** Several notices may share a key where one contradicts another; each has the name of its first clock then. */
function idOf(held: readonly Clock[]): string {
  const [first] = held.map(({ id }) => id).sort()
  return held[0]!.merge === null || held.length === 1 ? first! : `${held[0]!.merge}-${first!}`
}

/** Whose notice is tied to this one, and this one to whose. */
function together(held: readonly Clock[], open: readonly Clock[], rules: readonly ClockRule[]): string[] {
  const says = new Set<string>()
  const tieOf = ({ rule, version }: Clock): ClockRule['deadline']['individuals'] =>
    rules.find((known) => known.id === rule && known.version === version)?.deadline.individuals ?? null
  for (const clock of held) {
    const place = placeOf(clock.jurisdiction)?.name ?? clock.jurisdiction
    const tie = tieOf(clock)
    if (tie !== null)
      says.add(`${tie === 'before' ? 'Before' : 'Not later than'} the individuals of ${place}.`)
    if (clock.audience === 'individuals')
      for (const other of open)
        if (other.jurisdiction === clock.jurisdiction && tieOf(other) !== null)
          says.add(`${tieOf(other) === 'before' ? 'First' : 'At the latest with it'}: ${other.to}.`)
  }
  return [...says].sort()
}

function all(held: readonly Clock[], what: 'content' | 'never'): ContentElement[] {
  return contentElements.filter((part) => held.some((clock) => clock[what].includes(part)))
}

/** By day, those without one last; then by id. */
function order({ dueAt, id }: MergedNotice): string {
  return `${dueAt ?? '9'} ${id}`
}
