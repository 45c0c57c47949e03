import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { layOutFlow, nodeHeight, nodeWidth } from './lay-out-flow.ts'

test('no two steps of a drawn flow overlap, every line begins and ends at its steps, and all is within the drawing', () => {
  for (const flow of testBook.flows) {
    const { nodes, lines, width, height } = layOutFlow(flow)
    assert.equal(nodes.length, flow.steps.length)
    for (const [i, a] of nodes.entries()) {
      assert.ok(a.x >= 0 && a.x + nodeWidth <= width && a.y >= 0 && a.y + nodeHeight <= height, a.id)
      for (const b of nodes.slice(i + 1))
        assert.ok(
          Math.abs(a.x - b.x) >= nodeWidth || Math.abs(a.y - b.y) >= nodeHeight,
          `${flow.id}: ${a.id} over ${b.id}`,
        )
    }
    for (const line of lines) {
      const from = nodes.find(({ id }) => id === line.from)!
      const [, x, y] = /^M([\d.]+) ([\d.]+)/.exec(line.path)!.map(Number) as [number, number, number]
      assert.ok(x >= from.x && x <= from.x + nodeWidth && y >= from.y && y <= from.y + nodeHeight)
      assert.ok(!/NaN|undefined/.test(`${line.path} ${line.labelX} ${line.labelY}`), line.path)
    }
  }
})

test('a line that passes a layer runs beside the steps that stand there', () => {
  const flow: Flow = {
    id: 'f',
    title: { en: 'F' },
    slots: [{ name: 'sure', title: { en: 'Sure' }, type: { kind: 'yesNo' } }],
    start: 'a',
    steps: [
      {
        id: 'a',
        kind: 'collect',
        slot: 'sure',
        ask: { en: '?' },
        next: [{ if: 'sure', to: 'b' }, { else: 'c' }],
      },
      { id: 'b', kind: 'say', say: { en: 'B' }, next: 'c' },
      { id: 'c', kind: 'end' },
    ],
  }
  const { nodes, lines } = layOutFlow(flow)
  const b = nodes.find(({ id }) => id === 'b')!
  const past = lines.find(({ from, to }) => from === 'a' && to === 'c')!
  // At the height of b it stands upright: `C… x top V bottom`.
  const [, x] = /C[\d.]+ [\d.]+ [\d.]+ [\d.]+ ([\d.]+) [\d.]+V/.exec(past.path)!.map(Number) as [
    number,
    number,
  ]
  assert.ok(x < b.x || x > b.x + nodeWidth, past.path)
})

test('a flow in which a step is there twice is still drawn', () => {
  const flow = testBook.flows[0]!
  const twice = { ...flow, steps: [...flow.steps, flow.steps[0]!] }
  assert.equal(layOutFlow(twice).nodes.length, flow.steps.length)
})

test('a way back leads up, around whatever stands beside the step', () => {
  const flow: Flow = {
    id: 'f',
    title: { en: 'F' },
    slots: [{ name: 'sure', title: { en: 'Sure' }, type: { kind: 'yesNo' } }],
    start: 'a',
    steps: [
      {
        id: 'a',
        kind: 'collect',
        slot: 'sure',
        ask: { en: '?' },
        next: [{ if: 'sure', to: 'again' }, { else: 'c' }],
      },
      { id: 'again', kind: 'set', values: { sure: null }, next: 'a' },
      { id: 'c', kind: 'end' },
    ],
  }
  const { nodes, lines, width } = layOutFlow(flow)
  const [again, c] = ['again', 'c'].map((id) => nodes.find((node) => node.id === id)!) as [
    (typeof nodes)[0],
    (typeof nodes)[0],
  ]
  const back = lines.find(({ from }) => from === 'again')!
  assert.ok(back.back)
  const numbers = [...back.path.matchAll(/H([\d.]+)/g)].map(([, x]) => Number(x))
  assert.ok(Math.max(...numbers) > Math.max(again.x, c.x) + nodeWidth && Math.max(...numbers) < width)
  if (again.x < c.x) {
    const leave = Number(/V([\d.]+)H/.exec(back.path)![1])
    assert.ok(leave > again.y + nodeHeight, 'below both steps, not behind the other')
  }
})
