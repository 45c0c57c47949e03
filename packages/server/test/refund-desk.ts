import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Decision, Say } from '@candor/virtual-agent/decision.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import type { Trace } from '@candor/virtual-agent/trace.ts'
import type { AgentState } from '@candor/virtual-agent/turn.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import type { Outbound } from '../src/outbound/outbound.ts'
import type { Engine } from '../src/virtual-agents/engine.ts'

/** A system outside that pays refunds: one for each Idempotency-Key, however often it is asked. */
export interface RefundDesk {
  outbound: Outbound
  /** Refunds that were paid. */
  effects(): number
  /** Requests that came. */
  requests(): number
}

export function openRefundDesk(): RefundDesk {
  const paid = new Map<string, string>()
  let requests = 0
  return {
    outbound: {
      async call({ headers }) {
        requests++
        const key = headers!['idempotency-key']!
        if (!paid.has(key)) paid.set(key, `R${paid.size + 1}`)
        const body = JSON.stringify({ id: paid.get(key), internal: 'not for the virtual agent' })
        return {
          kind: 'answered',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(body),
        }
      },
    },
    effects: () => paid.size,
    requests: () => requests,
  }
}

const refundTool: Tool = {
  id: 'refund',
  title: { en: 'Refund' },
  effect: 'write',
  method: 'POST',
  url: 'https://refunds.example/orders/{order}/refunds',
  input: [{ name: 'order', type: { kind: 'code', shapes: ['AAAA'] }, required: true }],
  output: [{ name: 'id', type: { kind: 'text' }, required: true }],
  timeoutMs: 2_000,
  retries: 2,
  budgetPerConversation: 5,
}

export function refundAgent(tool: Partial<Tool> = {}, definition: Partial<Definition> = {}): Agent {
  const authored = newDefinition('Skye', 'en')
  authored.phrases.handOver = { en: 'Somebody else goes on.' }
  authored.phrases.nobodyHere = { en: 'Nobody is here.' }
  authored.tools = [{ ...refundTool, ...tool }]
  return prepareAgent({
    definition: { ...authored, ...definition },
    version: 7,
    model: null,
    knowledge: null,
    encoder: null,
  })
}

/** Decides by the visitor's first words: enough to drive everything that the room does about a decision. */
export const refundEngine: Engine = {
  decide(_, { occasion, state }) {
    switch (occasion.kind) {
      case 'started':
        return reply('Welcome.', 'opening')
      case 'back':
        return reply('Here again.', 'opening')
      case 'form':
        return reply('Thank you.', 'answered')
      case 'tool': {
        if (occasion.result.kind === 'fault') return reply('I cannot tell whether that worked.', 'flow')
        const { id } = occasion.result.body as { id: string }
        if (state?.others[0] === 'twice') return call([id])
        const ids = [...(state?.others ?? []), id]
        return reply(
          ids.length === 1
            ? `Refund ${ids[0]} is on its way.`
            : `Refunds ${ids.join(' and ')} are on their way.`,
          'flow',
        )
      }
      case 'said':
        return decideSaid(occasion.text)
    }
  },
  isApproved: (_, say) => say.parts.length > 0,
}

function decideSaid(text: string): Decision {
  if (text.startsWith('human'))
    return {
      kind: 'handOver',
      say: say('A person comes.'),
      reason: 'asked-for-a-person',
      summary: { wish: null, slots: [], done: [], reason: 'asked-for-a-person' },
      state: stateWith([]),
      trace: trace('handed-over'),
    }
  if (text.startsWith('refund'))
    return { ...call(text === 'refund twice' ? ['twice'] : []), say: say('One moment.') }
  if (text.startsWith('fault')) throw new TypeError(`a fault about ${text}`)
  if (text.startsWith('keep')) return { ...reply('Kept.', 'answered'), state: stateWith([text]) }
  return reply(`You said ${text}.`, 'answered')
}

function call(others: string[]): Extract<Decision, { kind: 'call' }> {
  return {
    kind: 'call',
    call: { key: 'call', tool: 'refund', args: { order: { kind: 'code', code: 'ABCD' } } },
    state: stateWith(others),
    trace: trace('flow'),
  }
}

function reply(text: string, outcome: Trace['outcome']): Extract<Decision, { kind: 'reply' }> {
  return { kind: 'reply', say: say(text), state: stateWith([]), trace: trace(outcome) }
}

/** What begins with "You said" repeats a visitor's words, and so is none of the approved texts. */
function say(text: string): Say {
  const parts = text.startsWith('You said') ? [] : [{ textId: 'text', values: {} }]
  return { text, options: [], parts }
}

function stateWith(others: string[]): AgentState {
  const flows = { version: 1, frames: [], started: [], finished: [], callsByTool: {}, calls: 0 } as const
  return {
    version: 1,
    flows: { ...flows, frames: [], started: [], finished: [] },
    asked: null,
    options: [],
    about: null,
    others,
    language: null,
  }
}

function trace(outcome: Trace['outcome']): Trace {
  return {
    rule: 'example',
    outcome,
    found: [],
    intent: 'refund',
    article: null,
    flow: null,
    language: 'en',
    classified: null,
    passage: null,
    flowSteps: [],
    proposed: [],
    refused: [],
    alternatives: [],
  }
}
