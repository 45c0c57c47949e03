import { classes } from './classes.ts'
import { Icon } from './icons.tsx'
import css from './avatar.module.css'

export function Avatar({
  name,
  kind = 'visitor',
  online,
  size = 'm',
}: {
  name: string
  kind?: 'visitor' | 'agent' | 'virtual-agent'
  online?: boolean | undefined
  size?: 's' | 'm' | 'l'
}) {
  return (
    <span
      className={classes(css.avatar, css[size], css[kind], css[`hue${hueOf(name)}`])}
      // Drawn by the style sheet: letters that are a picture are not part of a button's or link's name.
      data-initials={kind === 'virtual-agent' ? undefined : initials(name)}
      aria-hidden="true"
    >
      {kind === 'virtual-agent' && <Icon name="handback" size={size === 's' ? 14 : 18} />}
      {online !== undefined && <span className={classes(css.dot, online && css.online)} />}
    </span>
  )
}

/** First letters of the first and last word, by grapheme: `Ö` may be two code points. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return '?'
  const first = firstGrapheme(words[0]!)
  return (words.length === 1 ? first : first + firstGrapheme(words.at(-1)!)).toLocaleUpperCase()
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstGrapheme(word: string): string {
  // Most names: a letter that nothing joins on to.
  if (/^[ -\u02ff][ -\u02ff]?$/.test(word.slice(0, 2))) return word.charAt(0)
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}

/** Six quiet tints, so that neighbours in a list differ. */
function hueOf(name: string): number {
  let sum = 0
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) >>> 0
  return sum % 6
}
