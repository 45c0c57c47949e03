import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Draft, Fault } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { checkDelayMs, faultAt, faultsBelow, openDraftStore } from './draft-store.ts'

const first: Draft<Definition> = {
  revision: 3,
  definition: newDefinition('Aurelia', 'en'),
  savedBy: { id: '1', name: 'Maya' },
  savedAt: '2026-03-01T10:00:00Z',
  changed: true,
  trained: true,
}

function setUp(faults: Fault[] = []) {
  let held = first
  let refusal: Refusal | null = null
  const puts: { revision: number; name: string }[] = []
  const checked: string[] = []
  let wait: Promise<void> = Promise.resolve()
  const store = openDraftStore(
    {
      async put(revision, definition) {
        puts.push({ revision, name: definition.name })
        await wait
        if (refusal) throw refusal
        if (revision !== held.revision) throw new Refusal('draft_changed')
        held = { ...held, revision: revision + 1, definition: structuredClone(definition), trained: false }
        return held
      },
      check(definition) {
        checked.push(definition.name)
        return Promise.resolve(faults)
      },
      get: () => Promise.resolve(held),
    },
    first,
  )
  return {
    store,
    puts,
    checked,
    rename: (name: string) => store.change((definition) => ({ ...definition, name })),
    somebodySaves(name: string) {
      held = {
        ...held,
        revision: held.revision + 1,
        definition: { ...held.definition!, name },
        savedBy: { id: '2', name: 'Priya' },
      }
      return held
    },
    refuse: (with_: Refusal | null) => (refusal = with_),
    waitFor(promise: Promise<void>) {
      wait = promise
    },
  }
}

test('a change is unsaved until it is saved, and goes out with the revision it was made of', async () => {
  const { store, rename, puts } = setUp()
  assert.equal(store.state.get().dirty, false)
  rename('Aurelia 2')
  assert.equal(store.state.get().dirty, true)
  assert.equal(await store.save(), 'saved')
  assert.deepEqual(puts, [{ revision: 3, name: 'Aurelia 2' }])
  assert.equal(store.state.get().dirty, false)
  assert.equal(store.state.get().saved.revision, 4)
  assert.equal(store.state.get().definition!.name, 'Aurelia 2')
  store.close()
})

test('a change that changes nothing makes nothing unsaved', () => {
  const { store } = setUp()
  store.change((definition) => definition)
  assert.equal(store.state.get().dirty, false)
  store.close()
})

test('what is typed while a save is under way stays, and stays unsaved', async () => {
  const { store, rename, waitFor } = setUp()
  const { promise, resolve: go } = Promise.withResolvers<void>()
  waitFor(promise)
  rename('One')
  const saving = store.save()
  rename('Two')
  go()
  assert.equal(await saving, 'saved')
  assert.equal(store.state.get().definition!.name, 'Two')
  assert.equal(store.state.get().dirty, true)
  assert.equal(await store.save(), 'saved')
  assert.equal(store.state.get().dirty, false)
  store.close()
})

test('who saves over somebody else is told whose it is, keeps what they wrote, and can take the other one', async () => {
  const { store, rename, somebodySaves } = setUp()
  rename('Mine')
  somebodySaves('Theirs')
  assert.equal(await store.save(), 'conflict')
  assert.equal(store.state.get().theirs!.savedBy!.name, 'Priya')
  assert.equal(store.state.get().definition!.name, 'Mine')
  assert.equal(await store.save(), 'conflict', 'and is not saved by pressing again')
  store.takeTheirs()
  assert.equal(store.state.get().definition!.name, 'Theirs')
  assert.equal(store.state.get().dirty, false)
  rename('After theirs')
  assert.equal(await store.save(), 'saved')
  store.close()
})

test('a newer draft is taken at once when nothing here is unsaved, and never over what is', () => {
  const { store, rename, somebodySaves } = setUp()
  store.hear(somebodySaves('Theirs'))
  assert.equal(store.state.get().definition!.name, 'Theirs')
  rename('Mine')
  store.hear(somebodySaves('Theirs again'))
  assert.equal(store.state.get().definition!.name, 'Mine')
  assert.equal(store.state.get().theirs!.definition!.name, 'Theirs again')
  store.close()
})

test('that the same revision was trained is heard without touching what is being written', () => {
  const { store, rename } = setUp()
  rename('Mine')
  store.hear({ ...first, trained: false, definition: newDefinition('Another object', 'en') })
  assert.equal(store.state.get().saved.trained, false)
  assert.equal(store.state.get().definition!.name, 'Mine')
  assert.equal(store.state.get().theirs, null)
  store.close()
})

test('faults of a refused save stand at their fields; another refusal is told as it is', async () => {
  const { store, rename, refuse } = setUp()
  rename('')
  refuse(
    new Refusal('invalid_field', 'No.', { faults: [{ field: 'name', message: 'has 1 to 60 characters' }] }),
  )
  assert.equal(await store.save(), 'faults')
  assert.equal(faultAt(store.state.get().faults, 'name'), 'Has 1 to 60 characters.')
  assert.equal(store.state.get().dirty, true)
  refuse(new Refusal('not_allowed', 'Agents only read.'))
  assert.equal(await store.save(), 'problem')
  assert.equal(store.state.get().problem, 'Agents only read.')
  store.close()
})

test('what was typed is checked once it rests, and only the newest', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { store, rename, checked } = setUp([{ field: 'name', message: 'is too short' }])
  rename('A')
  rename('Ab')
  t.mock.timers.tick(checkDelayMs - 1)
  assert.deepEqual(checked, [])
  t.mock.timers.tick(1)
  await Promise.resolve()
  await Promise.resolve()
  assert.deepEqual(checked, ['Ab'])
  assert.equal(store.state.get().faults.length, 1)
  store.close()
})

test('a field has the faults of all that is in it, and none of a field that only begins alike', () => {
  const faults = [
    { field: 'intents[1].answer.en', message: 'is missing' },
    { field: 'intents[10].id', message: 'is used twice' },
    { field: 'intents[1]', message: 'has neither an answer nor a flow' },
  ]
  assert.equal(faultsBelow(faults, 'intents[1]').length, 2)
  assert.equal(faultsBelow(faults, 'intents').length, 3)
  assert.equal(faultAt(faults, 'intents[1].answer'), undefined)
})
