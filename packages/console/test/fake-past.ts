/** What happened before the fake server began: ninety days of reading, one slow insider and one fast. */
import type { AccessActor, Person } from '@candor/protocol/api.ts'
import type { ConversationRow } from '@candor/protocol/events.ts'
import type { OpenProof } from '@candor/protocol/open-statement.ts'
import type { FakeLog, Happening } from './fake-log.ts'

const dayMs = 86_400_000

export function actorOf({ id, name, role }: Person): AccessActor {
  return { kind: 'agent', id, name, role }
}

/** @returns the index of the suspension. */
export function writePast(
  log: FakeLog,
  people: readonly Person[],
  rows: readonly ConversationRow[],
  now: number,
): number {
  const past: (Happening & { at: string })[] = []
  const [maya, jonas, priya, tomas] = people.map(actorOf)
  const proof: OpenProof = {
    key: 'k'.repeat(43),
    at: new Date(now - dayMs).toISOString(),
    signature: 's'.repeat(86),
  }
  const at = (ms: number): string => new Date(now - ms).toISOString()
  const tell = (ago: number, what: Omit<Happening, 'at'>): void => void past.push({ ...what, at: at(ago) })
  const read = (ago: number, actor: AccessActor, row: ConversationRow, more: Partial<Happening> = {}): void =>
    tell(ago, {
      type: 'open',
      purpose: 'desk',
      outcome: 'granted',
      range: [1, row.seq],
      actor,
      conversation: row.id,
      customer: row.visitor.id,
      proof,
      ...more,
    })

  tell(90 * dayMs, { type: 'start', what: 'The keyholder has started; root key: a file of mode 0600.' })
  tell(90 * dayMs - 1_000, { type: 'key-made', what: 'Epoch key 2026-08, the first of this tenant.' })
  for (const [i, row] of rows.slice(0, 12).entries()) {
    const ago = (i + 1) * 3_600_000
    const visitor: AccessActor = { kind: 'visitor', id: row.visitor.id, name: row.visitor.name }
    tell(ago + 900_000, {
      type: 'join',
      purpose: 'participant',
      outcome: 'granted',
      range: [1, 0],
      actor: visitor,
      conversation: row.id,
      customer: row.visitor.id,
    })
    tell(ago + 890_000, {
      type: 'join',
      purpose: 'virtual-agent',
      outcome: 'granted',
      range: [1, 0],
      actor: { kind: 'virtual-agent', id: '018f0000-0000-7000-8000-000000000090', name: 'Aurelia Assistant' },
      conversation: row.id,
      customer: row.visitor.id,
    })
    read(ago, maya!, row, { type: 'join', range: [1, 0] })
    if (i % 3 === 1) read(ago - 600_000, priya!, row, { purpose: 'supervisor' })
    if (i % 4 === 1) read(ago - 1_200_000, jonas!, row, { offAssignment: true, afterHours: true })
    if (i % 5 === 1)
      tell(ago - 1_500_000, {
        type: 'denial',
        purpose: 'desk',
        outcome: 'unsigned',
        actor: tomas!,
        conversation: row.id,
        customer: row.visitor.id,
      })
    if (i % 6 === 1)
      read(
        ago - 1_700_000,
        { kind: 'api', id: '018f0000-0000-7000-8000-0000000000e1', name: 'Nightly export' },
        row,
        { purpose: 'export', proof: undefined as never },
      )
  }
  for (let day = 2; day < 60; day += 3) {
    const row = rows[day % rows.length]
    if (row)
      read(day * dayMs, jonas!, row, { offAssignment: true, ...(day % 2 === 0 && { afterHours: true }) })
  }
  for (let i = 0; i < 14 && rows.length > 0; i++)
    read(5 * dayMs - i * 20_000, tomas!, rows[(i * 5) % rows.length]!, { offAssignment: true })
  tell(5 * dayMs - 300_000, {
    type: 'alarm',
    outcome: 'bulk-reading',
    actor: tomas!,
    what: 'Tomás Oliveira opened 120 conversations within an hour.',
  })
  tell(5 * dayMs - 301_000, {
    type: 'suspension',
    actor: tomas!,
    what: '151 conversations within an hour; the budget of an agent is 150.',
  })
  tell(2 * dayMs, {
    type: 'access-widened',
    actor: maya!,
    what: 'Conversations per hour of an agent: 100, now 150.',
  })
  tell(3 * 3_600_000, {
    type: 'alarm',
    outcome: 'witness-silent',
    what: 'witness.auditors.example has not answered for 2 minutes.',
  })

  let suspension = 0
  for (const one of past.toSorted((a, b) => a.at.localeCompare(b.at))) {
    const { proof: signed, ...rest } = one
    const index = log.append(signed ? one : rest)
    if (one.type === 'suspension') suspension = index
  }
  return suspension
}
