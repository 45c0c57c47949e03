/** Entries newest first, by day; each opens to its proof. */
import { useEffect, useId, useRef, useState } from 'react'
import { Link } from '@tanstack/react-router'
import type { AccessEntry } from '@candor/protocol/api.ts'
import { Avatar } from '../design/avatar.tsx'
import { classes } from '../design/classes.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { dayName, fullTime, sameDay, timeOf } from '../design/times.tsx'
import { EntryProof } from './entry-proof.tsx'
import {
  avatarOf,
  iconOf,
  isReading,
  messagesRead,
  nameOfActor,
  roleOfActor,
  whatHappened,
} from './entry-words.ts'
import type { CheckedEntries } from './use-checked.ts'
import css from './entry-list.module.css'

export function EntryList({
  entries,
  nothing,
  initial,
  withConversation,
}: {
  entries: CheckedEntries
  nothing: string
  /** The entry that is open when the page comes. */
  initial?: number | undefined
  /** Rows lead to the conversation they are about. */
  withConversation?: boolean
}) {
  const { listed, fault, more } = entries
  const [open, setOpen] = useState<number | null>(initial ?? null)
  if (fault)
    return (
      <p className={css.fault} role="alert">
        <Icon name="warning" size={16} /> {fault.message}
      </p>
    )
  if (listed.length === 0)
    return entries.loading ? (
      <div className={css.bones} role="status" aria-label="Entries are loading" />
    ) : (
      <p className={css.nothing}>{nothing}</p>
    )
  return (
    <>
      <ol className={css.list}>
        {listed.map((entry, i) => {
          const before = listed[i - 1]
          return (
            <Row
              key={entry.index}
              entry={entry}
              day={!before || !sameDay(before.at, entry.at) ? dayName(entry.at) : null}
              entries={entries}
              isOpen={open === entry.index}
              isInitial={initial === entry.index}
              withConversation={withConversation ?? false}
              onToggle={() => {
                entries.prove()
                setOpen(open === entry.index ? null : entry.index)
              }}
            />
          )
        })}
      </ol>
      {more && (
        <div className={css.more}>
          <Button onPress={more}>Load earlier entries</Button>
        </div>
      )}
    </>
  )
}

function Row({
  entry,
  day,
  entries,
  isOpen,
  isInitial,
  withConversation,
  onToggle,
}: {
  entry: AccessEntry
  day: string | null
  entries: CheckedEntries
  isOpen: boolean
  isInitial: boolean
  withConversation: boolean
  onToggle(): void
}) {
  const { check, parsed } = entries
  const id = useId()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isInitial) row.current?.scrollIntoView({ block: 'center' })
  }, [isInitial])
  const verdict = check?.verdicts.get(entry.index)
  const bundled = parsed?.entries.find(({ index }) => index === entry.index)
  const messages = messagesRead(entry)
  const role = roleOfActor(entry.actor)
  const denied = entry.type === 'denial'
  const reading = isReading(entry) || denied
  return (
    <>
      {day !== null && <li className={css.day}>{day}</li>}
      <li
        ref={row}
        className={classes(css.row, denied && css.denied, verdict?.kind === 'broken' && css.broken)}
      >
        <div className={css.head}>
          {reading ? (
            <Avatar name={entry.actor?.name ?? ''} kind={avatarOf(entry.actor)} size="s" />
          ) : (
            <span className={css.sign}>
              <Icon name={iconOf(entry)} size={16} />
            </span>
          )}
          <div className={css.what}>
            <p>
              {reading && (
                <>
                  <strong>{nameOfActor(entry.actor)}</strong>{' '}
                  {role && role !== nameOfActor(entry.actor) && <span className={css.role}>{role}</span>}{' '}
                </>
              )}
              <span className={classes(!reading && css.strong)}>{whatHappened(entry)}</span>
              {!reading && entry.actor?.name && <span className={css.role}> · {entry.actor.name}</span>}
            </p>
            <p className={css.marks}>
              {messages && <span>{messages}</span>}
              {entry.what && <span>{entry.what}</span>}
              {entry.erased && <span>Names erased</span>}
              {reading && entry.actor?.kind === 'agent' && (
                <Mark tone={entry.signed ? css.signed : css.unsigned} icon={entry.signed ? 'key' : 'warning'}>
                  {entry.signed ? 'signed' : 'not signed'}
                </Mark>
              )}
              {denied && (
                <Mark tone={css.deniedMark} icon="lock">
                  refused
                </Mark>
              )}
              {entry.offAssignment && (
                <Mark tone={css.off} icon="people">
                  off assignment
                </Mark>
              )}
              {entry.afterHours && (
                <Mark tone={css.off} icon="moon">
                  after hours
                </Mark>
              )}
              {withConversation && entry.conversation && (
                <Link
                  to="/access/conversation/$id"
                  params={{ id: entry.conversation }}
                  search={{ entry: entry.index }}
                >
                  Conversation
                </Link>
              )}
            </p>
          </div>
          <time dateTime={entry.at} title={fullTime(entry.at)} className={css.time}>
            {timeOf(entry.at)}
          </time>
          <button
            type="button"
            className={css.toggle}
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={onToggle}
          >
            <VerdictMark kind={verdict?.kind} />
            <span className={css.index}>#{entry.index.toLocaleString()}</span>
            <span className="visually-hidden">Proof</span>
            <Icon name="down" size={16} className={classes(css.chevron, isOpen && css.turned)} />
          </button>
        </div>
        <div id={id}>
          {isOpen &&
            (verdict?.kind === 'broken' ? (
              <p className={css.why} role="alert">
                <Icon name="warning" size={16} /> This entry does not hold: {verdict.why}.
              </p>
            ) : null)}
          {isOpen &&
            (check && bundled ? (
              <EntryProof entry={entry} bundled={bundled} check={check} />
            ) : (
              <p className={css.waiting} role="status">
                {verdict?.kind === 'waiting'
                  ? 'It is durable, and waits for the next checkpoint: a few seconds.'
                  : check
                    ? 'There is no proof of this entry.'
                    : 'The proof is coming…'}
              </p>
            ))}
        </div>
      </li>
    </>
  )
}

const verdictMarks = {
  holds: { icon: 'check', tone: css.ok, label: 'in the log' },
  broken: { icon: 'close', tone: css.no, label: 'does not hold' },
  waiting: { icon: 'clock', tone: css.soon, label: 'waits for its checkpoint' },
} as const

function VerdictMark({ kind }: { kind: keyof typeof verdictMarks | undefined }) {
  if (kind === undefined) return null
  const { icon, tone, label } = verdictMarks[kind]
  return (
    <span className={tone}>
      <Icon name={icon} size={14} />
      <span className="visually-hidden">{label}</span>
    </span>
  )
}

function Mark({
  tone,
  icon,
  children,
}: {
  tone: string | undefined
  icon: 'key' | 'lock' | 'people' | 'moon' | 'warning'
  children: string
}) {
  return (
    <span className={classes(css.mark, tone)}>
      <Icon name={icon} size={12} />
      {children}
    </span>
  )
}
