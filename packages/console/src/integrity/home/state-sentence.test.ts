import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntegrityAlarm, IntegrityHome, PageTemplate } from '@candor/protocol/integrity-api.ts'
import { stateSentence } from './state-sentence.ts'

const page = (reportedAt: string | null): PageTemplate => ({
  id: 'p',
  template: 'https://shop.example/',
  cardFields: false,
  cardFieldsApproved: false,
  firstSeenAt: '2026-11-01T00:00:00Z',
  lastSeenAt: '2026-11-25T00:00:00Z',
  views24h: 10,
  reportedAt,
  reportingShare: reportedAt === null ? null : 0.6,
  openAlarms: 0,
})

const alarm = (weight: IntegrityAlarm['weight'], state: IntegrityAlarm['state'] = 'open') =>
  ({ weight, state }) as IntegrityAlarm

function home(change: Partial<IntegrityHome>): IntegrityHome {
  return {
    pages: [],
    scripts: { total: 0, new: 0, changed: 0 },
    reporting: { headers: [], lastReportAt: null, share: 0.62, viewsByMinute: [], reportsByMinute: [] },
    watcher: { pages: 0, lastRun: null },
    alarms: [],
    containments: [],
    release: null,
    ...change,
  }
}

const seen = page('2026-11-25T00:00:00Z')

test('all is well only where every page reports, nothing waits and nothing is stopped', () => {
  assert.deepEqual(stateSentence(home({ pages: [seen, seen] })), {
    tone: 'good',
    title: 'All 2 pages run only what was approved',
    detail: 'As 62 % of the last hour’s page views reported.',
  })
  const blind = stateSentence(home({ pages: [seen, page(null)] }))
  assert.equal(blind.tone, 'warn')
  assert.equal(blind.title, '1 of 2 pages runs only what was approved')
  assert.match(blind.detail, /1 page does not report: what runs there is not known/)
  const stopped = stateSentence(home({ pages: [seen], containments: [{ undoneAt: null } as never] }))
  assert.equal(stopped.tone, 'warn')
  assert.match(stopped.detail, /One containment is in force/)
})

test('an open alarm goes before everything else, and proof before findings', () => {
  const findings = stateSentence(home({ pages: [seen], alarms: [alarm('finding'), alarm('gap')] }))
  assert.equal(findings.title, '2 alarms need a decision')
  assert.equal(findings.tone, 'warn')
  const proof = stateSentence(home({ pages: [seen], alarms: [alarm('finding'), alarm('proof')] }))
  assert.equal(proof.tone, 'bad')
  assert.match(proof.title, /Card data was seen leaving: 2 alarms need a decision/)
  assert.equal(
    stateSentence(home({ pages: [seen], alarms: [alarm('proof', 'contained')] })).tone,
    'good',
    'what was decided needs nobody',
  )
})

test('what cannot be seen is not called well', () => {
  assert.equal(stateSentence(home({})).title, 'Nothing is seen yet')
  assert.match(stateSentence(home({ pages: [page(null)] })).title, /no browser reports what runs there/)
  assert.match(
    stateSentence(home({ pages: [seen], scripts: { total: 4, new: 3, changed: 0 } })).title,
    /3 scripts wait for a first decision/,
  )
})
