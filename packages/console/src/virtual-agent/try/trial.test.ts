import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { TryAnswer, TryRequest } from '@candor/protocol/virtual-agent-api.ts'
import type { Decision } from '@candor/virtual-agent/decision.ts'
import { openTrial, type TrialSettings } from './trial.ts'

const settings: TrialSettings = { of: 'draft', locale: 'en', agentsOnline: true, today: null }
const says = (text: string, more: object = {}): TryAnswer<Decision> =>
  ({
    decision: {
      kind: 'reply',
      say: { text, options: [], parts: [] },
      state: { said: text },
      trace: {},
      ...more,
    },
    note: null,
  }) as unknown as TryAnswer<Decision>

function setUp() {
  const asked: TryRequest<unknown, unknown>[] = []
  const answers: (TryAnswer<Decision> | Refusal | Promise<TryAnswer<Decision>>)[] = []
  const trial = openTrial(async (request) => {
    asked.push(request)
    const answer = await answers.shift()!
    if (answer instanceof Refusal) throw answer
    return answer
  })
  return { trial, asked, answers }
}

test('every turn goes out with the state and the lines that the turns before left', async () => {
  const { trial, asked, answers } = setUp()
  answers.push(says('Hello'), says('Seven days'), says('Bye'))
  await trial.start(settings)
  await trial.say('When is my refund?')
  await trial.say('Thanks')
  assert.deepEqual(
    asked.map(({ occasion, state, history }) => [occasion.kind, state, history.map(({ text }) => text)]),
    [
      ['started', null, []],
      ['said', { said: 'Hello' }, ['Hello']],
      ['said', { said: 'Seven days' }, ['Hello', 'When is my refund?', 'Seven days']],
    ],
  )
})

test('what is refused was not said: it is not in the conversation, and can be said again', async () => {
  const { trial, asked, answers } = setUp()
  answers.push(says('Hello'), new Refusal('busy', 'Later.'), says('Yes'))
  await trial.start(settings)
  await trial.say('Hi')
  assert.equal(trial.state.get().entries.length, 1)
  assert.equal(trial.state.get().problem!.message, 'Later.')
  await trial.say('Hi')
  assert.equal(trial.state.get().entries.length, 3)
  assert.equal(trial.state.get().problem, null)
  assert.deepEqual(asked[2]!.history, [{ by: 'virtual-agent', text: 'Hello' }])
})

test('an answer to a conversation that was begun anew meanwhile is not shown', async () => {
  const { trial, answers } = setUp()
  const { promise, resolve: late } = Promise.withResolvers<TryAnswer<Decision>>()
  answers.push(promise, says('New'))
  const first = trial.start(settings)
  await trial.start({ ...settings, of: 'current' })
  late(says('Old'))
  await first
  const [entry, ...more] = trial.state.get().entries
  assert.equal(more.length, 0)
  assert.equal(entry?.kind === 'turn' && entry.decision.say?.text, 'New')
})

test('a call waits for a simulated answer, which goes out with it', async () => {
  const { trial, asked, answers } = setUp()
  const call = { key: 'k', tool: 'find-order', args: {} }
  answers.push(says('One moment', { kind: 'call', call }), says('It is on its way'))
  await trial.start(settings)
  assert.equal(trial.state.get().call, call)
  await trial.answerTool({ kind: 'fault', fault: 'timeout' })
  assert.deepEqual(asked[1]!.occasion, { kind: 'tool', call, outcome: { kind: 'fault', fault: 'timeout' } })
  assert.equal(trial.state.get().call, null)
})
