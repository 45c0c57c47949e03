import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Trained } from './trained.ts'
import { openTraining, type Trainer, type Training, type TrainingPart } from './training.ts'

const ada = (tenant: string): Actor => ({ tenant, kind: 'agent', id: `ada of ${tenant}`, name: 'Ada' })
const part = (name: string): TrainingPart => ({
  kind: 'model',
  hash: Buffer.from(name),
  definition: newDefinition(name, 'en'),
})

/** A trainer that does as it is told, and a memory of what was kept. */
function open(): {
  training: Training
  kept: string[]
  begun: string[]
  finish(name: string): void
  fail(name: string): void
  pass(ms: number): void
} {
  const kept: string[] = []
  const begun: string[] = []
  const turns = new Map<string, PromiseWithResolvers<void>>()
  let now = Date.parse('2026-11-25T10:00:00Z')
  const trained: Trained = {
    have: async (_, hashes) => hashes.map((hash) => kept.includes(hash.toString())),
    bytes: async () => null,
    newestIndex: async () => null,
    crossValidation: async () => null,
    keep: async (_, hash) => void kept.push(hash.toString()),
  }
  const trainer: Trainer = {
    async model({ name }, { signal, progress }) {
      begun.push(name)
      const turn = Promise.withResolvers<void>()
      turns.set(name, turn)
      signal.addEventListener('abort', () => turn.reject(signal.reason))
      progress(0.5, 'half')
      await turn.promise
      return { kind: 'model', bytes: new Uint8Array(1), crossValidation: {} as never }
    },
    index: () => assert.fail('no articles here'),
  }
  return {
    training: openTraining({ trained, trainer, clock: { now: () => now }, log: () => undefined }),
    kept,
    begun,
    finish: (name) => turns.get(name)!.resolve(),
    fail: (name) => turns.get(name)!.reject(new Error('two intents are the same')),
    pass: (ms) => (now += ms),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one training at a time; who waits is told how many come first, and what nobody asked for comes last', async () => {
  const { training, begun, finish, kept } = open()
  await training.start(ada('a'), 1, [part('first')])
  training.startUnasked('z', [part('unasked')])
  assert.equal((await training.start(ada('b'), 1, [part('second')])).ahead, 1)
  assert.equal((await training.start(ada('c'), 1, [part('third')])).ahead, 2)
  assert.deepEqual([training.status('a').state, training.status('a').fraction], ['running', 0.5])
  assert.equal(training.status('z').state, 'none')
  for (const name of ['first', 'second', 'third', 'unasked']) {
    finish(name)
    for (let i = 0; i < 4; i++) await turn()
  }
  await training.settled()
  assert.deepEqual(begun, ['first', 'second', 'third', 'unasked'])
  assert.deepEqual(kept, begun)
  assert.equal(training.status('c').state, 'done')
})

test('other examples of the same tenant take the place of those that are being trained; the same ones do not', async () => {
  const { training, begun, finish, kept } = open()
  await training.start(ada('a'), 1, [part('old')])
  await training.start(ada('a'), 1, [part('old')])
  await training.start(ada('a'), 2, [part('new')])
  for (let i = 0; i < 4; i++) await turn()
  finish('new')
  await training.settled()
  assert.deepEqual([begun, kept], [['old', 'new'], ['new']])
  assert.deepEqual([training.status('a').state, training.status('a').revision], ['done', 2])
  // What is at hand is not made again.
  assert.equal((await training.start(ada('a'), 3, [part('new')])).state, 'done')
  assert.deepEqual(begun, ['old', 'new'])
})

test('a training that is stopped keeps nothing, and one that fails says why', async () => {
  const { training, fail, kept } = open()
  await training.start(ada('a'), 1, [part('one')])
  assert.equal(training.stop('a').state, 'stopped')
  await training.settled()
  await training.start(ada('a'), 1, [part('two')])
  fail('two')
  await training.settled()
  const { state, reason } = training.status('a')
  assert.deepEqual([state, reason], ['failed', 'two intents are the same'])
  assert.deepEqual(kept, [])
})

test('more than twenty do not wait, and what fails unasked is tried again an hour later at most', async () => {
  const { training, begun, fail, pass } = open()
  for (let i = 0; i <= 20; i++) await training.start(ada(`t${i}`), 1, [part(`p${i}`)])
  await assert.rejects(training.start(ada('late'), 1, [part('late')]), { code: 'busy' })
  for (let i = 0; i <= 20; i++) training.stop(`t${i}`)
  await training.settled()
  for (const _ of ['once', 'twice']) {
    training.startUnasked('z', [part('broken')])
    if (begun.at(-1) === 'broken') fail('broken')
    await training.settled()
  }
  assert.equal(begun.filter((name) => name === 'broken').length, 1)
  pass(61 * 60_000)
  training.startUnasked('z', [part('broken')])
  fail('broken')
  await training.settled()
  assert.equal(begun.filter((name) => name === 'broken').length, 2)
})
