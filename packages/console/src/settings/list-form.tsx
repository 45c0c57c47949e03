/** What the settings have in common: a list from the API, a form that adds to it, refusals beside their field. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { api } from '../live/api-client.ts'
import { listQuery } from '../session/session.ts'
import { showToast } from '../shell/toasts.tsx'
import css from './list-form.module.css'

export function ItemList<T extends { id: string }>({
  name,
  nothing,
  render,
  onRemove,
  removeLabel,
}: {
  /** Path below /v1. */
  name: string
  nothing: string
  render(item: T): ReactNode
  /** What is lost, asked before it is. */
  onRemove?: (item: T) => string
  removeLabel?: string
}) {
  const { data, error } = useQuery(listQuery<T>(name))
  const client = useQueryClient()
  const [asked, setAsked] = useState<string | null>(null)
  const remove = useMutation({
    mutationFn: (id: string) => api.delete(`/${name}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: [name] }),
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(null),
  })
  if (error)
    return (
      <p className={css.fault} role="alert">
        {error.message}
      </p>
    )
  if (!data) return <div className={css.bones} role="status" aria-label="Loading" />
  if (data.length === 0) return <p className={css.nothing}>{nothing}</p>
  return (
    <ul className={css.list}>
      {data.map((item) => (
        <li key={item.id} className={css.item}>
          <div className={css.what}>{render(item)}</div>
          {onRemove &&
            (asked === item.id ? (
              <div className={css.ask} role="alert">
                <span>{onRemove(item)}</span>
                <Button tone="quiet" onPress={() => setAsked(null)}>
                  Keep
                </Button>
                <Button tone="danger" onPress={() => remove.mutate(item.id)} autoFocus>
                  {removeLabel ?? 'Remove'}
                </Button>
              </div>
            ) : (
              <Button tone="quiet" icon="trash" onPress={() => setAsked(item.id)}>
                {removeLabel ?? 'Remove'}
              </Button>
            ))}
        </li>
      ))}
    </ul>
  )
}

/** Faults of a form by field; what belongs to no field stands under ''. */
export type Faults = Record<string, string>

/** For `onInput` of a form: a field that is marked wrong keeps the browser from sending the form again. */
export const cleared = (faults: Faults): Faults => (Object.keys(faults).length > 0 ? {} : faults)

export function AddForm<T>({
  name,
  submit,
  read,
  children,
  onDone,
}: {
  name: string
  submit: string
  /** The form's fields → what is posted, or faults. */
  read(form: FormData): { faults: Faults } | (object & { faults?: never })
  children(faults: Faults): ReactNode
  onDone?(made: T): void
}) {
  const client = useQueryClient()
  const [faults, setFaults] = useState<Faults>({})
  const [key, setKey] = useState(0)
  const add = useMutation({
    mutationFn: (body: object) => api.post<T>(`/${name}`, body),
    onSuccess(made) {
      setFaults({})
      setKey(key + 1)
      onDone?.(made)
      return client.invalidateQueries({ queryKey: [name] })
    },
    onError(problem) {
      setFaults({ [problem instanceof Refusal ? (problem.field ?? '') : '']: problem.message })
    },
  })
  return (
    <form
      key={key}
      className={css.form}
      onInput={() => setFaults(cleared)}
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault()
        const body = read(new FormData(event.currentTarget))
        setFaults(body.faults ?? {})
        if (body.faults) return
        add.mutate(body)
      }}
    >
      {children(faults)}
      {faults[''] !== undefined && (
        <p className={css.fault} role="alert">
          <Icon name="warning" size={16} /> {faults['']}
        </p>
      )}
      <div>
        <Button type="submit" tone="main" isDisabled={add.isPending}>
          {submit}
        </Button>
      </div>
    </form>
  )
}

export const valueOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()
