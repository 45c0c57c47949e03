/** From what people wrote to examples: choose, open (logged), pick lines or let them be grouped, give them to an intent. */
import { useState } from 'react'
import { Button } from '../../design/controls.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { ConversationPicker } from './conversation-picker.tsx'
import { PickedLines } from './picked-lines.tsx'
import type { ReadingResult } from './read-conversations.ts'

export function PastSection() {
  const mayEdit = useMayEdit()
  const [result, setResult] = useState<ReadingResult | null>(null)
  if (!mayEdit)
    return <p className={parts.soft}>Supervisors and administrators make examples from conversations.</p>
  if (!result) return <ConversationPicker first="unanswered" verb="Open" onRead={setResult} />
  return (
    <div className={parts.stack}>
      <div className={parts.row}>
        <Button tone="quiet" icon="back" onPress={() => setResult(null)}>
          Choose others
        </Button>
        <p className={parts.soft}>
          {result.read.length} opened and logged. Their texts are in this window only and go when you leave
          it.
        </p>
      </div>
      {result.refused.length > 0 && (
        <Problem>
          {result.refused.length === 1 ? 'One was' : `${result.refused.length} were`} not opened:{' '}
          {[...new Set(result.refused.map(({ reason }) => reason))].join(' ')}
        </Problem>
      )}
      {result.read.length > 0 && <PickedLines conversations={result.read} />}
    </div>
  )
}
