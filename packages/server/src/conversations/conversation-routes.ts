import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { ConversationDetail, InboxView } from '@candor/protocol/api.ts'
import { snapshotEventsMax, textCharactersMax } from '@candor/protocol/frames.ts'
import { checkText } from '@candor/protocol/parse-client-frame.ts'
import { proofHeader, proofOfHeader } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { ConversationEvent, EventActor } from '@candor/protocol/events.ts'
import type { AccessLog } from '../access/access-log.ts'
import type { Access, AccessReceipt, Purpose } from '../access/access.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Permission } from '../tenants/roles.ts'
import { requireStaff } from '../tenants/request-actor.ts'
import type { Conversations, SendOutcome, Stored } from './conversations.ts'

/** What the details pane shows of a visitor; the rooms `tenants` and `visits` know it. */
export interface VisitorDetails {
  visitor(tenant: string, id: string): Promise<ConversationDetail['visitor']>
}

const uuid = { type: 'string', format: 'uuid' } as const
const text = { type: 'string', minLength: 1, maxLength: textCharactersMax } as const
const seq = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const
const actor = {
  type: 'object',
  required: ['kind', 'id', 'name'],
  properties: {
    kind: { enum: ['visitor', 'agent', 'virtual-agent', 'api', 'system'] },
    id: uuid,
    name: { type: 'string' },
  },
} as const
const nullable = <T extends object>(schema: T) => ({ anyOf: [schema, { type: 'null' }] }) as const
const time = { type: 'string', format: 'date-time' } as const
const named = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: uuid, name: { type: 'string' } },
} as const
const perSide = {
  type: 'object',
  required: ['visitor', 'staff'],
  properties: { visitor: { type: 'integer' }, staff: { type: 'integer' } },
} as const

export const conversationRowSchema = {
  $id: 'ConversationRow',
  type: 'object',
  required: [
    'id',
    'seq',
    'status',
    'handler',
    'handlerEpoch',
    'queue',
    'assignee',
    'tags',
    'readBy',
    'deliveredTo',
    'startedAt',
    'lastEventAt',
    'visitor',
    'page',
    'site',
    'waitingSince',
    'unread',
    'lastMessageBy',
  ],
  properties: {
    id: uuid,
    seq: { type: 'integer' },
    status: { enum: ['open', 'closed'] },
    handler: {
      type: 'object',
      required: ['kind'],
      properties: { kind: { enum: ['virtual-agent', 'queue', 'agent'] }, id: uuid, name: { type: 'string' } },
    },
    handlerEpoch: { type: 'integer' },
    queue: nullable(uuid),
    assignee: nullable(named),
    tags: { type: 'array', items: { type: 'string' } },
    readBy: perSide,
    deliveredTo: perSide,
    startedAt: time,
    lastEventAt: time,
    visitor: {
      type: 'object',
      required: ['id', 'name', 'identified', 'online'],
      properties: {
        id: uuid,
        name: { type: 'string' },
        identified: { type: 'boolean' },
        online: { type: 'boolean' },
      },
    },
    page: nullable({
      type: 'object',
      required: ['url', 'title'],
      properties: { url: { type: 'string' }, title: { type: 'string' } },
    }),
    site: nullable({ type: 'string' }),
    waitingSince: nullable(time),
    unread: { type: 'integer' },
    lastMessageBy: nullable({ enum: ['visitor', 'agent', 'virtual-agent', 'api', 'system'] }),
  },
} as const

export const appendedSchema = {
  $id: 'Appended',
  type: 'object',
  description:
    'The stored event. `replayed`: the Idempotency-Key was used before and nothing new was stored.',
  required: ['id', 'conversation', 'seq', 'at', 'replayed'],
  properties: {
    id: uuid,
    conversation: uuid,
    seq,
    at: time,
    replayed: { type: 'boolean' },
    text: { type: 'string' },
  },
} as const

export const wireEventSchema = {
  $id: 'ConversationEvent',
  type: 'object',
  description: 'docs/protocol.md has the data of each type.',
  required: ['id', 'conversation', 'seq', 'at', 'type', 'actor', 'data'],
  properties: {
    id: uuid,
    conversation: uuid,
    seq,
    at: time,
    type: {
      enum: [
        'message',
        'edit',
        'deletion',
        'masking',
        'form',
        'assignment',
        'takeover',
        'handback',
        'handover',
        'status',
        'conversations.handle',
        'read',
        'note',
        'tag',
        'turn',
      ],
    },
    actor,
    data: { type: 'object', additionalProperties: true },
  },
} as const

/** Events of one step of a transcript. */
const transcriptPage = 300
/** The newest entries beside a conversation; the proof page has them all. */
const receiptsMax = 50

const params = { type: 'object', required: ['id'], properties: { id: uuid } } as const

export function conversationRoutes(options: {
  conversations: Conversations
  access: Access
  log: Pick<AccessLog, 'entries'>
  details: VisitorDetails
  sendAsStaff(actor: Actor, message: { id: string; conversation: string; text: string }): Promise<SendOutcome>
}): FastifyPluginAsync {
  const { conversations, access } = options

  async function receiptsOf(tenant: string, conversation: string): Promise<ConversationDetail['receipts']> {
    try {
      const page = await options.log.entries(tenant, { conversation }, { cursor: null, limit: receiptsMax })
      return page.items.flatMap(({ index, actor: who, purpose, at, type }) =>
        who !== null && purpose !== null && (type === 'open' || type === 'join')
          ? [{ entry: index, actor: who as EventActor, purpose, at }]
          : [],
      )
    } catch (caught) {
      // The conversation is shown without them while the keyholder is away.
      if (caught instanceof Refusal && caught.code === 'history_unavailable') return null
      throw caught
    }
  }

  async function receiptFor(
    request: FastifyRequest<{ Params: { id: string } }>,
    staff: Actor,
    purpose: Purpose,
  ): Promise<AccessReceipt> {
    const given = request.headers[proofHeader]
    const proof = typeof given === 'string' ? proofOfHeader(given) : undefined
    if (proof === null)
      throw new Refusal('invalid_field', 'The header is `<key> <at> <signature>`.', { field: proofHeader })
    await conversations.visitorOf(staff.tenant, request.params.id)
    return access.receipt(staff, request.params.id, purpose, { proof })
  }

  return async (app) => {
    app.addSchema(conversationRowSchema)
    app.addSchema(appendedSchema)
    app.addSchema(wireEventSchema)

    app.get<{ Querystring: { view: InboxView; status: 'open' | 'closed'; cursor?: string; limit: number } }>(
      '/v1/conversations',
      {
        schema: {
          operationId: 'listConversations',
          summary: 'Inbox rows, newest first, without conversation text',
          tags: ['conversations'],
          querystring: {
            type: 'object',
            properties: {
              view: { enum: ['waiting', 'mine', 'all'], default: 'all' },
              status: { enum: ['open', 'closed'], default: 'open' },
              cursor: { type: 'string', maxLength: 200 },
              limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['items', 'next', 'counts'],
              properties: {
                items: { type: 'array', items: { $ref: 'ConversationRow#' } },
                next: nullable({ type: 'string' }),
                counts: {
                  type: 'object',
                  required: ['waiting', 'mine', 'all'],
                  properties: {
                    waiting: { type: 'integer' },
                    mine: { type: 'integer' },
                    all: { type: 'integer' },
                  },
                },
              },
            },
          },
        },
      },
      (request) =>
        conversations.page(requireStaff(request, 'conversations.read'), {
          ...request.query,
          cursor: request.query.cursor ?? null,
        }),
    )

    app.get<{ Params: { id: string } }>(
      '/v1/conversations/:id',
      {
        schema: {
          operationId: 'getConversation',
          summary: 'A conversation without its text: state, visitor, who opened it',
          tags: ['conversations'],
          params,
          response: {
            200: {
              type: 'object',
              required: ['row', 'visitor', 'receipts'],
              properties: {
                row: { $ref: 'ConversationRow#' },
                visitor: {
                  type: 'object',
                  required: ['id', 'name', 'email', 'identified', 'traits', 'firstSeenAt', 'pages'],
                  properties: {
                    id: uuid,
                    name: { type: 'string' },
                    email: nullable({ type: 'string' }),
                    identified: { type: 'boolean' },
                    traits: { type: 'object', additionalProperties: true },
                    firstSeenAt: time,
                    pages: {
                      type: 'array',
                      items: {
                        type: 'object',
                        required: ['url', 'title', 'at'],
                        properties: { url: { type: 'string' }, title: { type: 'string' }, at: time },
                      },
                    },
                  },
                },
                receipts: nullable({
                  type: 'array',
                  description:
                    'Entries of the access log about this conversation; null while they cannot be read.',
                  items: {
                    type: 'object',
                    required: ['entry', 'actor', 'purpose', 'at'],
                    properties: { entry: { type: 'integer' }, actor, purpose: { type: 'string' }, at: time },
                  },
                }),
              },
            },
          },
        },
      },
      async (request): Promise<ConversationDetail> => {
        const staff = requireStaff(request, 'conversations.read')
        const row = await conversations.row(staff, request.params.id)
        const [visitor, receipts] = await Promise.all([
          options.details.visitor(staff.tenant, row.visitor.id),
          receiptsOf(staff.tenant, row.id),
        ])
        return { row, visitor, receipts }
      },
    )

    app.get<{ Params: { id: string }; Querystring: { before?: number; after?: number; limit: number } }>(
      '/v1/conversations/:id/events',
      {
        schema: {
          operationId: 'listEvents',
          summary: 'Events with their text, in order; reading leaves an access receipt',
          tags: ['conversations'],
          params,
          querystring: {
            type: 'object',
            properties: {
              before: seq,
              after: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
              limit: { type: 'integer', minimum: 1, maximum: 300, default: snapshotEventsMax },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['events', 'more'],
              properties: {
                events: { type: 'array', items: { $ref: 'ConversationEvent#' } },
                more: { type: 'boolean' },
              },
            },
          },
        },
      },
      async (request) => {
        const staff = requireStaff(request, 'conversations.read')
        const { before, after, limit } = request.query
        if (before !== undefined && after !== undefined)
          throw new Refusal('invalid_field', 'Give `before` or `after`, not both.', { field: 'after' })
        const receipt = await receiptFor(request, staff, staff.kind === 'api' ? 'api' : 'desk')
        return after === undefined
          ? conversations.earlier(receipt, before ?? 2_147_483_647, limit)
          : conversations.later(receipt, after, limit)
      },
    )

    app.get<{ Params: { id: string } }>(
      '/v1/conversations/:id/transcript',
      {
        schema: {
          operationId: 'exportTranscript',
          summary: 'The whole conversation as plain text; counts as an export in the access log',
          tags: ['conversations'],
          params,
          response: {
            200: { description: 'The transcript', content: { 'text/plain': { schema: { type: 'string' } } } },
          },
        },
      },
      async (request, reply) => {
        const staff = requireStaff(request, 'conversations.read')
        const row = await conversations.row(staff, request.params.id)
        const receipt = await receiptFor(request, staff, 'export')
        const events: ConversationEvent[] = []
        for (let more = true; more;) {
          const page = await conversations.later(receipt, events.at(-1)?.seq ?? 0, transcriptPage)
          events.push(...page.events)
          ;({ more } = page)
        }
        const lines = [`Conversation ${row.id} with ${row.visitor.name}, begun ${row.startedAt}`, '']
        const changed = lastTexts(events)
        lines.push(...events.flatMap((event) => transcriptLine(event, changed) ?? []))
        return reply
          .type('text/plain; charset=utf-8')
          .header('content-disposition', `attachment; filename="conversation-${row.id}.txt"`)
          .send(`${lines.join('\n')}\n`)
      },
    )

    /** POST below a conversation: the Idempotency-Key is the event's id. */
    function post<Body extends object>(
      path: string,
      permission: Permission,
      schema: { operationId: string; summary: string; body: object },
      act: (staff: Actor, what: { id: string; conversation: string } & Body) => Promise<Stored | null>,
    ): void {
      app.post<{ Params: { id: string }; Body: Body }>(
        `/v1/conversations/:id/${path}`,
        { schema: { ...schema, tags: ['conversations'], params, response: { 201: { $ref: 'Appended#' } } } },
        async (request, reply) => {
          const staff = requireStaff(request, permission)
          const stored = await act(staff, {
            ...(request.body as Body),
            id: request.idempotencyKey,
            conversation: request.params.id,
          })
          if (stored === null) return reply.code(204).send()
          return reply.code(201).send(stored)
        },
      )
    }

    const body = (properties: Record<string, object>, required = Object.keys(properties)): object => ({
      type: 'object',
      required,
      additionalProperties: false,
      properties,
    })

    post<{ text: string }>(
      'messages',
      'conversations.answer',
      {
        operationId: 'sendMessage',
        summary: 'Answer the visitor; takes over when nobody has',
        body: body({ text }),
      },
      async (staff, what) => {
        checkText(what.text)
        const outcome = await options.sendAsStaff(staff, what)
        if (outcome.kind === 'stored') return stored(outcome)
        throw new Refusal(outcome.kind === 'closed' ? 'state_conflict' : 'handler_changed')
      },
    )
    post<{ text: string }>(
      'notes',
      'conversations.note',
      { operationId: 'addNote', summary: 'A private note that visitors never receive', body: body({ text }) },
      (staff, what) => {
        checkText(what.text)
        return conversations.note(staff, what)
      },
    )
    post<{ target: number; text: string }>(
      'edits',
      'conversations.answer',
      {
        operationId: 'editMessage',
        summary: 'Change the text of an own message',
        body: body({ target: seq, text }),
      },
      (staff, what) => {
        checkText(what.text)
        return conversations.edit(staff, what)
      },
    )
    post<{ target: number }>(
      'deletions',
      'conversations.answer',
      { operationId: 'deleteMessage', summary: 'Delete an own message', body: body({ target: seq }) },
      (staff, what) => conversations.delete(staff, what),
    )
    post<{ upTo: number }>(
      'reads',
      'conversations.answer',
      {
        operationId: 'markRead',
        summary: 'Everything up to this number was seen; 204 when the mark does not move',
        body: body({ upTo: seq }),
      },
      (staff, what) => conversations.read(staff, what),
    )
    post<{ status: 'open' | 'closed' }>(
      'status',
      'conversations.handle',
      {
        operationId: 'setStatus',
        summary: 'Close or reopen',
        body: body({ status: { enum: ['open', 'closed'] } }),
      },
      (staff, what) => conversations.setStatus(staff, what),
    )
    const tags = {
      type: 'array',
      maxItems: 20,
      default: [],
      items: { type: 'string', minLength: 1, maxLength: 40, pattern: '^[^\\u0000-\\u001f]+$' },
    }
    post<{ add: string[]; remove: string[] }>(
      'tags',
      'conversations.handle',
      {
        operationId: 'changeTags',
        summary: 'Add and remove tags',
        body: body({ add: tags, remove: tags }, []),
      },
      (staff, what) => conversations.tag(staff, what),
    )
  }
}

/** What a message says in the end: the number of each that was edited, masked or deleted, with its last text. */
function lastTexts(events: readonly ConversationEvent[]): Map<number, string | null> {
  const texts = new Map<number, string | null>()
  for (const event of events)
    if (event.type === 'edit' || event.type === 'masking') texts.set(event.data.target, event.data.text)
    else if (event.type === 'deletion') texts.set(event.data.target, null)
  return texts
}

/** What was said, by whom and when. Private notes are not for who is given a transcript. */
function transcriptLine(
  event: ConversationEvent,
  changed: ReadonlyMap<number, string | null>,
): string | null {
  const text = transcriptText(event, changed)
  return text === null ? null : `${event.at}  ${event.actor.name || event.actor.kind}: ${text}`
}

function transcriptText(
  event: ConversationEvent,
  changed: ReadonlyMap<number, string | null>,
): string | null {
  switch (event.type) {
    case 'message':
      return (changed.has(event.seq) ? changed.get(event.seq) : event.data.text) ?? '(deleted)'
    case 'form':
      return Object.entries(event.data.answers ?? {})
        .map(([field, answer]) => `${field}: ${answer}`)
        .join('; ')
    case 'status':
      return event.data.status === 'open' ? '(opened)' : '(closed)'
    default:
      return null
  }
}

function stored({ kind: _kind, ...rest }: { kind: 'stored' } & Stored): Stored {
  return rest
}
