/** A field that filters a short list: palette, assign, transfer, tags, canned replies. The list is capped. */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon, type IconName } from './icons.tsx'
import { Keys } from '../actions/keys.tsx'
import css from './picker.module.css'

export interface Option {
  id: string
  title: string
  hint?: string | undefined
  icon?: IconName
  keys?: string
  chosen?: boolean
  lead?: ReactNode
}

/** More than this nobody reads; the next letter narrows it. 30 rows paint within a frame. */
export const optionsMax = 30

export function Picker({
  label,
  placeholder,
  options,
  onPick,
  query,
  onQuery,
  nothing = 'Nothing matches.',
}: {
  label: string
  placeholder: string
  /** Filtered by the caller; what is beyond `optionsMax` is not shown. */
  options: readonly Option[]
  onPick(id: string): void
  query: string
  onQuery(query: string): void
  nothing?: string
}) {
  const listId = useId()
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const shown = options.slice(0, optionsMax)
  const current = Math.min(at, shown.length - 1)
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (shown.length > 0) setAt((current + step + shown.length) % shown.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const option = shown[current]
      if (option) onPick(option.id)
    }
  }

  return (
    <div className={css.picker}>
      <div className={css.search}>
        <Icon name="search" size={18} />
        <input
          className={css.input}
          role="combobox"
          aria-label={label}
          aria-expanded={shown.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown.length > 0 ? `${listId}-${current}` : undefined}
          placeholder={placeholder}
          value={query}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setAt(0)
            onQuery(event.target.value)
          }}
          onKeyDown={press}
        />
      </div>
      {shown.length === 0 && <p className={css.nothing}>{nothing}</p>}
      <div ref={list} id={listId} role="listbox" aria-label={label} className={css.list}>
        {shown.map((option, i) => (
          <div
            key={option.id}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === current}
            className={classes(css.option, i === current && css.current)}
            onPointerMove={() => i !== current && setAt(i)}
            onClick={() => onPick(option.id)}
          >
            {option.lead ?? (option.icon && <Icon name={option.icon} size={18} className={css.icon} />)}
            <span className={css.text}>
              <span className={css.title}>{option.title}</span>
              {option.hint && <span className={css.hint}>{option.hint}</span>}
            </span>
            {option.chosen && <Icon name="check" size={18} className={css.chosen} />}
            {option.keys && <Keys keys={option.keys} />}
          </div>
        ))}
      </div>
      <p className="visually-hidden" role="status">
        {shown.length === 0 ? '' : `${shown.length} results`}
      </p>
    </div>
  )
}

/** Every word of the query begins a word of the text. */
export function matches(query: string, text: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u)
  return fold(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)))
}

/** Case and accents do not matter in a search: `amelie` finds Amélie. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
