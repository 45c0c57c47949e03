/**
 * The flow as it runs. Steps are buttons in the order in which one reads them, so that a keyboard and a screen
 * reader have the same drawing; the outline below says all of it in words.
 */
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { classes } from '../../design/classes.ts'
import { IconButton } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { layOutFlow, nodeHeight, nodeWidth, type PlacedLine, type PlacedNode } from './lay-out-flow.ts'
import { kindIcons, kindNames, nameOfStep, wayName, waysInWords, waysOf } from './step-words.ts'
import css from './flow-drawing.module.css'

const zooms = [0.4, 0.55, 0.7, 0.85, 1, 1.25, 1.5] as const
/** A condition may be as long as a sentence; in the drawing its beginning is enough, for the outline has all of it. */
const labelCharactersMax = 24

export function FlowDrawing({
  flow,
  definition,
  selected,
  faulty,
  onSelect,
}: {
  flow: Flow
  definition: Definition
  selected: string | null
  faulty: ReadonlySet<string>
  onSelect(id: string): void
}) {
  const layout = useMemo(() => layOutFlow(flow), [flow])
  const scroller = useRef<HTMLDivElement>(null)
  const [zoom, setZoom] = useState<number | null>(null)
  const [current, setCurrent] = useState<string | null>(null)
  const fitting = useFitting(scroller, layout.width)
  const scale = zoom ?? fitting
  const steps = new Map(flow.steps.map((step) => [step.id, step]))
  // One stop for the Tab key: the step that was at hand last, else the selected, else the first.
  const stop = [current, selected, layout.nodes[0]?.id].find((id) => id != null && steps.has(id)) ?? null

  useEffect(() => {
    if (selected === null) return
    const node = scroller.current?.querySelector<HTMLElement>(`[data-node="${selected}"]`)
    if (node && scroller.current) showWithin(scroller.current, node)
  }, [selected])

  const closer = (by: -1 | 1): void => {
    const next =
      by === 1 ? zooms.find((one) => one > scale + 0.01) : zooms.findLast((one) => one < scale - 0.01)
    if (next !== undefined) setZoom(next)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === '+' || event.key === '=') closer(1)
    else if (event.key === '-') closer(-1)
    else if (event.key === '0') setZoom(null)
    else {
      const at = layout.nodes.find(({ id }) => id === (event.target as HTMLElement).dataset['node'])
      const next = at && neighbourOf(at, layout.nodes, event.key)
      // On the ground of the drawing arrow keys scroll, as everywhere.
      if (!next) return
      setCurrent(next.id)
      scroller.current?.querySelector<HTMLElement>(`[data-node="${next.id}"]`)?.focus()
    }
    event.preventDefault()
  }
  return (
    <div className={css.drawing}>
      <div className={css.tools}>
        <p className={css.legend} id="flow-drawing-say">
          Drag, scroll or use the arrow keys; + and − zoom.
        </p>
        <IconButton icon="minus" label="Smaller" onPress={() => closer(-1)} isDisabled={scale <= zooms[0]} />
        <IconButton
          icon="plus"
          label="Larger"
          onPress={() => closer(1)}
          isDisabled={scale >= zooms.at(-1)!}
        />
        <IconButton
          icon="fit"
          label="Fit the width"
          onPress={() => setZoom(null)}
          isDisabled={zoom === null}
        />
      </div>
      <div
        ref={scroller}
        className={css.scroller}
        role="group"
        aria-label="Steps as they follow one another"
        aria-describedby="flow-drawing-say"
        tabIndex={0}
        dir="ltr"
        onKeyDown={press}
        onPointerDown={(event) => drag(event, scroller.current!)}
      >
        <div
          className={css.ground}
          style={{ inlineSize: layout.width * scale, blockSize: layout.height * scale }}
        >
          <div
            className={css.sheet}
            style={{ inlineSize: layout.width, blockSize: layout.height, scale: String(scale) }}
          >
            <svg
              className={css.lines}
              width={layout.width}
              height={layout.height}
              viewBox={`0 0 ${layout.width} ${layout.height}`}
              aria-hidden="true"
            >
              <defs>
                <marker
                  id="flow-arrow"
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerUnits="userSpaceOnUse"
                  markerWidth="9"
                  markerHeight="9"
                  orient="auto"
                >
                  <path d="M0 0.5 8 4 0 7.500z" className={css.head} />
                </marker>
              </defs>
              {layout.lines.map((line, i) => (
                <path
                  key={i}
                  d={line.path}
                  className={classes(
                    css.line,
                    line.back && css.backLine,
                    (line.from === selected || line.to === selected) && css.lineHere,
                  )}
                  markerEnd="url(#flow-arrow)"
                />
              ))}
              {layout.lines.map((line, i) => line.label !== '' && <LineLabel key={i} line={line} />)}
            </svg>
            {layout.nodes.map((node) => {
              const step = steps.get(node.id)!
              const name = nameOfStep(step, flow, definition)
              const wrong = faulty.has(node.id)
              return (
                <button
                  key={node.id}
                  type="button"
                  data-node={node.id}
                  className={classes(
                    css.node,
                    css[node.kind],
                    node.id === selected && css.selected,
                    wrong && css.faulty,
                  )}
                  style={{
                    insetInlineStart: node.x,
                    insetBlockStart: node.y,
                    inlineSize: nodeWidth,
                    blockSize: nodeHeight,
                  }}
                  tabIndex={node.id === stop ? 0 : -1}
                  aria-pressed={node.id === selected}
                  onFocus={() => setCurrent(node.id)}
                  onClick={() => onSelect(node.id)}
                >
                  <Icon name={wrong ? 'warning' : kindIcons[node.kind]} size={16} />
                  <span className={css.words}>
                    <span className="visually-hidden">
                      {`${flow.start === node.id ? 'Start: ' : ''}${name}${waysInWords(step)}${wrong ? ' (to put right)' : ''}`}
                    </span>
                    <span className={css.name} dir="auto" aria-hidden="true">
                      {name}
                    </span>
                    <span className={css.id} aria-hidden="true">
                      {flow.start === node.id && 'start · '}
                      {node.id}
                    </span>
                  </span>
                </button>
              )
            })}
          </div>
        </div>
      </div>
      <details className={css.outline}>
        <summary>The same in words</summary>
        <ol className={css.outlineList}>
          {layout.nodes.map((node) => {
            const step = steps.get(node.id)!
            return (
              <li key={node.id}>
                <span className={css.outlineName} dir="auto">
                  {nameOfStep(step, flow, definition)}
                </span>{' '}
                <code>{node.id}</code> <span className="visually-hidden">{kindNames[step.kind]}</span>
                {waysOf(step).length > 0 && (
                  <ul>
                    {waysOf(step).map(({ to, when }, i) => (
                      <li key={i}>
                        {when === '' ? 'then' : `${when}:`} <code>{to}</code>
                      </li>
                    ))}
                  </ul>
                )}
              </li>
            )
          })}
        </ol>
      </details>
    </div>
  )
}

function LineLabel({ line }: { line: PlacedLine }) {
  const whole = wayName(line.label)
  const text =
    whole.length <= labelCharactersMax ? whole : `${whole.slice(0, labelCharactersMax - 1).toWellFormed()}…`
  return (
    <text className={css.label} x={line.labelX} y={line.labelY} textAnchor={line.back ? 'start' : 'middle'}>
      {text}
    </text>
  )
}

/** So small that all of it is seen in its width, but not so small that it cannot be read. */
function useFitting(scroller: React.RefObject<HTMLDivElement | null>, width: number): number {
  const [room, setRoom] = useState(0)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    // It tells the size of now at once, before anything is painted.
    const watch = new ResizeObserver(() => setRoom(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [scroller])
  return room === 0 ? 1 : Math.max(0.55, Math.min(1, room / width))
}

/** Up and down to the nearest step of the next layer, to the sides within the layer. */
function neighbourOf(at: PlacedNode, nodes: readonly PlacedNode[], key: string): PlacedNode | undefined {
  const nearest = (candidates: PlacedNode[]): PlacedNode | undefined =>
    candidates.toSorted((a, b) => Math.abs(a.x - at.x) - Math.abs(b.x - at.x))[0]
  switch (key) {
    case 'ArrowDown':
      return nearest(nodes.filter(({ layer }) => layer === at.layer + 1))
    case 'ArrowUp':
      return nearest(nodes.filter(({ layer }) => layer === at.layer - 1))
    case 'ArrowRight':
      return nodes.find(({ layer, place }) => layer === at.layer && place === at.place + 1)
    case 'ArrowLeft':
      return nodes.find(({ layer, place }) => layer === at.layer && place === at.place - 1)
    case 'Home':
      return nodes[0]
    case 'End':
      return nodes.at(-1)
    default:
      return undefined
  }
}

function showWithin(scroller: HTMLElement, node: HTMLElement): void {
  const outer = scroller.getBoundingClientRect()
  const inner = node.getBoundingClientRect()
  const out = (start: number, end: number, from: number, to: number): number =>
    start < from ? start - from - 24 : end > to ? end - to + 24 : 0
  scroller.scrollBy({
    left: out(inner.left, inner.right, outer.left, outer.right),
    top: out(inner.top, inner.bottom, outer.top, outer.bottom),
  })
}

/** A mouse takes hold of the ground; fingers and wheels scroll by themselves. */
function drag(event: PointerEvent, scroller: HTMLElement): void {
  if (event.pointerType !== 'mouse' || event.button !== 0) return
  if ((event.target as HTMLElement).closest('button')) return
  const from = { x: event.clientX + scroller.scrollLeft, y: event.clientY + scroller.scrollTop }
  const move = (moved: globalThis.PointerEvent): void => {
    scroller.scrollLeft = from.x - moved.clientX
    scroller.scrollTop = from.y - moved.clientY
  }
  const end = (): void => {
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', end)
    removeEventListener('pointercancel', end)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', end)
  addEventListener('pointercancel', end)
}
