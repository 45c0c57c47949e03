/** The secret is written and never read back: who set it and when is all that is told of it. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ToolSecret } from '@candor/protocol/virtual-agent-api.ts'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import { Button } from '../../design/controls.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { showToast } from '../../shell/toasts.tsx'
import { overviewQuery } from '../authoring-queries.ts'
import { useMayEdit } from '../authoring-roles.ts'
import { useEdited } from '../draft-context.ts'
import { Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import css from './tool-editor.module.css'

export function SecretField({ tool, secret }: { tool: Tool; secret: ToolSecret | null }) {
  const mayEdit = useMayEdit()
  const client = useQueryClient()
  const { saved } = useEdited()
  const [text, setText] = useState('')
  const path = `/virtual-agent/tools/${encodeURIComponent(tool.id)}/secret`
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: overviewQuery.queryKey })
  const set = useMutation({
    mutationFn: () => api.put<ToolSecret>(path, { secret: text }),
    onSuccess: async () => {
      setText('')
      await refresh()
      showToast('The secret is kept.')
    },
  })
  const remove = useMutation({
    mutationFn: () => api.delete(path),
    onSuccess: async () => {
      await refresh()
      showToast('The secret is gone.')
    },
  })
  // It goes to the origin of the address as it was saved, so there has to be one.
  const held = saved.definition?.tools.find(({ id }) => id === tool.id)
  const moved = secret !== null && originOf(tool.url) !== secret.origin
  return (
    <div className={css.secret}>
      <p>
        {secret === null ? (
          <span className={parts.soft}>No secret is kept: the header is not sent.</span>
        ) : (
          <>
            Set by {secret.setBy.name} on <time dateTime={secret.setAt}>{fullTime(secret.setAt)}</time>, for{' '}
            <code>{secret.origin}</code> and no other place.
          </>
        )}
      </p>
      {moved && (
        <Problem>
          The address leads to another place now, where this secret is not sent. Save the draft and set it
          again.
        </Problem>
      )}
      {mayEdit &&
        (held === undefined || held.url !== tool.url ? (
          <p className={parts.soft}>Save the draft first: a secret is bound to the address as it is saved.</p>
        ) : (
          <form
            className={css.form}
            onSubmit={(event: FormEvent) => {
              event.preventDefault()
              if (text !== '' && !set.isPending) set.mutate()
            }}
          >
            <TextField
              label={secret === null ? 'Secret' : 'New secret'}
              type="password"
              value={text}
              onChange={setText}
              autoComplete="off"
              error={set.error?.message ?? remove.error?.message}
            />
            <Button type="submit" icon="key" isDisabled={text === '' || set.isPending}>
              {secret === null ? 'Keep it' : 'Replace it'}
            </Button>
            {secret !== null && (
              <Button tone="quiet" icon="trash" isDisabled={remove.isPending} onPress={() => remove.mutate()}>
                Forget it
              </Button>
            )}
          </form>
        ))}
    </div>
  )
}

function originOf(url: string): string | null {
  // A placeholder is no part of an origin, and of a path it is no matter here.
  return URL.parse(url.replaceAll(/\{\w*\}/g, 'x'))?.origin ?? null
}
