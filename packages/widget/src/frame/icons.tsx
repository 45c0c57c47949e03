/** @jsxImportSource preact */
import type { VNode } from 'preact'

/** Drawn on a grid of 24, one stroke width, in the colour of the text around them. */
const paths = {
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5m-6 6l6-6 6 6',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zm-8 8c1-4 4-5 8-5s7 1 8 5',
  robot: 'M5 9h14v10H5zm7 0V5m-3 9v.1M15 14v.1M2 13v3m20-3v3',
  lock: 'M6 11h12v9H6zm3 0V8a3 3 0 016 0v3',
  alert: 'M12 8v5m0 3v.1M12 3l10 18H2z',
  down: 'M12 5v14m-6-6l6 6 6-6',
  sent: 'M5 13l4 4L19 7',
  seen: 'M2 13l4 4L16 7m-5 9l1 1L22 7',
  clock: 'M12 7v5l3 2m6-2a9 9 0 11-18 0 9 9 0 0118 0z',
}

export function Icon({ name }: { name: keyof typeof paths }): VNode {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
