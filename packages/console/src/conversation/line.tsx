import type { LineItem } from '@candor/protocol/fold-events.ts'
import { Icon, type IconName } from '../design/icons.tsx'
import { fullTime, timeOf } from '../design/times.tsx'
import css from './line.module.css'

/** What happened between the messages. */
export function Line({ item }: { item: LineItem }) {
  const { icon, text } = tell(item)
  return (
    <li className={css.line}>
      <Icon name={icon} size={14} />
      <span>{text}</span>
      <time dateTime={item.at} title={fullTime(item.at)} className={css.time}>
        {timeOf(item.at)}
      </time>
    </li>
  )
}

export function tell(item: LineItem): { icon: IconName; text: string } {
  const who = item.actor.name || (item.actor.kind === 'system' ? 'The system' : 'Somebody')
  switch (item.kind) {
    case 'takeover':
      return { icon: 'takeover', text: `${item.data.agent.name} took over` }
    case 'handback':
      return { icon: 'handback', text: `${who} handed back to the virtual agent` }
    case 'handover':
      return { icon: 'people', text: `The virtual agent handed over: ${item.data.reason}` }
    case 'assignment': {
      const { agent } = item.data
      if (!agent) return { icon: 'transfer', text: `${who} transferred the conversation to a queue` }
      return agent.id === item.actor.id
        ? { icon: 'assign', text: `${who} took the conversation` }
        : { icon: 'transfer', text: `${who} assigned the conversation to ${agent.name}` }
    }
    case 'status':
      return item.data.status === 'closed'
        ? { icon: 'done', text: `${who} closed the conversation` }
        : {
            icon: 'reopen',
            text: item.seq === 1 ? 'The conversation began' : `${who} reopened the conversation`,
          }
    case 'tag': {
      const { added, removed } = item.data
      const parts = [
        added.length > 0 && `added ${added.join(', ')}`,
        removed.length > 0 && `removed ${removed.join(', ')}`,
      ]
      return { icon: 'tag', text: `${who} ${parts.filter(Boolean).join(' and ')}` }
    }
  }
}
