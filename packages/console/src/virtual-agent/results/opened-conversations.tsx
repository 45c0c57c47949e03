/** The conversations that a number counts. Rows say who and when, and no text: looking at them leaves no entry. */
import { useState } from 'react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from '../../design/controls.tsx'
import { fullTime } from '../../design/times.tsx'
import { visitorName } from '../../inbox/visitor-name.ts'
import { detailQuery } from '../../session/session.ts'
import { showing } from '../authoring-search.ts'
import { useDefinition } from '../draft-context.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import list from '../parts/item-list.module.css'
import parts from '../../design/parts.module.css'
import type { Period } from './period.ts'
import { openedQuery, type Opened } from './results-queries.ts'
import { numberNames, numberSays, reasonInWords } from './result-words.ts'
import css from './results-section.module.css'

/** Each row is asked for by itself; the server is not asked for a hundred at once. */
const rowsAtOnce = 20

export function OpenedConversations({ period, opened }: { period: Period; opened: Opened }) {
  const definition = useDefinition()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const pages = useInfiniteQuery(openedQuery(period, opened))
  const [shown, setShown] = useState(rowsAtOnce)
  const found = pages.data?.pages.flatMap(({ items }) => items)
  const more = (): void => {
    setShown(shown + rowsAtOnce)
    if (found && shown + rowsAtOnce > found.length && pages.hasNextPage) void pages.fetchNextPage()
  }
  return (
    <div className={parts.stack}>
      <div>
        <Button
          tone="quiet"
          icon="back"
          className={css.back}
          onPress={() => void navigate({ search: (before) => showing(before) })}
        >
          All results
        </Button>
      </div>
      <header>
        <h2 className={css.opened}>
          {numberNames[opened.number]}
          {opened.reason !== undefined && `: ${reasonInWords(opened.reason)}`}
          {opened.intent !== undefined && (
            <>
              {' '}
              · <span dir="auto">{nameOfIntentId(definition, opened.intent)}</span>
            </>
          )}
        </h2>
        <p className={parts.soft}>
          {numberSays[opened.number]} {period.from} to {period.to}, newest first.
        </p>
      </header>
      {pages.error ? (
        <Problem>{pages.error.message}</Problem>
      ) : found === undefined ? (
        <Bones />
      ) : found.length === 0 ? (
        <Nothing>There is none in these days any more: conversations move on, and some are erased.</Nothing>
      ) : (
        <>
          <ul className={list.list} aria-label="Conversations">
            {found.slice(0, shown).map(({ conversation, at }) => (
              <ConversationLine key={conversation} id={conversation} at={at} />
            ))}
          </ul>
          {(shown < found.length || pages.hasNextPage) && (
            <div>
              <Button onPress={more} isDisabled={pages.isFetchingNextPage}>
                Older ones
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  )
}

function ConversationLine({ id, at }: { id: string; at: string }) {
  const { data, error } = useQuery(detailQuery(id))
  const row = data?.row
  return (
    <li className={list.row}>
      <Link
        to="/"
        search={{ view: row?.status === 'closed' ? 'closed' : 'all', c: id }}
        className={list.link ?? ''}
      >
        <span className={list.title} dir="auto">
          {row ? visitorName(row) : error ? `Conversation ${id.slice(-4)}` : '…'}
        </span>
        <span className={list.does} dir="auto">
          {row
            ? (row.page?.title ?? row.site ?? 'No page is known')
            : error
              ? `What is known of it could not be read: ${error.message}`
              : 'Loading'}
        </span>
      </Link>
      <span className={list.facts}>
        {row && (
          <Badge tone={row.status === 'closed' ? undefined : 'good'}>
            {row.status === 'closed' ? 'Closed' : 'Open'}
          </Badge>
        )}
        <time className={list.count} dateTime={at}>
          {fullTime(at)}
        </time>
      </span>
    </li>
  )
}
