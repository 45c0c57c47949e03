/** Two reports for an assessor: they are made when they are asked for, from what was kept. */
import { useId, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { saveFile } from '../../design/save-file.ts'
import { Problem } from '../../design/say.tsx'
import { api } from '../../live/api-client.ts'
import { dayOf, daysMax, lastDays, timesOf, wrongOf } from './evidence-period.ts'
import css from './evidence-section.module.css'

export function EvidenceSection() {
  return (
    <>
      <Section
        title="Inventory of scripts"
        lead="PCI DSS 6.4.3: every script of every page with its hashes, owner, reason and approver, as it stands now."
      >
        <div className={css.buttons}>
          <Download
            path="/integrity/evidence/scripts?format=csv"
            file={(day) => `scripts-${day}.csv`}
            type="text/csv"
          >
            For a spreadsheet (CSV)
          </Download>
          <Download
            path="/integrity/evidence/scripts"
            file={(day) => `scripts-${day}.json`}
            type="application/json"
          >
            For a program (JSON)
          </Download>
        </div>
      </Section>
      <Section
        title="Changes of a period"
        lead="PCI DSS 11.6.1: what changed on your payment pages, when it was seen, how long the alarm took, who decided what."
      >
        <Changes />
      </Section>
    </>
  )
}

function Changes() {
  const { from, to } = useSearch({ from: '/signed-in/integrity/$section' })
  const navigate = useNavigate({ from: '/integrity/$section' })
  const [now] = useState(() => Date.now())
  const period = { ...lastDays(30, now), ...(from && { from }), ...(to && { to }) }
  const wrong = wrongOf(period, now)
  const id = useId()
  return (
    <div className={css.changes}>
      <div className={css.days} role="group" aria-label="Period">
        {(['from', 'to'] as const).map((end) => (
          <label key={end} className={css.day}>
            <span>{end === 'from' ? 'From' : 'To'}</span>
            <input
              type="date"
              className={css.date}
              value={period[end]}
              max={dayOf(now)}
              aria-invalid={wrong !== null}
              aria-describedby={wrong === null ? undefined : id}
              onChange={({ target: { value } }) => {
                if (value !== '')
                  void navigate({ search: (before) => ({ ...before, [end]: value }), replace: true })
              }}
            />
          </label>
        ))}
        <span className={css.soft}>whole days in UTC, at most {daysMax}</span>
      </div>
      {wrong !== null && (
        <p id={id} className={css.wrong} role="alert">
          {wrong}
        </p>
      )}
      <div className={css.buttons}>
        <Download
          path={`/integrity/evidence/changes?${timesOf(period)}`}
          file={() => `changes-${period.from}-${period.to}.json`}
          type="application/json"
          disabled={wrong !== null}
        >
          Report of these days
        </Download>
      </div>
    </div>
  )
}

function Download({
  path,
  file,
  type,
  disabled = false,
  children,
}: {
  path: string
  file(today: string): string
  type: string
  disabled?: boolean
  children: string
}) {
  const fetched = useMutation({
    // Byte for byte as the server made it.
    mutationFn: () => api.text(path),
    onSuccess: (text) => saveFile(file(dayOf(Date.now())), text, type),
  })
  return (
    <div className={css.download}>
      <Button icon="download" isDisabled={disabled || fetched.isPending} onPress={() => fetched.mutate()}>
        {fetched.isPending ? 'One moment…' : children}
      </Button>
      {fetched.error && <Problem>{fetched.error.message}</Problem>}
    </div>
  )
}
