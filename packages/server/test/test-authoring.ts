import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { systemClock } from '../src/clock.ts'
import { openAuthoringRooms, type AuthoringRooms } from '../src/virtual-agents/open-authoring.ts'
import type { TestRooms } from './test-rooms.ts'

/** Authoring on test rooms: nothing is trained and nothing is called, so the nearest example by words answers. */
export function openTestAuthoring(rooms: TestRooms): AuthoringRooms {
  const untrained = (): Promise<never> => Promise.reject(new Error('nothing is trained in this test'))
  return openAuthoringRooms({
    store: rooms.store,
    clock: systemClock,
    ids: rooms.ids,
    log: (event) => void rooms.logged.push(event),
    people: async () => [],
    guardFormats: () => [],
    personBehindKey: async () => null,
    secretsKey: createSecretKey(randomBytes(32)),
    answeringFirst: rooms.routing.answeringFirst,
    encoder: () => assert.fail('nothing is encoded in this test'),
    trainer: { model: untrained, index: untrained },
    evaluator: { cluster: untrained, replay: untrained },
    outbound: { call: () => assert.fail('nothing is called in this test') },
    sites: async () => [],
  })
}
