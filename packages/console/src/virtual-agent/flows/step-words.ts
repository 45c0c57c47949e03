/** A step and its ways in words: names of the drawing's buttons, lines of the outline, heads of the form's cards. */
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { successorsOf } from '@candor/virtual-agent/flows/compile-book.ts'
import type { Flow, Step } from '@candor/virtual-agent/flows/flow.ts'
import type { IconName } from '../../design/icons.tsx'

export const kindNames: Record<Step['kind'], string> = {
  collect: 'Ask',
  action: 'Use a tool',
  say: 'Say',
  set: 'Set or forget values',
  call: 'Run another flow',
  link: 'Go on with another flow',
  handOver: 'Hand over to a person',
  end: 'End',
}

export const kindIcons: Record<Step['kind'], IconName> = {
  collect: 'help',
  action: 'bolt',
  say: 'bubble',
  set: 'edit',
  call: 'branch',
  link: 'forward',
  handOver: 'people',
  end: 'done',
}

type Named = Pick<Definition, 'language' | 'flows' | 'tools'>

/** "Ask booking code", "Say “There are seats on …”" */
export function nameOfStep(step: Step, flow: Flow, definition: Named): string {
  const { language } = definition
  const flowNamed = (id: string): string =>
    `“${definition.flows.find((one) => one.id === id)?.title[language] || id || '…'}”`
  switch (step.kind) {
    case 'collect': {
      const slot = flow.slots.find(({ name }) => name === step.slot)
      return `Ask ${lowerFirst(slot?.title[language] || step.slot || '…')}`
    }
    case 'action': {
      const tool = definition.tools.find(({ id }) => id === step.tool)
      return tool?.title[language] || step.tool || 'Use a tool'
    }
    case 'say':
      return `Say ${quoted(step.say[language])}`
    case 'set': {
      const names = Object.keys(step.values)
      if (names.length === 0) return 'Set nothing yet'
      const forgets = names.every((name) => step.values[name] === null)
      return `${forgets ? 'Forget' : 'Set'} ${names.join(', ')}`
    }
    case 'link':
      return `Go on with ${flowNamed(step.flow)}`
    case 'call':
      return `Run ${flowNamed(step.flow)}`
    case 'handOver':
      return `Hand over: ${step.reason.replaceAll('-', ' ') || '…'}`
    case 'end':
      return 'End'
  }
}

export interface Way {
  to: string
  /** "if seats > 0", "if no"; empty for the plain way on. */
  when: string
}

export function waysOf(step: Step): Way[] {
  return successorsOf(step).map(({ to, field }) => {
    const branch = /^next\[(\d+)\]/.exec(field)
    if (branch === null) return { to, when: field === 'next' ? '' : wayName(field) }
    const next = 'next' in step && typeof step.next !== 'string' ? step.next[Number(branch[1])] : undefined
    return { to, when: next !== undefined && 'if' in next ? wayName(next.if) : wayName('else') }
  })
}

/** Labels of a graph's edges are conditions, `else`, or names of fields. */
export function wayName(label: string): string {
  return wayNames[label] ?? (label === '' ? '' : `if ${label}`)
}

const wayNames: Record<string, string> = {
  else: 'else',
  onFailure: 'not understood',
  onDenied: 'if no',
  onFault: 'on a fault',
  onRefused: 'if not allowed',
}

/** ", then find": behind the name of a step, "Ask booking number, then find" is what it is called unseen. */
export function waysInWords(step: Step): string {
  return waysOf(step)
    .map(({ to, when }) => `, ${when === '' ? 'then' : when} ${to}`)
    .join('')
}

function quoted(text: string | undefined): string {
  if (text === undefined || text === '') return '…'
  const words = text.replaceAll(/\s+/g, ' ')
  return `“${words.length <= 60 ? words : `${words.slice(0, 58).toWellFormed()}…`}”`
}

function lowerFirst(text: string): string {
  // `IBAN` stays as it is written.
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLocaleLowerCase('en') + text.slice(1) : text
}
