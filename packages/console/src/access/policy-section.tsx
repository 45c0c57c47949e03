/** Budgets, opening hours and retention: one policy, changed as a whole; each change is an entry. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AccessBudget, AccessPolicy } from '@candor/protocol/api.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { Section } from '../design/page.tsx'
import { TextField } from '../design/text-field.tsx'
import { api } from '../live/api-client.ts'
import { showToast } from '../shell/toasts.tsx'
import { policyQuery } from './access-queries.ts'
import css from './policy-section.module.css'

const holders: [keyof AccessPolicy['budgets'], string][] = [
  ['agent', 'Agent'],
  ['supervisor', 'Supervisor'],
  ['administrator', 'Administrator'],
  ['privacy-officer', 'Privacy officer'],
  ['api', 'API key'],
]
const limits: [keyof AccessBudget, string][] = [
  ['conversationsPerHour', 'Conversations an hour'],
  ['offAssignmentPerDay', 'Off assignment a day'],
  ['afterHoursPerDay', 'After hours a day'],
  ['exportsPerDay', 'Exports a day'],
]
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** More conversations than anybody opens in an hour is no limit. */
const limitMax = 1_000_000
const retentionDaysMax = 36_500

export function PolicySection() {
  const { data } = useQuery({ ...policyQuery, refetchOnWindowFocus: false })
  // What is being typed is not overwritten by what comes; a saved policy begins the form anew.
  return data ? <PolicyForm key={JSON.stringify(data)} policy={data} /> : null
}

function PolicyForm({ policy }: { policy: AccessPolicy }) {
  const client = useQueryClient()
  const [hasHours, setHasHours] = useState(policy.hours !== null)
  const [fault, setFault] = useState<string | null>(null)
  const save = useMutation({
    mutationFn: (next: AccessPolicy) => api.put<{ index: number }>('/access/policy', next),
    onSuccess({ index }, saved) {
      setFault(null)
      client.setQueryData(policyQuery.queryKey, saved)
      showToast(`Saved. Entry #${index.toLocaleString()} keeps what it was before.`)
      return client.invalidateQueries({ queryKey: ['access', 'entries'] })
    },
    onError: (problem) => setFault(problem.message),
  })
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    save.mutate(readPolicy(new FormData(event.currentTarget), hasHours))
  }
  const { hours } = policy
  return (
    <form onSubmit={submit}>
      <Section
        title="Budgets"
        lead="Whoever reaches one is suspended until somebody reinstates them. An empty field sets no limit."
      >
        <div className={css.scroll} tabIndex={0} role="region" aria-label="Limits by role">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Role</th>
                {limits.map(([limit, name]) => (
                  <th key={limit} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {holders.map(([holder, role]) => (
                <tr key={holder}>
                  <th scope="row">{role}</th>
                  {limits.map(([limit, name]) => (
                    <td key={limit}>
                      <input
                        className={css.number}
                        type="number"
                        min={0}
                        max={limitMax}
                        name={`${holder} ${limit}`}
                        aria-label={`${role}: ${name}`}
                        placeholder="no limit"
                        defaultValue={policy.budgets[holder][limit] ?? ''}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      <Section
        title="Hours and retention"
        lead="Reading outside the hours is marked, and counted where a budget says so."
      >
        <label className={css.check}>
          <input type="checkbox" checked={hasHours} onChange={(event) => setHasHours(event.target.checked)} />
          This desk has opening hours
        </label>
        {hasHours && (
          <div className={css.hours}>
            <fieldset className={css.days}>
              <legend>Days</legend>
              {days.map((day, i) => (
                <label key={day} className={css.check}>
                  <input
                    type="checkbox"
                    name="day"
                    value={i + 1}
                    defaultChecked={hours?.days.includes(i + 1) ?? i < 5}
                  />
                  {day}
                </label>
              ))}
            </fieldset>
            <div className={css.fields}>
              <TextField
                label="From"
                name="from"
                type="time"
                isRequired
                defaultValue={hours?.from ?? '08:00'}
              />
              <TextField label="To" name="to" type="time" isRequired defaultValue={hours?.to ?? '18:00'} />
              <TextField
                label="Time zone"
                name="timeZone"
                isRequired
                defaultValue={hours?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
              />
            </div>
          </div>
        )}
        <div className={css.retention}>
          <label htmlFor="retention">Erase conversations this many days after they were closed</label>
          <input
            id="retention"
            className={css.number}
            type="number"
            min={1}
            max={retentionDaysMax}
            name="retentionDays"
            placeholder="never"
            defaultValue={policy.retentionDays ?? ''}
            aria-describedby="retention-hint"
          />
          <p id="retention-hint" className={css.hint}>
            Their keys are destroyed: nothing brings them back. A legal hold stops it.
          </p>
        </div>
        {fault !== null && (
          <p className={css.fault} role="alert">
            <Icon name="warning" size={16} /> {fault}
          </p>
        )}
        <div className={css.submit}>
          <Button type="submit" tone="main" isDisabled={save.isPending}>
            Save budgets, hours and retention
          </Button>
        </div>
      </Section>
    </form>
  )
}

function readPolicy(form: FormData, hasHours: boolean): AccessPolicy {
  const number = (name: string): number | null => {
    const text = String(form.get(name) ?? '').trim()
    return text === '' ? null : Number(text)
  }
  const text = (name: string): string => String(form.get(name) ?? '').trim()
  return {
    budgets: Object.fromEntries(
      holders.map(([holder]) => [
        holder,
        Object.fromEntries(limits.map(([limit]) => [limit, number(`${holder} ${limit}`)])),
      ]),
    ) as unknown as AccessPolicy['budgets'],
    hours: hasHours
      ? {
          timeZone: text('timeZone'),
          days: form.getAll('day').map(Number),
          from: text('from'),
          to: text('to'),
        }
      : null,
    retentionDays: number('retentionDays'),
  }
}
