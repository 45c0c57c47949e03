import { useId, useState, type ReactNode } from 'react'
import type { Flow, Step } from '@candor/virtual-agent/flows/flow.ts'
import { classes } from '../../design/classes.ts'
import { IconButton } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useFaults } from '../draft-context.ts'
import { asSentence, faultsBelow } from '../draft-store.ts'
import { Badge, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { changeStep, moveStep, removeStep, renameStep } from './change-flows.ts'
import { RenameId } from './flow-dialogs.tsx'
import { StepFields } from './step-fields.tsx'
import { kindIcons, kindNames, nameOfStep, waysOf } from './step-words.ts'
import css from './flow-form.module.css'

export function StepCard({
  step,
  place,
  flow,
  field,
  open,
  onOpen,
  onRenamed,
  change,
  more,
}: {
  step: Step
  place: number
  flow: Flow
  field: string
  open: boolean
  onOpen(open: boolean): void
  onRenamed(id: string): void
  change(next: (flow: Flow) => Flow): void
  /** What can be put beside it. */
  more: ReactNode
}) {
  const definition = useDefinition()
  const mayEdit = useMayEdit()
  const faults = faultsBelow(useFaults(), field)
  const [renaming, setRenaming] = useState(false)
  const body = useId()
  const ways = waysOf(step)
  // Fields show their own faults; what is about the step as a whole has no field.
  const whole = faults.filter((fault) => fault.field === field || fault.field === `${field}.id`)
  return (
    <li className={classes(css.card, open && css.open)} data-step={step.id}>
      <h4 className={css.cardHead}>
        <button
          type="button"
          className={css.cardButton}
          aria-expanded={open}
          aria-controls={open ? body : undefined}
          onClick={() => onOpen(!open)}
        >
          <span className={classes(css.sign, css[step.kind])}>
            <Icon name={kindIcons[step.kind]} size={16} />
          </span>
          <span className={css.cardWords}>
            <span className={css.cardName} dir="auto">
              {nameOfStep(step, flow, definition)}
            </span>
            <span className={css.cardWays}>
              <code>{step.id}</code>
              {ways.map(({ to, when }, i) => (
                <span key={i}>
                  {when === '' ? 'then' : when} → {to}
                </span>
              ))}
            </span>
          </span>
          {flow.start === step.id && <Badge tone="good">Start</Badge>}
          {faults.length > 0 && (
            <Badge tone="bad" icon="warning">
              {faults.length} to put right
            </Badge>
          )}
          <Icon name="down" size={16} className={css.arrow} />
        </button>
      </h4>
      {open && (
        <div className={css.cardBody} id={body}>
          {whole.map((fault) => (
            <Problem key={fault.field + fault.message}>{asSentence(fault.message)}</Problem>
          ))}
          <p className={css.kind}>{kindNames[step.kind]}</p>
          <fieldset className={css.plain} disabled={!mayEdit}>
            <StepFields
              step={step}
              flow={flow}
              field={field}
              change={(next) => change((one) => changeStep(one, step.id, () => next))}
              changeFlow={change}
            />
          </fieldset>
          {mayEdit && (
            <div className={css.deedsRow}>
              {more}
              <span className={parts.end} />
              <IconButton
                icon="up"
                label="Move up"
                isDisabled={place === 0}
                onPress={() => change((one) => moveStep(one, step.id, -1))}
              />
              <IconButton
                icon="down"
                label="Move down"
                isDisabled={place === flow.steps.length - 1}
                onPress={() => change((one) => moveStep(one, step.id, 1))}
              />
              <IconButton icon="edit" label="Rename the step" onPress={() => setRenaming(true)} />
              <IconButton
                icon="trash"
                label="Remove the step"
                isDisabled={flow.steps.length === 1}
                onPress={() => {
                  change((one) => removeStep(one, step.id))
                  onOpen(false)
                }}
              />
            </div>
          )}
        </div>
      )}
      {renaming && (
        <RenameId
          what="step"
          id={step.id}
          taken={flow.steps.map(({ id }) => id)}
          say="Steps that lead here follow it."
          onClose={() => setRenaming(false)}
          onRename={(id) => {
            setRenaming(false)
            change((one) => renameStep(one, step.id, id))
            onRenamed(id)
          }}
        />
      )}
    </li>
  )
}
