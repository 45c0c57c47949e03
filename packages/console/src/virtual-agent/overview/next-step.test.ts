import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VirtualAgentOverview, VersionSummary } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import type { EditedDraft } from '../draft-store.ts'
import { addIntent } from '../intents/change-intents.ts'
import { progressOf, stages } from './next-step.ts'

const definition = addIntent(
  addIntent(newDefinition('Aurelia', 'en'), 'Refunds', 'en').definition,
  'Baggage',
  'en',
).definition
const maya = { id: 'maya', mayEdit: true, mayApprove: true }
const overview: VirtualAgentOverview<Definition> = {
  current: null,
  script: null,
  draft: { revision: 1, definition, savedBy: null, savedAt: null, changed: true, trained: false },
  proposal: null,
  training: {
    state: 'none',
    revision: 0,
    fraction: 0,
    what: '',
    ahead: 0,
    startedBy: null,
    startedAt: null,
    endedAt: null,
    reason: null,
  },
  approvers: [{ id: 'priya', name: 'Priya Raman' }],
  secrets: [],
}
const edited: EditedDraft = {
  saved: overview.draft,
  definition,
  dirty: false,
  saving: false,
  faults: [],
  theirs: null,
  problem: null,
}
const proposal = { version: 4, proposedBy: { id: 'maya', name: 'Maya' } } as VersionSummary
const trained = { ...edited, saved: { ...edited.saved, trained: true } }

const stage = (...args: Parameters<typeof progressOf>): string => stages[progressOf(...args).at]!
const sentence = (...args: Parameters<typeof progressOf>): string => progressOf(...args).next.sentence

test('a draft goes from writing over training and review to approval, one step at a time', () => {
  const few = { ...edited, definition: newDefinition('Aurelia', 'en') }
  assert.equal(stage(overview, few, maya), 'Write')
  assert.equal(stage(overview, edited, maya), 'Train')
  assert.equal(stage(overview, trained, maya), 'Review and propose')
  assert.equal(stage({ ...overview, proposal }, trained, maya), 'Approval')
  assert.equal(stage(overview, { ...trained, saved: { ...trained.saved, changed: false } }, maya), 'In force')
})

test('who proposed is told who can approve; who can approve is asked to; nobody is asked about their own', () => {
  assert.match(sentence({ ...overview, proposal }, trained, maya), /waits for a second person: Priya Raman/)
  assert.match(
    sentence({ ...overview, proposal }, trained, { ...maya, id: 'priya' }),
    /Maya proposes version 4/,
  )
  assert.match(sentence({ ...overview, proposal, approvers: [] }, trained, maya), /nobody could approve/)
})

test('what is wrong or unsaved comes before everything that follows from it', () => {
  const faults = [{ field: 'name', message: 'is empty' }]
  assert.match(sentence({ ...overview, proposal }, { ...trained, faults }, maya), /put right/)
  assert.match(sentence({ ...overview, proposal }, { ...trained, dirty: true }, maya), /unsaved changes/)
})

test('who only reads is told so, and a privacy officer is still asked to approve', () => {
  const reader = { id: 'jonas', mayEdit: false, mayApprove: false }
  assert.match(sentence({ ...overview, proposal }, trained, reader), /look at everything/)
  assert.match(
    sentence({ ...overview, proposal }, trained, { ...reader, mayApprove: true }),
    /approve or refuse/,
  )
})
