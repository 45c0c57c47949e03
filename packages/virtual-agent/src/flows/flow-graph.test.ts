import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowGraph } from './flow-graph.ts'
import { testBook } from './test-book.ts'

const table = testBook.flows[0]!

test('every step has a place of its own, and every edge that is not back leads down', () => {
  const { nodes, edges, layers, width } = flowGraph(table)
  assert.deepEqual(nodes.map(({ id }) => id).sort(), table.steps.map(({ id }) => id).sort())
  assert.equal(new Set(nodes.map(({ layer, place }) => `${layer} ${place}`)).size, nodes.length)
  const layerOf = new Map(nodes.map(({ id, layer }) => [id, layer]))
  for (const { from, to, back } of edges)
    assert.equal(layerOf.get(to)! > layerOf.get(from)!, !back, `${from} ${to}`)
  assert.equal(layerOf.get(table.start), 0)
  assert.deepEqual([layers, width], [8, 3])
})

test('edges say on what they are taken', () => {
  const labels = new Map(flowGraph(table).edges.map(({ from, to, label }) => [`${from} ${to}`, label]))
  assert.equal(labels.get('find book'), 'free')
  assert.equal(labels.get('find full'), 'else')
  assert.equal(labels.get('book sorry'), 'onFault')
  assert.equal(labels.get('ask-day ask-time'), '')
})

test('only what asks again leads back', () => {
  const back = flowGraph(table).edges.filter((edge) => edge.back)
  assert.deepEqual(back.map(({ from, to }) => `${from} ${to}`), ['forget ask-day']) // prettier-ignore
})

test('the same flow is drawn the same, whatever it is drawn after', () => {
  const first = flowGraph(table)
  flowGraph(testBook.flows[2]!)
  assert.deepEqual(flowGraph(structuredClone(table)), first)
})

test('a step that nothing leads to is drawn below all others', () => {
  const flow = structuredClone(table)
  flow.steps.push({ id: 'lost', kind: 'end' })
  const { nodes, layers } = flowGraph(flow)
  assert.equal(nodes.find(({ id }) => id === 'lost')?.layer, layers - 1)
})
