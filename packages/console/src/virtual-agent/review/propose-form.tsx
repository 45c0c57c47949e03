/** The draft goes to a second person, with a word about what is different. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { VersionSummary, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Section } from '../../design/page.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { showToast } from '../../shell/toasts.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useEdited } from '../draft-context.ts'
import { names } from '../overview/next-step.ts'
import { Problem } from '../../design/say.tsx'
import { noteCharactersMax } from '../versions/proposal-card.tsx'
import parts from '../../design/parts.module.css'
import css from './propose-form.module.css'

export function ProposeForm({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { saved, dirty, faults } = useEdited()
  const mayEdit = useMayEdit()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [note, setNote] = useState('')
  const propose = useMutation({
    mutationFn: () =>
      api.post<VersionSummary>('/virtual-agent/proposals', { revision: saved.revision, note: note.trim() }),
    async onSuccess({ version }) {
      await client.invalidateQueries({ queryKey: ['virtual-agent'] })
      showToast(`Version ${version} waits for a second person.`)
      await navigate({ to: '/virtual-agent/$section', params: { section: 'versions' } })
    },
  })
  if (!mayEdit) return null
  const obstacle =
    faults.length > 0
      ? 'Something has to be put right first; the bar on top leads to it.'
      : dirty
        ? 'Save and train what you changed first: what is proposed is what was reviewed.'
        : !saved.changed
          ? 'The draft is what is in force already.'
          : null
  return (
    <Section
      title="Propose it"
      lead="A second person reads what is different and approves it. Articles are frozen as they stand now."
    >
      {overview.proposal ? (
        <p className={parts.soft}>
          Version {overview.proposal.version} of {overview.proposal.proposedBy.name} waits already, and there
          is one at a time.{' '}
          <Link to="/virtual-agent/$section" params={{ section: 'versions' }}>
            See it
          </Link>
        </p>
      ) : (
        <form
          className={css.form}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            if (obstacle === null && note.trim() !== '') propose.mutate()
          }}
        >
          <TextField
            label="What is different, and why"
            value={note}
            onChange={setNote}
            multiline
            rows={3}
            maxLength={noteCharactersMax}
            hint="For whoever approves it, and for the history."
          />
          {overview.approvers.length === 0 ? (
            <p className={css.obstacle}>
              <Icon name="people" size={16} /> Nobody could approve it yet: a second supervisor or
              administrator is needed. You can propose it all the same.
            </p>
          ) : (
            <p className={parts.soft}>It can be approved by {names(overview.approvers)}.</p>
          )}
          {obstacle !== null && (
            <p className={css.obstacle}>
              <Icon name="warning" size={16} /> {obstacle}
            </p>
          )}
          {propose.error && <Problem>{propose.error.message}</Problem>}
          <div>
            <Button
              type="submit"
              tone="main"
              isDisabled={obstacle !== null || note.trim() === '' || propose.isPending}
            >
              Propose it
            </Button>
          </div>
        </form>
      )}
    </Section>
  )
}
