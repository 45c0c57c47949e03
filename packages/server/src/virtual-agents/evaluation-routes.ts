import type { ReplayRequest, SuggestionsRequest, TryRequest } from '@candor/protocol/virtual-agent-api.ts'
import type { AgentState, ToolCall } from '@candor/virtual-agent/turn.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../tenants/request-actor.ts'
import { definitionBodyBytesMax } from './authoring-routes.ts'
import { engineValue, time, uuid } from './authoring-schemas.ts'
import {
  historyLinesMax,
  lineCharactersMax,
  replayedConversationsMax,
  replayedLinesMax,
  suggestedTextsMax,
  type Evaluation,
} from './evaluation.ts'
import type { Unanswered } from './unanswered.ts'

/** Some hundred conversations as they stand. */
const replayBodyBytesMax = 4 * 1024 * 1024
const suggestionsBodyBytesMax = 2 * 1024 * 1024

const day = { type: 'string', format: 'date' } as const
const text = { type: 'string', maxLength: lineCharactersMax } as const
const id = { type: 'string', minLength: 1, maxLength: 100 } as const
const locale = { type: ['string', 'null'], maxLength: 35 } as const
const line = {
  type: 'object',
  required: ['by', 'text'],
  additionalProperties: false,
  properties: { by: { enum: ['visitor', 'virtual-agent', 'person'] }, text },
} as const
const call = {
  type: 'object',
  required: ['key', 'tool', 'args'],
  properties: { key: { type: 'string' }, tool: { type: 'string' }, args: { type: 'object' } },
  description: 'The call that the last decision asked for',
} as const
const outcome = {
  type: 'object',
  required: ['kind'],
  description: 'What the tool would have answered: nothing is called',
  properties: {
    kind: { enum: ['answer', 'fault'] },
    body: engineValue('JSON, where it answered'),
    fault: { enum: ['timeout', 'unreachable', 'refused', 'malformed'] },
  },
} as const
const occasion = {
  anyOf: [
    occasionOf(['started', 'back'], {}),
    occasionOf(['said'], { text }),
    occasionOf(['form'], { form: id }),
    occasionOf(['tool'], { call, outcome }),
  ],
} as const
const tags = ['virtual agent']
const base = '/v1/virtual-agent'

/** The test pane, replay and suggestions: they look, and keep nothing. */
export function evaluationRoutes(rooms: {
  evaluation: Evaluation
  unanswered: Unanswered
}): FastifyPluginAsync {
  const { evaluation, unanswered } = rooms
  return async (app) => {
    app.post<{ Body: TryRequest<AgentState, ToolCall> }>(
      `${base}/draft/try`,
      {
        bodyLimit: definitionBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'tryVirtualAgent',
          summary: 'What it would do in this turn, and why; nothing is stored and nothing is called',
          tags,
          body: {
            type: 'object',
            required: ['of', 'occasion', 'history', 'state', 'locale', 'today', 'agentsOnline'],
            additionalProperties: false,
            properties: {
              of: { enum: ['draft', 'current'] },
              definition: engineValue('A draft that is not saved yet'),
              occasion,
              history: { type: 'array', maxItems: historyLinesMax, items: line },
              state: engineValue('As the last decision left it; null before the first'),
              locale,
              today: { type: ['string', 'null'], format: 'date' },
              agentsOnline: { type: 'boolean' },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['decision', 'note'],
              properties: {
                decision: engineValue('docs/virtual-agent.md: what is said or done, its state and its trace'),
                note: { enum: ['not-trained', null] },
              },
            },
          },
        },
      },
      (request) => evaluation.tryTurn(requireStaff(request, 'virtual-agent.edit'), request.body),
    )

    app.post<{ Body: ReplayRequest }>(
      `${base}/draft/replay`,
      {
        bodyLimit: replayBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'replayVirtualAgent',
          summary:
            'Where the draft would have answered these conversations otherwise; their texts are not kept',
          tags,
          body: {
            type: 'object',
            required: ['conversations'],
            additionalProperties: false,
            properties: {
              conversations: {
                type: 'array',
                maxItems: replayedConversationsMax,
                items: {
                  type: 'object',
                  required: ['id', 'locale', 'lines'],
                  additionalProperties: false,
                  properties: {
                    id,
                    locale,
                    lines: { type: 'array', maxItems: replayedLinesMax, items: line },
                  },
                },
              },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['conversations', 'turns', 'diffs'],
              properties: {
                conversations: { type: 'integer' },
                turns: { type: 'integer' },
                diffs: { type: 'array', items: engineValue('docs/virtual-agent-authoring.md') },
              },
            },
          },
        },
      },
      (request) => evaluation.replay(requireStaff(request, 'virtual-agent.edit'), request.body),
    )

    app.post<{ Body: SuggestionsRequest }>(
      `${base}/suggestions`,
      {
        bodyLimit: suggestionsBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'suggestIntents',
          summary: 'Questions that mean the same, put together; their texts are not kept',
          tags,
          body: {
            type: 'object',
            required: ['texts'],
            additionalProperties: false,
            properties: {
              texts: {
                type: 'array',
                maxItems: suggestedTextsMax,
                items: {
                  type: 'object',
                  required: ['conversation', 'text'],
                  additionalProperties: false,
                  properties: { conversation: id, text },
                },
              },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['clusters'],
              properties: {
                clusters: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['representative', 'texts', 'nearestIntent'],
                    properties: {
                      representative: { type: 'string' },
                      texts: {
                        type: 'array',
                        items: { type: 'integer' },
                        description: 'Places in the request',
                      },
                      nearestIntent: { type: ['string', 'null'] },
                    },
                  },
                },
              },
            },
          },
        },
      },
      (request) => evaluation.suggestions(requireStaff(request, 'virtual-agent.edit'), request.body),
    )

    app.get<{ Querystring: { from?: string; to?: string; cursor?: string } }>(
      `${base}/unanswered`,
      {
        schema: {
          operationId: 'listUnanswered',
          summary: 'Turns that were not understood, newest first, without their text',
          tags,
          querystring: {
            type: 'object',
            properties: {
              from: { ...day, description: 'First day, in UTC; else 30 days back' },
              to: { ...day, description: 'Last day, in UTC' },
              cursor: { type: 'string', maxLength: 100 },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['items', 'next'],
              properties: {
                items: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['conversation', 'turn', 'at', 'outcome', 'reason'],
                    properties: {
                      conversation: uuid,
                      turn: uuid,
                      at: time,
                      outcome: { enum: ['fallback', 'clarified', 'handed-over', 'not-helped'] },
                      reason: { type: ['string', 'null'] },
                    },
                  },
                },
                next: { type: ['string', 'null'] },
              },
            },
          },
        },
      },
      (request) => {
        const { from = null, to = null, cursor = null } = request.query
        return unanswered.page(requireStaff(request, 'virtual-agent.read').tenant, { from, to }, cursor)
      },
    )
  }
}

function occasionOf(kinds: readonly string[], properties: Record<string, object>) {
  return {
    type: 'object',
    required: ['kind', ...Object.keys(properties)],
    additionalProperties: false,
    properties: { kind: { enum: kinds }, ...properties },
  } as const
}
