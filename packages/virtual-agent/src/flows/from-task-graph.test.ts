import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileBook } from './compile-book.ts'
import {
  bookFromTaskGraphs,
  flowFromTaskGraph,
  stepIdOf,
  type TaskApi,
  type TaskGraph,
} from './from-task-graph.ts'

/** A task in the form of the corpus, made up for this test. */
const boat: TaskGraph = {
  task: 'boat_hire',
  replies: {
    hello: 'Hello!',
    ask_name: 'May I have your name, please?',
    boat_ask_day: 'For which day?',
    boat_ask_size: 'For how many people?',
    boat_ask_confirm: 'The {boat:s} is free. Shall I book it?',
    boat_taken: 'All boats are taken.',
    boat_booked: 'The {boat:s} is yours.',
    boat_inform_nothing_found: 'There are no boats. Would you like another day?',
    anything_else: 'Anything else?',
    goodbye_1: 'Goodbye.',
    out_of_scope: 'I only hire out boats.',
    yes: 'Yes',
    no: 'No',
    available: 'Available',
    unavailable: 'Unavailable',
    query_check: 'Check',
    query_book: 'Book',
  },
  graph: {
    hello: 'ask_name',
    ask_name: 'boat_ask_day',
    boat_ask_day: 'boat_ask_size',
    boat_ask_size: 'query_check',
    available: 'boat_ask_confirm',
    unavailable: 'boat_taken',
    no: 'boat_ask_day',
    yes: 'query_book',
    query_book: 'boat_booked',
    boat_booked: 'anything_else',
  },
}
const boatApi: TaskApi = {
  input: [
    { Name: 'Name', Type: 'Categorical', Categories: ['Otter', 'Heron'] },
    { Name: 'Day', Type: 'Categorical', Categories: ['Monday', 'Tuesday', 'Sunday'] },
    { Name: 'PartySize', Type: 'Integer', Min: 1, Max: 6 },
    { Name: 'RequestType', Type: 'RequestType', Categories: ['Check', 'Book'] },
  ],
  output: [{ Name: 'Message', Type: 'LongString' }],
  required: [],
}

test('a task graph becomes a flow that compiles', () => {
  const result = compileBook(bookFromTaskGraphs([{ graph: boat, api: boatApi }]))
  assert.ok('compiled' in result, JSON.stringify('faults' in result ? result.faults : []))
})

test('questions collect by the type of the field they are about; a visitor has a name of their own', () => {
  const { flow } = flowFromTaskGraph(boat, boatApi)
  const kinds = Object.fromEntries(flow.slots.map(({ name, type }) => [name, type.kind]))
  assert.deepEqual(
    [kinds['name'], kinds['day'], kinds['size'], kinds['boat']],
    ['text', 'date', 'quantity', 'text'],
  )
})

test('a reply that only leads to a booking becomes its confirmation', () => {
  const { flow, tools } = flowFromTaskGraph(boat, boatApi)
  const step = flow.steps.find(({ id }) => id === stepIdOf('boat_ask_confirm'))
  assert.ok(step?.kind === 'action')
  assert.equal(step.confirm?.en, 'The {boat} is free. Shall I book it?')
  assert.equal(tools.find(({ id }) => id === step.tool)?.effect, 'write')
})

test('a way back forgets what is asked on it, and nothing else', () => {
  const { flow } = flowFromTaskGraph(boat, boatApi)
  const step = flow.steps.find(({ id }) => id === stepIdOf('boat_taken'))
  assert.ok(step?.kind === 'say' && typeof step.next === 'string')
  const forget = flow.steps.find(({ id }) => id === step.next)
  assert.ok(forget?.kind === 'set')
  assert.deepEqual(forget.values, { day: null, size: null })
  assert.equal(forget.next, stepIdOf('boat_ask_day'))
})
