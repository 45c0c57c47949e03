/** Nobody loses what they wrote by going to another page. */
import { useState } from 'react'
import { useBlocker } from '@tanstack/react-router'
import { Button } from '../design/controls.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icons.tsx'
import { signedOut } from '../live/api-client.ts'
import { useDraft } from './draft-context.ts'
import css from './dialogs.module.css'

const stays = /\/virtual-agent(\/|$)/

export function LeaveDialog({ unsaved }: { unsaved: boolean }) {
  const draft = useDraft()
  const [problem, setProblem] = useState<string | null>(null)
  const blocker = useBlocker({
    // Who is signed out could not save any more.
    shouldBlockFn: ({ next }) => unsaved && !stays.test(next.pathname) && !signedOut.get(),
    enableBeforeUnload: () => unsaved,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  const stay = (): void => {
    setProblem(null)
    blocker.reset()
  }
  const save = async (): Promise<void> => {
    const outcome = await draft.save()
    if (outcome === 'saved') return blocker.proceed()
    setProblem(
      outcome === 'faults'
        ? 'Something has to be put right first. Stay: the bar on top leads to it.'
        : outcome === 'conflict'
          ? 'Somebody else saved in between. Stay, and choose which of the two goes on.'
          : (draft.state.get().problem ?? 'It could not be saved.'),
    )
  }
  return (
    <Dialog title="The draft is not saved" onClose={stay}>
      <div className={css.form}>
        <p>What you changed is only in this window. Save it, or leave it behind?</p>
        {problem !== null && (
          <p className={css.fault} role="alert">
            <Icon name="warning" size={16} /> {problem}
          </p>
        )}
        <div className={css.buttons}>
          <Button tone="quiet" onPress={stay}>
            Stay here
          </Button>
          <Button tone="danger" onPress={() => blocker.proceed()}>
            Leave without saving
          </Button>
          <Button tone="main" onPress={() => void save()} autoFocus>
            Save and leave
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
