/** What a step of each kind is made of. */
import { useState } from 'react'
import type { Argument, Flow, Literal, Slot, Step } from '@candor/virtual-agent/flows/flow.ts'
import { idCharactersMax } from '@candor/virtual-agent/flows/field-reader.ts'
import {
  branchesMax,
  optionsMax,
  saidCharactersMax,
  titleCharactersMax,
} from '@candor/virtual-agent/flows/parse-book.ts'
import type { ToolField } from '@candor/virtual-agent/flows/tool.ts'
import type { SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useFault } from '../draft-context.ts'
import { LocalisedField } from '../parts/localised-field.tsx'
import { NumberField } from '../parts/type-field.tsx'
import { typeInWords } from '../parts/type-words.ts'
import { calling, putSlot } from './change-flows.ts'
import { SlotDialog } from './flow-dialogs.tsx'
import { ConditionField, NextField, StepSelect } from './next-field.tsx'
import css from './flow-form.module.css'

interface FieldsOf<S extends Step> {
  step: S
  flow: Flow
  field: string
  change(step: Step): void
  changeFlow(next: (flow: Flow) => Flow): void
}

export function StepFields(props: FieldsOf<Step>) {
  const { step } = props
  switch (step.kind) {
    case 'collect':
      return <CollectFields {...props} step={step} />
    case 'action':
      return <ActionFields {...props} step={step} />
    case 'say':
      return (
        <>
          <Said
            {...props}
            label="Says"
            value={step.say}
            name="say"
            onChange={(say) => props.change({ ...step, say })}
          />
          <Next {...props} step={step} />
        </>
      )
    case 'set':
      return <SetFields {...props} step={step} />
    case 'link':
    case 'call':
      return <OtherFlowFields {...props} step={step} />
    case 'handOver':
      return <HandOverFields {...props} step={step} />
    case 'end':
      return <p className={css.say}>The flow is done, and the conversation goes on from there.</p>
  }
}

function Next<S extends Extract<Step, { next: unknown }>>({ step, flow, field, change }: FieldsOf<S>) {
  return (
    <NextField
      value={step.next}
      flow={flow}
      of={step.id}
      field={`${field}.next`}
      onChange={(next) => change({ ...step, next })}
    />
  )
}

function Said({
  label,
  value,
  name,
  field,
  flow,
  onChange,
}: {
  label: string
  value: Record<string, string>
  name: string
  field: string
  flow: Flow
  onChange(value: Record<string, string>): void
}) {
  return (
    <LocalisedField
      label={label}
      value={value}
      onChange={onChange}
      field={`${field}.${name}`}
      multiline
      rows={2}
      charactersMax={saidCharactersMax}
      {...(flow.slots.length > 0 && { hint: `May name a value: {${flow.slots[0]!.name}}.` })}
    />
  )
}

/** A select cannot hold nothing, and no id is this. */
const none = ''
const newValue = '+'

function CollectFields(props: FieldsOf<Extract<Step, { kind: 'collect' }>>) {
  const { step, flow, field, change, changeFlow } = props
  const { language } = useDefinition()
  const [making, setMaking] = useState(false)
  const fault = useFault(`${field}.slot`)
  const known = flow.slots.some(({ name }) => name === step.slot)
  const set = (next: Partial<typeof step>): void => change({ ...step, ...next })
  const options = step.options ?? []
  const rejections = step.rejections ?? []
  return (
    <>
      <Select
        label="Keeps the answer as"
        value={known ? step.slot : none}
        choices={[
          ...(known ? [] : [{ id: none, name: 'Choose a value…' }]),
          ...flow.slots.map((slot) => ({
            id: slot.name,
            name: slot.title[language] || slot.name,
            hint: typeInWords(slot.type),
          })),
          { id: newValue, name: 'A new value…' },
        ]}
        onChange={(slot) => (slot === newValue ? setMaking(true) : slot !== none && set({ slot }))}
        error={fault}
      />
      <Said {...props} label="Asks" value={step.ask} name="ask" onChange={(ask) => set({ ask })} />
      <Next {...props} />
      <details className={css.more}>
        <summary>When the answer cannot be read, quick replies, what is not taken</summary>
        <div className={css.moreBody}>
          <Said
            {...props}
            label="Asks again with (optional)"
            value={step.again ?? {}}
            name="again"
            onChange={(again) => {
              const { again: _, ...rest } = step
              change(Object.keys(again).length === 0 ? rest : { ...rest, again })
            }}
          />
          <div className={css.beside}>
            <NumberField
              label="Answers that cannot be read, at most"
              value={step.attemptsMax}
              min={1}
              max={10}
              hint="3 where nothing is said."
              error={useFault(`${field}.attemptsMax`)}
              onChange={(attemptsMax) => {
                const { attemptsMax: _, ...rest } = step
                change(attemptsMax === undefined ? rest : { ...rest, attemptsMax })
              }}
            />
            <OptionalStep {...props} name="onFailure" label="After that" otherwise="A person takes over" />
          </div>
          <fieldset className={css.rows}>
            <legend className={css.legend}>Quick replies</legend>
            {options.map((option, i) => (
              <div key={i} className={css.row}>
                <LocalisedField
                  label={`Quick reply ${i + 1}`}
                  value={option}
                  onChange={(next) => set({ options: options.with(i, next) })}
                  field={`${field}.options[${i}]`}
                  charactersMax={titleCharactersMax}
                />
                <IconButton
                  icon="close"
                  label={`Remove quick reply ${i + 1}`}
                  onPress={() => {
                    const { options: _, ...rest } = step
                    const left = options.toSpliced(i, 1)
                    change(left.length === 0 ? rest : { ...rest, options: left })
                  }}
                />
              </div>
            ))}
            {options.length === 0 && (
              <p className={css.say}>A choice and a yes or no offer their own where none are given.</p>
            )}
            {options.length < optionsMax && (
              <AddRow onPress={() => set({ options: [...options, {}] })}>Add a quick reply</AddRow>
            )}
          </fieldset>
          <fieldset className={css.rows}>
            <legend className={css.legend}>Read, but not taken</legend>
            {rejections.map((rejection, i) => (
              <div key={i} className={css.row}>
                <div className={css.rows}>
                  <ConditionField
                    label="If"
                    value={rejection.if}
                    slots={flow.slots}
                    field={`${field}.rejections[${i}].if`}
                    onChange={(next) => set({ rejections: rejections.with(i, { ...rejection, if: next }) })}
                  />
                  <Said
                    {...props}
                    label="Says"
                    value={rejection.say}
                    name={`rejections[${i}].say`}
                    onChange={(say) => set({ rejections: rejections.with(i, { ...rejection, say }) })}
                  />
                </div>
                <IconButton
                  icon="close"
                  label={`Take answer ${i + 1} after all`}
                  onPress={() => {
                    const { rejections: _, ...rest } = step
                    const left = rejections.toSpliced(i, 1)
                    change(left.length === 0 ? rest : { ...rest, rejections: left })
                  }}
                />
              </div>
            ))}
            {rejections.length < branchesMax && (
              <AddRow onPress={() => set({ rejections: [...rejections, { if: '', say: {} }] })}>
                Add what is not taken
              </AddRow>
            )}
          </fieldset>
        </div>
      </details>
      {making && (
        <SlotDialog
          slot={null}
          taken={flow.slots.map(({ name }) => name)}
          field={null}
          onClose={() => setMaking(false)}
          onDone={(slot: Slot) => {
            setMaking(false)
            changeFlow((one) => ({
              ...putSlot(one, null, slot),
              steps: one.steps.map((other) =>
                other.id === step.id && other.kind === 'collect' ? { ...other, slot: slot.name } : other,
              ),
            }))
          }}
        />
      )}
    </>
  )
}

function ActionFields(props: FieldsOf<Extract<Step, { kind: 'action' }>>) {
  const { step, flow, field, change } = props
  const definition = useDefinition()
  const { language } = definition
  const fault = useFault(`${field}.tool`)
  const tool = definition.tools.find(({ id }) => id === step.tool)
  return (
    <>
      <Select
        label="Tool"
        value={tool?.id ?? none}
        choices={[
          ...(tool ? [] : [{ id: none, name: 'Choose a tool…' }]),
          ...definition.tools.map((one) => ({
            id: one.id,
            name: one.title[language] || one.id,
            hint: one.effect === 'write' ? 'changes something: the visitor confirms' : 'only looks',
          })),
        ]}
        onChange={(id) => {
          if (id === none || id === step.tool) return
          const { args: _, save: __, confirm, ...rest } = step
          const made = calling(definition, flow, id)
          change({ ...rest, ...made, ...(made.confirm && confirm && { confirm }) })
        }}
        error={
          definition.tools.length === 0 ? 'There is no tool yet. Describe one under Tools first.' : fault
        }
      />
      {tool && (
        <Arguments
          legend="It is given"
          fields={tool.input}
          value={step.args}
          flow={flow}
          field={`${field}.args`}
          onChange={(args) => change({ ...step, args })}
        />
      )}
      {tool && tool.output.length > 0 && (
        <Saved
          legend="Of its answer is kept"
          fields={tool.output}
          value={step.save ?? {}}
          flow={flow}
          field={`${field}.save`}
          onChange={(save) => {
            const { save: _, ...rest } = step
            change(Object.keys(save).length === 0 ? rest : { ...rest, save })
          }}
        />
      )}
      {(tool?.effect === 'write' || step.confirm !== undefined) && (
        <Said
          {...props}
          label={tool?.effect === 'write' ? 'Asks before, for a yes' : 'Asks before, for a yes (optional)'}
          value={step.confirm ?? {}}
          name="confirm"
          onChange={(confirm) => {
            const { confirm: _, ...rest } = step
            change(
              Object.keys(confirm).length === 0 && tool?.effect !== 'write' ? rest : { ...rest, confirm },
            )
          }}
        />
      )}
      <Next {...props} />
      <div className={css.beside}>
        {step.confirm !== undefined && (
          <OptionalStep
            {...props}
            name="onDenied"
            label="If the visitor says no"
            otherwise="The flow is given up"
          />
        )}
        <OptionalStep
          {...props}
          name="onFault"
          label="If it does not answer"
          otherwise="A person takes over"
        />
        <OptionalStep
          {...props}
          name="onRefused"
          label="If its limits do not allow it"
          otherwise="A person takes over"
        />
      </div>
    </>
  )
}

function SetFields(props: FieldsOf<Extract<Step, { kind: 'set' }>>) {
  const { step, flow, field, change } = props
  const { language } = useDefinition()
  const free = flow.slots.filter(({ name }) => !(name in step.values))
  const set = (values: typeof step.values): void => change({ ...step, values })
  return (
    <>
      <fieldset className={css.rows}>
        <legend className={css.legend}>Values</legend>
        {Object.entries(step.values).map(([name, value]) => {
          const slot = flow.slots.find((one) => one.name === name)
          const without = (): typeof step.values => {
            const { [name]: _, ...rest } = step.values
            return rest
          }
          return (
            <div key={name} className={css.row}>
              <div className={css.beside}>
                <Select
                  label={slot?.title[language] || name}
                  value={value === null ? 'forget' : 'value'}
                  choices={[
                    { id: 'forget', name: 'is forgotten, and asked again' },
                    { id: 'value', name: 'becomes' },
                  ]}
                  onChange={(what) =>
                    set({ ...step.values, [name]: what === 'forget' ? null : firstOf(slot?.type) })
                  }
                />
                {value !== null && (
                  <LiteralField
                    label={`New ${slot?.title[language] || name}`}
                    type={slot?.type}
                    value={value}
                    field={`${field}.values.${name}`}
                    onChange={(next) => set({ ...step.values, [name]: next })}
                  />
                )}
              </div>
              <IconButton icon="close" label={`Leave ${name} as it is`} onPress={() => set(without())} />
            </div>
          )
        })}
        {free.length > 0 && (
          <Select<string>
            label="Set or forget"
            value={none}
            choices={[
              { id: none, name: 'Choose a value…' },
              ...free.map((slot) => ({ id: slot.name, name: slot.title[language] || slot.name })),
            ]}
            onChange={(name) => name !== none && set({ ...step.values, [name]: null })}
          />
        )}
      </fieldset>
      <Next {...props} />
    </>
  )
}

function OtherFlowFields(props: FieldsOf<Extract<Step, { kind: 'link' | 'call' }>>) {
  const { step, flow, field, change } = props
  const definition = useDefinition()
  const fault = useFault(`${field}.flow`)
  const other = definition.flows.find(({ id }) => id === step.flow)
  const fields = (other?.slots ?? []).map(({ name, type }) => ({ name, type, required: false }))
  return (
    <>
      <Select
        label={step.kind === 'call' ? 'Runs, and comes back' : 'Goes on with'}
        value={other?.id ?? none}
        choices={[
          ...(other ? [] : [{ id: none, name: 'Choose a flow…' }]),
          ...definition.flows
            .filter(({ id }) => id !== flow.id)
            .map((one) => ({ id: one.id, name: one.title[definition.language] || one.id })),
        ]}
        onChange={(id) => {
          if (id === none) return
          const { with: _, ...rest } = step
          if (rest.kind === 'call') {
            const { save: __, ...bare } = rest
            change({ ...bare, flow: id })
          } else change({ ...rest, flow: id })
        }}
        error={fault}
      />
      {fields.length > 0 && (
        <Arguments
          legend="It is given"
          fields={fields}
          value={step.with ?? {}}
          flow={flow}
          field={`${field}.with`}
          onChange={(args) => {
            const { with: _, ...rest } = step
            change(Object.keys(args).length === 0 ? rest : { ...rest, with: args })
          }}
        />
      )}
      {step.kind === 'call' && fields.length > 0 && (
        <Saved
          legend="Taken over when it has ended"
          fields={fields}
          value={step.save ?? {}}
          flow={flow}
          field={`${field}.save`}
          onChange={(save) => {
            const { save: _, ...rest } = step
            change(Object.keys(save).length === 0 ? rest : { ...rest, save })
          }}
        />
      )}
      {step.kind === 'call' && <Next {...props} step={step} />}
    </>
  )
}

function HandOverFields(props: FieldsOf<Extract<Step, { kind: 'handOver' }>>) {
  const { step, field, change } = props
  return (
    <>
      <TextField
        label="Reason"
        value={step.reason}
        onChange={(reason) => change({ ...step, reason })}
        maxLength={idCharactersMax}
        spellCheck="false"
        live
        error={useFault(`${field}.reason`)}
        hint="Lower-case words joined by hyphens. Whoever takes over reads it, and results count it."
      />
      <Said
        {...props}
        label="Says before (optional)"
        value={step.say ?? {}}
        name="say"
        onChange={(say) => {
          const { say: _, ...rest } = step
          change(Object.keys(say).length === 0 ? rest : { ...rest, say })
        }}
      />
    </>
  )
}

function OptionalStep({
  step,
  flow,
  field,
  change,
  name,
  label,
  otherwise,
}: FieldsOf<Step> & {
  name: 'onFailure' | 'onDenied' | 'onFault' | 'onRefused'
  label: string
  otherwise: string
}) {
  return (
    <StepSelect
      label={label}
      value={(step as unknown as Record<string, string | undefined>)[name]}
      otherwise={otherwise}
      flow={flow}
      of={step.id}
      field={`${field}.${name}`}
      onChange={(to) => {
        const { [name]: _, ...rest } = step as unknown as Record<string, unknown>
        change((to === undefined ? rest : { ...rest, [name]: to }) as unknown as Step)
      }}
    />
  )
}

/** What a tool or another flow is given: from a value of this flow, or written down. */
function Arguments({
  legend,
  fields,
  value,
  flow,
  field,
  onChange,
}: {
  legend: string
  fields: readonly ToolField[]
  value: Record<string, Argument>
  flow: Flow
  field: string
  onChange(value: Record<string, Argument>): void
}) {
  const unknown = Object.keys(value).filter((name) => !fields.some((one) => one.name === name))
  return (
    <fieldset className={css.rows}>
      <legend className={css.legend}>{legend}</legend>
      {fields.length === 0 && <p className={css.say}>Nothing.</p>}
      {fields.map((one) => (
        <ArgumentRow
          key={one.name}
          of={one}
          value={value[one.name]}
          flow={flow}
          field={`${field}.${one.name}`}
          onChange={(argument) => {
            const { [one.name]: _, ...rest } = value
            onChange(argument === undefined ? rest : { ...rest, [one.name]: argument })
          }}
        />
      ))}
      {unknown.map((name) => (
        <UnknownName
          key={name}
          name={name}
          field={`${field}.${name}`}
          onRemove={() => onChange(without(value, name))}
        />
      ))}
    </fieldset>
  )
}

function ArgumentRow({
  of,
  value,
  flow,
  field,
  onChange,
}: {
  of: ToolField
  value: Argument | undefined
  flow: Flow
  field: string
  onChange(value: Argument | undefined): void
}) {
  const { language } = useDefinition()
  const fault = useFault(field) ?? useFault(`${field}.slot`)
  const literal = value !== undefined && 'value' in value
  const slot = value !== undefined && 'slot' in value ? value.slot : undefined
  const known = slot === undefined || flow.slots.some(({ name }) => name === slot)
  return (
    <div className={css.beside}>
      <Select
        label={of.required ? of.name : `${of.name} (optional)`}
        value={literal ? '=' : slot !== undefined ? slot : none}
        choices={[
          { id: none, name: of.required ? 'Choose…' : 'Nothing' },
          ...(known ? [] : [{ id: slot, name: `${slot} (not there)` }]),
          ...flow.slots.map((one) => ({
            id: one.name,
            name: one.title[language] || one.name,
            hint: typeInWords(one.type),
          })),
          { id: '=', name: 'What is written here' },
        ]}
        onChange={(id) =>
          onChange(id === none ? undefined : id === '=' ? { value: firstOf(of.type) } : { slot: id })
        }
        error={fault}
      />
      {literal && (
        <LiteralField
          label={`Written for ${of.name}`}
          type={of.type}
          value={value.value}
          field={`${field}.value`}
          onChange={(next) => onChange({ value: next })}
        />
      )}
    </div>
  )
}

function Saved({
  legend,
  fields,
  value,
  flow,
  field,
  onChange,
}: {
  legend: string
  fields: readonly ToolField[]
  value: Record<string, string>
  flow: Flow
  field: string
  onChange(value: Record<string, string>): void
}) {
  const unknown = Object.keys(value).filter((name) => !fields.some((one) => one.name === name))
  return (
    <fieldset className={css.rows}>
      <legend className={css.legend}>{legend}</legend>
      <div className={css.beside}>
        {fields.map(({ name }) => (
          <SavedField
            key={name}
            name={name}
            value={value[name]}
            flow={flow}
            field={`${field}.${name}`}
            onChange={(slot) => {
              const { [name]: _, ...rest } = value
              onChange(slot === undefined ? rest : { ...rest, [name]: slot })
            }}
          />
        ))}
      </div>
      {unknown.map((name) => (
        <UnknownName
          key={name}
          name={name}
          field={`${field}.${name}`}
          onRemove={() => onChange(without(value, name))}
        />
      ))}
    </fieldset>
  )
}

function SavedField({
  name,
  value,
  flow,
  field,
  onChange,
}: {
  name: string
  value: string | undefined
  flow: Flow
  field: string
  onChange(slot: string | undefined): void
}) {
  const { language } = useDefinition()
  const fault = useFault(field)
  const known = value === undefined || flow.slots.some((slot) => slot.name === value)
  return (
    <Select
      label={`${name} as`}
      value={value ?? none}
      choices={[
        { id: none, name: 'Not kept' },
        ...(known ? [] : [{ id: value, name: `${value} (not there)` }]),
        ...flow.slots.map((slot) => ({
          id: slot.name,
          name: slot.title[language] || slot.name,
          hint: typeInWords(slot.type),
        })),
      ]}
      onChange={(slot) => onChange(slot === none ? undefined : slot)}
      error={fault}
    />
  )
}

/** What the tool or the other flow does not know any more. */
function UnknownName({ name, field, onRemove }: { name: string; field: string; onRemove(): void }) {
  const fault = useFault(field)
  return (
    <p className={css.unknown}>
      <code>{name}</code> {fault ?? 'It is not taken there.'}
      <Button tone="quiet" icon="close" onPress={onRemove}>
        Remove {name}
      </Button>
    </p>
  )
}

function LiteralField({
  label,
  type,
  value,
  field,
  onChange,
}: {
  label: string
  type: SlotType | undefined
  value: Literal
  field: string
  onChange(value: Literal): void
}) {
  const { language } = useDefinition()
  const fault = useFault(field)
  switch (type?.kind) {
    case 'yesNo':
      return (
        <Select
          label={label}
          value={String(value)}
          choices={[
            { id: 'true', name: 'Yes' },
            { id: 'false', name: 'No' },
          ]}
          onChange={(next) => onChange(next === 'true')}
          error={fault}
        />
      )
    case 'choice':
      return (
        <Select
          label={label}
          value={String(value)}
          choices={type.choices.map((choice) => ({
            id: choice.id,
            name: choice.title[language] || choice.id,
          }))}
          onChange={onChange}
          error={fault}
        />
      )
    case 'quantity':
    case 'money':
      return (
        <NumberField
          label={label}
          value={typeof value === 'number' ? value : undefined}
          min={0}
          max={10_000_000}
          fraction
          onChange={(next) => onChange(next ?? 0)}
          error={fault}
        />
      )
    default:
      return (
        <TextField
          label={label}
          value={String(value)}
          onChange={onChange}
          live
          maxLength={saidCharactersMax}
          error={fault}
          {...(type?.kind === 'date' && { placeholder: '2026-03-15' })}
          {...(type?.kind === 'time' && { placeholder: '18:30' })}
        />
      )
  }
}

function firstOf(type: SlotType | undefined): Literal {
  if (type?.kind === 'yesNo') return true
  if (type?.kind === 'choice') return type.choices[0]?.id ?? ''
  return type?.kind === 'quantity' || type?.kind === 'money' ? (type.min ?? 0) : ''
}

function without<V>(record: Record<string, V>, name: string): Record<string, V> {
  const { [name]: _, ...rest } = record
  return rest
}

function AddRow({ onPress, children }: { onPress(): void; children: string }) {
  return (
    <div>
      <Button tone="quiet" icon="plus" onPress={onPress}>
        {children}
      </Button>
    </div>
  )
}
