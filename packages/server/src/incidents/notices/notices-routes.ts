import { timingSafeEqual, hash } from 'node:crypto'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { noticeLanguages, type NoticeLanguage } from '@candor/protocol/notices-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Actor } from '../../tenants/actor.ts'
import { requirePerson, requireStaff } from '../../tenants/request-actor.ts'
import { allow, type Permission } from '../../tenants/roles.ts'
import type { Letters } from './letters/letters.ts'
import type { Paper } from './letters/letter-pages.ts'
import { eventsPerCallMax, type MailEvent, type MailReports } from './mail/mail-reports.ts'
import { reportBytesMax } from './mail/read-report.ts'
import { personsPerCallMax, type MailingOf, type Mailings } from './mailings.ts'
import type { Receipts } from './receipts.ts'

/** A thousand persons with long names and addresses. */
const personsBodyBytesMax = 2 * 1024 * 1024
/** Facts and templates in two languages. */
const draftBodyBytesMax = 1024 * 1024
const eventsBodyBytesMax = 1024 * 1024
const noteCharactersMax = 500

const tags = ['notices']
const base = '/v1/incidents/:incident/notices'
const one = `${base}/:mailing`
const uuid = { type: 'string', format: 'uuid' } as const
const incidentParams = { type: 'object', required: ['incident'], properties: { incident: uuid } } as const
const mailingParams = {
  type: 'object',
  required: ['incident', 'mailing'],
  properties: { incident: uuid, mailing: uuid },
} as const
const anything = (description: string) => ({ description })
const noteBody = {
  type: 'object',
  required: ['note'],
  additionalProperties: false,
  properties: { note: { type: 'string', maxLength: noteCharactersMax } },
} as const
const counts = {
  type: 'object',
  required: ['taken', 'unknown'],
  properties: { taken: { type: 'integer' }, unknown: { type: 'integer' } },
} as const

interface OfMailing {
  Params: { incident: string; mailing: string }
}

/** Mailings of an incident, their letters and receipts, and the hook of the mail server. */
export function noticesRoutes(rooms: {
  mailings: Mailings
  receipts: Receipts
  letters: Letters
  reports: MailReports
  /** Null: there is no hook. */
  hookSecret: string | null
}): FastifyPluginAsync {
  const { mailings, receipts, letters, reports } = rooms
  return async (app) => {
    app.addSchema(mailingSchema)
    const mailing = { $ref: 'Mailing#' }

    app.get<{ Params: { incident: string } }>(
      base,
      {
        schema: {
          ...{ operationId: 'notices', summary: 'Mailings of an incident with their progress', tags },
          params: incidentParams,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: mailing } },
            },
          },
        },
      },
      async (request) => ({
        items: await mailings.list(requireStaff(request, 'notices.read').tenant, request.params.incident),
      }),
    )

    app.post<{ Params: { incident: string }; Body: { title: string; facts: unknown } }>(
      base,
      {
        bodyLimit: draftBodyBytesMax,
        schema: {
          ...{ operationId: 'createNotices', summary: 'A new mailing, as a draft without persons', tags },
          params: incidentParams,
          body: {
            type: 'object',
            required: ['title', 'facts'],
            additionalProperties: false,
            properties: { title: { type: 'string', maxLength: 100 }, facts: anything('docs/notices.md') },
          },
          response: { 201: mailing },
        },
      },
      async (request, reply) =>
        reply
          .code(201)
          .send(
            await mailings.create(
              requireStaff(request, 'notices.manage'),
              request.idempotencyKey,
              request.params.incident,
              request.body,
            ),
          ),
    )

    app.get<OfMailing>(
      one,
      {
        schema: {
          operationId: 'noticesMailing',
          summary: 'A mailing with its facts, groups, faults against jurisdictions, and print batches',
          ...{ tags, params: mailingParams, response: { 200: anyOf('A mailing in full (docs/notices.md)') } },
        },
      },
      (request) => mailings.detail(requireStaff(request, 'notices.read').tenant, of(request)),
    )

    app.put<OfMailing & { Body: { facts: unknown; templates: unknown[] | null } }>(
      one,
      {
        bodyLimit: draftBodyBytesMax,
        schema: {
          ...{ operationId: 'changeNotices', summary: 'Facts and templates of a draft', tags },
          params: mailingParams,
          body: {
            type: 'object',
            required: ['facts', 'templates'],
            additionalProperties: false,
            properties: {
              facts: anything('docs/notices.md'),
              templates: { type: ['array', 'null'], maxItems: noticeLanguages.length },
            },
          },
          response: { 200: anyOf('The mailing in full') },
        },
      },
      (request) => mailings.change(requireStaff(request, 'notices.manage'), of(request), request.body),
    )

    app.post<OfMailing & { Body: { persons: unknown[] } }>(
      `${one}/persons`,
      {
        bodyLimit: personsBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'addNoticePersons',
          summary: 'Add persons to a draft; who is in it already is not added again',
          ...{ tags, params: mailingParams },
          body: {
            type: 'object',
            required: ['persons'],
            additionalProperties: false,
            properties: { persons: { type: 'array', minItems: 1, maxItems: personsPerCallMax } },
          },
          response: {
            200: {
              type: 'object',
              required: ['added', 'persons'],
              properties: { added: { type: 'integer' }, persons: { type: 'integer' } },
            },
          },
        },
      },
      (request) =>
        mailings.addPersons(requireStaff(request, 'notices.manage'), of(request), request.body.persons),
    )

    app.get<OfMailing & { Querystring: { jurisdiction: string; language: NoticeLanguage } }>(
      `${one}/preview`,
      {
        schema: {
          operationId: 'previewNotice',
          summary: 'The notice as one of its persons gets it, as text and as HTML',
          ...{ tags, params: mailingParams },
          querystring: {
            type: 'object',
            required: ['jurisdiction', 'language'],
            properties: {
              jurisdiction: { type: 'string', pattern: '^[A-Z]{2}(-[A-Z0-9]{1,3})?$' },
              language: { type: 'string', enum: noticeLanguages },
            },
          },
          response: { 200: anyOf('Subject, text, HTML and faults') },
        },
      },
      (request) => {
        const { jurisdiction, language } = request.query
        return mailings.preview(
          requireStaff(request, 'notices.read').tenant,
          of(request),
          jurisdiction,
          language,
        )
      },
    )

    const steps: {
      name: 'propose' | 'withdraw' | 'refuse' | 'approve' | 'start' | 'pause' | 'forget-persons'
      says: string
      who(request: FastifyRequest): Actor
      act(by: Actor, mailing: MailingOf, note: string): Promise<unknown>
      note?: boolean
    }[] = [
      {
        name: 'propose',
        says: 'For a second person to approve; refused while an element is missing',
        who: (request) => personWho(request, 'notices.manage'),
        act: mailings.propose,
        note: true,
      },
      {
        name: 'withdraw',
        says: 'Back to a draft, by who proposed it',
        who: (request) => personWho(request, 'notices.manage'),
        act: mailings.withdraw,
      },
      {
        name: 'refuse',
        says: 'Back to a draft, by the second person',
        who: (request) => personWho(request, 'notices.approve'),
        act: mailings.refuse,
        note: true,
      },
      {
        name: 'approve',
        says: 'By another person than who proposed it',
        who: (request) => personWho(request, 'notices.approve'),
        act: mailings.approve,
      },
      {
        name: 'start',
        says: 'Send what is approved, or go on after a pause',
        who: (request) => requireStaff(request, 'notices.manage'),
        act: mailings.start,
      },
      {
        name: 'pause',
        says: 'Send no further mail',
        who: (request) => requireStaff(request, 'notices.manage'),
        act: mailings.pause,
      },
      {
        name: 'forget-persons',
        says: 'Destroy the key of the persons of a mailing that is done',
        who: (request) => personWho(request, 'notices.approve'),
        act: mailings.forgetPersons,
      },
    ]
    for (const { name, says, who, act, note } of steps)
      app.post<OfMailing & { Body: { note: string } | null }>(
        `${one}/${name}`,
        {
          config: { idempotent: false },
          schema: {
            operationId: `${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Notices`,
            ...{ summary: says, tags, params: mailingParams },
            ...(note ? { body: noteBody } : {}),
            response: { 200: mailing },
          },
        },
        (request) => act(who(request), of(request), request.body?.note ?? ''),
      )

    app.get<{ Params: { incident: string; mailing: string; person: string } }>(
      `${one}/receipts/:person`,
      {
        schema: {
          operationId: 'noticeReceipt',
          summary: 'That a person was sent the notice, with the proof up to the root in the access log',
          tags,
          params: {
            type: 'object',
            required: ['incident', 'mailing', 'person'],
            properties: { ...mailingParams.properties, person: uuid },
          },
          response: { 200: anyOf('A receipt') },
        },
      },
      (request) =>
        receipts.receipt(requireStaff(request, 'notices.read').tenant, of(request), request.params.person),
    )

    app.post<OfMailing>(
      `${one}/letters`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'batchLetters',
          summary: 'Put the letters that are in no batch into a new one of at most 10,000',
          ...{ tags, params: mailingParams },
          response: {
            200: {
              type: 'object',
              required: ['batch', 'letters'],
              properties: { batch: { type: ['integer', 'null'] }, letters: { type: 'integer' } },
            },
          },
        },
      },
      async (request) =>
        (await letters.batch(requireStaff(request, 'notices.manage'), of(request))) ?? {
          batch: null,
          letters: 0,
        },
    )

    app.post<{ Params: { incident: string; mailing: string; batch: number } } & { Body: { paper: Paper } }>(
      `${one}/letters/:batch/print`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'printLetters',
          summary: 'The letters of a batch as one PDF, each with a new code',
          tags,
          params: {
            type: 'object',
            required: ['incident', 'mailing', 'batch'],
            properties: {
              ...mailingParams.properties,
              batch: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
            },
          },
          body: {
            type: 'object',
            required: ['paper'],
            additionalProperties: false,
            properties: { paper: { type: 'string', enum: ['a4', 'letter'] } },
          },
        },
      },
      async (request, reply) => {
        const by = personWho(request, 'notices.manage')
        const pdf = await letters.print(by, of(request), request.params.batch, request.body.paper)
        return reply.type('application/pdf').header('content-disposition', 'attachment').send(pdf)
      },
    )

    app.addContentTypeParser(
      'message/rfc822',
      { parseAs: 'string', bodyLimit: reportBytesMax },
      (_request, body, done) => done(null, body),
    )
    app.post<{ Body: { events: MailEvent[] } }>(
      '/v1/notices/mail-events',
      {
        bodyLimit: eventsBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'mailEvents',
          summary: 'For the mail server, with the hook’s secret: what was delivered and what came back',
          tags,
          security: [],
          body: {
            type: 'object',
            required: ['events'],
            additionalProperties: false,
            properties: {
              events: {
                type: 'array',
                maxItems: eventsPerCallMax,
                items: {
                  type: 'object',
                  required: ['returnPath', 'kind', 'detail'],
                  additionalProperties: false,
                  properties: {
                    returnPath: { type: 'string', maxLength: 320 },
                    kind: { type: 'string', enum: ['delivered', 'bounced'] },
                    detail: { type: 'string', maxLength: 300 },
                  },
                },
              },
            },
          },
          response: { 200: counts },
        },
      },
      (request) => {
        requireHook(request, rooms.hookSecret)
        return reports.events(request.body.events)
      },
    )

    app.post<{ Querystring: { recipient?: string } }>(
      '/v1/notices/returned-mail',
      {
        config: { idempotent: false },
        schema: {
          operationId: 'returnedMail',
          summary: 'A delivery status notification as it came (RFC 3464), from the mail server’s pipe',
          tags,
          consumes: ['message/rfc822'],
          security: [],
          querystring: { type: 'object', properties: { recipient: { type: 'string', maxLength: 320 } } },
          response: { 200: counts },
        },
      },
      (request) => {
        requireHook(request, rooms.hookSecret)
        if (typeof request.body !== 'string')
          throw new Refusal('malformed', 'Send the mail itself with content-type message/rfc822.')
        return reports.returned(request.body, request.query.recipient ?? null)
      },
    )
  }
}

const of = ({ params }: { params: { incident: string; mailing: string } }): MailingOf => ({
  incident: params.incident,
  id: params.mailing,
})

function personWho(request: FastifyRequest, permission: Permission): Actor {
  const actor = requirePerson(request)
  allow(actor, permission)
  return actor
}

/** @throws Refusal `not_found` where there is no hook, `not_signed_in` without its secret */
function requireHook(request: FastifyRequest, secret: string | null): void {
  if (secret === null) throw new Refusal('not_found', 'Reports of the mail server are not taken here.')
  // Not `Authorization`: that names a person or a key of a tenant, and a mail server is neither.
  const header = request.headers['x-candor-hook-secret']
  const given = typeof header === 'string' ? header : ''
  // Hashed first: the comparison takes equally long whatever was sent.
  if (!timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer')))
    throw new Refusal('not_signed_in', 'The secret of the hook is missing or wrong.')
}

function anyOf(description: string): object {
  return { description, type: 'object', additionalProperties: true }
}

const by = {
  type: ['object', 'null'],
  required: ['id', 'name'],
  properties: { id: uuid, name: { type: 'string' } },
} as const
const count = { type: 'integer' } as const
const progress = {
  persons: count,
  waiting: count,
  inFlight: count,
  inDoubt: count,
  sent: count,
  sentAgain: count,
  bounced: count,
  letters: count,
  lettersPrinted: count,
  unreachable: count,
  mailsPerMinute: count,
  doneAt: { type: ['string', 'null'] },
} as const

const mailingSchema = {
  $id: 'Mailing',
  type: 'object',
  required: ['id', 'incident', 'number', 'title', 'state', 'progress'],
  properties: {
    id: uuid,
    incident: uuid,
    number: count,
    title: { type: 'string' },
    state: { type: 'string', enum: ['draft', 'proposed', 'approved', 'sending', 'paused', 'done'] },
    pausedBecause: { type: ['string', 'null'] },
    proposedBy: by,
    approvedBy: by,
    createdBy: by,
    createdAt: { type: 'string' },
    progress: { type: 'object', required: Object.keys(progress), properties: progress },
  },
} as const
