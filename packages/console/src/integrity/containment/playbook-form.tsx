/** Rules by kind of alarm, and the webhook. One form, saved as a whole. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { alarmKinds, type AlarmKind, type Playbook } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { Bones, Problem } from '../../design/say.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { ShownOnce } from '../../settings/shown-once.tsx'
import { showToast } from '../../shell/toasts.tsx'
import { alarmNames } from '../alarm-words.ts'
import { playbookQuery } from '../integrity-queries.ts'
import css from './playbook-form.module.css'

type Rule = Playbook['rules'][number]

const scopes: readonly { id: Rule['scope'] | ''; name: string }[] = [
  { id: '', name: 'Nothing' },
  { id: 'template', name: 'Stop the chat on that page' },
  { id: 'site', name: 'Stop the chat on that site' },
  { id: 'release', name: 'Stop that release' },
  { id: 'tenant', name: 'Stop the chat everywhere' },
]

export function PlaybookForm({ decides }: { decides: boolean }) {
  const { data, error } = useQuery(playbookQuery)
  const [secret, setSecret] = useState<string | null>(null)
  if (error && !data) return <Problem>{error.message}</Problem>
  if (!data) return <Bones />
  return (
    <div className={css.form}>
      {/* What is being typed is not overwritten by what comes; a saved playbook begins the form anew. */}
      <Form key={JSON.stringify(data)} playbook={data} decides={decides} onSecret={setSecret} />
      {secret !== null && (
        <ShownOnce
          title="The secret of the webhook. It is shown only now."
          secret={secret}
          onDone={() => setSecret(null)}
        >
          Your program checks with it that a delivery is ours.
        </ShownOnce>
      )}
      {decides && data.webhook !== null && secret === null && <NewSecret onSecret={setSecret} />}
    </div>
  )
}

function NewSecret({ onSecret }: { onSecret(secret: string): void }) {
  const [asked, setAsked] = useState(false)
  const rotate = useMutation({
    mutationFn: () => api.post<{ secret: string }>('/integrity/playbook/secret'),
    onSuccess: ({ secret }) => onSecret(secret),
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
  })
  if (!asked)
    return (
      <div>
        <Button icon="key" onPress={() => setAsked(true)}>
          New secret for the webhook…
        </Button>
      </div>
    )
  return (
    <div className={css.ask} role="alert">
      <span>The one you have counts no longer at once.</span>
      <Button tone="quiet" onPress={() => setAsked(false)}>
        Keep it
      </Button>
      <Button tone="danger" autoFocus isDisabled={rotate.isPending} onPress={() => rotate.mutate()}>
        Make a new one
      </Button>
    </div>
  )
}

function Form({
  playbook,
  decides,
  onSecret,
}: {
  playbook: Playbook
  decides: boolean
  onSecret(secret: string): void
}) {
  const client = useQueryClient()
  const [rules, setRules] = useState<readonly Rule[]>(playbook.rules)
  const [webhook, setWebhook] = useState(playbook.webhook ?? '')
  const save = useMutation({
    mutationFn: () =>
      api.put<Playbook>('/integrity/playbook', {
        rules,
        webhook: webhook.trim() === '' ? null : webhook.trim(),
      }),
    onSuccess: ({ secret }) => {
      if (secret !== undefined) onSecret(secret)
      showToast('Saved. It holds for alarms from now on.')
      return client.invalidateQueries({ queryKey: playbookQuery.queryKey })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save.mutate()
  }
  const ruleOf = (kind: AlarmKind): Rule | undefined => rules.find((one) => one.kind === kind)
  const set = (kind: AlarmKind, change: Partial<Rule> | null): void => {
    const others = rules.filter((one) => one.kind !== kind)
    setRules(
      change === null
        ? others
        : [...others, { kind, scope: 'template', sharePercentMin: 0, ...ruleOf(kind), ...change }],
    )
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Rules by alarm">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Do</th>
              <th scope="col">From a share of</th>
            </tr>
          </thead>
          <tbody>
            {alarmKinds.map((kind) => {
              const rule = ruleOf(kind)
              return (
                <tr key={kind}>
                  <th scope="row">{alarmNames[kind]}</th>
                  <td>
                    <select
                      className={css.select}
                      aria-label={`${alarmNames[kind]}: what is done`}
                      disabled={!decides}
                      value={rule?.scope ?? ''}
                      onChange={({ target: { value } }) =>
                        set(kind, value === '' ? null : { scope: value as Rule['scope'] })
                      }
                    >
                      {scopes.map(({ id, name }) => (
                        <option key={id} value={id}>
                          {name}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td>
                    {rule && (
                      <span className={css.share}>
                        <input
                          className={css.number}
                          type="number"
                          min={0}
                          max={100}
                          step="any"
                          required
                          disabled={!decides}
                          aria-label={`${alarmNames[kind]}: smallest share of page views in percent`}
                          value={rule.sharePercentMin}
                          onChange={({ target: { valueAsNumber } }) =>
                            set(kind, { sharePercentMin: Number.isNaN(valueAsNumber) ? 0 : valueAsNumber })
                          }
                        />{' '}
                        %
                      </span>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <TextField
        className={css.webhook}
        label="Webhook"
        hint="Told of every alarm and containment, signed with HMAC-SHA256. Leave it empty for none."
        type="url"
        value={webhook}
        onChange={setWebhook}
        placeholder="https://hooks.example/candor"
        isDisabled={!decides}
        maxLength={2_000}
      />
      {save.error && <Problem>{save.error.message}</Problem>}
      {decides && (
        <div>
          <Button type="submit" tone="main" isDisabled={save.isPending}>
            Save the playbook
          </Button>
        </div>
      )}
    </form>
  )
}
