/** What kind of value it is, and what narrows it. */
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { parseCodeShape } from '@candor/virtual-agent/slots/code-shape.ts'
import type { Choice, SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useDefinition, useFault } from '../draft-context.ts'
import { asSentence } from '../draft-store.ts'
import { languageNames } from '../languages.ts'
import { newType, typeKinds, typeNames } from './type-words.ts'
import { useWritingLanguage } from './writing-language.tsx'
import css from './type-field.module.css'

export function TypeField({
  value,
  onChange,
  field,
}: {
  value: SlotType
  onChange(value: SlotType): void
  /** As faults name it; null while it is in no definition yet. */
  field: string | null
}) {
  return (
    <div className={css.type}>
      <Select<SlotType['kind']>
        label="Kind of value"
        value={value.kind}
        choices={typeKinds.map((id) => ({ id, name: typeNames[id] }))}
        onChange={(kind) => kind !== value.kind && onChange(newType(kind))}
      />
      <Narrowing value={value} onChange={onChange} field={field ?? '-'} />
    </div>
  )
}

function Narrowing({
  value,
  onChange,
  field,
}: {
  value: SlotType
  onChange(value: SlotType): void
  field: string
}) {
  switch (value.kind) {
    case 'code':
      return <Shapes shapes={value.shapes} onChange={(shapes) => onChange({ kind: 'code', shapes })} />
    case 'money':
      return (
        <div className={css.beside}>
          <TextField
            label="Currency"
            value={value.currency}
            onChange={(currency) => onChange({ ...value, currency: currency.toUpperCase() })}
            maxLength={3}
            live
            error={/^[A-Z]{3}$/.test(value.currency) ? undefined : 'Three letters of ISO 4217, such as EUR.'}
          />
          <Bounds value={value} onChange={onChange} />
        </div>
      )
    case 'quantity':
      return (
        <div className={css.beside}>
          <Bounds value={value} onChange={onChange} />
        </div>
      )
    case 'phone':
      return (
        <TextField
          label="Calling code of a number without one (optional)"
          value={value.country ?? ''}
          onChange={(country) => onChange(country === '' ? { kind: 'phone' } : { kind: 'phone', country })}
          maxLength={3}
          inputMode="numeric"
          live
          error={
            value.country === undefined || /^[1-9]\d{0,2}$/.test(value.country)
              ? undefined
              : 'A calling code such as 49.'
          }
        />
      )
    case 'date':
      return (
        <Select
          label="A day without a year"
          value={value.prefer ?? 'next'}
          choices={[
            { id: 'next', name: 'is the next one' },
            { id: 'past', name: 'is the last one' },
          ]}
          onChange={(prefer) => onChange(prefer === 'past' ? { kind: 'date', prefer } : { kind: 'date' })}
        />
      )
    case 'choice':
      return (
        <Choices
          choices={value.choices}
          onChange={(choices) => onChange({ kind: 'choice', choices })}
          field={`${field}.choices`}
        />
      )
    case 'text':
      return (
        <NumberField
          label="Characters at most (optional)"
          value={value.charactersMax}
          min={1}
          max={1_000}
          onChange={(charactersMax) =>
            onChange({ kind: 'text', ...(charactersMax !== undefined && { charactersMax }) })
          }
        />
      )
    case 'dateRange':
    case 'time':
    case 'email':
    case 'yesNo':
      return null
  }
}

export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
  hint,
  fraction,
  error,
}: {
  label: string
  value: number | undefined
  onChange(value: number | undefined): void
  min: number
  max: number
  hint?: string
  fraction?: boolean
  error?: string | undefined
}) {
  const wrong =
    value !== undefined && (!(value >= min && value <= max) || (!fraction && !Number.isInteger(value)))
  return (
    <TextField
      label={label}
      type="number"
      value={value === undefined || Number.isNaN(value) ? '' : String(value)}
      onChange={(text) => onChange(text === '' ? undefined : Number(text))}
      live
      hint={hint}
      error={
        wrong
          ? `A ${fraction ? '' : 'whole '}number from ${min.toLocaleString()} to ${max.toLocaleString()}.`
          : error
      }
    />
  )
}

/** As the engine's parser bounds them. */
const boundMax = 10_000_000

function Bounds<T extends Extract<SlotType, { kind: 'money' | 'quantity' }>>({
  value,
  onChange,
}: {
  value: T
  onChange(value: T): void
}) {
  const set = (name: 'min' | 'max', given: number | undefined): void => {
    const { [name]: _, ...rest } = value
    onChange({ ...rest, ...(given !== undefined && { [name]: given }) } as unknown as T)
  }
  return (
    <>
      <NumberField
        label="Least (optional)"
        value={value.min}
        onChange={(given) => set('min', given)}
        min={0}
        max={boundMax}
        fraction
      />
      <NumberField
        label="Most (optional)"
        value={value.max}
        onChange={(given) => set('max', given)}
        min={0}
        max={boundMax}
        fraction
      />
    </>
  )
}

const shapesMax = 8

function Shapes({ shapes, onChange }: { shapes: string[]; onChange(shapes: string[]): void }) {
  return (
    <div className={css.rows}>
      {shapes.map((shape, i) => {
        const parsed = parseCodeShape(shape)
        return (
          <div key={i} className={css.row}>
            <TextField
              label={shapes.length === 1 ? 'Shape' : `Shape ${i + 1}`}
              value={shape}
              onChange={(next) => onChange(shapes.with(i, next))}
              maxLength={60}
              spellCheck="false"
              live
              error={'fault' in parsed ? `${asSentence(parsed.fault)}` : undefined}
              {...(i === 0 && {
                hint: "A is a letter, 9 a digit, X either, 'BK' exactly these; A{2,4} is two to four letters.",
              })}
            />
            {shapes.length > 1 && (
              <IconButton
                icon="close"
                label={`Remove shape ${i + 1}`}
                onPress={() => onChange(shapes.toSpliced(i, 1))}
              />
            )}
          </div>
        )
      })}
      {shapes.length < shapesMax && (
        <div>
          <Button tone="quiet" icon="plus" onPress={() => onChange([...shapes, ''])}>
            Another shape
          </Button>
        </div>
      )}
    </div>
  )
}

function Choices({
  choices,
  onChange,
  field,
}: {
  choices: Choice[]
  onChange(choices: Choice[]): void
  field: string
}) {
  const language = useWritingLanguage()
  const { language: own } = useDefinition()
  const set = (i: number, change: Partial<Choice>): void =>
    onChange(choices.with(i, { ...choices[i]!, ...change }))
  return (
    <fieldset className={css.choices}>
      <legend className={css.legend}>Choices{language !== own && ` (${languageNames[language]})`}</legend>
      {choices.map((choice, i) => (
        <div key={i} className={css.choice}>
          <ChoiceFault field={`${field}[${i}]`}>
            {(idFault, titleFault) => (
              <>
                <TextField
                  label="Id"
                  value={choice.id}
                  onChange={(id) => set(i, { id })}
                  maxLength={60}
                  spellCheck="false"
                  live
                  error={
                    choices.findIndex(({ id }) => id === choice.id) === i
                      ? choice.id.trim() === ''
                        ? 'What conditions and tools see.'
                        : idFault
                      : 'Another choice has this id.'
                  }
                />
                <TextField
                  label="Title"
                  value={choice.title[language] ?? ''}
                  onChange={(title) => set(i, { title: withText(choice.title, language, title) })}
                  maxLength={80}
                  lang={language}
                  live
                  error={titleFault}
                />
              </>
            )}
          </ChoiceFault>
          <TextField
            label="Other words for it"
            value={(choice.synonyms?.[language] ?? []).join(', ')}
            onChange={(text) => {
              const words = text.split(',').map((word) => word.trimStart())
              const synonyms: NonNullable<Choice['synonyms']> = { ...choice.synonyms }
              delete synonyms[language]
              if (text.trim() !== '') synonyms[language] = words
              const { synonyms: __, ...rest } = choice
              onChange(
                choices.with(
                  i,
                  languages.some((one) => synonyms[one] !== undefined) ? { ...rest, synonyms } : rest,
                ),
              )
            }}
            lang={language}
            placeholder="with commas between"
          />
          {choices.length > 2 && (
            <IconButton
              icon="close"
              label={`Remove choice ${choice.id}`}
              onPress={() => onChange(choices.toSpliced(i, 1))}
            />
          )}
        </div>
      ))}
      <div>
        <Button tone="quiet" icon="plus" onPress={() => onChange([...choices, { id: '', title: {} }])}>
          Another choice
        </Button>
      </div>
    </fieldset>
  )
}

function ChoiceFault({
  field,
  children,
}: {
  field: string
  children: (id: string | undefined, title: string | undefined) => React.ReactNode
}) {
  const { language: own } = useDefinition()
  return children(useFault(`${field}.id`), useFault(`${field}.title.${own}`))
}

function withText(text: Choice['title'], language: Language, said: string): Choice['title'] {
  const { [language]: _, ...others } = text
  return said === '' ? others : { ...others, [language]: said }
}
