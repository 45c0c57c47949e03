/** Lines over time on a canvas, drawn again when the look or the width changes; its numbers stand in a table. */
import { useEffect, useRef, useState } from 'react'
import type UPlot from 'uplot'
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
  const library = useLibrary()
  const look = useObservable(theme)
  useEffect(() => {
    const element = place.current
    if (!element || library === null || library === 'refused') return
    const draw = (): UPlot => drawn(library, element, seconds, lines)
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
  }, [library, seconds, lines, look])
  if (library === 'refused') return null
  return <div ref={place} className={css.plot} dir="ltr" role="img" aria-label={label} />
}

function useLibrary(): typeof UPlot | 'refused' | null {
  const [library, setLibrary] = useState<{ is: typeof UPlot | 'refused' } | null>(null)
  useEffect(() => {
    void import('uplot').then(
      ({ default: is }) => setLibrary({ is }),
      (fault: unknown) => {
        // uPlot makes a number format of the browser's language as it loads; a language tag that is none
        // (`en-US@posix` of a headless browser) is refused. The table says the same.
        if (!(fault instanceof RangeError)) throw fault
        setLibrary({ is: 'refused' })
      },
    )
  }, [])
  return library?.is ?? null
}

function drawn(
  library: typeof UPlot,
  element: HTMLElement,
  seconds: readonly number[],
  lines: readonly Line[],
): UPlot {
  const ink = (name: string): string => colourOf(element, name)
  const axis: UPlot.Axis = {
    stroke: ink('--text-soft'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { show: false },
  }
  return new library(
    {
      width: element.clientWidth,
      height: heightPx,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] } },
      axes: [
        {
          ...axis,
          size: 26,
          values: (_plot, splits) => splits.map((at) => clock.format(new Date(at * 1_000))),
        },
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
