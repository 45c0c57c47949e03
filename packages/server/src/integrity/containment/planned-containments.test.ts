import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainmentScope, IntegrityAlarm, Playbook } from '@candor/protocol/integrity-api.ts'
import { plannedContainments, type Known } from './planned-containments.ts'

const inForceRelease = 'r'.repeat(43)
const at = '2026-11-25T10:00:00.000Z'
const alarm: IntegrityAlarm = {
  id: 'alarm-1',
  kind: 'unknown-script',
  weight: 'finding',
  template: 'https://shop.example/pay/:id',
  page: 'https://shop.example/pay/4711',
  script: 'https://evil.example/s.js',
  hash: 'sha256-abc',
  what: 'A script that nobody knows runs on the payment page.',
  firstSeenAt: at,
  lastSeenAt: at,
  raisedAt: at,
  views: 5,
  share: 0.05,
  sources: 4,
  state: 'open',
  by: null,
  at: null,
  containment: null,
  bodyKept: false,
}
const nothing: Known = { inForce: [], answered: false, release: inForceRelease }

function planned(
  rules: [IntegrityAlarm['kind'], ContainmentScope['kind'], number][],
  of: Partial<IntegrityAlarm> = {},
  known: Partial<Known> = {},
): ContainmentScope[] {
  const playbook: Pick<Playbook, 'rules'> = {
    rules: rules.map(([kind, scope, sharePercentMin]) => ({ kind, scope, sharePercentMin })),
  }
  return plannedContainments(playbook, { ...alarm, ...of }, { ...nothing, ...known })
}

test('an empty playbook, or one about other alarms, contains nothing', () => {
  assert.deepEqual(planned([]), [])
  assert.deepEqual(planned([['unknown-hash', 'tenant', 0]]), [])
})

test('each scope names what the alarm is about', () => {
  const of = (scope: ContainmentScope['kind']): ContainmentScope[] => planned([['unknown-script', scope, 0]])
  assert.deepEqual(of('tenant'), [{ kind: 'tenant' }])
  assert.deepEqual(of('site'), [{ kind: 'site', origin: 'https://shop.example' }])
  assert.deepEqual(of('template'), [{ kind: 'template', template: alarm.template }])
  assert.deepEqual(of('release'), [{ kind: 'release', release: inForceRelease }])
})

test('an alarm about a release contains that release and not the one in force', () => {
  const other = 'x'.repeat(43)
  const rules = [['release-unverified', 'release', 0]] as const
  const plannedFor = planned(
    [...rules.map((rule) => [...rule] as [(typeof rule)[0], (typeof rule)[1], number])],
    {
      kind: 'release-unverified',
      hash: other,
    },
  )
  assert.deepEqual(plannedFor, [{ kind: 'release', release: other }])
})

test('an alarm that does not say where contains nothing narrower than the tenant', () => {
  const nowhere = { template: null, page: null }
  assert.deepEqual(planned([['unknown-script', 'site', 0]], nowhere), [])
  assert.deepEqual(planned([['unknown-script', 'template', 0]], nowhere), [])
  assert.deepEqual(planned([['unknown-script', 'release', 0]], nowhere, { release: null }), [])
  assert.deepEqual(planned([['unknown-script', 'tenant', 0]], nowhere), [{ kind: 'tenant' }])
})

test('below the share of the rule nothing happens; at the share it does', () => {
  assert.equal(planned([['unknown-script', 'template', 5]], { share: 0.049 }).length, 0)
  assert.equal(planned([['unknown-script', 'template', 5]], { share: 0.05 }).length, 1)
  assert.equal(planned([['unknown-script', 'template', 100]], { share: 1 }).length, 1)
})

test('without a share only a threshold of 0 is reached, but proof reaches every one', () => {
  assert.equal(planned([['unknown-script', 'site', 1]], { share: null }).length, 0)
  assert.equal(planned([['unknown-script', 'site', 0]], { share: null }).length, 1)
  const proof = { kind: 'canary-seen', weight: 'proof', share: null } as const
  assert.equal(planned([['canary-seen', 'site', 50]], proof).length, 1)
})

test('an alarm is answered once: not when it is decided, contained, or was answered and that was undone', () => {
  const rule: Parameters<typeof planned>[0] = [['unknown-script', 'site', 0]]
  for (const state of ['approved', 'contained', 'incident', 'dismissed'] as const)
    assert.deepEqual(planned(rule, { state }), [], state)
  assert.deepEqual(planned(rule, { containment: 'c' }), [])
  assert.deepEqual(planned(rule, {}, { answered: true }), [])
})

test('what is contained already is not contained again, and the widest comes first and alone', () => {
  const all: Parameters<typeof planned>[0] = [
    ['unknown-script', 'template', 0],
    ['unknown-script', 'release', 0],
    ['unknown-script', 'site', 0],
  ]
  assert.deepEqual(
    planned(all).map(({ kind }) => kind),
    ['site', 'release'],
  )
  assert.deepEqual(
    planned([...all, ['unknown-script', 'tenant', 0]]).map(({ kind }) => kind),
    ['tenant'],
  )
  const inForce: ContainmentScope[] = [{ kind: 'site', origin: 'https://shop.example' }]
  assert.deepEqual(
    planned(all, {}, { inForce }).map(({ kind }) => kind),
    ['release'],
  )
  assert.deepEqual(planned(all, {}, { inForce: [{ kind: 'tenant' }] }), [])
})
