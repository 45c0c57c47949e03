/** Which past conversations are to be opened. Nothing is opened before the last button, which says what it writes. */
import { useState } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { EventPage } from '@candor/protocol/api.ts'
import type { ConversationRow } from '@candor/protocol/events.ts'
import type { UnansweredTurn } from '@candor/protocol/virtual-agent-api.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { fullTime } from '../../design/times.tsx'
import { visitorName } from '../../inbox/visitor-name.ts'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { rowsQuery, unansweredQuery } from './past-queries.ts'
import { conversationsMax, readConversations, type ReadingResult } from './read-conversations.ts'
import css from './conversation-picker.module.css'

export type PastSource = 'unanswered' | 'closed' | 'open'

const sources = [
  { id: 'unanswered', name: 'Where it did not understand' },
  { id: 'closed', name: 'Closed conversations' },
  { id: 'open', name: 'Open conversations' },
] as const

interface PickRow {
  id: string
  name: string
  detail: string
  at: string
  /** That were not understood. */
  turns: readonly UnansweredTurn[]
}

export function ConversationPicker({
  first,
  verb,
  onRead,
}: {
  first: PastSource
  /** What is done after they are opened: "Open and replay". */
  verb: string
  onRead(result: ReadingResult): void
}) {
  const { proofs } = useDesk()
  const [source, setSource] = useState<PastSource>(first)
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [progress, setProgress] = useState<number | null>(null)
  const { rows, problem, more, loadMore, loading } = useRows(source)
  const chosen = rows?.filter(({ id }) => picked.has(id)).slice(0, conversationsMax) ?? []

  const open = async (): Promise<void> => {
    const turns = new Map(chosen.flatMap((row) => row.turns).map(({ turn, outcome }) => [turn, outcome]))
    const result = await readConversations(
      {
        prepare: (id) => proofs.prepare(id),
        proof: (id) => proofs.proof(id),
        get: (path, headers) => api.get<EventPage>(path, undefined, headers),
      },
      chosen.map(({ id }) => id),
      turns,
      setProgress,
    )
    setProgress(null)
    onRead(result)
  }
  const set = (ids: readonly string[], on: boolean): void => {
    const next = new Set(picked)
    for (const id of ids) {
      if (!on) next.delete(id)
      else if (next.size < conversationsMax) next.add(id)
    }
    setPicked(next)
  }
  return (
    <div className={parts.stack}>
      <div className={parts.toolbar}>
        <Select
          label="Look among"
          value={source}
          choices={sources}
          onChange={(next) => {
            setSource(next)
            setPicked(new Set())
          }}
          className={css.source}
        />
        {rows && rows.length > 0 && (
          <div className={parts.row}>
            <Button
              tone="quiet"
              onPress={() =>
                set(
                  rows.slice(0, 20).map(({ id }) => id),
                  true,
                )
              }
            >
              Choose the newest {Math.min(20, rows.length)}
            </Button>
            <Button tone="quiet" isDisabled={picked.size === 0} onPress={() => setPicked(new Set())}>
              Choose none
            </Button>
          </div>
        )}
      </div>
      {problem !== null ? (
        <Problem>{problem}</Problem>
      ) : rows === null ? (
        <Bones />
      ) : rows.length === 0 ? (
        <Nothing>
          {source === 'unanswered'
            ? 'There is nothing it did not understand. Look among closed conversations to find how people ask.'
            : `There are no ${source} conversations.`}
        </Nothing>
      ) : (
        <>
          <ul className={css.list} aria-label="Conversations" tabIndex={0}>
            {rows.map((row) => (
              <li key={row.id}>
                <label className={css.row}>
                  <input
                    type="checkbox"
                    className={css.check}
                    checked={picked.has(row.id)}
                    disabled={progress !== null || (!picked.has(row.id) && picked.size >= conversationsMax)}
                    onChange={(event) => set([row.id], event.target.checked)}
                  />
                  <span className={css.name} dir="auto">
                    {row.name}
                  </span>
                  <span className={css.detail} dir="auto">
                    {row.detail}
                  </span>
                  <time className={css.at} dateTime={row.at}>
                    {fullTime(row.at)}
                  </time>
                </label>
              </li>
            ))}
          </ul>
          {more && (
            <div>
              <Button tone="quiet" onPress={loadMore} isDisabled={loading}>
                Older ones
              </Button>
            </div>
          )}
        </>
      )}
      {progress === null ? (
        <div className={css.foot}>
          <p className={css.logged}>
            <Icon name="shield" size={18} />
            {chosen.length === 0
              ? 'Choose conversations. Looking at this list reads no text and writes nothing.'
              : chosen.length === 1
                ? 'Opening it writes one entry to the access log, under your name, signed by this browser.'
                : `Opening them writes ${chosen.length} entries to the access log, one for each, under your name, signed by this browser.`}
          </p>
          <span className={parts.end} />
          <Button tone="main" isDisabled={chosen.length === 0} onPress={() => void open()}>
            {chosen.length === 0
              ? verb
              : `${verb} ${chosen.length} ${chosen.length === 1 ? 'conversation' : 'conversations'}`}
          </Button>
        </div>
      ) : (
        <div className={css.foot} role="status">
          <progress
            className={css.progress}
            max={chosen.length}
            value={progress}
            aria-label="Opening conversations"
          />
          Opening {Math.min(progress + 1, chosen.length)} of {chosen.length}…
        </div>
      )}
    </div>
  )
}

function useRows(source: PastSource): {
  rows: PickRow[] | null
  problem: string | null
  more: boolean
  loading: boolean
  loadMore(): void
} {
  const { rows: inbox } = useDesk()
  const unanswered = useInfiniteQuery({ ...unansweredQuery, enabled: source === 'unanswered' })
  const listed = useInfiniteQuery({
    ...rowsQuery(source === 'open' ? 'open' : 'closed'),
    enabled: source !== 'unanswered',
  })
  const query = source === 'unanswered' ? unanswered : listed
  const rows =
    source === 'unanswered'
      ? unanswered.data &&
        groupTurns(
          unanswered.data.pages.flatMap(({ items }) => items),
          (id) => inbox.row(id),
        )
      : listed.data?.pages.flatMap(({ items }) => items).map(asRow)
  return {
    rows: rows ?? null,
    problem: query.error?.message ?? null,
    more: query.hasNextPage,
    loading: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  }
}

function asRow(row: ConversationRow): PickRow {
  return {
    id: row.id,
    name: visitorName(row),
    detail: row.page?.title ?? '',
    at: row.lastEventAt,
    turns: [],
  }
}

/** Several turns of one conversation are one row, for it is opened once. */
function groupTurns(
  turns: readonly UnansweredTurn[],
  rowOf: (id: string) => ConversationRow | undefined,
): PickRow[] {
  return [...Map.groupBy(turns, ({ conversation }) => conversation)].map(([id, own]) => {
    const row = rowOf(id)
    const handedOver = own.some(({ outcome }) => outcome === 'handed-over')
    return {
      id,
      name: row ? visitorName(row) : `Conversation ${id.slice(-6)}`,
      detail: `${own.length === 1 ? 'One turn' : `${own.length} turns`}${handedOver ? ', a person came' : ''}`,
      at: own[0]!.at,
      turns: own,
    }
  })
}
