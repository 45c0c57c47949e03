/** Where a fault is, in words that stand on screen: `intents[2].answer.en` is "Refunds, answer (English)". */
import type { Fault } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { languageNames } from './languages.ts'
import { nameOfIntent } from './intents/intent-names.ts'

const words: Record<string, string> = {
  id: 'name in the log',
  followUps: 'what is offered next',
  personOption: 'the quick reply for a person',
  approvedOnly: 'approved texts only',
}

export function placeOfFault(fault: Fault, definition: Definition | null): string {
  const [head = '', ...rest] = steps(fault.field)
  if (head === '') return 'Definition'
  const place: string[] = []
  const at = rest[0]
  const list = definition?.[head as 'intents' | 'flows' | 'tools']
  if (Array.isArray(list) && at !== undefined && /^\d+$/.test(at)) {
    const item = list[Number(at)]
    place.push(
      item === undefined
        ? `${head} ${Number(at) + 1}`
        : head === 'intents'
          ? nameOfIntent(definition!, definition!.intents[Number(at)]!)
          : (item.title[definition!.language] ?? item.id),
    )
    rest.shift()
  } else place.push(inWords(head))
  for (const step of rest)
    if (/^\d+$/.test(step)) place.push(`no. ${Number(step) + 1}`)
    else if (step in languageNames) place.push(`(${languageNames[step as keyof typeof languageNames]})`)
    else place.push(inWords(step))
  return place
    .join(', ')
    .replaceAll(', (', ' (')
    .replace(/^./, (letter) => letter.toLocaleUpperCase('en'))
}

/** Id of the intent, flow or tool that is to be opened; null where the field belongs to none. */
export function itemOfFault(fault: Fault, definition: Definition | null): string | null {
  const [head, at] = steps(fault.field)
  return head === 'intents' || head === 'flows' || head === 'tools'
    ? (definition?.[head][Number(at)]?.id ?? null)
    : null
}

function steps(field: string): string[] {
  return field.split(/[.[\]]+/).filter(Boolean)
}

/** `confirmYes` → `confirm yes` */
function inWords(name: string): string {
  return words[name] ?? name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
}
