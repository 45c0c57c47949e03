import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLiveEndings, type LiveEnding } from './live-endings.ts'

/** Time that the test moves; what is due runs. */
function fakeTime() {
  let now = 1_000_000
  const due = new Map<() => void, number>()
  return {
    clock: { now: () => now },
    after(ms: number, run: () => void) {
      due.set(run, now + ms)
      return () => void due.delete(run)
    },
    pass(ms: number) {
      now += ms
      for (const [run, at] of [...due]) if (at <= now && due.delete(run)) run()
    },
    waiting: () => due.size,
  }
}

const dayMs = 12 * 3_600_000

test('a connection ends when its sign-in ends by itself, not before and not twice', () => {
  const time = fakeTime()
  const endings = openLiveEndings(time)
  const heard: LiveEnding[] = []
  endings.watch('desk', time.clock.now() + dayMs, (how) => heard.push(how))
  time.pass(dayMs - 1)
  assert.deepEqual(heard, [])
  time.pass(1)
  assert.deepEqual(heard, ['ended'])
  time.pass(dayMs)
  assert.deepEqual(heard, ['ended'])
})

test('a connection that is gone is not ended, and holds no timer', () => {
  const time = fakeTime()
  const endings = openLiveEndings(time)
  const stop = endings.watch('desk', time.clock.now() + dayMs, () => assert.fail('ended'))
  stop()
  assert.equal(time.waiting(), 0)
  endings.ended('desk')
  time.pass(2 * dayMs)
})

test('all connections of a session hear of its end or change, and those of others do not', () => {
  const endings = openLiveEndings(fakeTime())
  const heard: string[] = []
  endings.watch('ada', undefined, (how) => heard.push(`tab 1 ${how}`))
  endings.watch('ada', undefined, (how) => heard.push(`tab 2 ${how}`))
  endings.watch('ben', undefined, () => heard.push('ben'))
  endings.changed('ada')
  endings.ended('ada')
  assert.deepEqual(heard, ['tab 1 changed', 'tab 2 changed', 'tab 1 ended', 'tab 2 ended'])
})
