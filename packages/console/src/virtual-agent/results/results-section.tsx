/** What came of the virtual agent's conversations. No number stands alone, and each opens to what it counts. */
import { useId, useState, type ReactNode } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ResultNumber, VirtualAgentResults } from '@candor/protocol/virtual-agent-results.ts'
import { Button } from '../../design/controls.tsx'
import { classes } from '../../design/classes.ts'
import { Icon } from '../../design/icons.tsx'
import { useDefinition } from '../draft-context.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { counted } from '../../design/counted.ts'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { daysOf, lastDays, periodDaysMax, presets, readPeriod, wrongOf, type Period } from './period.ts'
import { OpenedConversations } from './opened-conversations.tsx'
import { resultsQuery } from './results-queries.ts'
import { isResultNumber, numberNames, numberSays, reasonInWords, shareInWords } from './result-words.ts'
import css from './results-section.module.css'

export function ResultsSection() {
  const { from, to, item, reason, intent } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const [now] = useState(() => Date.now())
  const period = readPeriod(from, to, now)
  if (isResultNumber(item))
    return (
      <OpenedConversations
        period={period}
        opened={{
          number: item,
          ...(reason !== undefined && { reason }),
          ...(intent !== undefined && { intent }),
        }}
      />
    )
  return (
    <div className={css.results}>
      <PeriodPicker key={`${period.from} ${period.to}`} period={period} now={now} />
      <Numbers period={period} now={now} />
    </div>
  )
}

function PeriodPicker({ period, now }: { period: Period; now: number }) {
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [given, setGiven] = useState(period)
  const id = useId()
  const wrong = wrongOf(given)
  const show = (next: Period): void =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const preset = presets.find(({ days }) => {
    const last = lastDays(days, now)
    return last.from === period.from && last.to === period.to
  })
  return (
    <div className={css.period} role="group" aria-label="Period">
      <fieldset className={css.presets}>
        <legend className="visually-hidden">The last</legend>
        {presets.map(({ days, name }) => (
          <label key={days} className={css.preset}>
            <input
              type="radio"
              name={id}
              className={css.input}
              checked={preset?.days === days}
              onChange={() => show(lastDays(days, now))}
            />
            <span className={css.face}>{name}</span>
          </label>
        ))}
      </fieldset>
      <form
        className={css.days}
        onSubmit={(event) => {
          event.preventDefault()
          if (wrong === null) show(given)
        }}
      >
        {(['from', 'to'] as const).map((end) => (
          <label key={end} className={css.day}>
            <span>{end === 'from' ? 'From' : 'to'}</span>
            <input
              type="date"
              className={css.date}
              value={given[end]}
              max={lastDays(1, now).to}
              aria-invalid={wrong !== null}
              aria-describedby={wrong === null ? undefined : `${id}-wrong`}
              onChange={(event) => setGiven({ ...given, [end]: event.target.value })}
            />
          </label>
        ))}
        <Button
          type="submit"
          isDisabled={wrong !== null || (given.from === period.from && given.to === period.to)}
        >
          Show
        </Button>
        <span className={parts.soft}>in UTC</span>
      </form>
      {wrong !== null && (
        <p className={css.wrong} id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}

function Numbers({ period, now }: { period: Period; now: number }) {
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...resultsQuery(period),
    placeholderData: keepPreviousData,
  })
  if (error)
    return (
      <div className={parts.stack}>
        <Problem>{error.message}</Problem>
        <div>
          <Button icon="reopen" onPress={() => void refetch()}>
            Try again
          </Button>
        </div>
      </div>
    )
  if (!data) return <Bones />
  if (data.conversations === 0) {
    const year = lastDays(periodDaysMax - 2, now)
    return (
      <Nothing
        act={
          daysOf(period) < daysOf(year) ? (
            <ToPeriod period={year}>Look at the whole year</ToPeriod>
          ) : (
            <Link to="/virtual-agent/$section" params={{ section: 'overview' }}>
              See what is in force
            </Link>
          )
        }
      >
        Nobody asked it anything in these {counted(daysOf(period), 'day')}. Results begin with the first
        conversation in which it answers.
      </Nothing>
    )
  }
  return (
    <div className={classes(css.results, isPlaceholderData && css.old)} aria-busy={isPlaceholderData}>
      <SelfService results={data} />
      <div className={css.pair}>
        <HandOvers results={data} />
        <Faults results={data} />
      </div>
      <Intents results={data} />
    </div>
  )
}

function ToPeriod({ period, children }: { period: Period; children: ReactNode }) {
  return (
    <Link
      to="/virtual-agent/$section"
      params={{ section: 'results' }}
      search={(before) => ({ ...before, ...period })}
    >
      {children}
    </Link>
  )
}

/** A number that opens to its conversations; none has nothing to open. */
function Opens({
  number,
  count,
  reason,
  intent,
  about,
  className,
}: {
  number: ResultNumber
  count: number
  reason?: string
  intent?: string
  /** What it is of, where the row says so and the number does not. */
  about?: string
  className?: string | undefined
}) {
  if (count === 0) return <span className={classes(css.zero, className)}>0</span>
  return (
    <Link
      to="/virtual-agent/$section"
      params={{ section: 'results' }}
      search={({ from, to, language }) => ({
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(language !== undefined && { language }),
        item: number,
        ...(reason !== undefined && { reason }),
        ...(intent !== undefined && { intent }),
      })}
      className={classes(css.number, className)}
    >
      {count.toLocaleString()}
      <span className="visually-hidden"> {about ?? numberNames[number]}, open the conversations</span>
    </Link>
  )
}

type Tone = 'good' | 'strong' | 'hatched' | 'light' | 'grey' | 'faint' | 'warm'

function SelfService({ results }: { results: VirtualAgentResults }) {
  const { conversations, selfService, silentBack, silentUndecided, unresolved, open } = results
  const { confirmed, silent, silentNotBack } = selfService
  const handedOver = results.handedOver.reduce((sum, one) => sum + one.conversations, 0)
  const pieces: { number: ResultNumber; count: number; tone: Tone; within?: true }[] = [
    { number: 'confirmed', count: confirmed, tone: 'good' },
    { number: 'silent-not-back', count: silentNotBack, tone: 'strong', within: true },
    { number: 'silent-undecided', count: silentUndecided, tone: 'hatched', within: true },
    { number: 'silent-back', count: silentBack, tone: 'light', within: true },
    { number: 'unresolved', count: unresolved, tone: 'grey' },
    { number: 'open', count: open, tone: 'faint' },
    { number: 'handed-over', count: handedOver, tone: 'warm' },
  ]
  const title = useId()
  return (
    <section className={css.card} aria-labelledby={title}>
      <div className={css.cardHead}>
        <h2 className={css.title} id={title}>
          Self-service
        </h2>
        <p className={parts.soft}>
          Three numbers, because none of them alone is true. Of{' '}
          <Opens number="conversations" count={conversations} />{' '}
          {conversations === 1 ? 'conversation' : 'conversations'} in which somebody asked it something:
        </p>
      </div>
      <ul className={css.three}>
        {(
          [
            ['confirmed', confirmed, 'good'],
            ['silent', silent, 'cool'],
            ['silent-not-back', silentNotBack, 'strong'],
          ] as const
        ).map(([number, count, tone]) => (
          <li key={number} className={classes(css.one, css[`${tone}Edge`])}>
            <span className={css.big}>
              <Opens number={number} count={count} className={css.bigNumber} />
              <span className={css.share}>{shareInWords(count, conversations)}</span>
            </span>
            <span className={css.oneName}>{numberNames[number]}</span>
            <span className={css.oneSay}>{numberSays[number]}</span>
          </li>
        ))}
      </ul>
      <Stack pieces={pieces} of={conversations} />
      <table className={css.table}>
        <caption className="visually-hidden">What came of all conversations</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">What came of it</th>
            <th scope="col">Conversations</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {pieces.map(({ number, count, tone, within }) => (
            <tr key={number}>
              <th scope="row">
                <div className={classes(css.piece, within && css.within)}>
                  <Swatch tone={tone} />
                  <span>
                    {numberNames[number]}
                    <span className={css.say}>{numberSays[number]}</span>
                  </span>
                </div>
              </th>
              <td className={css.figure}>
                <Opens number={number} count={count} />
              </td>
              <td className={css.figure}>{shareInWords(count, conversations)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** All conversations as one bar. The table below it says the same. */
function Stack({
  pieces,
  of,
}: {
  pieces: readonly { number: string; count: number; tone: Tone }[]
  of: number
}) {
  const id = useId()
  const starts = pieces.map((_, i) =>
    pieces.slice(0, i).reduce((sum, { count }) => sum + (1000 * count) / of, 0),
  )
  return (
    <svg className={css.stack} viewBox="0 0 1000 36" preserveAspectRatio="none" aria-hidden="true">
      <Hatch id={id} />
      {pieces.map(({ number, count, tone }, i) => {
        const width = (1000 * count) / of
        if (count === 0) return null
        return (
          <rect
            key={number}
            className={css[tone]}
            x={starts[i]}
            // A hair between two pieces, where there is room for it.
            width={Math.max(1, width - (width > 6 ? 2 : 0))}
            height="36"
            {...(tone === 'hatched' && { fill: `url(#${id})` })}
          />
        )
      })}
    </svg>
  )
}

/** Nobody knows yet: neither one colour nor the other. */
function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="10" height="10" className={css.hatchGround} />
        <rect width="4" height="10" className={css.hatchLine} />
      </pattern>
    </defs>
  )
}

function Swatch({ tone }: { tone: Tone }) {
  const id = useId()
  return (
    <svg className={css.swatch} viewBox="0 0 24 24" aria-hidden="true">
      <Hatch id={id} />
      <rect
        className={css[tone]}
        width="24"
        height="24"
        rx="5"
        {...(tone === 'hatched' && { fill: `url(#${id})` })}
      />
    </svg>
  )
}

function HandOvers({ results }: { results: VirtualAgentResults }) {
  const { handedOver, conversations } = results
  const most = Math.max(1, ...handedOver.map((one) => one.conversations))
  const title = useId()
  return (
    <section className={css.card} aria-labelledby={title}>
      <h2 className={css.title} id={title}>
        Why a person came
      </h2>
      {handedOver.length === 0 ? (
        <p className={parts.soft}>No conversation was handed over in these days.</p>
      ) : (
        <table className={css.table}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">Conversations</th>
              <th scope="col">Share of all</th>
            </tr>
          </thead>
          <tbody>
            {handedOver.map(({ reason, conversations: count }) => (
              <tr key={reason}>
                <th scope="row">
                  {reasonInWords(reason)}
                  <svg
                    className={css.plot}
                    viewBox="0 0 100 12"
                    preserveAspectRatio="none"
                    aria-hidden="true"
                  >
                    <rect className={css.track} width="100" height="12" />
                    <rect className={css.warm} width={(100 * count) / most} height="12" />
                  </svg>
                </th>
                <td className={css.figure}>
                  <Opens
                    number="handed-over"
                    count={count}
                    reason={reason}
                    about={`${reasonInWords(reason)}: handed over`}
                  />
                </td>
                <td className={css.figure}>{shareInWords(count, conversations)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Faults({ results }: { results: VirtualAgentResults }) {
  const { conversations, fallback, wrongReports } = results
  const title = useId()
  return (
    <section className={css.card} aria-labelledby={title}>
      <h2 className={css.title} id={title}>
        What went wrong
      </h2>
      <ul className={css.faults}>
        {(
          [
            ['fallback', fallback],
            ['wrong-reports', wrongReports],
          ] as const
        ).map(([number, count]) => (
          <li key={number} className={css.one}>
            <span className={css.big}>
              <Opens number={number} count={count} className={css.bigNumber} />
              <span className={css.share}>{shareInWords(count, conversations)}</span>
            </span>
            <span className={css.oneName}>{numberNames[number]}</span>
            <span className={css.oneSay}>{numberSays[number]}</span>
          </li>
        ))}
      </ul>
      {fallback > 0 && (
        <p>
          <Link to="/virtual-agent/$section" params={{ section: 'past' }}>
            Make examples of what was not understood
          </Link>
        </p>
      )}
    </section>
  )
}

const columns = [
  ['conversations', 'Conversations'],
  ['confirmed', 'Confirmed'],
  ['handedOver', 'Handed over'],
  ['wrong', 'Reported wrong'],
] as const
type Column = (typeof columns)[number][0]
const numberOfColumn: Record<Column, ResultNumber> = {
  conversations: 'conversations',
  confirmed: 'confirmed',
  handedOver: 'handed-over',
  wrong: 'wrong-reports',
}

function Intents({ results: { perIntent } }: { results: VirtualAgentResults }) {
  const definition = useDefinition()
  const [by, setBy] = useState<Column>('conversations')
  const title = useId()
  if (perIntent.length === 0) return null
  const rows = perIntent.toSorted((a, b) => b[by] - a[by] || b.conversations - a.conversations)
  const most = Math.max(1, ...perIntent.map(({ conversations }) => conversations))
  return (
    <section className={css.card} aria-labelledby={title}>
      <h2 className={css.title} id={title}>
        Intent by intent
      </h2>
      <div className={css.room} tabIndex={0} role="group" aria-labelledby={title}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Intent</th>
              {columns.map(([id, name]) => (
                <th
                  key={id}
                  scope="col"
                  className={css.figure}
                  aria-sort={id === by ? 'descending' : undefined}
                >
                  <button type="button" className={css.sort} onClick={() => setBy(id)}>
                    {name}
                    {id === by && <Icon name="down" size={14} />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const known = definition.intents.some(({ id }) => id === row.intent)
              const name = nameOfIntentId(definition, row.intent)
              return (
                <tr key={row.intent}>
                  <th scope="row" dir="auto">
                    {known ? (
                      <Link
                        to="/virtual-agent/$section"
                        params={{ section: 'intents' }}
                        search={{ item: row.intent }}
                        className={css.intent ?? ''}
                      >
                        {name}
                      </Link>
                    ) : (
                      <>
                        {name} <span className={css.say}>not in the draft any more</span>
                      </>
                    )}
                    <svg
                      className={css.plot}
                      viewBox="0 0 100 12"
                      preserveAspectRatio="none"
                      aria-hidden="true"
                    >
                      <rect className={css.strong} width={(100 * row.conversations) / most} height="12" />
                      <rect className={css.good} width={(100 * row.confirmed) / most} height="12" />
                    </svg>
                  </th>
                  {columns.map(([id, column]) => (
                    <td key={id} className={css.figure}>
                      <Opens
                        number={numberOfColumn[id]}
                        count={row[id]}
                        intent={row.intent}
                        about={`${name}: ${column.toLocaleLowerCase('en')}`}
                      />
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p className={css.key}>
        <Swatch tone="strong" /> conversations <Swatch tone="good" /> of these, confirmed by the visitor
      </p>
    </section>
  )
}
