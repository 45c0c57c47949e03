import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GuardWindow } from '../src/card-guard.ts'
import { openWindow } from '../src/card-guard.ts'

test('a number split over messages masks the earlier pieces too, with chatter between', () => {
  assert.deepEqual(
    shown(['my card is 4111', 'wait', '1111', 'ok so next 1111', 'one moment please', '1111']),
    [
      'my card is [card number removed]',
      'wait',
      '[card number removed]',
      'ok so next [card number removed]',
      'one moment please',
      '[card number removed]',
    ],
  )
})

test('sixteen messages of one digit are a number', () => {
  const masked = shown([...'4111111111111111'])
  assert.deepEqual(new Set(masked), new Set(['[card number removed]']))
})

test('pieces in words join as well', () => {
  const masked = shown(['four one one one', 'one one one one', 'hold on', 'eleven eleven', 'quadruple one'])
  assert.equal(
    masked.join(' '),
    '[card number removed] [card number removed] hold on [card number removed] [card number removed]',
  )
})

test('three digits after a number are its code', () => {
  assert.deepEqual(shown(['4111 1111 1111 1111', '12/26', '123']).at(-1), '[security code removed]')
})

test('only messages that may continue are changed later', () => {
  const window = openWindow()
  const mayContinue = new Map<string, boolean>()
  for (const [i, text] of ['hello', '4111 1111', 'see you at five', '1111', '1111'].entries()) {
    const screened = window.screen(String(i), text)
    for (const { id } of screened.earlier) assert.equal(mayContinue.get(id), true)
    mayContinue.set(String(i), screened.mayContinue)
  }
  assert.equal(mayContinue.get('0'), false)
})

test('numbers that have nothing to do with each other are left alone', () => {
  for (const thread of [
    ['my zip is 94105', 'order 3348917502', 'call 555-123-4567'],
    ['2 adults', 'on 12/05/2026', 'flight BA2490', 'at 10:30', '4 bags'],
    ['484 anna nagar', '7981531254'],
  ]) {
    assert.deepEqual(shown(thread), thread)
  }
})

test('what counts, measures or numbers things is no piece of a number', () => {
  for (const write of [
    (n: number) => `Message ${n}`,
    (n: number) => `message ${n} from writer 2`,
    (n: number) => `w1-${n}`,
    (n: number) => `${n}`,
    (n: number) => `${4000 + n}`,
    (n: number) => `hello ${n} 0.0496035${n}6143903011`,
    (n: number) => `${n}/300`,
  ]) {
    const thread = Array.from({ length: 300 }, (_, n) => write(n))
    assert.deepEqual(shown(thread), thread)
  }
})

test('a number follows on other numbers of the talk', () => {
  const talk = [
    '2',
    'for 2 adults and 1 child',
    'flight BA2490 on 12/05/2026',
    'order 88213',
    'my zip is 94105',
  ]
  for (const pieces of [
    ['4111', '1111', '1111', '1111'],
    ['41', '11111', '111', '111111'],
  ]) {
    const masked = pieces.map(() => '[card number removed]')
    assert.deepEqual(shown([...talk, 'now my card', ...pieces]), [...talk, 'now my card', ...masked])
  }
})

test('how many digits come, or which piece it is, does not belong to the number', () => {
  for (const [first, ...rest] of [
    ['first four 4111', 'next four 1111', 'then four 1111', 'last 4: 1111'],
    ['part 1: 4111', 'part 2: 1111', 'part 3: 1111', 'part 4: 1111'],
    ['1/2: 41111111', '2/2: 11111111'],
  ]) {
    for (const text of shown([first!, ...rest])) assert.match(text, /removed\]/)
  }
})

test('the last piece may come with the code', () => {
  assert.deepEqual(
    shown(['4111', '1111', '1111', 'and 1111, cvv 123']).at(-1),
    'and [card number removed], cvv [security code removed]',
  )
})

test('a window holds no more than its limits', () => {
  const window = openWindow({ limits: { piecesMax: 3, charactersMax: 1_000 } })
  const earlier = ['4111', '1', '2', '3', '1111 1111 1111'].flatMap(
    (text, i) => window.screen(String(i), text).earlier,
  )
  assert.deepEqual(earlier, [], 'the first piece was let go')
})

test('a window brought back by screening the last messages again finishes the number', () => {
  const restarted = openWindow()
  for (const [i, text] of ['4111', '1111 1111'].entries()) restarted.screen(String(i), text)
  assert.deepEqual(
    restarted.screen('2', '1111').earlier.map(({ id }) => id),
    ['0', '1'],
  )
})

/** What the conversation looks like after all messages. */
function shown(texts: readonly string[], window: GuardWindow = openWindow()): string[] {
  const after: string[] = []
  for (const [i, text] of texts.entries()) {
    const screened = window.screen(String(i), text)
    after[i] = screened.text
    for (const { id, text } of screened.earlier) after[Number(id)] = text
  }
  return after
}
