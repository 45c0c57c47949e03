/** Somebody else saved while this draft was open: whose goes on, without losing either. */
import { useState } from 'react'
import { Button } from '../design/controls.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icons.tsx'
import { saveFile } from '../design/save-file.ts'
import { fullTime } from '../design/times.tsx'
import { useDraft, useEdited } from './draft-context.ts'
import { diffDefinitions } from './versions/diff-definitions.ts'
import css from './dialogs.module.css'

export function ConflictDialog({ onClose }: { onClose(): void }) {
  const draft = useDraft()
  const { saved, theirs, definition } = useEdited()
  const [kept, setKept] = useState(false)
  if (!theirs) return null
  const who = theirs.savedBy?.name ?? 'Somebody else'
  const mine = saved.definition && definition ? diffDefinitions(saved.definition, definition) : []
  const others =
    saved.definition && theirs.definition ? diffDefinitions(saved.definition, theirs.definition) : []
  return (
    <Dialog title={`${who} saved in between`} onClose={onClose}>
      <div className={css.form}>
        <p>
          {theirs.savedAt === null ? 'They saved' : `At ${fullTime(theirs.savedAt)} they saved`}
          {others.length === 0 ? ' the draft.' : `: ${inWords(others.map(({ title }) => title))}.`}
        </p>
        <div className={css.choice}>
          <p>
            <strong>Keep yours as text</strong>
          </p>
          <p className={css.soft}>
            {mine.length === 0
              ? 'You changed nothing that shows.'
              : `You changed ${inWords(mine.map(({ title }) => title))}. A file keeps your whole draft, to copy from after you took theirs.`}
          </p>
          <div>
            <Button
              icon={kept ? 'check' : 'download'}
              onPress={() => {
                saveFile('my-draft.json', JSON.stringify(definition, null, 2), 'application/json')
                setKept(true)
              }}
            >
              {kept ? 'Kept. Once more' : 'Keep mine as text'}
            </Button>
          </div>
        </div>
        {!kept && mine.length > 0 && (
          <p className={css.caution}>
            <Icon name="warning" size={16} /> Taking theirs before you kept yours loses what you wrote.
          </p>
        )}
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Not now
          </Button>
          <Button
            tone={kept ? 'main' : 'danger'}
            onPress={() => {
              draft.takeTheirs()
              onClose()
            }}
          >
            Take theirs
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** Enough to recognise it by; the rest is counted. */
const namesMax = 4

function inWords(names: readonly string[]): string {
  const shown = names.slice(0, namesMax)
  const more = names.length - shown.length
  return more > 0
    ? `${shown.join(', ')} and ${more} more`
    : shown.length > 1
      ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
      : (shown[0] ?? 'nothing')
}
