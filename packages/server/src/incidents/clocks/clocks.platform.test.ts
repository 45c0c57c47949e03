import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { ClockList, ClockRule } from '@candor/protocol/incidents-api.ts'
import type { Actor } from '../../tenants/actor.ts'
import { openTestRooms, type TestRooms } from '../../../test/test-rooms.ts'
import { openClocks, type Clocks } from './clocks.ts'
import { shippedRules } from './rules/shipped-rules.ts'

let rooms: TestRooms
let clocks: Clocks
let ines: Actor
let now = Date.parse('2026-06-02T12:00:00Z')

before(async () => {
  rooms = await openTestRooms()
  const { store, ids } = rooms
  clocks = openClocks({ store, ids, clock: { now: () => now } })
  ines = { tenant: rooms.tenant, kind: 'agent', id: randomUUID(), name: 'Ines', role: 'privacy-officer' }
})
after(() => rooms.close())

async function begun(facts: object): Promise<string> {
  now = Date.parse('2026-06-02T12:00:00Z')
  const incident = randomUUID()
  await clocks.setFacts(ines, incident, { request: randomUUID(), revision: 0, facts })
  return incident
}

const texans = (persons: number) => ({
  role: 'owner',
  publicCompany: false,
  cardBrands: [],
  establishment: '',
  determinedAt: '2026-06-01T14:00:00Z',
  affected: [{ jurisdiction: 'US-TX', persons, categories: ['payment-card'], protection: 'clear' }],
})

function clockOf(list: ClockList, id: string): { status: string; dueAt: string | null } | undefined {
  const clock = list.items.find((item) => item.id === id)
  return clock && { status: clock.status, dueAt: clock.dueAt }
}

test('of an incident of which nothing is known there are no clocks, and nothing pauses or meets them', async () => {
  const incident = randomUUID()
  const absent = { code: 'not_found' }
  await assert.rejects(clocks.list(ines.tenant, incident), absent)
  await assert.rejects(clocks.history(ines.tenant, incident), absent)
  await assert.rejects(clocks.met(ines, incident, randomUUID(), {}), absent)
  await assert.rejects(clocks.pause(ines, incident, randomUUID(), {}), absent)
})

test('a count that changes, a pause, its end and a notice: each is in the history, with who and why', async () => {
  const incident = await begun(texans(249))
  const more = { request: randomUUID(), revision: 1, facts: { affected: texans(250).affected } }
  const list = await clocks.setFacts(ines, incident, more)
  assert.equal(list.revision, 2)
  assert.match(list.confirm, /counsel confirms/)
  assert.deepEqual(clockOf(list, 'us-tx-attorney-general'), {
    status: 'running',
    dueAt: '2026-07-02T04:59:59.000Z',
  })

  now = Date.parse('2026-06-10T15:00:00Z')
  const pause = randomUUID()
  const asked = {
    by: 'law-enforcement',
    reason: 'An arrest is near',
    document: 'letter.pdf',
    written: true,
    jurisdictions: null,
    from: '2026-06-10T14:00:00Z',
  }
  assert.deepEqual(clockOf(await clocks.pause(ines, incident, pause, asked), 'us-tx-attorney-general'), {
    status: 'paused',
    dueAt: null,
  })
  now = Date.parse('2026-06-15T15:00:00Z')
  const lifted = await clocks.resume(ines, incident, randomUUID(), pause, { at: '2026-06-15T14:00:00Z' })
  // 1 July and the five days that it stood still.
  assert.deepEqual(clockOf(lifted, 'us-tx-attorney-general'), {
    status: 'running',
    dueAt: '2026-07-07T04:59:59.000Z',
  })
  await assert.rejects(clocks.resume(ines, incident, randomUUID(), pause, { at: '2026-06-15T14:00:00Z' }), {
    code: 'state_conflict',
  })
  await assert.rejects(clocks.resume(ines, incident, randomUUID(), randomUUID(), {}), { code: 'not_found' })

  const sent = { clock: 'us-tx-attorney-general', at: '2026-06-15T14:30:00Z', evidence: 'portal receipt 17' }
  assert.equal(clockOf(await clocks.met(ines, incident, randomUUID(), sent), sent.clock)?.status, 'met')
  await assert.rejects(clocks.met(ines, incident, randomUUID(), sent), { code: 'state_conflict' })
  await assert.rejects(clocks.met(ines, incident, randomUUID(), { ...sent, clock: 'us-ca-individuals' }), {
    code: 'state_conflict',
  })

  const history = (await clocks.history(ines.tenant, incident))
    .filter(({ clock }) => clock === sent.clock)
    .reverse()
  assert.deepEqual(
    history.map(({ by, from, to, because }) => [by, from?.status ?? null, to?.status, because.at(-1)]),
    [
      ['Ines', null, 'not-triggered', 'Exposed of persons of Texas: nothing → payment-card.'],
      ['Ines', 'not-triggered', 'running', 'Affected persons of Texas: 249 → 250.'],
      ['Ines', 'running', 'paused', 'Paused from 2026-06-10T14:00:00.000Z: An arrest is near.'],
      [
        'Ines',
        'paused',
        'running',
        'The pause of 2026-06-10T14:00:00.000Z was lifted 2026-06-15T14:00:00.000Z.',
      ],
      [
        'Ines',
        'running',
        'met',
        'us-tx-attorney-general was met 2026-06-15T14:30:00.000Z: portal receipt 17.',
      ],
    ],
  )
})

test('who read an older revision is told so, a scope that was computed anew is not', async () => {
  const incident = await begun(texans(1))
  await clocks.setFacts(ines, incident, {
    request: randomUUID(),
    revision: 1,
    facts: { publicCompany: null },
  })
  await assert.rejects(
    clocks.setFacts(ines, incident, { request: randomUUID(), revision: 1, facts: { role: null } }),
    {
      code: 'draft_changed',
    },
  )
  const scope = { request: randomUUID(), revision: null, facts: { affected: texans(5).affected } }
  const list = await clocks.setFacts(ines, incident, scope)
  assert.deepEqual([list.revision, list.facts.publicCompany, list.facts.affected[0]!.persons], [3, null, 5])
})

test('a request that comes twice decides once, and two at once come one after the other', async () => {
  const incident = await begun(texans(1))
  const deed = { request: randomUUID(), revision: 1, facts: { publicCompany: true } }
  await clocks.setFacts(ines, incident, deed)
  assert.equal((await clocks.setFacts(ines, incident, deed)).revision, 2)
  await assert.rejects(clocks.pause(ines, incident, deed.request, {}), { code: 'idempotency_conflict' })
  const both = await Promise.allSettled(
    [10, 20].map((persons) =>
      clocks.setFacts(ines, incident, {
        request: randomUUID(),
        revision: 2,
        facts: { affected: texans(persons).affected },
      }),
    ),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('what changes nothing is no decision', async () => {
  const incident = await begun(texans(1))
  const again = { request: randomUUID(), revision: 1, facts: texans(1) }
  assert.equal((await clocks.setFacts(ines, incident, again)).revision, 1)
})

test('a rule of the tenant’s counsel comes, has its next version, and goes; the incident’s history tells', async () => {
  const incident = await begun(texans(1))
  const rule: ClockRule = {
    ...shippedRules.find(({ id }) => id === 'us-tx-individuals')!,
    id: 'own-bank-contract',
    family: 'own',
    title: 'Contract with the bank',
    deadline: {
      promptly: true,
      limit: { count: 24, unit: 'hours', calendar: null, closes: null },
      individuals: null,
    },
    effective: { from: null, until: '2026-07-01' },
  }
  const request = randomUUID()
  await clocks.addRule(ines, request, rule)
  assert.deepEqual(await clocks.addRule(ines, request, rule), rule)
  await assert.rejects(clocks.addRule(ines, request, { ...rule, title: 'Other' }), {
    code: 'idempotency_conflict',
  })
  await assert.rejects(clocks.addRule(ines, randomUUID(), rule), { code: 'state_conflict' })
  await assert.rejects(
    clocks.addRule(ines, randomUUID(), {
      ...rule,
      version: 2,
      effective: { from: '2026-06-30', until: null },
    }),
    { code: 'invalid_field', field: 'effective' },
  )
  const next = { ...rule, version: 2, effective: { from: '2026-07-01', until: null } }
  await clocks.addRule(ines, randomUUID(), next)
  assert.equal((await clocks.rules(ines.tenant)).length, shippedRules.length + 2)
  // Determined 1 June 14:00, and 24 hours; it was 2 June, noon.
  assert.deepEqual(clockOf(await clocks.list(ines.tenant, incident), rule.id), {
    status: 'running',
    dueAt: '2026-06-02T14:00:00.000Z',
  })
  await clocks.withdrawRule(ines, rule.id, 1)
  await assert.rejects(clocks.withdrawRule(ines, rule.id, 1), { code: 'not_found' })
  assert.equal(clockOf(await clocks.list(ines.tenant, incident), rule.id), undefined)
  const history = (await clocks.history(ines.tenant, incident)).filter(({ clock }) => clock === rule.id)
  assert.deepEqual(
    history.map(({ to, because }) => [to?.status ?? null, because]),
    [
      [null, ['The rule itself changed.']],
      ['running', ['The rule itself changed.']],
    ],
  )
})
