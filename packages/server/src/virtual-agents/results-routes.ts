import type { FastifyPluginAsync } from 'fastify'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import { checkText } from '@candor/protocol/parse-client-frame.ts'
import { resultNumbers, type ResultNumber } from '@candor/protocol/virtual-agent-results.ts'
import { allow } from '../tenants/roles.ts'
import { requireStaff } from '../tenants/request-actor.ts'
import type { Results } from './results.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const time = { type: 'string', format: 'date-time' } as const
const count = { type: 'integer', minimum: 0 } as const
const day = { type: 'string', format: 'date', description: 'In UTC; both days are included' } as const
const period = { from: day, to: day } as const
const counts = (...names: string[]) =>
  ({
    type: 'object',
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, count])),
  }) as const

/** What came of the virtual agent's conversations, and which of its answers were wrong. */
export function resultsRoutes(results: Results): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Querystring: { from: string; to: string } }>(
      '/v1/virtual-agent/results',
      {
        schema: {
          operationId: 'virtualAgentResults',
          summary: 'What came of the virtual agent’s conversations',
          description:
            'Each conversation is in exactly one of: confirmed, silent, unresolved, open, handed over. docs/virtual-agent-at-work.md defines them.',
          tags: ['virtual agent'],
          querystring: { type: 'object', required: ['from', 'to'], properties: period },
          response: {
            200: {
              type: 'object',
              required: [
                'conversations',
                'selfService',
                'silentBack',
                'silentUndecided',
                'unresolved',
                'open',
                'handedOver',
                'fallback',
                'wrongReports',
                'perIntent',
              ],
              properties: {
                conversations: count,
                selfService: counts('confirmed', 'silent', 'silentNotBack'),
                silentBack: count,
                silentUndecided: count,
                unresolved: count,
                open: count,
                handedOver: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['reason', 'conversations'],
                    properties: { reason: { type: 'string' }, conversations: count },
                  },
                },
                fallback: count,
                wrongReports: count,
                perIntent: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['intent', 'conversations', 'confirmed', 'handedOver', 'wrong'],
                    properties: {
                      intent: { type: 'string' },
                      conversations: count,
                      confirmed: count,
                      handedOver: count,
                      wrong: count,
                    },
                  },
                },
              },
            },
          },
        },
      },
      (request) => results.results(requireStaff(request, 'virtual-agent.read').tenant, request.query),
    )

    app.get<{
      Params: { number: ResultNumber }
      Querystring: { from: string; to: string; reason?: string; intent?: string; cursor?: string }
    }>(
      '/v1/virtual-agent/results/:number',
      {
        schema: {
          operationId: 'virtualAgentResult',
          summary: 'The conversations that one of these numbers counts, newest first',
          tags: ['virtual agent'],
          params: {
            type: 'object',
            required: ['number'],
            properties: { number: { enum: [...resultNumbers] } },
          },
          querystring: {
            type: 'object',
            required: ['from', 'to'],
            properties: {
              ...period,
              reason: { type: 'string', maxLength: 64 },
              intent: { type: 'string', maxLength: 64 },
              cursor: { type: 'string', maxLength: 200 },
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
                    required: ['conversation', 'at'],
                    properties: { conversation: uuid, at: time },
                  },
                },
                next: { anyOf: [{ type: 'string' }, { type: 'null' }] },
              },
            },
          },
        },
      },
      (request) => {
        const { tenant } = requireStaff(request, 'virtual-agent.read')
        const { from, to, reason = null, intent = null, cursor = null } = request.query
        const { number } = request.params
        return results.conversationsOf(tenant, { from, to }, { number, reason, intent }, cursor)
      },
    )

    app.post<{ Params: { id: string; turn: string }; Body: { note?: string } }>(
      '/v1/conversations/:id/turns/:turn/report',
      {
        schema: {
          operationId: 'reportWrongAnswer',
          summary: 'Say that an answer of the virtual agent was wrong; the note becomes a private note',
          tags: ['virtual agent'],
          params: { type: 'object', required: ['id', 'turn'], properties: { id: uuid, turn: uuid } },
          body: {
            type: 'object',
            additionalProperties: false,
            properties: { note: { type: 'string', minLength: 1, maxLength: textCharactersMax } },
          },
          response: {
            201: {
              type: 'object',
              required: ['conversation', 'turn', 'at'],
              properties: { conversation: uuid, turn: uuid, at: time },
            },
          },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'virtual-agent.read')
        allow(by, 'conversations.note')
        const { id: conversation, turn } = request.params
        const note = request.body.note === undefined ? null : checkText(request.body.note, 'note')
        return reply.code(201).send(await results.report(by, { conversation, turn, note }))
      },
    )
  }
}
