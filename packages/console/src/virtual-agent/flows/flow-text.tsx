/** The flow as text: what is typed is checked at once, and taken over when its author says so. */
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition } from '../draft-context.ts'
import { asSentence } from '../draft-store.ts'
import parts from '../../design/parts.module.css'
import { readFlowText, writeFlowText, type ReadFlowText } from './read-flow-text.ts'
import css from './flow-text.module.css'

/** The whole definition has at most four million bytes; a flow beyond this is no text to edit by hand. */
const charactersMax = 400_000
/** More than these nobody reads before the first are put right. */
const faultsShown = 20

export interface Typed {
  text: string
  /** Null where it cannot be drawn. */
  flow: Flow | null
  /** Ids of steps with something to put right. */
  faulty: ReadonlySet<string>
}

export function FlowText({
  flow,
  at,
  first,
  onApply,
  onTyped,
}: {
  flow: Flow
  at: number
  /** What was typed before somebody looked at the form, and was not taken over. */
  first: string | null
  onApply(flow: Flow): void
  /** The text as it stands; null where it is the flow itself. */
  onTyped(typed: Typed | null): void
}) {
  const definition = useDefinition()
  const mayEdit = useMayEdit()
  const written = useMemo(() => writeFlowText(flow), [flow])
  const [text, setText] = useState(first ?? written)
  /** What the text was made of: when that changes elsewhere and nothing was typed, the text follows. */
  const [base, setBase] = useState(written)
  if (base !== written) {
    if (text === base) setText(written)
    setBase(written)
  }
  const changed = text !== written
  const read = useMemo(() => readFlowText(text, definition, at), [text, definition, at])
  const area = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  useEffect(() => {
    onTyped(changed ? { text, flow: read.flow, faulty: faultySteps(read) } : null)
  }, [changed, text, read, onTyped])

  const goTo = (line: number): void => {
    const element = area.current
    if (!element) return
    const lines = text.split('\n')
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
    element.focus()
    element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
    element.scrollTop = (element.scrollHeight * Math.max(0, line - 6)) / lines.length
  }
  return (
    <div className={css.text}>
      <label className={css.label} htmlFor={id}>
        The flow as JSON
      </label>
      <textarea
        ref={area}
        id={id}
        className={css.area}
        dir="ltr"
        value={text}
        readOnly={!mayEdit}
        maxLength={charactersMax}
        spellCheck={false}
        autoCapitalize="off"
        wrap="off"
        aria-describedby={`${id}-say`}
        aria-invalid={read.faults.length > 0}
        onChange={(event) => setText(event.target.value)}
      />
      <p className={parts.soft} id={`${id}-say`} role="status">
        {read.faults.length === 0
          ? changed
            ? 'This is a flow. It is drawn as you type; nothing is taken over yet.'
            : 'The same as in the form.'
          : `${read.faults.length} to put right${read.flow === null ? ' before it can be taken over' : ''}`}
      </p>
      {read.faults.length > 0 && (
        <ol className={css.faults} aria-label="To put right">
          {read.faults.slice(0, faultsShown).map((fault, i) => (
            <li key={i}>
              <button type="button" className={css.fault} onClick={() => goTo(fault.line)}>
                <Icon name="warning" size={16} />
                <span className={css.line}>Line {fault.line}</span>
                <span>
                  {fault.field !== '' && <code>{fault.field}</code>} {asSentence(fault.message)}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {mayEdit && (
        <div className={css.buttons}>
          <Button
            tone="main"
            isDisabled={!changed || read.flow === null}
            onPress={() => {
              if (read.flow === null) return
              onApply(read.flow)
              // As it will be written from now on.
              setText(writeFlowText(read.flow))
            }}
          >
            Take it over
          </Button>
          <Button tone="quiet" isDisabled={!changed} onPress={() => setText(written)}>
            Back to what it was
          </Button>
        </div>
      )}
    </div>
  )
}

function faultySteps({ flow, faults }: ReadFlowText): ReadonlySet<string> {
  return new Set(
    faults.flatMap(({ field }) => {
      const step = flow?.steps[Number(/^steps\[(\d+)\]/.exec(field)?.[1] ?? -1)]
      return step ? [step.id] : []
    }),
  )
}
