import { successorsOf } from './compile-book.ts'
import type { Flow, Step } from './flow.ts'

/** A flow as it is drawn, and as it is read out: layer by layer, each step with where it leads. */
export interface FlowGraph {
  nodes: FlowNode[]
  edges: FlowEdge[]
  layers: number
  /** Most nodes of a layer. */
  width: number
}

export interface FlowNode {
  id: string
  kind: Step['kind']
  /** From the top. */
  layer: number
  /** Place in its layer, from the left. */
  place: number
}

export interface FlowEdge {
  from: string
  to: string
  /** The condition, `else`, or the field that says so (`onDenied`); empty for a plain next. */
  label: string
  /** Leads to the same layer or one above: drawn around. */
  back: boolean
}

/**
 * Layers by the longest way from the start that does not turn back, so that an edge points down unless it closes a
 * way round; within a layer by where the predecessors stand (the median heuristic of Sugiyama's method), two sweeps.
 * The same flow is always drawn the same.
 */
export function flowGraph(flow: Flow): FlowGraph {
  const byId = new Map(flow.steps.map((step) => [step.id, step]))
  const edges = flow.steps.flatMap((step) => edgesOf(step)).filter(({ to }) => byId.has(to))
  const order = depthFirst(flow, edges)
  const isBack = ({ from, to }: { from: string; to: string }): boolean => order.back.has(`${from} ${to}`)
  const layer = new Map<string, number>()
  for (const id of order.topological) {
    const above = edges
      .filter((edge) => edge.to === id && !isBack(edge))
      .map(({ from }) => layer.get(from) ?? -1)
    layer.set(id, Math.max(-1, ...above) + 1)
  }
  // What nothing leads to is a fault of the flow, and is shown as one: below all else.
  const last = Math.max(0, ...layer.values())
  for (const { id } of flow.steps) if (!layer.has(id)) layer.set(id, last + 1)

  const layers: string[][] = []
  for (const { id } of flow.steps) (layers[layer.get(id)!] ??= []).push(id)
  const place = new Map<string, number>()
  const settle = (): void => {
    for (const ids of layers) for (const [i, id] of ids.entries()) place.set(id, i)
  }
  settle()
  for (let sweep = 0; sweep < 2; sweep++)
    for (const ids of layers) {
      const wanted = new Map(
        ids.map((id) => [
          id,
          median(edges.filter((edge) => edge.to === id).map(({ from }) => place.get(from)!)),
        ]),
      )
      ids.sort(
        (a, b) =>
          (wanted.get(a) ?? place.get(a)!) - (wanted.get(b) ?? place.get(b)!) ||
          place.get(a)! - place.get(b)!,
      )
      settle()
    }
  return {
    nodes: layers.flatMap((ids, i) =>
      ids.map((id, j) => ({ id, kind: byId.get(id)!.kind, layer: i, place: j })),
    ),
    edges: edges.map((edge) => ({ ...edge, back: layer.get(edge.to)! <= layer.get(edge.from)! })),
    layers: layers.length,
    width: Math.max(0, ...layers.map((ids) => ids.length)),
  }
}

function edgesOf(step: Step): { from: string; to: string; label: string }[] {
  return successorsOf(step).map(({ to, field }) => {
    const branch = /^next\[(\d+)\]/.exec(field)
    if (branch === null) return { from: step.id, to, label: field === 'next' ? '' : field }
    const next = 'next' in step && typeof step.next !== 'string' ? step.next[Number(branch[1])] : undefined
    return { from: step.id, to, label: next !== undefined && 'if' in next ? next.if : 'else' }
  })
}

/** Edges that close a way round, and the steps so that every other edge leads from an earlier to a later one. */
function depthFirst(
  flow: Flow,
  edges: { from: string; to: string }[],
): { back: Set<string>; topological: string[] } {
  const back = new Set<string>()
  const state = new Map<string, 'open' | 'done'>()
  const finished: string[] = []
  const follow = (id: string): void => {
    state.set(id, 'open')
    for (const { from, to } of edges) {
      if (from !== id) continue
      if (state.get(to) === 'open') back.add(`${from} ${to}`)
      else if (!state.has(to)) follow(to)
    }
    state.set(id, 'done')
    finished.push(id)
  }
  if (flow.steps.some(({ id }) => id === flow.start)) follow(flow.start)
  return { back, topological: finished.reverse() }
}

function median(places: number[]): number | undefined {
  if (places.length === 0) return undefined
  const sorted = places.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
