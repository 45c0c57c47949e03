/** The kill switch by hand: where, why, and a word typed that nobody types by mistake. */
import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Containment, ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { Dialog } from '../../design/dialog.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { homeQuery, pagesQuery, releasesQuery } from '../integrity-queries.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import { shortRelease } from '../parts/short-names.ts'
import { ScopeChoice } from './scope-choice.tsx'

const reasonMax = 500
const word = 'stop'

export function KillSwitchDialog({
  onePage,
  onClose,
}: {
  /** Whoever is on shift stops a page; the rest is for those who decide. */
  onePage: boolean
  onClose(): void
}) {
  const { data: pages = [] } = useQuery(pagesQuery)
  const { data: releases = [] } = useQuery(releasesQuery)
  const { data: home } = useQuery(homeQuery)
  const origins = useMemo(
    () => [
      ...new Set(pages.flatMap(({ template }) => (URL.canParse(template) ? [new URL(template).origin] : []))),
    ],
    [pages],
  )
  const [kind, setKind] = useState<ContainmentScope['kind']>('tenant')
  const [origin, setOrigin] = useState<string | null>(null)
  const [template, setTemplate] = useState<string | null>(null)
  const [release, setRelease] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')

  const inForce = release ?? home?.release?.id ?? releases[0]?.id
  const all: ContainmentScope[] = [
    { kind: 'tenant' },
    ...(origins.length > 0 ? [{ kind: 'site' as const, origin: origin ?? origins[0]! }] : []),
    ...(pages.length > 0 ? [{ kind: 'template' as const, template: template ?? pages[0]!.template }] : []),
    ...(inForce === undefined ? [] : [{ kind: 'release' as const, release: inForce }]),
  ]
  const scopes = onePage ? all.filter((one) => one.kind === 'template') : all
  const scope = scopes.find((one) => one.kind === kind) ?? scopes[0]
  if (!scope)
    return (
      <Dialog title="Stop the chat" onClose={onClose}>
        <p>No page has reported yet, so there is none to stop.</p>
      </Dialog>
    )
  return (
    <DecisionDialog
      title="Stop the chat"
      confirm="Stop the chat"
      icon="power"
      danger
      ready={reason.trim() !== '' && typed.trim().toLowerCase() === word}
      act={() => api.post<Containment>('/integrity/containments', { scope, reason: reason.trim() })}
      done={({ entry }) => `Containment has begun. Entry #${entry.toLocaleString()}.`}
      onClose={onClose}
    >
      <ScopeChoice scopes={scopes} chosen={scope} onChoose={(next) => setKind(next.kind)} />
      {scope.kind === 'site' && origins.length > 1 && (
        <Select
          label="Which site"
          choices={origins.map((id) => ({ id, name: id }))}
          value={scope.origin}
          onChange={setOrigin}
        />
      )}
      {scope.kind === 'template' && pages.length > 1 && (
        <Select
          label="Which page"
          choices={pages.map((one) => ({ id: one.template, name: one.template }))}
          value={scope.template}
          onChange={setTemplate}
        />
      )}
      {scope.kind === 'release' && releases.length > 1 && (
        <Select
          label="Which release"
          choices={releases.map(({ id, version, inForce: now }) => ({
            id,
            name: `${version}, ${shortRelease(id)}…`,
            ...(now && { hint: 'in force' }),
          }))}
          value={scope.release}
          onChange={setRelease}
        />
      )}
      <TextField
        label="Why"
        hint="It stands in the access log, with your name and the time."
        value={reason}
        onChange={setReason}
        maxLength={reasonMax}
        multiline
        rows={2}
        autoFocus
      />
      <TextField label={`Type “${word}” to confirm`} value={typed} onChange={setTyped} autoComplete="off" />
    </DecisionDialog>
  )
}
