import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCommands } from '@candor/virtual-agent/flows/check-commands.ts'
import { compileBook, type CompiledBook } from '@candor/virtual-agent/flows/compile-book.ts'
import { newDialogueState } from '@candor/virtual-agent/flows/dialogue-state.ts'
import { bookFromTaskGraphs } from '@candor/virtual-agent/flows/from-task-graph.ts'
import type { Effect, MachineInput } from '@candor/virtual-agent/flows/machine.ts'
import { proposeForFlow } from '@candor/virtual-agent/flows/propose-for-flow.ts'
import { advance } from '@candor/virtual-agent/flows/run-flows.ts'
import type { SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { dataSet, missingDataSet } from './data-sets.ts'
import { readStarTasks } from './star-data.ts'

const folder = dataSet('star')
const skip = folder === null ? missingDataSet('star') : false
const context = { language: 'en', today: '2020-06-01' } as const

function compiledStar(): CompiledBook {
  const result = compileBook(bookFromTaskGraphs(readStarTasks(folder!)))
  assert.ok('compiled' in result, JSON.stringify('faults' in result ? result.faults : []))
  return result.compiled
}

/** What a willing visitor answers. A question that comes back is answered so that the flow goes on to its end. */
function answerTo(type: SlotType, asked: number): string {
  switch (type.kind) {
    case 'choice': {
      const ids = type.choices.map(({ id }) => id)
      if (!ids.includes('yes')) return type.choices[0]!.title.en!
      return ids.includes('done') && asked > 1 ? 'done' : 'no'
    }
    case 'date':
      return 'next Monday'
    case 'time':
      return '3 pm'
    case 'quantity':
      return String(type.min ?? 3)
    case 'yesNo':
      return 'yes'
    case 'money':
    case 'code':
    case 'email':
    case 'phone':
    case 'dateRange':
    case 'text':
      return 'Alexis of Broadway and Main'
  }
}

/** The steps that a flow takes when the visitor answers, confirms and every tool brings good news. */
function happyPath(compiled: CompiledBook, flow: string): { visited: string[]; effects: Effect[] } {
  let state = newDialogueState()
  let input: MachineInput = { kind: 'commands', commands: [{ kind: 'startFlow', flow }] }
  const visited: string[] = []
  const effects: Effect[] = []
  const asked = new Map<string, number>()
  for (let turn = 0; turn < 60; turn++) {
    const result = advance(compiled, state, input, { conversation: 'c', ...context })
    state = result.state
    effects.push(...result.effects)
    visited.push(...result.trace.map(({ step }) => step))
    const last = result.effects.at(-1)
    if (last?.kind === 'callTool') {
      const { output } = compiled.tools.get(last.tool)!.tool
      const body = Object.fromEntries(
        output.map(({ name, type }) => [
          name,
          type.kind === 'choice' ? good(type.choices.map(({ id }) => id)) : 'x',
        ]),
      )
      input = { kind: 'toolResult', key: last.key, outcome: { kind: 'answer', body } }
      continue
    }
    if (last?.kind !== 'ask' && last?.kind !== 'confirm') break
    const slot = last.kind === 'ask' ? compiled.flows.get(last.flow)!.slots.get(last.slot)! : null
    if (slot !== null) asked.set(slot.name, (asked.get(slot.name) ?? 0) + 1)
    const said = slot === null ? 'yes' : answerTo(slot.type, asked.get(slot.name)!)
    const proposed = proposeForFlow(compiled, state, said, context)
    input = { kind: 'commands', commands: checkCommands(compiled, state, proposed, said, context).accepted }
  }
  assert.deepEqual(state.frames, [], `${flow} ends`)
  return { visited, effects }
}

function good(outcomes: string[]): string {
  return outcomes.find((id) => ['available', 'query_success', 'correct'].includes(id)) ?? outcomes[0]!
}

test('all twenty task graphs of STAR compile to flows without a line of code for any one', { skip }, () => {
  const compiled = compiledStar()
  assert.equal(compiled.flows.size, 20)
  // Nothing of a graph is lost: every reply in it is a step, unless it only leads to a booking and is its confirmation.
  for (const { graph } of readStarTasks(folder!)) {
    const { steps } = compiled.flows.get(graph.task.replaceAll('_', '-'))!
    const labels = new Set(Object.entries(graph.graph).flat())
    // Replies are sentences; outcomes are a word, or say what is missing.
    const isReply = (label: string): boolean =>
      graph.replies[label]!.length > 25 && !label.startsWith('info_missing')
    const missing = [...labels].filter((label) => isReply(label) && !steps.has(label.replaceAll('_', '-')))
    // An update of a status that no edge of the graph leads to.
    assert.deepEqual(
      missing,
      graph.task === 'ride_status' ? ['ride_provide_booking_status_update'] : [],
      graph.task,
    )
  }
})

test('every task of STAR runs to its end: asked, looked up, confirmed, done', { skip }, () => {
  const compiled = compiledStar()
  for (const { graph } of readStarTasks(folder!)) {
    const flow = graph.task.replaceAll('_', '-')
    const { visited, effects } = happyPath(compiled, flow)
    assert.ok(
      effects.some((effect) => effect.kind === 'done' && effect.flow === flow),
      flow,
    )
    assert.ok(
      effects.some(({ kind }) => kind === 'callTool'),
      `${flow} calls its tool`,
    )
    assert.ok(!effects.some(({ kind }) => kind === 'handOver'), `${flow} needs no person`)
    const books = graph.replies['query_book'] !== undefined
    assert.equal(
      effects.some(({ kind }) => kind === 'confirm'),
      books,
      `${flow} confirms what it books`,
    )
    // From "hello" along the graph to the first lookup nothing is left out.
    let at = 'hello'
    for (let i = 0; i < 12 && graph.graph[at] !== undefined && !at.startsWith('query'); i++) {
      assert.ok(visited.includes(at.replaceAll('_', '-')), `${flow} passes ${at}`)
      at = graph.graph[at]!
    }
  }
})
