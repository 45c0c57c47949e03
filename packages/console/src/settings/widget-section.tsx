import { useState, type FormEvent } from 'react'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { WidgetConfig } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { TextField } from '../design/text-field.tsx'
import { Select } from '../design/select.tsx'
import { Section } from '../design/page.tsx'
import { api } from '../live/api-client.ts'
import { showToast } from '../shell/toasts.tsx'
import { valueOf, type Faults } from './list-form.tsx'
import css from './settings-parts.module.css'

const configQuery = queryOptions({
  queryKey: ['widget-config'],
  queryFn: ({ signal }) => api.get<WidgetConfig>('/widget-config', signal),
})

const locales = [
  ['en', 'English'],
  ['de', 'Deutsch'],
  ['es', 'Español'],
  ['ar', 'العربية'],
] as const

export function WidgetSection() {
  const { data } = useQuery(configQuery)
  if (!data) return null
  return (
    <Section title="Appearance">
      <Appearance config={data} />
    </Section>
  )
}

function Appearance({ config }: { config: WidgetConfig }) {
  const client = useQueryClient()
  const [accent, setAccent] = useState(config.accent)
  const [accentDark, setAccentDark] = useState(config.accentDark)
  const [position, setPosition] = useState(config.position)
  const save = useMutation({
    mutationFn: (body: WidgetConfig) => api.put<WidgetConfig>('/widget-config', body),
    onSuccess(saved) {
      client.setQueryData(configQuery.queryKey, saved)
      showToast('Saved. New visitors see it at once.')
    },
  })
  const faults: Faults = save.error
    ? { [save.error instanceof Refusal ? (save.error.field ?? '') : '']: save.error.message }
    : {}
  return (
    <form
      className={css.form}
      // A field that is marked wrong keeps the browser from sending the form again.
      onInput={() => save.error && save.reset()}
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        save.mutate({
          name: valueOf(form, 'name'),
          greeting: valueOf(form, 'greeting'),
          accent,
          accentDark,
          position,
          payUrl: valueOf(form, 'payUrl') || null,
          privacyUrl: valueOf(form, 'privacyUrl') || null,
          locales: form.getAll('locales').map(String),
        })
      }}
    >
      <TextField
        label="Name shown"
        name="name"
        isRequired
        defaultValue={config.name}
        error={faults['name']}
      />
      <TextField
        label="Greeting"
        name="greeting"
        isRequired
        defaultValue={config.greeting}
        error={faults['greeting']}
      />
      <div className={css.pair}>
        <Colour label="Accent, light" value={accent} onChange={setAccent} error={faults['accent']} />
        <Colour
          label="Accent, dark"
          value={accentDark}
          onChange={setAccentDark}
          error={faults['accentDark']}
        />
      </div>
      <Select
        label="Side of the page"
        value={position}
        onChange={setPosition}
        choices={[
          { id: 'end', name: 'Where lines end' },
          { id: 'start', name: 'Where lines begin' },
        ]}
      />
      <TextField
        label="Payment page"
        name="payUrl"
        type="url"
        defaultValue={config.payUrl ?? ''}
        hint="Shown when somebody types a card number. https only."
        error={faults['payUrl']}
      />
      <TextField
        label="Privacy page"
        name="privacyUrl"
        type="url"
        defaultValue={config.privacyUrl ?? ''}
        error={faults['privacyUrl']}
      />
      <fieldset className={css.locales}>
        <legend>Languages</legend>
        {locales.map(([id, name]) => (
          <label key={id}>
            <input type="checkbox" name="locales" value={id} defaultChecked={config.locales.includes(id)} />
            <span lang={id}>{name}</span>
          </label>
        ))}
      </fieldset>
      {(faults[''] ?? faults['locales']) !== undefined && (
        <p className={css.fault} role="alert">
          {faults[''] ?? faults['locales']}
        </p>
      )}
      <div>
        <Button type="submit" tone="main" isDisabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

function Colour({
  label,
  value,
  onChange,
  error,
}: {
  label: string
  value: string
  onChange(value: string): void
  error: string | undefined
}) {
  return (
    <div className={css.colour}>
      <TextField label={label} value={value} onChange={onChange} error={error} />
      <input
        type="color"
        className={css.swatch}
        aria-label={`${label}: choose`}
        value={/^#[0-9a-f]{6}$/i.test(value) ? value : '#000000'}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
