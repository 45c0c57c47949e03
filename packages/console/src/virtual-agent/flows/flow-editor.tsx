/** One flow three times: as a form, as text, and drawn beside both. */
import { useId, useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { Button } from '../../design/controls.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFaults } from '../draft-context.ts'
import { faultAt, faultsBelow } from '../draft-store.ts'
import { Problem } from '../../design/say.tsx'
import { showing } from '../authoring-search.ts'
import { LanguageChoice } from '../parts/writing-language.tsx'
import parts from '../../design/parts.module.css'
import { changeFlow, duplicateFlow, renameFlow } from './change-flows.ts'
import { FlowDrawing } from './flow-drawing.tsx'
import { FlowForm, focusStep } from './flow-form.tsx'
import { FlowText, type Typed } from './flow-text.tsx'
import { RemoveFlow, RenameId } from './flow-dialogs.tsx'
import { titleOf } from './flows-section.tsx'
import css from './flow-editor.module.css'

export function FlowEditor({ flow, at }: { flow: Flow; at: number }) {
  const definition = useDefinition()
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const faults = useFaults()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [view, setView] = useState<'form' | 'text'>('form')
  const [selected, setSelected] = useState<string | null>(null)
  /** What is typed as text and not taken over yet. */
  const [typed, setTyped] = useState<Typed | null>(null)
  const [asked, setAsked] = useState<'rename' | 'remove' | null>(null)
  const viewName = useId()
  const field = `flows[${at}]`
  const whole = faultAt(faults, field) ?? faultAt(faults, `${field}.id`)
  const change = (next: (flow: Flow) => Flow): void =>
    draft.change((before) => changeFlow(before, flow.id, next))
  const open = (item?: string): void => void navigate({ search: (before) => showing(before, item) })

  const faulty = new Set(
    flow.steps.flatMap(({ id }, i) => (faultsBelow(faults, `${field}.steps[${i}]`).length > 0 ? [id] : [])),
  )
  const select = (id: string): void => {
    setView('form')
    setSelected(id)
    focusStep(id)
  }
  return (
    <div className={css.editor}>
      <div className={css.head}>
        <Button tone="quiet" icon="back" onPress={() => open()} className={css.back}>
          All flows
        </Button>
        <span className={parts.end} />
        <LanguageChoice />
      </div>
      <div className={css.name}>
        <h2 className={css.title} dir="auto">
          {titleOf(flow, definition)}
        </h2>
        <code className={parts.code}>{flow.id}</code>
        {mayEdit && (
          <>
            <Button tone="quiet" icon="edit" onPress={() => setAsked('rename')}>
              Rename the id
            </Button>
            <Button
              tone="quiet"
              icon="layers"
              onPress={() => {
                const copy = duplicateFlow(definition, flow.id)
                draft.change(() => copy.definition)
                open(copy.id)
              }}
            >
              Duplicate
            </Button>
            <Button tone="quiet" icon="trash" onPress={() => setAsked('remove')}>
              Remove
            </Button>
          </>
        )}
      </div>
      {whole !== undefined && <Problem>{whole}</Problem>}
      <div className={css.columns}>
        <div className={css.written}>
          <fieldset className={css.views}>
            <legend className="visually-hidden">How it is written</legend>
            {(['form', 'text'] as const).map((one) => (
              <label key={one} className={css.view}>
                <input
                  type="radio"
                  name={viewName}
                  className={css.input}
                  checked={view === one}
                  onChange={() => setView(one)}
                />
                <span className={css.face}>
                  {one === 'form' ? 'Form' : 'Text'}
                  {one === 'text' && typed && (
                    <span className={css.unapplied}>
                      <span className="visually-hidden">, not taken over yet</span>
                    </span>
                  )}
                </span>
              </label>
            ))}
          </fieldset>
          {view === 'form' ? (
            <FlowForm flow={flow} field={field} selected={selected} onSelect={setSelected} change={change} />
          ) : (
            <FlowText
              flow={flow}
              at={at}
              first={typed?.text ?? null}
              onApply={(next) => change(() => next)}
              onTyped={setTyped}
            />
          )}
        </div>
        <aside className={css.aside} aria-label="Drawing of the flow">
          <FlowDrawing
            flow={(view === 'text' && typed?.flow) || flow}
            definition={definition}
            selected={selected}
            faulty={view === 'text' && typed?.flow ? typed.faulty : faulty}
            onSelect={select}
          />
        </aside>
      </div>
      {asked === 'rename' && (
        <RenameId
          what="flow"
          id={flow.id}
          taken={definition.flows.map(({ id }) => id)}
          say="Intents and flows that lead here follow it. Results from before keep the old id."
          onClose={() => setAsked(null)}
          onRename={(id) => {
            setAsked(null)
            draft.change((before) => renameFlow(before, flow.id, id))
            open(id)
          }}
        />
      )}
      {asked === 'remove' && (
        <RemoveFlow
          flow={flow}
          onClose={() => setAsked(null)}
          onRemoved={() => {
            setAsked(null)
            open()
          }}
        />
      )}
    </div>
  )
}
