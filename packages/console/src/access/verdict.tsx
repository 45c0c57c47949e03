/** Whether the list can be relied on, in one sentence, and what it was checked against. */
import type { ReactNode } from 'react'
import { Button } from '../design/controls.tsx'
import { classes } from '../design/classes.ts'
import { Icon, type IconName } from '../design/icons.tsx'
import { fullTime, preciseTime } from '../design/times.tsx'
import type { CheckedEntries } from './use-checked.ts'
import css from './verdict.module.css'

export function Verdict({ entries, action }: { entries: CheckedEntries; action?: ReactNode }) {
  const { bundle, check, flip } = entries
  if (!bundle && entries.proofFault)
    return (
      <Card tone={css.bad} icon="warning" title="Not checked: the proofs did not come." alert>
        <p>{entries.proofFault.message} The list is what the server says.</p>
      </Card>
    )
  if (!bundle || !check)
    return entries.loading ? (
      <Card tone={css.plain} icon="shield" title="Checking in this browser…" action={action} />
    ) : (
      <Card
        tone={css.plain}
        icon="shield"
        title="Not checked yet."
        action={
          <Button icon="shield" onPress={entries.prove}>
            Check in this browser
          </Button>
        }
      >
        <p>The list is what the server says. Checking it takes the proofs of all of it.</p>
      </Card>
    )
  if (bundle.pin.kind === 'changed') return <KeyAlarm why={bundle.pin.why} entries={entries} />
  if (check.broken)
    return (
      <Card
        tone={css.bad}
        icon="warning"
        title={
          check.broken.index === null
            ? 'The proofs cannot be read.'
            : `Entry #${check.broken.index.toLocaleString()} does not hold.`
        }
        action={action}
        alert
      >
        <p>
          {sentence(check.broken.why)}{' '}
          {flip
            ? 'This is your own change; put it back below.'
            : 'Do not rely on this list. Keep the proof bundle.'}
        </p>
      </Card>
    )
  const { holding, waiting } = check
  const { pinned, kind } = bundle.pin
  return (
    <Card
      tone={css.good}
      icon="shield"
      title={
        holding === 1 ? 'The entry is in the log.' : `All ${holding.toLocaleString()} entries are in the log.`
      }
      action={action}
    >
      <p>
        Checked in this browser, {seconds(check.ms)}.
        {waiting > 0 &&
          ` ${waiting === 1 ? 'One newer entry waits' : `${waiting} newer entries wait`} for the next checkpoint.`}
      </p>
      <dl className={css.facts}>
        <div>
          <dt>Log</dt>
          <dd>
            {pinned.origin}, {check.size.toLocaleString()} {check.size === 1 ? 'entry' : 'entries'}
          </dd>
        </div>
        <div>
          <dt>Witnesses</dt>
          <dd>{witnessesSay(entries)}</dd>
        </div>
        <div>
          <dt>Key of the log</dt>
          <dd>
            {kind === 'first'
              ? 'Seen by this browser for the first time, and remembered.'
              : `The same since this browser saw it first, ${fullTime(pinned.since)}.`}
          </dd>
        </div>
      </dl>
    </Card>
  )
}

function KeyAlarm({ why, entries }: { why: string; entries: CheckedEntries }) {
  return (
    <Card tone={css.bad} icon="alarm" title="The keys of the log have changed." alert>
      <p>
        {why} Unless you were told of this by another way, somebody may be showing you a log of their own.
        Keep the proof bundle, and ask the operator and your witnesses.
      </p>
      <div className={css.row}>
        <Button tone="danger" onPress={entries.trust}>
          I was told of the change: trust the new keys
        </Button>
      </div>
    </Card>
  )
}

function Card({
  tone,
  icon,
  title,
  children,
  action,
  alert,
}: {
  tone: string | undefined
  icon: IconName
  title: string
  children?: ReactNode
  action?: ReactNode
  alert?: boolean
}) {
  return (
    <section className={classes(css.card, tone)} role={alert ? 'alert' : 'status'} aria-label="Verdict">
      <span className={css.icon}>
        <Icon name={icon} size={22} />
      </span>
      <div className={css.body}>
        <p className={css.title}>{title}</p>
        {children}
      </div>
      {action && <div className={css.action}>{action}</div>}
    </section>
  )
}

function witnessesSay({ check, bundle }: CheckedEntries): string {
  const { cosigners } = check!
  const of = bundle!.keys.witnesses.length
  if (of === 0)
    return 'None. Only the log itself signed this tree: whoever keeps it could show somebody else another.'
  const last = Math.max(...cosigners.map(({ atSeconds }) => atSeconds))
  return `${cosigners.length} of ${of} cosigned the tree, last on ${preciseTime(new Date(last * 1_000).toISOString())}.`
}

const seconds = (ms: number): string =>
  `${Math.max(0.01, ms / 1_000).toLocaleString(undefined, { maximumFractionDigits: ms < 95 ? 2 : 1 })} s`

const sentence = (why: string): string => `${why.charAt(0).toLocaleUpperCase()}${why.slice(1)}.`
