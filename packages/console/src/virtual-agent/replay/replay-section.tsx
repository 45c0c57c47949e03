/** Past conversations, answered once more: what the draft would say where the version in force said something else. */
import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { ReplayAnswer, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { api } from '../../live/api-client.ts'
import { useMayEdit } from '../authoring-roles.ts'
import { useEdited } from '../draft-context.ts'
import { Icon } from '../../design/icons.tsx'
import { Nothing, Problem } from '../../design/say.tsx'
import { ConversationPicker } from '../past/conversation-picker.tsx'
import type { ReadingResult } from '../past/read-conversations.ts'
import parts from '../../design/parts.module.css'
import type { ReplayDiff } from '@candor/virtual-agent/replay.ts'
import { ReplayResult } from './replay-result.tsx'
import css from './replay-section.module.css'

/** As the server takes them; by then a person has long been there. */
const replayedLinesMax = 200

export function ReplaySection({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { dirty, saved } = useEdited()
  const mayEdit = useMayEdit()
  const replay = useMutation({
    mutationFn: (result: ReadingResult) =>
      api.post<ReplayAnswer<ReplayDiff>>('/virtual-agent/draft/replay', {
        conversations: result.read.map(({ id, locale, lines }) => ({
          id,
          locale,
          lines: lines.slice(0, replayedLinesMax).map(({ by, text }) => ({ by, text })),
        })),
      }),
  })
  const [read, setRead] = useState<ReadingResult | null>(null)
  if (!mayEdit) return <p className={parts.soft}>Supervisors and administrators replay conversations.</p>
  if (overview.current === null && overview.script === null)
    return (
      <Nothing>
        Nothing is in force that the draft could be compared with. Once a first version is published, replay
        shows what the next one would do differently.
      </Nothing>
    )
  return (
    <div className={parts.stack}>
      {(dirty || !saved.trained) && (
        <p className={css.stale}>
          <Icon name="warning" size={16} />
          {dirty
            ? 'The draft is replayed as it was saved. Save it first to see what you changed.'
            : 'The draft is not trained: it goes by the words of its examples alone. Train it for a fair comparison.'}
        </p>
      )}
      {read === null ? (
        <ConversationPicker
          first="closed"
          verb="Open and replay"
          onRead={(result) => {
            setRead(result)
            if (result.read.length > 0) replay.mutate(result)
          }}
        />
      ) : (
        <>
          <div className={parts.row}>
            <Button tone="quiet" icon="back" onPress={() => setRead(null)}>
              Choose others
            </Button>
            {read.read.length > 0 && (
              <Button
                tone="quiet"
                icon="reopen"
                isDisabled={replay.isPending}
                onPress={() => replay.mutate(read)}
              >
                Replay again
              </Button>
            )}
          </div>
          {read.refused.length > 0 && (
            <Problem>
              {read.refused.length === 1 ? 'One was' : `${read.refused.length} were`} not opened:{' '}
              {[...new Set(read.refused.map(({ reason }) => reason))].join(' ')}
            </Problem>
          )}
          {replay.error && <Problem>{replay.error.message}</Problem>}
          {replay.isPending && (
            <p className={parts.soft} role="status">
              Both versions answer {read.read.length} conversations…
            </p>
          )}
          {replay.data && !replay.isPending && <ReplayResult answer={replay.data} />}
        </>
      )}
    </div>
  )
}
