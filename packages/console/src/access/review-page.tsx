/** Insiders: who read more than their work asks for, who was stopped, and the limits that stop them. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { AccessActor, AccessReview } from '@candor/protocol/api.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { Section } from '../design/page.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { useDesk } from '../live/desk-context.ts'
import { showToast } from '../shell/toasts.tsx'
import { AccessFrame } from './access-frame.tsx'
import { reviewQuery } from './access-queries.ts'
import { alarmNames, avatarOf, nameOfActor, roleOfActor } from './entry-words.ts'
import { EntryList } from './entry-list.tsx'
import { HoldsSection } from './holds-section.tsx'
import { PolicySection } from './policy-section.tsx'
import { useChecked } from './use-checked.ts'
import { Verdict } from './verdict.tsx'
import css from './review-page.module.css'

export const reviewSpans = [7, 30, 90] as const

export function ReviewPage() {
  const { days = 30 } = useSearch({ from: '/signed-in/access/review' })
  const { data, error } = useQuery(reviewQuery(days))
  return (
    <AccessFrame
      title="Insiders"
      lead="Who read what was not assigned to them, who was stopped, and the limits that stop them. Each line opens to its proof."
    >
      {error && (
        <p className={css.fault} role="alert">
          <Icon name="warning" size={16} /> {error.message}
        </p>
      )}
      <Stopped review={data} />
      <Alarms review={data} />
      <Readers review={data} days={days} />
      <PolicySection />
      <HoldsSection />
    </AccessFrame>
  )
}

function Stopped({ review }: { review: AccessReview | undefined }) {
  const { me } = useDesk()
  const client = useQueryClient()
  const [asked, setAsked] = useState<string | null>(null)
  const reinstate = useMutation({
    mutationFn: ({ kind, id }: AccessActor) =>
      api.post<{ index: number }>('/access/reinstatements', { kind, id }),
    onSuccess: ({ index }, actor) => {
      showToast(`${nameOfActor(actor)} may read again. Entry #${index.toLocaleString()}.`)
      return client.invalidateQueries({ queryKey: ['access'] })
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(null),
  })
  const suspensions = review?.suspensions ?? []
  if (suspensions.length === 0) return null
  return (
    <Section title="Suspended" lead="They open no conversation until somebody else reinstates them.">
      <ul className={css.list}>
        {suspensions.map(({ actor, at, reason, index }) => (
          <li key={actor.id} className={css.stopped}>
            <Avatar name={actor.name} kind="agent" />
            <div className={css.what}>
              <p>
                <strong>{nameOfActor(actor)}</strong> <span className={css.soft}>{roleOfActor(actor)}</span>
              </p>
              <p className={css.soft}>
                {reason} {fullTime(at)},{' '}
                <Link to="/access" search={{ type: 'suspension', entry: index }}>
                  entry #{index.toLocaleString()}
                </Link>
              </p>
            </div>
            {actor.id === me.person.id ? (
              <span className={css.soft}>Somebody else has to decide about you.</span>
            ) : asked === actor.id ? (
              <div className={css.ask} role="alert">
                <span>{nameOfActor(actor)} may read again?</span>
                <Button tone="quiet" onPress={() => setAsked(null)}>
                  Not yet
                </Button>
                <Button tone="main" autoFocus onPress={() => reinstate.mutate(actor)}>
                  Reinstate
                </Button>
              </div>
            ) : (
              <Button onPress={() => setAsked(actor.id)}>Reinstate…</Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Alarms({ review }: { review: AccessReview | undefined }) {
  if (!review) return <div className={css.bones} role="status" aria-label="Loading" />
  return (
    <Section title="Alarms">
      {review.alarms.length === 0 ? (
        <p className={css.nothing}>
          No alarm. Bulk reading and silent witnesses appear here within a minute or two.
        </p>
      ) : (
        <ul className={css.list}>
          {review.alarms.map((alarm) => (
            <li key={alarm.index} className={css.alarm}>
              <span className={css.sign}>
                <Icon name="alarm" size={16} />
              </span>
              <div className={css.what}>
                <p>
                  <strong>{alarmNames[alarm.kind] ?? alarm.kind}</strong>
                </p>
                <p className={css.soft}>{alarm.detail}</p>
              </div>
              <span className={css.soft}>
                {fullTime(alarm.at)},{' '}
                <Link to="/access" search={{ type: 'alarm', entry: alarm.index }}>
                  entry #{alarm.index.toLocaleString()}
                </Link>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Readers({ review, days }: { review: AccessReview | undefined; days: number }) {
  const navigate = useNavigate({ from: '/access/review' })
  const [open, setOpen] = useState<string | null>(null)
  const [since] = useState(() => Date.now())
  const rows = review?.rows ?? []
  const most = Math.max(1, ...rows.map(({ opened }) => opened))
  return (
    <Section
      title="Read what was not theirs"
      lead="Most off-assignment reading first. A slow reader shows up here long before a budget stops them."
    >
      <div className={css.spans} role="group" aria-label="Days">
        {reviewSpans.map((span) => (
          <button
            key={span}
            type="button"
            className={classes(css.span, span === days && css.current)}
            aria-pressed={span === days}
            onClick={() => void navigate({ search: { days: span }, replace: true })}
          >
            {span} days
          </button>
        ))}
      </div>
      {review && rows.length === 0 && (
        <p className={css.nothing}>Nobody read anything that was not assigned to them.</p>
      )}
      {rows.length > 0 && (
        <>
          <ul className={css.list}>
            {rows.map((row) => {
              const key = `${row.actor.kind}:${row.actor.id}`
              const isOpen = open === key
              return (
                <li key={key}>
                  <button
                    type="button"
                    className={css.readerHead}
                    aria-expanded={isOpen}
                    onClick={() => setOpen(isOpen ? null : key)}
                  >
                    <Avatar name={row.actor.name} kind={avatarOf(row.actor)} size="s" />
                    <span className={css.name}>
                      <strong>{nameOfActor(row.actor)}</strong>
                      <span className={css.soft}>
                        {roleOfActor(row.actor)}
                        {row.suspended && <span className={css.suspended}> · suspended</span>}
                      </span>
                    </span>
                    <Bars row={row} most={most} />
                    <span className={css.soft}>last {fullTime(row.lastAt)}</span>
                    <Icon name="down" size={16} className={isOpen ? css.turned : undefined} />
                  </button>
                  {isOpen && (
                    <ReaderEntries actor={key} from={new Date(since - days * 86_400_000).toISOString()} />
                  )}
                </li>
              )
            })}
          </ul>
          <p className={css.legend}>
            <span>
              <i className={css.offKey} /> off assignment
            </span>
            <span>
              <i className={css.restKey} /> assigned to them
            </span>
          </p>
        </>
      )}
    </Section>
  )
}

/** How many they opened, and how many of these were not theirs; the numbers stand beside it. */
function Bars({ row, most }: { row: AccessReview['rows'][number]; most: number }) {
  const { opened, offAssignment, afterHours } = row
  const share = (count: number): number => (100 * count) / most
  return (
    <span className={css.bars}>
      <svg className={css.bar} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className={css.track} width="100" height="6" />
        <rect className={css.rest} width={share(opened)} height="6" />
        <rect className={css.off} width={share(offAssignment)} height="6" />
      </svg>
      <span className={css.numbers}>
        <b>{offAssignment.toLocaleString()}</b> of {opened.toLocaleString()} off assignment
        {afterHours > 0 && `, ${afterHours.toLocaleString()} after hours`}
      </span>
    </span>
  )
}

function ReaderEntries({ actor, from }: { actor: string; from: string }) {
  const entries = useChecked({ actor, from }, true)
  return (
    <div className={css.entries}>
      {(entries.listed.length > 0 || entries.loading) && <Verdict entries={entries} />}
      <EntryList entries={entries} withConversation nothing="No entry in these days." />
    </div>
  )
}
