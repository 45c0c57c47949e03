/**
 * Where the steps of a flow stand when it is drawn, and the lines between them. The layers are those of `flowGraph`;
 * here they get lengths. A line that passes a layer has a place of its own there, so that it runs beside the steps
 * and not below them; one that goes back runs around at the end of the drawing.
 */
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { flowGraph, type FlowEdge, type FlowNode } from '@candor/virtual-agent/flows/flow-graph.ts'

export interface FlowLayout {
  width: number
  height: number
  nodes: PlacedNode[]
  lines: PlacedLine[]
}

export interface PlacedNode extends FlowNode {
  /** Of its start corner. */
  x: number
  y: number
}

export interface PlacedLine extends FlowEdge {
  /** Path of an SVG. */
  path: string
  /** Middle of the label. */
  labelX: number
  labelY: number
}

export const nodeWidth = 196
export const nodeHeight = 56
const between = 28
const passing = 20
const margin = 24
/** Between layers, plus a line for every label that stands there. */
const gap = 36
const labelHeight = 20
/** Between lines that go back. */
const lane = 18

export function layOutFlow(flow: Flow): FlowLayout {
  // A drawing of one step twice would be none: the fault is told in the form.
  const known = new Set<string>()
  const steps = flow.steps.filter(({ id }) => !known.has(id) && known.add(id))
  const graph = flowGraph({ ...flow, steps })
  const layerOf = new Map(graph.nodes.map(({ id, layer }) => [id, layer]))

  // Every layer as a row of places: steps, and lines that pass.
  const rows: { key: string; width: number; wish: number }[][] = Array.from(
    { length: graph.layers },
    () => [],
  )
  for (const { id, layer, place } of graph.nodes)
    rows[layer]!.push({ key: id, width: nodeWidth, wish: place })
  const forward = graph.edges.map((edge, i) => ({ edge, i })).filter(({ edge }) => !edge.back)
  for (const { edge, i } of forward) {
    const from = layerOf.get(edge.from)!
    const to = layerOf.get(edge.to)!
    const at = rows[from]!.findIndex(({ key }) => key === edge.from)
    for (let layer = from + 1; layer < to; layer++) {
      const row = rows[layer]!
      // Beside the step below which it comes out; behind it, so that the straight way stays straight.
      row.push({ key: `${i}/${layer}`, width: passing, wish: at + 0.5 + i / 1_000 })
    }
  }
  for (const row of rows) row.sort((a, b) => a.wish - b.wish)

  const lengthOf = (row: { width: number }[]): number =>
    row.reduce((sum, { width }) => sum + width, 0) + between * Math.max(0, row.length - 1)
  const inner = Math.max(nodeWidth, ...rows.map(lengthOf))
  const middle = new Map<string, number>()
  for (const row of rows) {
    // Steps are centred by themselves: a line that passes does not push the column aside.
    const own = row.filter(({ width }) => width === nodeWidth)
    const lead = row.findIndex(({ width }) => width === nodeWidth)
    const before = row.slice(0, Math.max(0, lead)).reduce((sum, { width }) => sum + width + between, 0)
    let x = Math.max(0, Math.min((inner - lengthOf(own)) / 2 - before, inner - lengthOf(row)))
    for (const { key, width } of row) {
      middle.set(key, margin + x + width / 2)
      x += width + between
    }
  }

  const labels = rows.map((_, layer) =>
    Math.max(
      0,
      ...graph.nodes.filter((node) => node.layer === layer).map((node) => labelled(graph.edges, node.id)),
    ),
  )
  const top: number[] = []
  let y = margin
  for (const count of labels) {
    top.push(y)
    y += nodeHeight + gap + count * labelHeight
  }
  const height = y - gap - (labels.at(-1) ?? 0) * labelHeight + margin

  const nodes = graph.nodes.map((node) => ({
    ...node,
    x: middle.get(node.id)! - nodeWidth / 2,
    y: top[node.layer]!,
  }))
  /** A way back never runs behind a step: where one stands beside it, it goes through the space between layers. */
  const isLast = (id: string): boolean => {
    const layer = layerOf.get(id)!
    return graph.nodes.findLast((node) => node.layer === layer)?.id === id
  }
  const around = ({ from, to }: FlowEdge, out: number): Pick<PlacedLine, 'path' | 'labelX' | 'labelY'> => {
    const fromTop = top[layerOf.get(from)!]!
    const toTop = top[layerOf.get(to)!]!
    const edgeOf = (id: string): number => middle.get(id)! + nodeWidth / 2
    const startX = isLast(from) ? edgeOf(from) : middle.get(from)! + nodeWidth * 0.35
    const leaveY = isLast(from) ? fromTop + nodeHeight * 0.65 : fromTop + nodeHeight + 7
    const arriveY = isLast(to) ? toTop + nodeHeight * 0.35 : toTop - 13
    const start = isLast(from) ? `M${startX} ${leaveY}` : `M${startX} ${fromTop + nodeHeight}V${leaveY}`
    const end = isLast(to) ? `H${edgeOf(to) + 2}` : `H${middle.get(to)! + nodeWidth * 0.35}V${toTop - 2}`
    const round = Math.min(10, Math.abs(leaveY - arriveY) / 2)
    return {
      path: `${start}H${out - round}Q${out} ${leaveY} ${out} ${leaveY - round}V${arriveY + round}Q${out} ${arriveY} ${out - round} ${arriveY}${end}`,
      labelX: (isLast(from) ? startX : out - nodeWidth) + 12,
      labelY: leaveY + 14,
    }
  }
  const ports = portsOf(graph.edges, middle, layerOf)
  const backs = graph.edges.filter(({ back }) => back)
  const right = margin + inner
  const lines = graph.edges.map((edge, i): PlacedLine => {
    const from = layerOf.get(edge.from)!
    const to = layerOf.get(edge.to)!
    const startX = ports.get(i)!
    const startY = top[from]! + nodeHeight
    if (edge.back) {
      const out = right + lane * (1 + backs.indexOf(edge))
      return { ...edge, ...around(edge, out) }
    }
    const points = [{ x: startX, y: startY }]
    for (let layer = from + 1; layer < to; layer++) {
      const x = middle.get(`${i}/${layer}`)!
      points.push({ x, y: top[layer]! - 8 }, { x, y: top[layer]! + nodeHeight + 8 })
    }
    const arriving = graph.edges.filter((other) => !other.back && other.to === edge.to)
    const spread =
      (arriving.indexOf(edge) - (arriving.length - 1) / 2) * Math.min(28, (nodeWidth - 40) / arriving.length)
    points.push({ x: middle.get(edge.to)! + spread, y: top[to]! - 2 })
    const siblings = graph.edges.filter(
      (other) => other.from === edge.from && other.label !== '' && !other.back,
    )
    const labelY = startY + 18 + labelHeight * Math.max(0, siblings.indexOf(edge))
    return { ...edge, path: curve(points), labelX: xAt(points, labelY), labelY }
  })
  return { width: right + margin + lane * backs.length, height, nodes, lines }
}

function labelled(edges: readonly FlowEdge[], from: string): number {
  return edges.filter((edge) => edge.from === from && edge.label !== '' && !edge.back).length
}

/** Lines leave a step beside one another, in the order of where they go. */
function portsOf(
  edges: readonly FlowEdge[],
  middle: ReadonlyMap<string, number>,
  layerOf: ReadonlyMap<string, number>,
): Map<number, number> {
  const ports = new Map<number, number>()
  const all = edges.map((edge, i) => ({ edge, i }))
  for (const from of new Set(edges.map((edge) => edge.from))) {
    const aimed = ({ edge, i }: { edge: FlowEdge; i: number }): number =>
      middle.get(`${i}/${layerOf.get(edge.from)! + 1}`) ?? middle.get(edge.to)!
    const own = all
      .filter(({ edge }) => edge.from === from && !edge.back)
      .toSorted((a, b) => aimed(a) - aimed(b) || a.i - b.i)
    for (const [k, { i }] of own.entries())
      ports.set(
        i,
        middle.get(from)! + (k - (own.length - 1) / 2) * Math.min(48, (nodeWidth - 32) / own.length),
      )
    for (const { edge, i } of all) if (edge.from === from && edge.back) ports.set(i, middle.get(from)!)
  }
  return ports
}

interface Point {
  x: number
  y: number
}

/** Leaves and arrives upright. */
function curve(points: readonly Point[]): string {
  let path = `M${points[0]!.x} ${points[0]!.y}`
  for (let i = 1; i < points.length; i++) {
    const { x, y } = points[i]!
    const before = points[i - 1]!
    const bend = (before.y + y) / 2
    path += before.x === x ? `V${y}` : `C${before.x} ${bend} ${x} ${bend} ${x} ${y}`
  }
  return path
}

/** Where the first piece of a curve is at this height: its `y` only grows, so that halving finds it. */
function xAt(points: readonly Point[], y: number): number {
  const [a, b] = [points[0]!, points[1]!]
  const bend = (a.y + b.y) / 2
  const at = (t: number, p0: number, p1: number, p2: number, p3: number): number =>
    (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t ** 2 * p2 + t ** 3 * p3
  let low = 0
  let high = 1
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2
    if (at(t, a.y, bend, bend, b.y) < y) low = t
    else high = t
  }
  return at(low, a.x, a.x, b.x, b.x)
}
