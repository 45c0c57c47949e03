/** Why a turn was decided as it was, in the words of who has to answer for it. */
import type { Command } from '@candor/virtual-agent/flows/commands.ts'
import type { Rule, Trace } from '@candor/virtual-agent/trace.ts'

/** Ids are for machines: who shows a trace knows what their tenant calls things. */
export interface TraceNames {
  intent(id: string): string
  flow(id: string): string
  article(id: string): string
}

export function ruleInWords(trace: Trace, names: TraceNames): string {
  const found = trace.found.map((text) => `“${text}”`).join(', ')
  const intent = trace.intent === null ? 'an intent' : `“${names.intent(trace.intent)}”`
  const flow = trace.flow === null ? 'a flow' : `“${names.flow(trace.flow)}”`
  const sentences: Record<Rule, string> = {
    started: 'The conversation began.',
    back: 'A person handed the conversation back.',
    form: 'A form was filled in.',
    'tool-result': `A system answered, and ${flow} went on.`,
    'quick-reply': `The visitor chose the quick reply ${found || intent}.`,
    trigger: `Words that call a person: ${found || 'as set in the overview'}.`,
    flow: `${capital(flow)} was under way and took it.`,
    digression: `A question in the middle of ${flow}; it goes on afterwards.`,
    example: `Word for word an example of ${intent}.`,
    classifier: `${capital(intent)} is the likeliest intent, and sure enough.`,
    'nearest-example': `No model is trained. By its words, an example of ${intent} is the nearest.`,
    passage: `A passage of ${trace.article === null ? 'an article' : `“${names.article(trace.article)}”`} answers it.`,
    'card-removed': 'A card number was removed from what the visitor wrote.',
    courtesy: 'Thanks, a greeting or a good-bye.',
    confirmed: 'The visitor says that it helped.',
    'not-helped': 'The visitor says that it did not help.',
    clarification: 'Two or three things fit alike, so it asks which one.',
    'not-understood': 'Nothing is sure enough, so it asks once more.',
    'not-understood-again': 'Nothing is sure enough for the second time, so a person comes.',
    'state-too-large': 'The conversation outgrew what is kept of it, so a person comes.',
  }
  return sentences[trace.rule]
}

/** A reason without its own sentence here is still told, as the engine calls it. */
export function refusalInWords(why: string): string {
  return (
    {
      malformed: 'it was not a command',
      'too-many-commands': 'there were too many at once',
      'unknown-flow': 'there is no such flow',
      'flow-already-open': 'the flow is under way already',
      'too-many-open-flows': 'too many flows were under way',
      'no-open-flow': 'no flow was under way',
      'unknown-slot': 'the flow does not ask for that',
      'slot-not-for-visitors': 'only a system fills that in',
      'span-outside-text': 'nobody said that',
      'card-data': 'it would have been a card number',
      'value-not-read': 'it could not be read as what was asked for',
      'value-ambiguous': 'it could mean more than one thing',
      'nothing-to-correct': 'there was nothing to correct',
      'already-carried-out': 'it was carried out already',
      'nothing-to-confirm': 'nothing waited for a yes',
      'confirmation-beside-change': 'a yes does not count beside a change',
      'call-under-way': 'a system was being asked',
    }[why] ?? why
  )
}

export function commandInWords(command: Command, names: TraceNames): string {
  switch (command.kind) {
    case 'startFlow':
      return `start “${names.flow(command.flow)}”`
    case 'setSlot':
      return `fill in ${command.slot}`
    case 'correctSlot':
      return `correct ${command.slot}`
    case 'affirm':
      return 'take it as a yes'
    case 'deny':
      return 'take it as a no'
    case 'cancel':
      return 'give up the flow'
    case 'clarify':
      return `ask which: ${command.flows.map((flow) => `“${names.flow(flow)}”`).join(', ')}`
    case 'answer':
      return 'quote a passage'
    case 'handOver':
      return `call a person: ${command.reason}`
    case 'courtesy':
      return `return the courtesy (${command.courtesy === 'chitChat' ? 'small talk' : command.courtesy})`
    case 'none':
      return 'nothing'
  }
}

export const languageNotes: Record<string, string> = {
  'encoder-is-english-only': 'In this language it goes by words alone, not by meaning.',
  'encoder-absent': 'The part that reads meanings was not at hand; it went by words alone.',
  'no-model': 'No model is trained; it went by the words of the examples.',
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('en') + text.slice(1)
}
