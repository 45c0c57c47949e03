/** What is asked for with the answer: a few fields, after which a person goes on. */
import {
  fieldsMax,
  titleCharactersMax,
  type Intent,
  type IntentField,
} from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useFaults } from '../draft-context.ts'
import { faultAt } from '../draft-store.ts'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { LocalisedField } from '../parts/localised-field.tsx'
import parts from '../../design/parts.module.css'
import { withForm } from './change-intents.ts'
import css from './form-fields.module.css'

const inputs = [
  { id: 'text', name: 'A text' },
  { id: 'email', name: 'An e-mail address' },
  { id: 'tel', name: 'A phone number' },
] as const

export function FormFields({
  intent,
  field,
  change,
}: {
  intent: Intent
  field: string
  change(next: (intent: Intent) => Intent): void
}) {
  const mayEdit = useMayEdit()
  const { language } = useDefinition()
  const faults = useFaults()
  const fields = intent.form ?? []
  const set = (next: IntentField[]): void => change((one) => withForm(one, next))
  const whole = faultAt(faults, field)
  return (
    <div className={css.form}>
      <p className={css.label}>Form below the answer</p>
      {fields.length === 0 && (
        <p className={parts.soft}>None. With one, a person goes on when it was filled in.</p>
      )}
      {whole !== undefined && <p className={css.fault}>{whole}</p>}
      {fields.map((one, i) => (
        <fieldset key={one.name} className={css.field}>
          <legend className="visually-hidden">Field {i + 1}</legend>
          <LocalisedField
            label="Label"
            value={one.label}
            onChange={(label) => set(fields.map((other) => (other === one ? { ...one, label } : other)))}
            field={`${field}[${i}].label`}
            charactersMax={titleCharactersMax}
          />
          <Select
            label="Takes"
            value={one.input}
            choices={inputs}
            onChange={(input) =>
              mayEdit && set(fields.map((other) => (other === one ? { ...one, input } : other)))
            }
          />
          <ChoiceSwitch
            label="Has to be filled in"
            checked={one.required}
            disabled={!mayEdit}
            onChange={(required) =>
              set(fields.map((other) => (other === one ? { ...one, required } : other)))
            }
          />
          {mayEdit && (
            <button
              type="button"
              className={css.remove}
              aria-label={`Remove the field ${one.label[language] ?? i + 1}`}
              onClick={() => set(fields.filter((other) => other !== one))}
            >
              <Icon name="trash" size={16} />
            </button>
          )}
        </fieldset>
      ))}
      {mayEdit && fields.length < fieldsMax && (
        <div>
          <Button
            icon="plus"
            onPress={() =>
              set([...fields, { name: freeName(fields), label: {}, input: 'text', required: true }])
            }
          >
            Add a field
          </Button>
        </div>
      )}
    </div>
  )
}

function freeName(fields: readonly IntentField[]): string {
  const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  return names.find((name) => fields.every((field) => field.name !== name)) ?? 'more'
}
