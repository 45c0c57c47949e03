import { useEffect, useRef } from 'react'
import { Link } from '@tanstack/react-router'
import type { IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import { classes } from '../../design/classes.ts'
import { Icon } from '../../design/icons.tsx'
import { Since } from '../../design/times.tsx'
import { alarmNames, weightIcons, weightNames } from '../alarm-words.ts'
import { percent } from '../percent.ts'
import css from './alarm-list.module.css'

/** Each row leads to its alarm; `open` is the one that stands beside. */
export function AlarmList({
  alarms,
  open,
}: {
  alarms: readonly IntegrityAlarm[]
  open?: string | undefined
}) {
  return (
    <ul className={css.list}>
      {alarms.map((alarm) => (
        <Row key={alarm.id} alarm={alarm} here={alarm.id === open} />
      ))}
    </ul>
  )
}

function Row({ alarm, here }: { alarm: IntegrityAlarm; here: boolean }) {
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (here) item.current?.scrollIntoView({ block: 'nearest' })
  }, [here])
  const { id, kind, weight, what, template, page, share, raisedAt } = alarm
  return (
    <li ref={item} className={classes(css.row, here && css.here)}>
      <span className={classes(css.sign, css[weight])} title={weightNames[weight]}>
        <Icon name={weightIcons[weight]} size={16} />
        <span className="visually-hidden">{weightNames[weight]}: </span>
      </span>
      <Link
        to="/integrity/$section"
        params={{ section: 'alarms' }}
        search={(before) => ({ ...(before.state && { state: before.state }), item: id })}
        className={css.link ?? ''}
        aria-current={here ? 'true' : undefined}
      >
        <strong>{alarmNames[kind]}</strong>
        <span className={css.what}>{what}</span>
        {(template ?? page) !== null && (
          <span className={css.page} dir="ltr">
            {(template ?? page)?.replace(/^https:\/\//, '')}
          </span>
        )}
      </Link>
      <span className={css.facts}>
        <Since at={raisedAt} className={css.since} />
        {share !== null && <span>{percent(share)}</span>}
      </span>
    </li>
  )
}
