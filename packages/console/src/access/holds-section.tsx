/** Legal holds: what may not be erased, by nobody and by no retention, until somebody lifts it. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { LegalHold } from '@candor/protocol/api.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { Section } from '../design/page.tsx'
import { Select, type Choice } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { useDesk } from '../live/desk-context.ts'
import { showToast } from '../shell/toasts.tsx'
import { holdsQuery } from './access-queries.ts'
import css from './holds-section.module.css'

type Scope = LegalHold['scope']

const scopes: readonly Choice<Scope>[] = [
  { id: 'conversation', name: 'One conversation' },
  { id: 'customer', name: 'One customer' },
  { id: 'tenant', name: 'Everything' },
]

export function HoldsSection() {
  const { me } = useDesk()
  const client = useQueryClient()
  const { data: holds } = useQuery(holdsQuery)
  const [scope, setScope] = useState<Scope>('conversation')
  const [asked, setAsked] = useState<string | null>(null)
  const [key, setKey] = useState(0)
  const change = useMutation({
    mutationFn: ({ lift, ...hold }: Pick<LegalHold, 'scope' | 'subject' | 'reason'> & { lift: boolean }) =>
      api.post<{ index: number }>(lift ? '/access/holds/lift' : '/access/holds', hold),
    onSuccess({ index }, { lift }) {
      showToast(`The hold was ${lift ? 'lifted' : 'placed'}. Entry #${index.toLocaleString()}.`)
      if (!lift) setKey(key + 1)
      return client.invalidateQueries({ queryKey: ['access'] })
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(null),
  })
  const place = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string): string => String(form.get(name) ?? '').trim()
    change.mutate({
      lift: false,
      scope,
      subject: scope === 'tenant' ? me.tenant.id : text('subject'),
      reason: text('reason'),
    })
  }
  return (
    <Section
      title="Legal holds"
      lead="What is on hold is not erased: not by a person, and not by the retention."
    >
      {holds && holds.length === 0 && <p className={css.nothing}>Nothing is on hold.</p>}
      {holds && holds.length > 0 && (
        <ul className={css.list}>
          {holds.map((hold) => {
            const id = `${hold.scope} ${hold.subject}`
            return (
              <li key={id} className={css.item}>
                <Icon name="lock" size={16} />
                <div className={css.what}>
                  <p>
                    <strong>{scopes.find((one) => one.id === hold.scope)?.name}</strong>{' '}
                    {hold.scope === 'conversation' ? (
                      <Link to="/access/conversation/$id" params={{ id: hold.subject }}>
                        <code>{hold.subject}</code>
                      </Link>
                    ) : hold.scope === 'customer' ? (
                      <Link to="/access" search={{ customer: hold.subject }}>
                        <code>{hold.subject}</code>
                      </Link>
                    ) : null}
                  </p>
                  <p className={css.soft}>
                    {hold.reason} · {hold.by.name}, {fullTime(hold.at)}
                  </p>
                </div>
                {asked === id ? (
                  <div className={css.ask} role="alert">
                    <span>It may be erased then.</span>
                    <Button tone="quiet" onPress={() => setAsked(null)}>
                      Keep
                    </Button>
                    <Button
                      tone="danger"
                      autoFocus
                      onPress={() =>
                        change.mutate({
                          scope: hold.scope,
                          subject: hold.subject,
                          reason: hold.reason,
                          lift: true,
                        })
                      }
                    >
                      Lift the hold
                    </Button>
                  </div>
                ) : (
                  <Button tone="quiet" onPress={() => setAsked(id)}>
                    Lift…
                  </Button>
                )}
              </li>
            )
          })}
        </ul>
      )}
      <form key={key} className={css.form} onSubmit={place}>
        <div className={css.fields}>
          <Select label="What" value={scope} onChange={setScope} choices={scopes} />
          {scope !== 'tenant' && (
            <TextField
              label={scope === 'conversation' ? 'Id of the conversation' : 'Id of the customer'}
              name="subject"
              isRequired
              autoComplete="off"
            />
          )}
          <TextField
            label="Reason"
            name="reason"
            isRequired
            autoComplete="off"
            placeholder="Case number, who asked"
          />
        </div>
        <div>
          <Button type="submit" icon="lock" isDisabled={change.isPending}>
            Place the hold
          </Button>
        </div>
      </form>
    </Section>
  )
}
