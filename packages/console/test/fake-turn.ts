/** What a virtual agent decided, by the engine that decides it. */
import type { EventActor, EventData } from '@candor/protocol/events.ts'
import { decide } from '@candor/virtual-agent/decide.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import type { TurnRecord } from '@candor/virtual-agent/turn-record.ts'
import { fakeDefinition } from './fake-definition.ts'

export const fakeAgent: EventActor = {
  kind: 'virtual-agent',
  id: '018f0000-0000-7000-8000-000000000090',
  name: 'Aurelia Assistant',
}

/** The turn that answers a text, and what it says. */
export function fakeTurn(
  text: string,
  read: number,
): { turn: EventData['turn']; said: EventData['message'] } {
  const agent = prepareAgent({
    definition: fakeDefinition,
    version: 3,
    model: null,
    knowledge: null,
    encoder: null,
  })
  const decision = decide(agent, {
    conversation: 'c',
    id: 't',
    occasion: { kind: 'said', text },
    history: [],
    state: null,
    locale: 'en',
    today: '2026-03-01',
    agentsOnline: true,
  })
  if (decision.kind !== 'reply') throw new Error(decision.kind)
  const { say, state, trace } = decision
  const record: TurnRecord = { version: 1, occasion: 'said', does: { kind: 'reply', say }, state, trace }
  return {
    turn: {
      answers: 'e',
      version: 3,
      handlerEpoch: 1,
      read,
      calls: 0,
      record: record as unknown as Record<string, unknown>,
    },
    said: { text: say.text, options: say.options },
  }
}
