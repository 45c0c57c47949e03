import type { ClockLimit, ClockRule } from '@candor/protocol/incidents-api.ts'

/** The rules as docs/clocks.md lists them, one row each: a page that a lawyer can read beside the law. */
export const ruleColumns = [
  'rule',
  'told',
  'from',
  'starts',
  'by when',
  'pause',
  'in force',
  'section',
  'read',
]

export function ruleRow(rule: ClockRule): string[] {
  return [
    `\`${rule.id}\`${rule.version > 1 ? ` v${rule.version}` : ''}`,
    rule.to,
    rule.residentsMin > 1 ? String(rule.residentsMin) : '',
    rule.starts.join(' or '),
    whenOf(rule),
    pauseOf(rule),
    inForceOf(rule),
    rule.citation.section,
    rule.verified === false ? 'no' : `[${rule.verified.how}](${rule.verified.source.split(', and ')[0]})`,
  ]
}

function whenOf({ deadline, harm }: ClockRule): string {
  const parts = [
    deadline.promptly ? 'promptly' : '',
    deadline.limit === null ? '' : limitOf(deadline.limit),
    deadline.individuals === null
      ? ''
      : deadline.individuals === 'before'
        ? 'before individuals'
        : 'not later than individuals',
    harm.rule === 'high-only' ? 'at a high risk' : '',
    harm.rule === 'excused-if-unlikely' ? ['unless harm is unlikely', ...harm.needs].join(', ') : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function limitOf({ count, unit, calendar, closes }: ClockLimit): string {
  const of = calendar === null ? '' : ` (${calendar})`
  return `${count} ${unit}${of}${closes === null ? '' : `, ${closes}`}`
}

function pauseOf({ pause }: ClockRule): string {
  if (pause === null) return 'none'
  const parts = [
    pause.by === 'law-enforcement' ? 'police' : 'U.S. Attorney General',
    pause.written ? 'in writing' : '',
    pause.daysMax === null ? '' : `${pause.daysMax} days`,
    pause.after === null ? '' : `then ${limitOf(pause.after)}`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function inForceOf({ effective: { from, until } }: ClockRule): string {
  if (until !== null) return `${from ?? ''} to ${until}`.trim()
  return from === null ? '' : `since ${from}`
}
