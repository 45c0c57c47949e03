/** Where a step goes on: to one step, or by conditions that are asked in their order. */
import type { Branch, Flow, Next, Slot } from '@candor/virtual-agent/flows/flow.ts'
import { conditionCharactersMax, parseCondition } from '@candor/virtual-agent/flows/condition.ts'
import { branchesMax } from '@candor/virtual-agent/flows/parse-book.ts'
import type { SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useFault } from '../draft-context.ts'
import { asSentence } from '../draft-store.ts'
import { nameOfStep } from './step-words.ts'
import css from './flow-form.module.css'

export function NextField({
  value,
  flow,
  of,
  field,
  onChange,
}: {
  value: Next
  flow: Flow
  /** The step that goes on: it is not offered to itself. */
  of: string
  field: string
  onChange(value: Next): void
}) {
  if (typeof value === 'string')
    return (
      <div className={css.next}>
        <StepSelect
          label="Then"
          value={value}
          flow={flow}
          of={of}
          field={field}
          onChange={(to) => to !== undefined && onChange(to)}
        />
        <Button tone="quiet" icon="branch" onPress={() => onChange([{ if: '', to: value }, { else: value }])}>
          Branch
        </Button>
      </div>
    )
  const put = (i: number, branch: Branch): void => onChange(value.with(i, branch))
  return (
    <fieldset className={css.rows}>
      <legend className={css.legend}>Then, whichever holds first</legend>
      {value.map((branch, i) =>
        'if' in branch ? (
          <div key={i} className={css.branch}>
            <ConditionField
              label="If"
              value={branch.if}
              slots={flow.slots}
              field={`${field}[${i}].if`}
              onChange={(condition) => put(i, { ...branch, if: condition })}
            />
            <StepSelect
              label="go to"
              value={branch.to}
              flow={flow}
              of={of}
              field={`${field}[${i}].to`}
              onChange={(to) => to !== undefined && put(i, { ...branch, to })}
            />
            <IconButton
              icon="close"
              label={`Remove branch ${i + 1}`}
              onPress={() => {
                const rest = value.toSpliced(i, 1)
                const last = rest[0]
                onChange(rest.length === 1 && last && 'else' in last ? last.else : rest)
              }}
            />
          </div>
        ) : (
          <div key={i} className={css.else}>
            <StepSelect
              label="else go to"
              value={branch.else}
              flow={flow}
              of={of}
              field={`${field}[${i}].else`}
              onChange={(to) => to !== undefined && put(i, { else: to })}
            />
          </div>
        ),
      )}
      {value.length < branchesMax && (
        <div>
          <Button
            tone="quiet"
            icon="plus"
            onPress={() => {
              const last = value.at(-1)
              const to = last && 'else' in last ? last.else : flow.start
              onChange(value.toSpliced(Math.max(0, value.length - 1), 0, { if: '', to }))
            }}
          >
            Another branch
          </Button>
        </div>
      )}
    </fieldset>
  )
}

/** @param otherwise what happens where no step is named; without it one has to be. */
export function StepSelect({
  label,
  value,
  flow,
  of,
  field,
  otherwise,
  onChange,
}: {
  label: string
  value: string | undefined
  flow: Flow
  of: string
  field: string
  otherwise?: string
  onChange(to: string | undefined): void
}) {
  const definition = useDefinition()
  const fault = useFault(field)
  const known = value === undefined || flow.steps.some(({ id }) => id === value)
  return (
    <Select<string>
      label={label}
      value={value ?? ''}
      choices={[
        ...(otherwise !== undefined || value === undefined
          ? [{ id: '', name: otherwise ?? 'Choose a step…' }]
          : []),
        ...(known ? [] : [{ id: value, name: value === '' ? 'Choose a step…' : `${value} (not there)` }]),
        ...flow.steps
          .filter(({ id }) => id !== of || id === value)
          .map((step) => ({ id: step.id, name: nameOfStep(step, flow, definition), hint: step.id })),
      ]}
      onChange={(id) => onChange(id === '' ? undefined : id)}
      error={fault}
      className={css.oneLine}
    />
  )
}

/** Checked while it is typed, by the parser that reads it at work. */
export function ConditionField({
  label,
  value,
  slots,
  field,
  hint,
  onChange,
}: {
  label: string
  value: string
  slots: readonly Pick<Slot, 'name' | 'type'>[]
  field: string
  hint?: string
  onChange(value: string): void
}) {
  const told = useFault(field)
  const types = new Map<string, SlotType>(slots.map(({ name, type }) => [name, type]))
  const parsed = value.trim() === '' ? null : parseCondition(value, types)
  const error =
    parsed === null
      ? 'A condition such as “fee <= 45 and day >= today”.'
      : 'fault' in parsed
        ? asSentence(parsed.fault)
        : told
  return (
    <TextField
      label={label}
      value={value}
      onChange={onChange}
      maxLength={conditionCharactersMax}
      spellCheck="false"
      live
      error={error}
      hint={
        hint ??
        (slots.length === 0
          ? 'There is no value yet to ask about.'
          : `Over ${slots.map(({ name }) => name).join(', ')}`)
      }
      className={css.condition}
    />
  )
}
