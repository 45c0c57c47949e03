/** Lines over time on a canvas, drawn again when the look or the width changes; its numbers stand in a table. */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useObservable } from '../../live/observable.ts'
import { theme } from '../../shell/theme.ts'
import css from './plot.module.css'

export interface Line {
  name: string
  values: readonly number[]
  /** A colour of tokens.css. */
  colour: '--accent' | '--chart-warm'
  fill?: boolean
}

const heightPx = 180

export function Plot({
  label,
  seconds,
  lines,
}: {
  label: string
  seconds: readonly number[]
  lines: readonly Line[]
}) {
  const place = useRef<HTMLDivElement>(null)
  const look = useObservable(theme)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const draw = (): UPlot => drawn(element, seconds, lines)
    let plot = draw()
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }))
    resize.observe(element)
    // The canvas does not follow a change of the system's look by itself.
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const again = (): void => {
      plot.destroy()
      plot = draw()
    }
    dark.addEventListener('change', again)
    return () => {
      resize.disconnect()
      dark.removeEventListener('change', again)
      plot.destroy()
    }
  }, [seconds, lines, look])
  return <div ref={place} className={css.plot} dir="ltr" role="img" aria-label={label} />
}

function drawn(element: HTMLElement, seconds: readonly number[], lines: readonly Line[]): UPlot {
  const ink = (name: string): string => colourOf(element, name)
  const axis: UPlot.Axis = {
    stroke: ink('--text-soft'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { show: false },
  }
  return new UPlot(
    {
      width: element.clientWidth,
      height: heightPx,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] } },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map((at) => clock.format(new Date(at * 1_000))) },
        { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] },
      ],
      series: [
        {},
        ...lines.map(({ name, colour, fill }): UPlot.Series => ({
          label: name,
          stroke: ink(colour),
          width: 2,
          points: { show: false },
          ...(fill && { fill: `${ink(colour).replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)')}` }),
        })),
      ],
    },
    [[...seconds], ...lines.map(({ values }) => [...values])],
    element,
  )
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** What `light-dark()` gives here and now: a canvas wants a plain colour. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
