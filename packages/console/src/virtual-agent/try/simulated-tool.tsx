/** What a system would have answered: nothing is called from here, so a person says it. */
import { useState, type FormEvent } from 'react'
import type { SimulatedOutcome } from '@candor/protocol/virtual-agent-api.ts'
import type { ToolField } from '@candor/virtual-agent/flows/tool.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import { jsonOfValue } from '@candor/virtual-agent/slots/slot-json.ts'
import type { ToolCall } from '@candor/virtual-agent/turn.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition } from '../draft-context.ts'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { readToolAnswer } from './tool-answer.ts'
import css from './simulated-tool.module.css'

const faults = [
  { id: 'timeout', name: 'It takes too long' },
  { id: 'unreachable', name: 'It cannot be reached' },
  { id: 'refused', name: 'It says no' },
  { id: 'malformed', name: 'It answers something else' },
] as const

export function SimulatedTool({
  call,
  onAnswer,
}: {
  call: ToolCall
  onAnswer(outcome: SimulatedOutcome): void
}) {
  const definition = useDefinition()
  const tool = definition.tools.find(({ id }) => id === call.tool)
  const [values, setValues] = useState<Record<string, string>>({})
  const [wrong, setWrong] = useState<string | null>(null)
  const title = tool?.title[definition.language] ?? call.tool
  const args = Object.entries(call.args)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const answer = readToolAnswer(tool?.output ?? [], values)
    if ('wrong' in answer) setWrong(answer.wrong)
    else onAnswer({ kind: 'answer', body: answer.body })
  }
  return (
    <form className={css.tool} onSubmit={submit} aria-label={`Answer of ${title}`}>
      <p className={css.head}>
        <Icon name="bolt" size={16} /> It asks “{title}”
        {tool?.effect === 'write' && <span className={css.writes}>changes something</span>}
      </p>
      {args.length > 0 && (
        <dl className={css.args}>
          {args.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{String(jsonOfValue(value))}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className={css.soft}>Nothing is called from here. Say what it would answer:</p>
      {(tool?.output ?? []).map((field) => (
        <OutputField
          key={field.name}
          field={field}
          language={definition.language}
          value={values[field.name] ?? ''}
          onChange={(value) => {
            setWrong(null)
            setValues({ ...values, [field.name]: value })
          }}
        />
      ))}
      {wrong !== null && (
        <p className={css.wrong} role="alert">
          {wrong}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" tone="main">
          Answer this
        </Button>
        {faults.map(({ id, name }) => (
          <Button key={id} tone="quiet" onPress={() => onAnswer({ kind: 'fault', fault: id })}>
            {name}
          </Button>
        ))}
      </div>
    </form>
  )
}

function OutputField({
  field,
  language,
  value,
  onChange,
}: {
  field: ToolField
  language: Language
  value: string
  onChange(value: string): void
}) {
  const { type } = field
  const label = field.required ? field.name : `${field.name} (may be missing)`
  if (type.kind === 'yesNo')
    return (
      <ChoiceSwitch
        label={label}
        checked={value === 'true'}
        onChange={(checked) => onChange(String(checked))}
      />
    )
  if (type.kind === 'choice')
    return (
      <Select
        label={label}
        value={value}
        onChange={onChange}
        choices={[
          { id: '', name: 'Nothing' },
          ...type.choices.map((choice) => ({
            id: choice.id,
            name: choice.title[language] ?? choice.id,
          })),
        ]}
      />
    )
  const kinds = { date: 'date', time: 'time', email: 'email', phone: 'tel' } as const
  return (
    <TextField
      label={label}
      value={value}
      onChange={onChange}
      type={type.kind in kinds ? kinds[type.kind as keyof typeof kinds] : 'text'}
      {...(type.kind === 'money' && { hint: `An amount in ${type.currency}`, inputMode: 'decimal' as const })}
      {...(type.kind === 'quantity' && { hint: 'A number', inputMode: 'decimal' as const })}
      {...(type.kind === 'dateRange' && { hint: 'First and last day: 2026-03-01/2026-03-05' })}
      {...(type.kind === 'code' && { hint: `Of the shape ${type.shapes.join(' or ')}` })}
    />
  )
}
