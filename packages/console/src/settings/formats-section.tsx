import { useMemo, useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { overlapWithIssuerRanges, patternMax, prefixMax, weaknessOf } from '@candor/card-guard'
import type { TenantIdentifierFormat } from '@candor/protocol/api.ts'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { Section } from '../design/page.tsx'
import { TextField } from '../design/text-field.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { listQuery } from '../session/session.ts'
import { Overlap, sampleText, TryText } from './format-preview.tsx'
import { AddForm, ItemList, valueOf, type Faults } from './list-form.tsx'
import css from './settings-parts.module.css'

const path = 'identifier-formats'

export function FormatsSection() {
  const [editing, setEditing] = useState<string | null>(null)
  return (
    <>
      <Section
        title="Your formats"
        lead="Numbers of your own that the card guard lets through where they are introduced."
      >
        <ItemList<TenantIdentifierFormat>
          name={path}
          nothing="None. Order, booking and customer numbers that happen to be valid card numbers are masked."
          onRemove={(format) => `Mask “${format.name}” again where it is a card number too?`}
          render={(format) =>
            editing === format.id ? (
              <EditFormat format={format} onDone={() => setEditing(null)} />
            ) : (
              <div className={css.formatItem}>
                <div className={css.row}>
                  <p className={css.name}>{format.name}</p>
                  <span className={css.end}>
                    <Button tone="quiet" icon="edit" onPress={() => setEditing(format.id)}>
                      Edit
                    </Button>
                  </span>
                </div>
                <p className={css.soft}>
                  <bdi>
                    <code className={css.pattern} dir="ltr">
                      {format.prefix !== null && `${format.prefix} `}
                      {format.pattern}
                    </code>
                  </bdi>{' '}
                  such as <bdi dir="ltr">{format.example}</bdi>
                </p>
                <Overlap overlap={format.overlap} />
                <p className={css.soft}>
                  {format.savedBy}, {fullTime(format.savedAt)}
                </p>
              </div>
            )
          }
        />
      </Section>
      <Section
        title="Name a format"
        lead="# is a digit, @ a letter, ? either. Everything else stands for itself."
      >
        <AddForm<TenantIdentifierFormat> name={path} submit="Add the format" read={readFormat}>
          {(faults) => <FormatFields faults={faults} />}
        </AddForm>
      </Section>
    </>
  )
}

/** What a prefix of this kind would do, said while it is typed; a word of two letters may still grow. */
const weakPrefix = {
  'card-talk': 'This names cards: behind it a card number would be let through.',
  everyday: 'This may stand before any number. Take a word of your own, such as “order”.',
  short: undefined,
} as const

function FormatFields({ format, faults }: { format?: TenantIdentifierFormat; faults: Faults }) {
  const [pattern, setPattern] = useState(format?.pattern ?? '')
  const [prefix, setPrefix] = useState(format?.prefix ?? '')
  const [written, setWritten] = useState<string | null>(null)
  const { data } = useQuery(listQuery<TenantIdentifierFormat>(path))
  const saved = useMemo(
    () => (data ?? []).filter(({ id }) => id !== format?.id).map(guardFormatOf),
    [data, format?.id],
  )
  const weakness = prefix.trim() === '' ? undefined : weaknessOf(prefix)
  const tried = useMemo<IdentifierFormat | null>(
    () =>
      /[#?]/.test(pattern)
        ? { name: 'this', pattern: pattern.trim(), ...(prefix.trim() !== '' && { prefix: prefix.trim() }) }
        : null,
    [pattern, prefix],
  )
  const overlap = useMemo(() => tried && overlapWithIssuerRanges(tried), [tried])
  const sample = useMemo(() => written ?? (tried ? sampleText(tried) : ''), [written, tried])
  return (
    <>
      <TextField
        label="Name"
        name="name"
        isRequired
        autoComplete="off"
        maxLength={60}
        placeholder="Order number"
        defaultValue={format?.name ?? ''}
        error={faults['name']}
      />
      <div className={css.pair}>
        <TextField
          label="Pattern"
          name="pattern"
          isRequired
          autoComplete="off"
          maxLength={patternMax}
          placeholder="####-####-####"
          className={css.shape}
          value={pattern}
          onChange={setPattern}
          error={faults['pattern']}
        />
        <TextField
          label="Word before it"
          name="prefix"
          autoComplete="off"
          maxLength={prefixMax}
          placeholder="order"
          hint={
            weakness && weakPrefix[weakness] ? (
              <span className={css.fault}>{weakPrefix[weakness]}</span>
            ) : (
              'It introduces the number in a sentence.'
            )
          }
          value={prefix}
          onChange={setPrefix}
          error={faults['prefix']}
        />
      </div>
      {tried && overlap && (
        <div className={css.trial} role="group" aria-label="What it changes">
          <Overlap overlap={overlap} />
          <TextField
            label="Try a text"
            multiline
            rows={2}
            value={sample}
            onChange={setWritten}
            hint="Nothing of it is sent."
          />
          <TryText text={sample} saved={saved} format={tried} />
        </div>
      )}
    </>
  )
}

function EditFormat({ format, onDone }: { format: TenantIdentifierFormat; onDone(): void }) {
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (body: object) => api.put(`/${path}/${format.id}`, body),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: [path] })
      onDone()
    },
  })
  const field = save.error instanceof Refusal ? (save.error.field ?? 'name') : 'name'
  return (
    <form
      className={css.form}
      aria-label={`Edit ${format.name}`}
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault()
        save.mutate(readFormat(new FormData(event.currentTarget)))
      }}
    >
      <FormatFields format={format} faults={save.error ? { [field]: save.error.message } : {}} />
      <div className={css.row}>
        <Button type="submit" tone="main" isDisabled={save.isPending}>
          Save
        </Button>
        <Button tone="quiet" onPress={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

function guardFormatOf({ name, pattern, prefix }: TenantIdentifierFormat): IdentifierFormat {
  return { name, pattern, ...(prefix !== null && { prefix }) }
}

function readFormat(form: FormData): { name: string; pattern: string; prefix: string | null } {
  return {
    name: valueOf(form, 'name'),
    pattern: valueOf(form, 'pattern'),
    prefix: valueOf(form, 'prefix') || null,
  }
}
