import { screen } from '@candor/card-guard'
import type { CannedReply } from '@candor/protocol/api.ts'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { requireStaff } from '../tenants/request-actor.ts'

export interface CannedReplies {
  list(tenant: string): Promise<CannedReply[]>
  /** The same id again answers what is stored, or `idempotency_conflict`. */
  create(actor: Actor, reply: CannedReply): Promise<CannedReply>
  change(actor: Actor, reply: CannedReply): Promise<CannedReply>
  remove(actor: Actor, id: string): Promise<void>
}

/** More cannot be found by typing a slash. */
const repliesMax = 1_000

export function openCannedReplies(store: Store, guardFormats: FormatsOf): CannedReplies {
  async function screened(tenant: string, reply: CannedReply): Promise<CannedReply> {
    const identifiers = await guardFormats(tenant)
    return {
      ...reply,
      title: screen(reply.title, { identifiers }).text,
      text: screen(reply.text, { identifiers }).text,
    }
  }

  return {
    list: (tenant) =>
      store.read(tenant, (q) =>
        q<CannedReply>(
          'select id, shortcut, title, text from canned_replies where tenant_id = $1 order by shortcut',
          [tenant],
        ),
      ),

    async create(actor, given) {
      const reply = await screened(actor.tenant, given)
      return store.write(actor.tenant, async (q) => {
        const [count] = await q<{ n: number }>(
          'select count(*)::int as n from canned_replies where tenant_id = $1',
          [actor.tenant],
        )
        if (count!.n >= repliesMax)
          throw new Refusal('too_many', `A tenant has at most ${repliesMax} canned replies.`)
        const made = await q(
          `insert into canned_replies (tenant_id, id, shortcut, title, text) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning id`,
          [actor.tenant, reply.id, reply.shortcut, reply.title, reply.text],
        )
        if (made.length === 1) return reply
        const [known] = await q<CannedReply>(
          'select id, shortcut, title, text from canned_replies where tenant_id = $1 and id = $2',
          [actor.tenant, reply.id],
        )
        if (known === undefined) throw shortcutTaken()
        if (known.shortcut !== reply.shortcut || known.title !== reply.title || known.text !== reply.text)
          throw new Refusal('idempotency_conflict')
        return known
      })
    },

    async change(actor, given) {
      const reply = await screened(actor.tenant, given)
      return store.write(actor.tenant, async (q) => {
        const [other] = await q(
          'select 1 from canned_replies where tenant_id = $1 and shortcut = $2 and id <> $3',
          [actor.tenant, reply.shortcut, reply.id],
        )
        if (other !== undefined) throw shortcutTaken()
        const changed = await q(
          `update canned_replies set shortcut = $3, title = $4, text = $5
           where tenant_id = $1 and id = $2 returning id`,
          [actor.tenant, reply.id, reply.shortcut, reply.title, reply.text],
        )
        if (changed.length === 0) throw new Refusal('not_found')
        return reply
      })
    },

    async remove(actor, id) {
      const removed = await store.write(actor.tenant, (q) =>
        q('delete from canned_replies where tenant_id = $1 and id = $2 returning id', [actor.tenant, id]),
      )
      if (removed.length === 0) throw new Refusal('not_found')
    },
  }
}

const shortcut = { type: 'string', minLength: 1, maxLength: 30, pattern: '^[a-z0-9-]+$' } as const
const fields = {
  shortcut,
  title: { type: 'string', minLength: 1, maxLength: 100 },
  text: { type: 'string', minLength: 1, maxLength: textCharactersMax },
} as const
const schema = {
  $id: 'CannedReply',
  type: 'object',
  required: ['id', 'shortcut', 'title', 'text'],
  properties: { id: { type: 'string', format: 'uuid' }, ...fields },
} as const
const body = {
  type: 'object',
  required: ['shortcut', 'title', 'text'],
  additionalProperties: false,
  properties: fields,
} as const
const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', format: 'uuid' } },
} as const

export function cannedReplyRoutes(replies: CannedReplies): FastifyPluginAsync {
  const tags = ['canned replies']
  return async (app) => {
    app.addSchema(schema)
    app.get(
      '/v1/canned-replies',
      {
        schema: {
          operationId: 'listCannedReplies',
          summary: 'Canned replies by shortcut',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'CannedReply#' } } },
            },
          },
        },
      },
      async (request) => ({ items: await replies.list(requireStaff(request, 'canned-replies.read').tenant) }),
    )
    app.post<{ Body: Omit<CannedReply, 'id'> }>(
      '/v1/canned-replies',
      {
        schema: {
          operationId: 'createCannedReply',
          summary: 'Add a canned reply (supervisors, administrators)',
          tags,
          body,
          response: { 201: { $ref: 'CannedReply#' } },
        },
      },
      async (request, reply) => {
        const staff = requireStaff(request, 'canned-replies.manage')
        return reply
          .code(201)
          .send(await replies.create(staff, { id: request.idempotencyKey, ...request.body }))
      },
    )
    app.put<{ Params: { id: string }; Body: Omit<CannedReply, 'id'> }>(
      '/v1/canned-replies/:id',
      {
        schema: {
          operationId: 'changeCannedReply',
          summary: 'Change a canned reply (supervisors, administrators)',
          tags,
          params,
          body,
          response: { 200: { $ref: 'CannedReply#' } },
        },
      },
      (request) =>
        replies.change(requireStaff(request, 'canned-replies.manage'), {
          id: request.params.id,
          ...request.body,
        }),
    )
    app.delete<{ Params: { id: string } }>(
      '/v1/canned-replies/:id',
      {
        schema: {
          operationId: 'removeCannedReply',
          summary: 'Remove a canned reply (supervisors, administrators)',
          tags,
          params,
          response: { 204: { type: 'null' } },
        },
      },
      async (request, reply) => {
        await replies.remove(requireStaff(request, 'canned-replies.manage'), request.params.id)
        return reply.code(204).send()
      },
    )
  }
}

function shortcutTaken(): Refusal {
  return new Refusal('invalid_field', 'Another canned reply has this shortcut.', { field: 'shortcut' })
}
