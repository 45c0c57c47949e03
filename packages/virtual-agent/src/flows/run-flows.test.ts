import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Language } from '../script.ts'
import { checkCommands } from './check-commands.ts'
import type { Command, CommandRefusal } from './commands.ts'
import { compileBook, type CompiledBook } from './compile-book.ts'
import { newDialogueState, parseDialogueState, type DialogueState } from './dialogue-state.ts'
import type { Effect, TraceEntry } from './machine.ts'
import { proposeForFlow, proposeForStart } from './propose-for-flow.ts'
import { advance } from './run-flows.ts'
import { testBook } from './test-book.ts'
import type { ToolOutcome } from './tool.ts'

function compiledTestBook(): CompiledBook {
  const result = compileBook(testBook)
  assert.ok('compiled' in result)
  return result.compiled
}

/** A conversation with the flows of the test book, on Tuesday, 15 March 2022. Its state goes through JSON at every turn. */
class Talk {
  readonly compiled: CompiledBook = compiledTestBook()
  state: DialogueState = newDialogueState()
  effects: Effect[] = []
  trace: TraceEntry[] = []
  refused: CommandRefusal[] = []
  readonly #language: Language

  constructor(language: Language = 'en') {
    this.#language = language
  }

  start(flow: string, text = ''): this {
    return this.commands(proposeForStart(this.compiled, flow, text, this.#context), text)
  }

  say(text: string): this {
    return this.commands(proposeForFlow(this.compiled, this.state, text, this.#context), text)
  }

  commands(commands: readonly Command[], text = ''): this {
    const checked = checkCommands(this.compiled, this.state, commands, text, this.#context)
    this.refused = checked.refused.map(({ reason }) => reason)
    return this.#take({ kind: 'commands', commands: checked.accepted })
  }

  answer(body: unknown): this {
    return this.result({ kind: 'answer', body })
  }

  result(outcome: ToolOutcome, key = this.call?.key ?? ''): this {
    return this.#take({ kind: 'toolResult', key, outcome })
  }

  get call(): Extract<Effect, { kind: 'callTool' }> | undefined {
    return this.effects.find((effect) => effect.kind === 'callTool')
  }

  /** All that the visitor reads, in order. */
  get said(): string {
    return this.effects.flatMap((effect) => ('text' in effect ? [effect.text] : [])).join(' ')
  }

  get kinds(): string {
    return this.effects.map(({ kind }) => kind).join(' ')
  }

  get #context() {
    return { language: this.#language, today: '2022-03-15' }
  }

  #take(input: Parameters<typeof advance>[2]): this {
    const read = parseDialogueState(JSON.parse(JSON.stringify(this.state)))
    assert.ok(read !== null)
    const before = JSON.stringify(read)
    const result = advance(this.compiled, read, input, { conversation: 'c1', ...this.#context })
    assert.equal(JSON.stringify(read), before, 'the state that is given is not changed')
    assert.deepEqual(advance(this.compiled, read, input, { conversation: 'c1', ...this.#context }), result)
    Object.assign(this, result)
    return this
  }
}

test('a flow asks for what it needs, looks, confirms, does it, and ends', () => {
  const talk = new Talk().start('table')
  assert.equal(talk.said, 'For which day?')
  assert.equal(talk.say('next Friday').said, 'At what time?')
  assert.equal(talk.say('7 pm').said, 'For how many?')
  talk.say('four of us')
  assert.deepEqual(talk.call?.args, {
    day: { kind: 'date', date: '2022-03-25' },
    time: { kind: 'time', time: '19:00' },
    people: { kind: 'quantity', number: 4 },
  })
  talk.answer({ free: true, room: 'Garden' })
  assert.equal(talk.said, 'A table for 4 on Friday, 25 March 2022 at 19:00?')
  assert.equal(talk.kinds, 'confirm')
  assert.equal(talk.say('yes please').call?.tool, 'book-table')
  assert.equal(talk.answer({ number: 'AB1234' }).said, 'Booked: AB1234. Was that easy?')
  assert.equal(talk.say('yes').kinds, 'done done')
  assert.deepEqual([talk.state.frames, talk.state.finished], [[], ['feedback', 'table']])
})

test('what the first sentence gives is not asked for again', () => {
  const talk = new Talk().start('table', 'A table for three tomorrow at 6pm, please')
  assert.equal(talk.call?.tool, 'find-table')
  const inGerman = new Talk('de').start('table', 'Einen Tisch für drei Leute übermorgen bitte')
  assert.equal(inGerman.said, 'Um wie viel Uhr?')
})

test('"no, Tuesday" at the confirmation changes the day, looks again and confirms again', () => {
  for (const [language, correction] of [
    ['en', 'no, Tuesday'],
    ['en', 'actually make it Tuesday'],
    ['en', 'Not Friday, I meant Tuesday'],
    ['en', 'yes but on Tuesday'],
    ['de', 'nein, Dienstag'],
    ['de', 'Ich meinte Dienstag'],
    ['es', 'no, el martes'],
  ] as const) {
    const talk = new Talk(language).start('table', 'Friday 6pm 3 people').answer({ free: true })
    assert.equal(talk.kinds, 'confirm', correction)
    talk.say(correction)
    assert.equal(talk.call?.tool, 'find-table', correction)
    assert.deepEqual(talk.call?.args['day'], { kind: 'date', date: '2022-03-22' }, correction)
    assert.equal(talk.answer({ free: true }).kinds, 'confirm', correction)
  }
})

test('a correction that nothing was done with yet only changes what will be asked', () => {
  const talk = new Talk().start('table', 'on Friday')
  assert.equal(talk.said, 'At what time?')
  assert.equal(talk.say('sorry, I meant Saturday').said, 'At what time?')
  assert.deepEqual(talk.state.frames[0]?.slots['day'], { kind: 'date', date: '2022-03-19' })
  assert.equal(talk.say('6pm').said, 'For how many?')
  assert.deepEqual(talk.say('actually 3 bags').call?.args['people'], { kind: 'quantity', number: 3 })
})

test('a slot that is named is corrected without another word', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: true })
  talk.say('the time should be half past seven in the evening')
  assert.deepEqual(talk.call?.args['time'], { kind: 'time', time: '19:30' })
})

test('what is already done is not corrected by a word', () => {
  const talk = new Talk()
    .start('table', 'Friday 6pm 3 people')
    .answer({ free: true })
    .say('yes')
    .answer({ number: 'AB1234' })
  assert.match(talk.said, /Was that easy/)
  // The question that is open belongs to another flow; so its slots are out of reach, too.
  talk.commands([{ kind: 'correctSlot', slot: 'day', span: { start: 0, end: 7 } }], 'Tuesday')
  assert.deepEqual(talk.refused, ['unknown-slot'])
  talk.say('no')
  assert.deepEqual(talk.state.frames, [])
})

test('another matter comes first, then the flow goes on where it was', () => {
  const talk = new Talk().start('table', 'on Friday')
  talk.commands([{ kind: 'startFlow', flow: 'hours' }])
  assert.equal(talk.said, 'Noon to ten. Back to: Book a table. At what time?')
  talk.commands([{ kind: 'startFlow', flow: 'refund' }])
  assert.equal(talk.said, 'Which order?')
  assert.equal(talk.say('never mind').said, 'All right, I have stopped this: Get money back. Nothing was done. Back to: Book a table. At what time?') // prettier-ignore
  assert.deepEqual(talk.state.frames[0]?.slots['day'], { kind: 'date', date: '2022-03-18' })
})

test('a confirmation that another matter came between is asked for again, never assumed', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: true })
  talk.commands([{ kind: 'affirm' }, { kind: 'startFlow', flow: 'hours' }])
  assert.deepEqual(talk.refused, ['confirmation-beside-change'])
  assert.equal(talk.kinds, 'say done confirm')
  assert.match(talk.said, /Back to: Book a table. A table for 3/)
})

test('a flow that lies open is gone back to with all that is known', () => {
  const talk = new Talk().start('table', 'on Friday').commands([{ kind: 'startFlow', flow: 'refund' }])
  talk.commands([{ kind: 'startFlow', flow: 'table' }])
  assert.equal(talk.said, 'Back to: Book a table. At what time?')
  assert.deepEqual(talk.state.frames.map(({ flow }) => flow), ['refund', 'table']) // prettier-ignore
  talk.commands([{ kind: 'startFlow', flow: 'table' }])
  assert.deepEqual(talk.refused, ['flow-already-open'])
})

test('giving up in so many words ends the matter in every language, and nothing else does', () => {
  for (const words of [
    'never mind',
    'Forget it.',
    'cancel please',
    'olvídalo',
    'déjalo',
    'abbrechen',
    'vergiss es',
    'إلغاء',
  ]) {
    const talk = new Talk().start('table').say(words)
    assert.deepEqual(talk.state.frames, [], words)
  }
  const talk = new Talk().start('refund').say('I want to cancel my order AB123456')
  assert.equal(talk.said, 'How much?')
})

test('a no to the confirmation does nothing and says so', () => {
  for (const words of ['no', 'no thanks', 'No, I do not want that any more', 'nein danke']) {
    const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: true }).say(words)
    assert.equal(talk.call, undefined, words)
    assert.match(talk.said, /Nothing was done/, words)
  }
})

test('neither yes nor no is asked for again, and in the end a person goes on', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: true })
  assert.match(talk.say('hm what about dogs').said, /^Please say yes or no\./)
  talk.say('are dogs fine')
  const over = talk.say('dogs?').effects.at(-1)
  assert.ok(over?.kind === 'handOver')
  assert.equal(over.reason, 'answer-not-understood')
  assert.deepEqual(over.summary[0], { name: 'day', title: 'day', value: 'Friday, 18 March 2022' })
})

test('an answer that cannot be read is asked for in other words, three times', () => {
  const talk = new Talk().start('table')
  assert.equal(talk.say('soonish').said, 'Which day, such as 5 May?')
  assert.equal(talk.say('whenever').said, 'Which day, such as 5 May?')
  assert.equal(talk.say('you choose').kinds, 'handOver')
})

test('a value that the flow rejects is explained and asked for again', () => {
  const talk = new Talk().start('table').say('yesterday')
  assert.equal(talk.said, 'Monday, 14 March 2022 is over. For which day?')
  assert.equal(talk.state.frames[0]?.slots['day'], undefined)
})

test('nothing free: the day alone is asked for again', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: false })
  assert.equal(talk.said, 'Nothing is free on Friday, 18 March 2022. For which day?')
  assert.deepEqual(talk.say('Saturday').call?.args['day'], { kind: 'date', date: '2022-03-19' })
})

test('the budget of a tool holds over the whole conversation', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: false })
  for (const day of ['Saturday', 'Sunday']) talk.say(day).answer({ free: false })
  const over = talk.say('Monday').effects.at(-1)
  assert.deepEqual(
    [over?.kind, over?.kind === 'handOver' && over.reason],
    ['handOver', 'call-refused-budget'],
  )
})

test('the policy of a tool holds in code: no confirmation is even asked for', () => {
  const talk = new Talk().start('refund', 'order AB123456')
  const over = talk.say('250 €').effects.at(-1)
  assert.deepEqual(
    [over?.kind, over?.kind === 'handOver' && over.reason],
    ['handOver', 'call-refused-policy'],
  )
  assert.equal(
    new Talk().start('refund', 'order AB123456').say('200 €').said,
    'Pay back €200.00 for AB123456?',
  )
})

test('every call has a key of its own, which only its result fits', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people')
  const first = talk.call!.key
  assert.equal(talk.result({ kind: 'answer', body: { free: true } }, 'c1:9:table:find').effects.length, 1)
  assert.match(talk.said, /One moment/)
  talk.result({ kind: 'answer', body: { free: false } }, first).say('Saturday')
  assert.notEqual(talk.call!.key, first)
  assert.match(first, /^c1:1:table:find$/)
})

test('while a tool is called nothing is changed, started or given up', () => {
  const talk = new Talk().start('table', 'Friday 6pm 3 people')
  const before = structuredClone(talk.state)
  talk.commands(
    [
      { kind: 'cancel' },
      { kind: 'startFlow', flow: 'hours' },
      { kind: 'correctSlot', slot: 'day', span: { start: 0, end: 7 } },
      { kind: 'affirm' },
    ],
    'Tuesday',
  )
  assert.deepEqual(talk.refused, Array(4).fill('call-under-way'))
  assert.deepEqual(talk.state, before)
})

test('an answer that a tool should not give is a fault, and is never half taken', () => {
  for (const body of [null, [], {}, { free: 'yes' }, { free: 1 }, { room: 'x' }, { free: true, room: 7 }]) {
    const talk = new Talk().start('table', 'Friday 6pm 3 people').answer(body)
    assert.equal(talk.kinds, 'handOver', JSON.stringify(body))
  }
  const late = new Talk().start('table', 'Friday 6pm 3 people').answer({ free: true }).say('yes')
  late.result({ kind: 'fault', fault: 'timeout' })
  assert.equal(late.said, 'That did not work.')
  assert.equal(late.effects.at(-1)?.kind, 'handOver')
})

test('fields of an answer that the schema does not know are dropped', () => {
  const talk = new Talk()
    .start('table', 'Friday 6pm 3 people')
    .answer({ free: true, people: 20, day: '2030-01-01' })
  assert.match(talk.said, /A table for 3 on Friday, 18 March 2022/)
})

test('a proposer cannot fill in what the visitor did not say, nor what only tools know', () => {
  const talk = new Talk().start('table', 'on Friday')
  const text = 'at six, number AB1234 [card number removed]'
  talk.commands(
    [
      { kind: 'setSlot', slot: 'time', span: { start: 0, end: 900 } },
      { kind: 'setSlot', slot: 'people', span: { start: 8, end: 14 } },
      { kind: 'setSlot', slot: 'number', span: { start: 15, end: 21 } },
      { kind: 'setSlot', slot: 'people', span: { start: 22, end: 43 } },
      { kind: 'setSlot', slot: 'hour', span: { start: 0, end: 6 } },
      { kind: 'affirm' },
      { kind: 'startFlow', flow: 'transfer-everything' },
      { kind: 'setSlot', slot: 'time', value: { kind: 'time', time: '03:00' } } as unknown as Command,
      { kind: 'setSlot', slot: 'time', span: { start: 0, end: 6 } },
    ],
    text,
  )
  assert.deepEqual(talk.refused, [
    'span-outside-text',
    'value-not-read',
    'slot-not-for-visitors',
    'card-data',
    'unknown-slot',
    'nothing-to-confirm',
    'unknown-flow',
    'malformed',
  ])
  assert.deepEqual(Object.keys(talk.state.frames[0]!.slots), ['day', 'time'])
})

test('commands that are none are refused, whatever they are', () => {
  const talk = new Talk()
  for (const proposed of [
    null,
    'x',
    { kind: 'eval' },
    [{ kind: 'eval' }],
    [null],
    [{ kind: 'handOver', reason: 'X Y' }],
  ]) {
    const { accepted, refused } = checkCommands(talk.compiled, talk.state, proposed, '', {
      language: 'en',
      today: '2022-03-15',
    })
    assert.deepEqual([accepted.length, refused[0]?.reason], [0, 'malformed'])
  }
  const many = checkCommands(talk.compiled, talk.state, Array(30).fill({ kind: 'none' }), '', { language: 'en', today: '2022-03-15' }) // prettier-ignore
  assert.equal(many.refused.length, 18)
})

test('a flow that was edited meanwhile is left, and the one below goes on', () => {
  const talk = new Talk().start('table', 'on Friday').commands([{ kind: 'startFlow', flow: 'refund' }])
  const edited = structuredClone(testBook)
  edited.flows.splice(2, 1)
  const result = compileBook(edited)
  assert.ok('compiled' in result)
  Object.assign(talk, { compiled: result.compiled })
  assert.equal(talk.commands([]).said, 'At what time?')
  assert.equal(talk.trace[0]?.kind, 'dropped')
})

test('a step that was made into another meanwhile is carried out as what it is now', () => {
  const talk = new Talk().start('table', 'on Friday')
  assert.equal(talk.state.frames[0]?.waiting?.for, 'slot')
  const edited = structuredClone(testBook)
  edited.flows[0]!.steps[1] = {
    id: 'ask-time',
    kind: 'handOver',
    reason: 'closed',
    say: { en: 'We are closed.' },
  }
  edited.flows[0]!.steps = edited.flows[0]!.steps.slice(0, 2)
  const result = compileBook(edited)
  assert.ok('compiled' in result)
  Object.assign(talk, { compiled: result.compiled })
  assert.equal(talk.commands([]).said, 'We are closed.')
})

test('a called flow is given what it needs and gives back what it found; a linked one takes over', () => {
  const book = structuredClone(testBook)
  book.flows[3] = {
    id: 'hours',
    title: { en: 'Opening hours' },
    slots: [{ name: 'when', title: { en: 'day' }, type: { kind: 'date' } }],
    start: 'call',
    steps: [
      {
        id: 'call',
        kind: 'call',
        flow: 'which-day',
        with: { day: { slot: 'when' } },
        save: { day: 'when' },
        next: 'say',
      },
      { id: 'say', kind: 'say', say: { en: 'On {when}: noon to ten.' }, next: 'link' },
      { id: 'link', kind: 'link', flow: 'table', with: { day: { slot: 'when' } } },
    ],
  }
  book.flows.push({
    id: 'which-day',
    title: { en: 'Which day' },
    slots: [{ name: 'day', title: { en: 'day' }, type: { kind: 'date' } }],
    start: 'ask',
    steps: [
      { id: 'ask', kind: 'collect', slot: 'day', ask: { en: 'Which day?' }, next: 'end' },
      { id: 'end', kind: 'end' },
    ],
  })
  const result = compileBook(book)
  assert.ok('compiled' in result, JSON.stringify(result))
  const talk = Object.assign(new Talk(), { compiled: result.compiled }).start('hours')
  assert.equal(talk.said, 'Which day?')
  assert.equal(talk.say('Sunday').said, 'On Sunday, 20 March 2022: noon to ten. At what time?')
  assert.deepEqual([talk.state.finished, talk.state.frames.length], [['which-day', 'hours'], 1])
})

test('matters that pile up are refused, and a state never grows beyond its limit', () => {
  const talk = new Talk().start('table').commands([{ kind: 'startFlow', flow: 'refund' }])
  const frame = talk.state.frames[0]!
  talk.state.frames = Array.from({ length: 8 }, (_, i) => ({
    ...structuredClone(frame),
    flow: i === 0 ? 'table' : 'table',
  }))
  talk.commands([{ kind: 'startFlow', flow: 'refund' }])
  assert.deepEqual(talk.refused, ['too-many-open-flows'])
  assert.equal(parseDialogueState({ ...talk.state, started: Array(190).fill('x'.repeat(100)) }), null)
})

test('a damaged state is no state', () => {
  const talk = new Talk().start('table', 'on Friday')
  for (const damaged of [
    null,
    {},
    { ...talk.state, version: 2 },
    { ...talk.state, extra: 1 },
    { ...talk.state, frames: [{ ...talk.state.frames[0], slots: { day: { kind: 'date', date: 5 } } }] },
    { ...talk.state, frames: [{ ...talk.state.frames[0], waiting: { for: 'ever' } }] },
  ])
    assert.equal(parseDialogueState(damaged), null)
  assert.deepEqual(parseDialogueState(JSON.parse(JSON.stringify(talk.state))), talk.state)
})

test('the same turn is answered in the language of the turn', () => {
  const talk = new Talk('de').start('table', 'am Freitag um 18 Uhr für 3 Personen').answer({ free: true })
  assert.equal(talk.said, 'Ein Tisch für 3 am Freitag, 18. März 2022 um 18:00?')
  assert.deepEqual(talk.effects.at(-1), { ...talk.effects.at(-1), options: ['Ja', 'Nein'] })
})

/** The same numbers for the same seed (a linear congruential generator), so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

test('whatever is said, proposed or answered: nothing is changed outside without a yes to exactly that', () => {
  const texts = ['yes', 'ok', 'yes please', 'Friday', 'no, Tuesday', '6pm', '3 people', 'yes', 'no', 'never mind', 'AB123456', '120 €', 'yes but for 5', 'hm', 'x'.repeat(400), '250 €', 'table 4 tomorrow at 7pm', '[card number removed]'] // prettier-ignore
  const flows = testBook.flows.map(({ id }) => id)
  const writes = new Set(testBook.tools.filter(({ effect }) => effect === 'write').map(({ id }) => id))
  let written = 0
  for (let seed = 1; seed <= 60; seed++) {
    const below = numbersFrom(seed)
    const talk = new Talk()
    for (let turn = 0; turn < 50; turn++) {
      const asked = talk.effects.findLast((effect) => effect.kind === 'confirm')
      const text = texts[below(texts.length)]!
      const call = talk.call
      if (call !== undefined && below(4) > 0) {
        const bodies = [{ free: true }, { free: false }, { number: 'AB1234' }, {}, null, { free: 'x' }]
        talk.answer(bodies[below(bodies.length)])
        continue
      }
      if (talk.state.frames.length === 0 && below(2) === 0) {
        if (below(2) === 0) talk.start('table', 'Friday 6pm 3 people')
        else talk.start('refund', 'AB123456 over 120 €')
        continue
      }
      const proposed: Command[][] = [
        [{ kind: 'startFlow', flow: flows[below(flows.length)]! }],
        [{ kind: 'affirm' }],
        [{ kind: 'affirm' }, { kind: 'setSlot', slot: 'amount', span: { start: 0, end: below(8) } }],
        [
          { kind: 'setSlot', slot: 'day', span: { start: 0, end: text.length } },
          { kind: 'affirm' },
          { kind: 'affirm' },
        ],
        [{ kind: 'startFlow', flow: 'refund' }, { kind: 'affirm' }, { kind: 'cancel' }],
      ]
      const isFree = below(6) > 0
      if (isFree) talk.say(text)
      else talk.commands(proposed[below(proposed.length)]!, text)
      const called = talk.call
      if (called === undefined || !writes.has(called.tool)) continue
      written++
      assert.ok(asked !== undefined, `seed ${seed}, turn ${turn}: ${called.tool} without a confirmation`)
      assert.ok(talk.trace.some(({ kind }) => kind === 'confirmed'))
      assert.ok(!talk.trace.some(({ kind }) => kind === 'set' || kind === 'corrected'))
    }
  }
  // Where nothing was ever written, nothing was tested.
  assert.ok(written > 20, String(written))
})
