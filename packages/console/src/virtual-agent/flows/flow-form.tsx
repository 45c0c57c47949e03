/** The flow as cards in reading order; one of them is open. */
import { useState } from 'react'
import type { Flow, Slot, Step } from '@candor/virtual-agent/flows/flow.ts'
import {
  saidCharactersMax,
  slotsMax,
  stepsMax,
  titleCharactersMax,
} from '@candor/virtual-agent/flows/parse-book.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { MenuButton } from '../../design/menu-button.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useFault, useFaults } from '../draft-context.ts'
import { asSentence, faultsBelow } from '../draft-store.ts'
import { LocalisedField } from '../parts/localised-field.tsx'
import { Nothing } from '../../design/say.tsx'
import { typeInWords } from '../parts/type-words.ts'
import parts from '../../design/parts.module.css'
import { addStep, putSlot, removeSlot, stepKinds } from './change-flows.ts'
import { SlotDialog } from './flow-dialogs.tsx'
import { StepCard } from './step-card.tsx'
import { kindIcons, kindNames, nameOfStep } from './step-words.ts'
import css from './flow-form.module.css'

export function FlowForm({
  flow,
  field,
  selected,
  onSelect,
  change,
}: {
  flow: Flow
  field: string
  selected: string | null
  onSelect(id: string | null): void
  change(next: (flow: Flow) => Flow): void
}) {
  const definition = useDefinition()
  const mayEdit = useMayEdit()
  const startFault = useFault(`${field}.start`)
  const add = (kind: Step['kind'], beside: string | null): void => {
    const made = addStep(definition, flow, kind, beside)
    change(() => made.flow)
    onSelect(made.id)
    focusStep(made.id)
  }
  const addButton = (beside: string | null, label: string) => (
    <MenuButton
      label={label}
      className={css.addStep}
      entries={() =>
        stepKinds.map((kind) => ({
          icon: kindIcons[kind],
          label: kindNames[kind],
          run: () => add(kind, beside),
        }))
      }
    >
      <Icon name="plus" size={16} /> {label}
    </MenuButton>
  )
  const full = flow.steps.length >= stepsMax
  return (
    <>
      <fieldset className={css.plain} disabled={!mayEdit}>
        <LocalisedField
          label="Title"
          value={flow.title}
          onChange={(title) => change((one) => ({ ...one, title }))}
          field={`${field}.title`}
          charactersMax={titleCharactersMax}
          hint="Visitors read it when they come back to it: “Back to: …”."
        />
        <TextField
          label="What it is for (optional)"
          value={flow.description ?? ''}
          onChange={(description) =>
            change((one) => {
              const { description: _, ...rest } = one
              return description === '' ? rest : { ...rest, description }
            })
          }
          multiline
          rows={2}
          maxLength={saidCharactersMax}
        />
      </fieldset>

      <Values flow={flow} field={field} change={change} />

      <section className={css.part} aria-label="Steps">
        <div className={css.partHead}>
          <h3 className={css.partTitle}>Steps</h3>
          <span className={parts.soft}>{flow.steps.length}</span>
          <span className={parts.end} />
        </div>
        <fieldset className={css.plain} disabled={!mayEdit}>
          <Select
            label="Begins with"
            value={flow.start}
            choices={flow.steps.map((step) => ({
              id: step.id,
              name: `${nameOfStep(step, flow, definition)} (${step.id})`,
            }))}
            onChange={(start) => change((one) => ({ ...one, start }))}
            error={startFault}
            className={css.oneLine}
          />
        </fieldset>
        <ol className={css.steps}>
          {flow.steps.map((step, i) => (
            <StepCard
              key={step.id}
              step={step}
              place={i}
              flow={flow}
              field={`${field}.steps[${i}]`}
              open={step.id === selected}
              onOpen={(open) => onSelect(open ? step.id : null)}
              onRenamed={onSelect}
              change={change}
              more={
                mayEdit &&
                !full &&
                addButton(step.id, 'next' in step ? 'Add a step after it' : 'Add a step before it')
              }
            />
          ))}
        </ol>
        {mayEdit &&
          (full ? (
            <p className={parts.soft}>A flow has at most {stepsMax} steps. It may run others.</p>
          ) : (
            addButton(null, 'Add a step')
          ))}
      </section>
    </>
  )
}

/** The card is there after the next render, also when the text was shown before. */
export function focusStep(id: string): void {
  requestAnimationFrame(() => {
    const card = document.querySelector<HTMLElement>(`[data-step="${id}"]`)
    card?.querySelector('button')?.focus({ preventScroll: true })
    card?.scrollIntoView({ block: 'start' })
  })
}

/** What the flow knows: filled in by the visitor, by a tool, or by another flow. */
function Values({
  flow,
  field,
  change,
}: {
  flow: Flow
  field: string
  change(next: (flow: Flow) => Flow): void
}) {
  const { language } = useDefinition()
  const mayEdit = useMayEdit()
  const faults = useFaults()
  const [asked, setAsked] = useState<Slot | 'new' | null>(null)
  const sources = (name: string): string => {
    const found = flow.steps.flatMap((step) => {
      if (step.kind === 'collect' && step.slot === name) return [`asked in ${step.id}`]
      if ((step.kind === 'action' || step.kind === 'call') && Object.values(step.save ?? {}).includes(name))
        return [`from ${step.id}`]
      return step.kind === 'set' && name in step.values ? [`set in ${step.id}`] : []
    })
    return found.length === 0 ? 'nothing in this flow' : found.join(', ')
  }
  return (
    <section className={css.part} aria-label="Values">
      <div className={css.partHead}>
        <h3 className={css.partTitle}>Values</h3>
        <span className={parts.soft}>what it asks for and finds out</span>
        <span className={parts.end} />
        {mayEdit && flow.slots.length < slotsMax && (
          <Button tone="quiet" icon="plus" onPress={() => setAsked('new')}>
            New value
          </Button>
        )}
      </div>
      {flow.slots.length === 0 ? (
        <Nothing>None yet. A step that asks needs one to keep the answer in.</Nothing>
      ) : (
        <div className={css.tableRoom} tabIndex={0} role="group" aria-label="Table of values">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">Kind</th>
                <th scope="col">Filled in</th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {flow.slots.map((slot, i) => {
                const wrong = faultsBelow(faults, `${field}.slots[${i}]`)
                return (
                  <tr key={slot.name}>
                    <th scope="row">
                      <span dir="auto">{slot.title[language] || '…'}</span> <code>{slot.name}</code>
                      {wrong.map((fault) => (
                        <p key={fault.field + fault.message} className={css.rowFault}>
                          {asSentence(fault.message)}
                        </p>
                      ))}
                    </th>
                    <td>{typeInWords(slot.type)}</td>
                    <td className={parts.soft}>{sources(slot.name)}</td>
                    <td className={css.deeds}>
                      {mayEdit && (
                        <>
                          <IconButton
                            icon="edit"
                            label={`Change ${slot.name}`}
                            onPress={() => setAsked(slot)}
                          />
                          <IconButton
                            icon="trash"
                            label={`Remove ${slot.name}`}
                            onPress={() => change((one) => removeSlot(one, slot.name))}
                          />
                        </>
                      )}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      {asked !== null && (
        <SlotDialog
          slot={asked === 'new' ? null : asked}
          taken={flow.slots.map(({ name }) => name)}
          field={asked === 'new' ? null : `${field}.slots[${flow.slots.indexOf(asked)}].type`}
          onClose={() => setAsked(null)}
          onDone={(slot) => {
            change((one) => putSlot(one, asked === 'new' ? null : asked.name, slot))
            setAsked(null)
          }}
        />
      )}
    </section>
  )
}
