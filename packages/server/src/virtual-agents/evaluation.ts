import { screen } from '@candor/card-guard'
import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  ReplayAnswer,
  ReplayRequest,
  SuggestionsAnswer,
  SuggestionsRequest,
  TriedLine,
  TryAnswer,
  TryRequest,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import { parseAgentState } from '@candor/virtual-agent/agent-state.ts'
import type { AgentState, ToolCall } from '@candor/virtual-agent/turn.ts'
import { decide } from '@candor/virtual-agent/decide.ts'
import type { Decision } from '@candor/virtual-agent/decision.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { classify } from '@candor/virtual-agent/intents/intent-model.ts'
import type { ReplayDiff, ReplayedConversation } from '@candor/virtual-agent/replay.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { refuseField } from '../tenants/fields.ts'
import type { AgentIngredients } from './assemble-agent.ts'
import { requireDefinition } from './check-definition.ts'
import type { CurrentAgents } from './current-agent.ts'
import type { Drafts } from './drafts.ts'
import type { FoundCluster } from './engine-thread.ts'

/**
 * What authors ask of a draft before anybody else reads it. Texts of conversations come with the request, from
 * whoever opened those conversations under their own name; they are held in memory until the answer, and nowhere else.
 */
export interface Evaluation {
  tryTurn(by: Actor, request: TryRequest<AgentState, ToolCall>): Promise<TryAnswer<Decision>>
  /** The draft against what is in force. @throws Refusal `busy` while another one of the tenant runs */
  replay(by: Actor, request: ReplayRequest): Promise<ReplayAnswer<ReplayDiff>>
  /** @throws Refusal `busy` while another one of the tenant runs */
  suggestions(by: Actor, request: SuggestionsRequest): Promise<SuggestionsAnswer>
}

/** In a thread of its own: it takes seconds, in which visitors are answered. */
export interface Evaluator {
  cluster(texts: readonly string[]): Promise<FoundCluster[]>
  replay(
    before: AgentIngredients,
    after: AgentIngredients,
    conversations: readonly ReplayedConversation[],
  ): Promise<{ turns: number; diffs: ReplayDiff[] }>
}

/** Each has a thread, and takes a core. */
const atWorkMax = 2
/** A turn takes milliseconds on each side: so many conversations are answered within some seconds. */
export const replayedConversationsMax = 100
export const replayedLinesMax = 200
export const suggestedTextsMax = 2_000
export const historyLinesMax = 200
export const lineCharactersMax = 4_000

export function openEvaluation(options: {
  drafts: Drafts
  agents: CurrentAgents
  evaluator: Evaluator
  guardFormats: FormatsOf
  clock: Clock
  ids: Ids
}): Evaluation {
  const { drafts, agents, evaluator, guardFormats, clock, ids } = options
  const atWork = new Set<string>()

  /** One at a time for each tenant: they take the processor from everybody. */
  async function alone<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    if (atWork.has(tenant) || atWork.size >= atWorkMax)
      throw new Refusal('busy', 'Another evaluation is under way; try again when it is done.', {
        retryAfterMs: 2_000,
      })
    atWork.add(tenant)
    try {
      return await work()
    } finally {
      atWork.delete(tenant)
    }
  }

  async function draftOf(tenant: string): Promise<Definition> {
    const { definition } = await drafts.draft(tenant)
    if (definition === null) throw new Refusal('not_found', 'There is no draft yet: save one first.')
    return definition
  }

  async function agentFor(by: Actor, request: TryRequest): Promise<{ agent: Agent; trained: boolean }> {
    if (request.of === 'current') {
      const agent = await agents.currentAgent(by.tenant)
      if (agent === null) throw new Refusal('not_found', 'Nothing is in force yet.')
      return { agent, trained: agent.model !== null || agent.definition.intents.length < 2 }
    }
    const definition =
      request.definition === undefined
        ? await draftOf(by.tenant)
        : (await requireDefinition(request.definition, await guardFormats(by.tenant))).definition
    return agents.draft(by.tenant, definition)
  }

  return {
    async tryTurn(by, request) {
      const state = request.state === null ? null : parseAgentState(request.state)
      if (state === null && request.state !== null) refuseField('state', 'is what the last decision left')
      const identifiers = await guardFormats(by.tenant)
      // What a visitor types reaches the engine screened; so it does here.
      const screened = (text: string): string => screen(text, { identifiers }).text
      const { agent, trained } = await agentFor(by, request)
      const { occasion } = request
      const decision = decide(agent, {
        conversation: by.id,
        id: ids.next(),
        occasion:
          occasion.kind === 'said'
            ? { kind: 'said', text: screened(occasion.text) }
            : occasion.kind === 'tool'
              ? { kind: 'tool', call: occasion.call, result: occasion.outcome }
              : occasion,
        history: request.history.map((line) => ({ ...line, text: screened(line.text) })),
        state,
        locale: request.locale,
        today: request.today ?? new Date(clock.now()).toISOString().slice(0, 10),
        agentsOnline: request.agentsOnline,
      })
      return { decision, note: trained ? null : 'not-trained' }
    },

    replay: (by, { conversations }) =>
      alone(by.tenant, async () => {
        const before = await agents.ingredients(by.tenant, null)
        if (before === null) throw new Refusal('not_found', 'Nothing is in force to compare the draft with.')
        const after = await agents.ingredients(by.tenant, await draftOf(by.tenant))
        const identifiers = await guardFormats(by.tenant)
        const screened = (line: TriedLine): TriedLine => ({
          ...line,
          text: screen(line.text, { identifiers }).text,
        })
        const today = new Date(clock.now()).toISOString().slice(0, 10)
        const given = conversations.map(({ id, locale, lines }) => ({
          id,
          locale,
          today,
          lines: lines.map(screened),
        }))
        return { conversations: given.length, ...(await evaluator.replay(before, after!, given)) }
      }),

    suggestions: (by, { texts }) =>
      alone(by.tenant, async () => {
        const definition = await draftOf(by.tenant)
        const identifiers = await guardFormats(by.tenant)
        const said = texts.map(({ text }) => screen(text, { identifiers }).text)
        const { agent } = await agents.draft(by.tenant, definition)
        const clusters = await evaluator.cluster(said)
        return {
          clusters: clusters.map((found) => ({
            ...found,
            nearestIntent:
              agent.model === null
                ? null
                : (classify(agent.model, found.representative, agent.encoder).ranked[0]?.intent ?? null),
          })),
        }
      }),
  }
}
