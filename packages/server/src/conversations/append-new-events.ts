import type { SealedText, WrappedKey } from '../access/access.ts'
import { byteaArray, intArray, jsonbArray, textArray, uuidArray } from '../store/binary-arrays.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { tenantsSetting } from '../store/store.ts'
import type { Append } from './write-lane.ts'

/** The statement of the ordinary case, and what is needed to read its answer. */
export interface NewEventsStatement {
  name: string
  text: string
  values: unknown[]
  /** In the order of the appends: their conversation's place in the answer, and their place among its new events. */
  places: readonly { group: Group; nth: number }[]
  /** In the order of the answer's outbox rows. */
  tenants: readonly string[]
}

/** What `append_new_events` answers. */
export interface NewEventsRow {
  /** Newest number of each conversation. */
  last_seqs: number[]
  at: Date
  /** Ids of outbox rows, one for each tenant. */
  announced: string[]
}

/** The appends of one batch to one conversation. */
interface Group {
  tenant: string
  conversation: string
  /** From 0, in the order in which conversations are locked. */
  place: number
  count: number
  fromVisitor: number
  lastBy: Append['actor']['kind'] | null
  needsPerson: boolean
  epoch: number | null
  readVisitor: number | null
  readStaff: number | null
}

interface SortedOut {
  groups: Group[]
  places: { group: Group; nth: number }[]
}

/**
 * Sorts a batch out for `append_new_events` (migration 0032). Null when the batch holds what that function does
 * not know: answers of a virtual agent under several epochs or none, several read marks in one conversation.
 */
export function newEventsStatement(batch: {
  appends: readonly Append[]
  sealed: readonly (SealedText | null)[]
  done: readonly OutboxRow[]
}): NewEventsStatement | null {
  const { appends, sealed, done } = batch
  const sorted = sortOut(appends)
  if (sorted === null) return null
  const { groups, places } = sorted
  const tenants: { id: string; first: number; last: number }[] = []
  for (const { tenant, place } of groups) {
    const current = tenants.at(-1)
    if (current?.id === tenant) current.last = place + 1
    else tenants.push({ id: tenant, first: place + 1, last: place + 1 })
  }
  const actors = new Map<string, { actor: Append['actor']; index: number }>()
  const actorOf = appends.map(({ actor }) => {
    const key = `${actor.kind} ${actor.id} ${actor.name}`
    let known = actors.get(key)
    if (known === undefined) actors.set(key, (known = { actor, index: actors.size + 1 }))
    return known.index
  })
  const keys = sealed.flatMap((text) => (text?.key ? [keyItem(text.key)] : []))
  const data = appends.map(dataJson)
  const visible = new Set([...tenants.map(({ id }) => id), ...done.map((row) => row.tenant)])
  const optional = (values: (number | null)[]): Buffer | null =>
    values.every((value) => value === null) ? null : intArray(values)
  return {
    name: 'append-new-events',
    text,
    values: [
      tenantsSetting([...visible]),
      uuidArray(tenants.map(({ id }) => id)),
      intArray(tenants.map(({ first }) => first)),
      intArray(tenants.map(({ last }) => last)),
      uuidArray(groups.map(({ tenant }) => tenant)),
      uuidArray(groups.map(({ conversation }) => conversation)),
      intArray(groups.map(({ count }) => count)),
      intArray(groups.map(({ fromVisitor }) => fromVisitor)),
      textArray(groups.map(({ lastBy }) => lastBy)),
      intArray(groups.map(({ needsPerson }) => (needsPerson ? 1 : 0))),
      optional(groups.map(({ epoch }) => epoch)),
      optional(groups.map(({ readVisitor }) => readVisitor)),
      optional(groups.map(({ readStaff }) => readStaff)),
      intArray(places.map(({ group }) => group.place + 1)),
      intArray(places.map(({ nth }) => nth)),
      uuidArray(appends.map(({ id }) => id)),
      textArray(appends.map(({ type }) => type)),
      intArray(actorOf),
      data.every((json) => json === null) ? null : jsonbArray(data),
      uuidArray(sealed.map((body) => body?.segment)),
      byteaArray(sealed.map((body) => body?.bytes)),
      textArray([...actors.values()].map(({ actor }) => actor.kind)),
      uuidArray([...actors.values()].map(({ actor }) => actor.id)),
      textArray([...actors.values()].map(({ actor }) => (actor.kind === 'visitor' ? null : actor.name))),
      keys.length === 0 ? null : JSON.stringify(keys),
      done.length === 0 ? null : uuidArray(done.map((row) => row.tenant)),
      done.length === 0 ? null : `{${done.map((row) => row.id).join(',')}}`,
    ],
    places,
    tenants: tenants.map(({ id }) => id),
  }
}

const parameters = Array.from({ length: 27 }, (_, i) => `$${i + 1}`)
const text = `select last_seqs, at, announced from append_new_events(${parameters.join(', ')})`

export function keyItem(key: WrappedKey): object {
  return {
    tenant: key.tenant,
    conversation: key.conversation,
    segment: key.segment,
    epoch_key: key.epochKey,
    wrapped: key.wrapped.toString('base64'),
  }
}

/** What is stored of an event beside its text. */
export function dataOf(append: Append): Record<string, unknown> | undefined {
  if (append.upTo !== undefined) return { ...append.data, upTo: append.upTo }
  if (append.handlerEpoch !== undefined) return { ...append.data, handlerEpoch: append.handlerEpoch }
  return append.data
}

function dataJson(append: Append): string | null {
  const data = dataOf(append)
  for (const _ in data) return JSON.stringify(data)
  return null
}

function sortOut(appends: readonly Append[]): SortedOut | null {
  const byKey = new Map<string, Group>()
  const places: SortedOut['places'] = []
  for (const { facts, type, actor, handlerEpoch, upTo } of appends) {
    const key = `${facts.tenant}/${facts.id}`
    let group = byKey.get(key)
    if (group === undefined) byKey.set(key, (group = newGroup(facts)))
    places.push({ group, nth: ++group.count })
    // Whatever it says or decides holds only under the epoch in which it was computed.
    if (actor.kind === 'virtual-agent' && (type === 'message' || type === 'form' || type === 'turn')) {
      if (handlerEpoch === undefined || (group.epoch ?? handlerEpoch) !== handlerEpoch) return null
      group.epoch = handlerEpoch
    }
    if (type === 'message' || type === 'form') {
      group.lastBy = actor.kind
      if (actor.kind === 'visitor') group.fromVisitor++
      if (actor.kind === 'agent' || actor.kind === 'api') group.needsPerson = true
    } else if (type === 'read') {
      if (upTo === undefined || group.readVisitor !== null || group.readStaff !== null) return null
      if (actor.kind === 'visitor') group.readVisitor = upTo
      else group.readStaff = upTo
    }
  }
  // The form of a UUID sorts as its bytes do.
  const keys = [...byKey.keys()].sort()
  const groups = keys.map((key, place) => Object.assign(byKey.get(key)!, { place }))
  return { groups, places }
}

function newGroup(facts: Append['facts']): Group {
  return {
    tenant: facts.tenant,
    conversation: facts.id,
    place: 0,
    count: 0,
    fromVisitor: 0,
    lastBy: null,
    needsPerson: false,
    epoch: null,
    readVisitor: null,
    readStaff: null,
  }
}
